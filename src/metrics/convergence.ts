// Convergence of every change that a client asked for: from its call until all wanted pods are
// Ready, published in EndpointSlices, programmed on every kube-proxy and resolvable in DNS, stage by
// stage. A stage counts as reached at the time from which it has held until the end of the change.
// Changes of kinds that no controller of this version acts on end at acceptance, with a reason.

import type { Deployment } from '../api/deployment.js';
import type { EndpointSlice } from '../api/endpoint-slice.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { compileEqualitySelector } from '../api/label-selector.js';
import type { Pod } from '../api/pod.js';
import type { ReplicaSet } from '../api/replica-set.js';
import type { Service } from '../api/service.js';
import { keyOf } from '../client/api-request.js';
import { SilentObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import type { ChangeListener } from '../cluster/change-listener.js';
import type { ObjectReference } from '../cluster/operation.js';
import { podTemplateHash } from '../control-plane/controller-manager/template-hash.js';
import type { Simulation } from '../kernel/simulation.js';
import { type Change, changeRow } from './change.js';
import type { ConvergenceRow } from './run-result.js';
import { type PodFacts, type ServiceFacts, STAGES, WorkloadState } from './workload-state.js';

const HASH_LABEL = 'pod-template-hash';

/** A workload and the changes that wait for it. */
interface Workload {
  readonly state: WorkloadState;
  readonly namespace: string;
  /** Hash label that wanted pods carry; '' where any pod counts. */
  hash: string;
  readonly waiting: Set<Change>;
}

export class Convergence extends SilentObserver implements ChangeListener {
  readonly #simulation: Simulation;
  readonly #dnsRevisions: number[];
  readonly #changes: Change[] = [];
  #open = 0;
  #callbacks: (() => void)[] = [];
  /** By UID of the Deployment, ReplicaSet without owner, or bare pod. */
  readonly #workloads = new Map<string, Workload>();
  /** UID of the workload, and hash label, by UID of the ReplicaSet. */
  readonly #replicaSets = new Map<string, { readonly workload: string; readonly hash: string }>();
  readonly #workloadOfPod = new Map<string, string>();
  /** Hash label of each pod that a ReplicaSet owns, by UID. */
  readonly #hashOfPod = new Map<string, string>();
  readonly #services = new Map<string, ServiceFacts>();
  /** Number of Services in whose slices a pod is ready, by UID. */
  readonly #publishedIn = new Map<string, number>();
  readonly #awaitingNetwork = new Set<Workload>();
  #programmed = 0;

  constructor(simulation: Simulation, dnsReplicas: number) {
    super();
    this.#simulation = simulation;
    this.#dnsRevisions = new Array<number>(dnsReplicas).fill(0);
  }

  changeStarted(verb: string, target: ObjectReference, objects: number): number {
    this.#open++;
    const startedUs = this.#simulation.now;
    const change = { verb, target, startedUs, reachedUs: new Map(), objects, remaining: objects };
    return this.#changes.push(change) - 1;
  }

  changeAccepted(id: number, object: KubernetesObject | undefined): void {
    const change = this.#changes[id] as Change;
    change.acceptedUs = this.#simulation.now;
    const workload = this.#workloads.get(object?.metadata.uid ?? '');
    if (object === undefined || workload === undefined) return this.#close(change);
    change.state = workload.state;
    workload.waiting.add(change);
    this.#evaluate(workload);
  }

  changeRefused(id: number, message: string): void {
    const change = this.#changes[id] as Change;
    change.reason = message;
    change.isRefused = true;
    this.#close(change);
  }

  isSettled(): boolean {
    return this.#open === 0;
  }

  whenSettled(callback: () => void): void {
    if (this.isSettled()) callback();
    else this.#callbacks.push(callback);
  }

  /** In order of the calls. */
  get rows(): readonly ConvergenceRow[] {
    return this.#changes.map(changeRow);
  }

  override committed(event: WatchEvent): void {
    const { object } = event;
    const isDeleted = event.type === 'DELETED';
    switch (object.kind) {
      case 'Deployment':
        return this.#deploymentCommitted(object, isDeleted);
      case 'ReplicaSet':
        return this.#replicaSetCommitted(object, isDeleted);
      case 'Pod':
        return this.#podCommitted(object, isDeleted);
      case 'Service':
        return this.#serviceCommitted(object, isDeleted);
      case 'EndpointSlice':
        return this.#sliceCommitted(event);
      default:
        return;
    }
  }

  override endpointsProgrammed(revision: number): void {
    this.#programmed = revision;
    this.#networkAdvanced();
  }

  override dnsServes(replica: number, revision: number): void {
    this.#dnsRevisions[replica] = revision;
    this.#networkAdvanced();
  }

  #networkAdvanced(): void {
    for (const workload of this.#awaitingNetwork) this.#evaluate(workload);
  }

  #workload(uid: string, object: KubernetesObject, desired: number): Workload {
    let workload = this.#workloads.get(uid);
    if (workload === undefined) {
      const state = new WorkloadState(desired, {});
      workload = {
        state,
        namespace: object.metadata.namespace ?? '',
        hash: '',
        waiting: new Set(),
      };
      this.#workloads.set(uid, workload);
    }
    return workload;
  }

  #deploymentCommitted(deployment: Deployment, isDeleted: boolean): void {
    const workload = this.#workload(deployment.metadata.uid ?? '', deployment, 0);
    const { state } = workload;
    state.desired = isDeleted ? 0 : (deployment.spec.replicas ?? 1);
    const hash = podTemplateHash(deployment.spec.template);
    if (hash !== workload.hash) {
      workload.hash = hash;
      state.labels = deployment.spec.template.metadata?.labels ?? {};
      this.#countServices(workload);
    }
    this.#evaluate(workload);
  }

  #replicaSetCommitted(replicaSet: ReplicaSet, isDeleted: boolean): void {
    const { uid = '', labels, ownerReferences } = replicaSet.metadata;
    const owner = ownerReferences?.[0];
    this.#replicaSets.set(uid, { workload: owner?.uid ?? uid, hash: labels?.[HASH_LABEL] ?? '' });
    if (owner !== undefined) return;
    const workload = this.#workload(uid, replicaSet, 0);
    workload.state.desired = isDeleted ? 0 : (replicaSet.spec.replicas ?? 1);
    workload.state.labels = replicaSet.spec.template?.metadata?.labels ?? {};
    this.#countServices(workload);
    this.#evaluate(workload);
  }

  #podCommitted(pod: Pod, isDeleted: boolean): void {
    const { uid = '', labels, ownerReferences } = pod.metadata;
    const owner = ownerReferences?.[0];
    const via = owner && this.#replicaSets.get(owner.uid);
    if (owner !== undefined && via === undefined) return;
    const workload = this.#workload(via?.workload ?? uid, pod, 1);
    if (owner === undefined) workload.state.labels = labels ?? {};
    if (owner === undefined && isDeleted) workload.state.desired = 0;
    this.#workloadOfPod.set(uid, via?.workload ?? uid);
    if (via !== undefined) this.#hashOfPod.set(uid, via.hash);
    const isCurrent = via === undefined || workload.hash === '' || via.hash === workload.hash;
    workload.state.update(uid, isDeleted ? undefined : this.#factsOf(pod, isCurrent));
    const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (scheduled?.status === 'False') workload.state.unschedulable = scheduled.message ?? '';
    this.#evaluate(workload);
  }

  #factsOf(pod: Pod, isCurrent: boolean): PodFacts {
    const { phase, conditions } = pod.status ?? {};
    return {
      isCurrent,
      isActive: pod.metadata.deletionTimestamp === undefined && phase !== 'Failed',
      isScheduled: pod.spec.nodeName !== undefined,
      isReady:
        phase === 'Succeeded' ||
        (conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false),
      publishedIn: this.#publishedIn.get(pod.metadata.uid ?? '') ?? 0,
    };
  }

  #serviceCommitted(service: Service, isDeleted: boolean): void {
    const key = keyOf(service);
    const { selector } = service.spec;
    if (isDeleted || selector === undefined) this.#services.delete(key);
    else {
      const { namespace = '' } = service.metadata;
      this.#services.set(key, { matches: compileEqualitySelector(selector), namespace });
    }
    for (const workload of this.#workloads.values()) {
      if (workload.namespace !== service.metadata.namespace) continue;
      this.#countServices(workload);
      this.#evaluate(workload);
    }
  }

  #countServices(workload: Workload): void {
    const { state, namespace } = workload;
    state.serviceCount = 0;
    for (const service of this.#services.values()) {
      if (service.namespace === namespace && service.matches(state.labels)) state.serviceCount++;
    }
    this.#rejudge(workload);
  }

  /** The wanted template may have changed: judge all pods anew. */
  #rejudge(workload: Workload): void {
    for (const [uid, facts] of [...workload.state.pods]) {
      const isCurrent = workload.hash === '' || this.#hashOfPod.get(uid) === workload.hash;
      workload.state.update(uid, { ...facts, isCurrent });
    }
  }

  #sliceCommitted(event: WatchEvent): void {
    const touched = new Set<Workload>();
    if (event.previous !== undefined) this.#publish(event.previous as EndpointSlice, -1, touched);
    if (event.type !== 'DELETED') this.#publish(event.object as EndpointSlice, 1, touched);
    for (const workload of touched) {
      workload.state.publishedRevision = event.revision;
      this.#evaluate(workload);
    }
  }

  #publish(slice: EndpointSlice, sign: number, touched: Set<Workload>): void {
    for (const { conditions, targetRef } of slice.endpoints) {
      if (conditions?.ready !== true || targetRef?.uid === undefined) continue;
      const count = (this.#publishedIn.get(targetRef.uid) ?? 0) + sign;
      this.#publishedIn.set(targetRef.uid, count);
      const workload = this.#workloads.get(this.#workloadOfPod.get(targetRef.uid) ?? '');
      const facts = workload?.state.facts(targetRef.uid);
      if (workload === undefined || facts === undefined) continue;
      workload.state.update(targetRef.uid, { ...facts, publishedIn: count });
      touched.add(workload);
    }
  }

  /** Notes which stages hold, and ends the changes for which all do. */
  #evaluate(workload: Workload): void {
    const { state, waiting } = workload;
    const dns = this.#dnsRevisions.reduce(
      (least, each) => Math.min(least, each),
      Number.POSITIVE_INFINITY,
    );
    const stages = STAGES.filter((stage) => this.#applies(state, stage));
    let isDone = true;
    for (const stage of stages) {
      const holds = isDone && state.holds(stage, this.#programmed, dns);
      if (!holds) {
        state.reachedUs.delete(stage);
        isDone = false;
      } else if (!state.reachedUs.has(stage)) {
        state.reachedUs.set(stage, this.#simulation.now);
      }
    }
    if (state.reachedUs.has('endpointsPublished') && !isDone) this.#awaitingNetwork.add(workload);
    else this.#awaitingNetwork.delete(workload);
    if (!isDone) return;
    for (const change of waiting) {
      for (const [stage, at] of state.reachedUs) {
        const before = change.reachedUs.get(stage) ?? change.startedUs;
        change.reachedUs.set(stage, Math.max(at, before));
      }
      this.#close(change);
    }
    waiting.clear();
  }

  #applies(state: WorkloadState, stage: (typeof STAGES)[number]): boolean {
    if (stage === 'created' || stage === 'scheduled' || stage === 'ready') return true;
    if (state.serviceCount === 0) return false;
    return stage !== 'dnsResolvable' || this.#dnsRevisions.length > 0;
  }

  /** One object of the change has converged or was refused. */
  #close(change: Change): void {
    if (--change.remaining > 0) return;
    change.closedUs = this.#simulation.now;
    this.#open--;
    if (this.#open === 0) for (const callback of this.#callbacks.splice(0)) callback();
  }
}
