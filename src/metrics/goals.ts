// All goals of a run, kept up to date with the committed writes: which pods a workload has, which
// Services select them, and which pods their slices list. O(1) a write of a pod, O(changed
// endpoints) of a slice, O(workloads) a Service that is new, gone or selects anew.
import type { DaemonSet } from '../api/daemon-set.js';
import type { Deployment } from '../api/deployment.js';
import type { EndpointSlice } from '../api/endpoint-slice.js';
import type { Event } from '../api/event.js';
import type { Job } from '../api/job.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { compileEqualitySelector } from '../api/label-selector.js';
import type { Namespace } from '../api/namespace.js';
import type { Labels } from '../api/object-meta.js';
import type { Pod } from '../api/pod.js';
import type { Service } from '../api/service.js';
import type { StatefulSet } from '../api/stateful-set.js';
import type { PodStage } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import type { ReplicaKeeper } from '../control-plane/controller-manager/replica-set-status.js';
import { REVISION_LABEL } from '../control-plane/controller-manager/revision-history.js';
import { podTemplateHash } from '../control-plane/controller-manager/template-hash.js';
import { ClaimGoals } from './claim-goals.js';
import type { Goal } from './goal.js';
import { JobGoal } from './job-goal.js';
import { listingChange } from './listed-pods.js';
import { NamespaceGoals } from './namespace-goal.js';
import { ServiceGoal } from './service-goal.js';
import { hasOtherOwner, ownerUid, type TrackedPod, trackedPod } from './tracked-pod.js';
import { isLeaving, isOrdered, rolloutFault, wantedPods, wantedRevision } from './wanted-pods.js';
import { WorkloadGoal } from './workload-goal.js';

const HASH_LABEL = 'pod-template-hash';

/** Whose pods an object makes, and their template hash; undefined: their revision label has it. */
interface OwnerFacts {
  readonly workload: WorkloadGoal;
  readonly hash: string | undefined;
}

export class Goals {
  /** Services of type LoadBalancer get an address. */
  hasLoadBalancers = false;
  readonly #onTouched: (goal: Goal) => void;
  /** By UID of the Deployment, of what owns pods and has no owner, or of the bare pod. */
  readonly #workloads = new Map<string, WorkloadGoal>();
  readonly #owners = new Map<string, OwnerFacts>();
  readonly #pods = new Map<string, TrackedPod>();
  readonly #services = new Map<string, ServiceGoal>();
  readonly #jobs = new Map<string, JobGoal>();
  readonly #claims = new ClaimGoals();
  readonly #namespaces = new NamespaceGoals();

  /** `onTouched` is called after every write, for each goal that it may have moved. */
  constructor(onTouched: (goal: Goal) => void) {
    this.#onTouched = onTouched;
  }

  /** The goal that a change of the object moves; undefined for objects without consequences. */
  of(object: KubernetesObject): Goal | undefined {
    const { uid = '' } = object.metadata;
    const owner = ownerUid(object);
    switch (object.kind) {
      case 'Service':
        return this.#services.get(uid);
      case 'Job':
        return this.#jobs.get(uid);
      case 'PersistentVolumeClaim':
        return this.#claims.of(uid);
      case 'Namespace':
        return this.#namespaces.of(uid);
      case 'Deployment':
      case 'ReplicationController':
      case 'StatefulSet':
      case 'DaemonSet':
        return this.#workloads.get(uid);
      case 'ReplicaSet':
        return this.#owners.get(uid)?.workload ?? this.#workloads.get(owner);
      case 'Pod':
        return this.#jobs.has(owner)
          ? undefined
          : (this.#pods.get(uid)?.workload ?? this.#owners.get(owner)?.workload);
      default:
        return undefined;
    }
  }

  committed(event: WatchEvent): void {
    const { object } = event;
    switch (object.kind) {
      case 'Deployment':
        return this.#deploymentCommitted(object, event);
      case 'ReplicaSet':
      case 'ReplicationController':
        return this.#replicaKeeperCommitted(object, event);
      case 'StatefulSet':
      case 'DaemonSet':
        return this.#revisionedCommitted(object, event);
      case 'Job':
        return this.#jobCommitted(object, event);
      case 'PersistentVolumeClaim':
        return this.#onTouched(this.#claims.committed(object, event));
      case 'Namespace':
        return this.#namespaceCommitted(object, event);
      case 'Event':
        return this.#eventCommitted(object);
      case 'Pod':
        return this.#podCommitted(object, event);
      case 'Service':
        return this.#serviceCommitted(object, event);
      case 'EndpointSlice':
        return this.#sliceCommitted(object, event);
      default:
        return;
    }
  }

  /** Notes how far the kubelet is with a pod. */
  podReached(uid: string, stage: PodStage): void {
    const tracked = this.#pods.get(uid);
    if (tracked === undefined) return;
    tracked.workload.podReached(tracked, stage);
    this.#touched(tracked.workload);
  }

  /** Notes that the scheduler has found no node for a pod, or could not bind it. */
  schedulingFailed(uid: string): void {
    const tracked = this.#pods.get(uid);
    if (tracked === undefined) return;
    tracked.workload.nodeChosen(tracked, false);
    this.#touched(tracked.workload);
  }

  /** The goal has moved, and with it the one whose pods it is. */
  #touched(goal: Goal): void {
    this.#onTouched(goal);
    const job = this.#jobs.get(goal.uid);
    if (job !== undefined && goal !== job) this.#onTouched(job);
  }

  /** Services that select no pod, of those that have a selector. O(workloads + pods). */
  emptyServices(): ReadonlySet<Goal> {
    const selecting = new Set([...this.#workloads.values()].flatMap(({ services }) => services));
    for (const { workload } of this.#pods.values()) {
      for (const service of workload.services) selecting.add(service);
    }
    const all = [...this.#services.values()];
    return new Set(all.filter((each) => each.selects !== undefined && !selecting.has(each)));
  }

  /** Drops a goal whose object is deleted and of which nothing is left. */
  forget({ uid }: Goal): void {
    this.#workloads.delete(uid);
    this.#services.delete(uid);
    this.#jobs.delete(uid);
    this.#claims.forget(uid);
    this.#namespaces.forget(uid);
  }

  #namespaceCommitted(namespace: Namespace, event: WatchEvent): void {
    const goal = this.#namespaces.committed(namespace, event);
    if (goal !== undefined) this.#onTouched(goal);
  }

  #eventCommitted(event: Event): void {
    const { type, reason, message, involvedObject } = event;
    if (type === 'Warning' && reason === 'FailedCreate') {
      const { uid = '' } = involvedObject ?? {};
      const workload = this.#owners.get(uid)?.workload ?? this.#workloads.get(uid);
      if (workload !== undefined)
        workload.creationFault = (message ?? '').replace(/^\(combined from similar events\): /, '');
    }
    const goal = this.#claims.reported(event);
    if (goal !== undefined) this.#onTouched(goal);
  }

  #jobCommitted(job: Job, event: WatchEvent): void {
    const { uid = '' } = job.metadata;
    const goal = this.#jobs.get(uid) ?? new JobGoal(job);
    this.#jobs.set(uid, goal);
    goal.update(job, event.type === 'DELETED');
    if (goal.isDeleted) this.#owners.delete(uid);
    else if (!this.#owners.has(uid)) this.#owners.set(uid, { workload: goal.pods, hash: '' });
    this.#onTouched(goal);
  }

  #deploymentCommitted(deployment: Deployment, event: WatchEvent): void {
    const { replicas = 1, template } = deployment.spec;
    const workload = this.#workload(deployment);
    workload.isDeleted = event.type === 'DELETED';
    workload.desired = workload.isDeleted || isLeaving(deployment) ? 0 : replicas;
    workload.rolloutFault = rolloutFault(deployment);
    const previous = event.previous as Deployment | undefined;
    if (workload.hash === '' || template !== previous?.spec.template) {
      this.#wantTemplate(workload, podTemplateHash(template), template.metadata?.labels);
    }
    this.#onTouched(workload);
  }

  #replicaKeeperCommitted(keeper: ReplicaKeeper, event: WatchEvent): void {
    const { uid = '' } = keeper.metadata;
    const isTaken = hasOtherOwner(keeper, event.previous);
    const before = isTaken ? this.#owners.get(uid)?.workload : undefined;
    if (before !== undefined) this.#owners.delete(uid);
    this.#keep(keeper, event);
    if (before === undefined) return;
    if (before.uid === uid) before.desired = 0;
    for (const { pod } of [...before.pods]) if (ownerUid(pod) === uid) this.#rehome(pod);
    this.#onTouched(before);
  }

  #keep(keeper: ReplicaKeeper, event: WatchEvent): void {
    const { uid = '', labels, ownerReferences } = keeper.metadata;
    const { replicas = 1, template } = keeper.spec;
    const owner = ownerReferences?.[0];
    const isDeleted = event.type === 'DELETED';
    if (owner !== undefined) {
      const workload = this.#workloads.get(owner.uid);
      if (isDeleted || workload === undefined) {
        this.#owners.delete(uid);
        return;
      }
      const hash = labels?.[HASH_LABEL] ?? '';
      this.#owners.set(uid, { workload, hash });
      workload.replicasAsked.set(hash, replicas);
      this.#onTouched(workload);
      return;
    }
    const workload = this.#owningWorkload(keeper, isDeleted, '');
    workload.desired = isDeleted || isLeaving(keeper) ? 0 : replicas;
    workload.replicasAsked.set('', workload.desired);
    const previous = event.previous as ReplicaKeeper | undefined;
    if (previous === undefined || template !== previous.spec.template) {
      this.#wantTemplate(workload, '', template?.metadata?.labels);
    }
    this.#onTouched(workload);
  }

  /** Wanted are pods of the newest revision, unless some may keep an older one for ever. */
  #revisionedCommitted(object: StatefulSet | DaemonSet, event: WatchEvent): void {
    const isDeleted = event.type === 'DELETED';
    const workload = this.#owningWorkload(object, isDeleted, undefined);
    workload.desired = isDeleted || isLeaving(object) ? 0 : wantedPods(object);
    workload.pace = isOrdered(object) ? 'ordered' : 'in_place';
    const previous = event.previous as typeof object | undefined;
    if (previous?.spec !== object.spec) {
      const { template } = object.spec;
      this.#wantTemplate(workload, wantedRevision(object), template.metadata?.labels);
    }
    this.#onTouched(workload);
  }

  #owningWorkload(
    object: KubernetesObject,
    isDeleted: boolean,
    hash: string | undefined,
  ): WorkloadGoal {
    const { uid = '' } = object.metadata;
    const workload = this.#workload(object);
    workload.isDeleted = isDeleted;
    if (isDeleted) this.#owners.delete(uid);
    else if (!this.#owners.has(uid)) this.#owners.set(uid, { workload, hash });
    return workload;
  }

  #workload(object: KubernetesObject): WorkloadGoal {
    const { uid = '' } = object.metadata;
    const workload = this.#workloads.get(uid) ?? new WorkloadGoal(object, this.#claims.faultsOf);
    this.#workloads.set(uid, workload);
    return workload;
  }

  /** Judges all pods anew by the template that is wanted from now on. */
  #wantTemplate(workload: WorkloadGoal, hash: string, labels: Labels = {}): void {
    workload.hash = hash;
    workload.labels = labels;
    const { namespace } = workload;
    workload.services = [...this.#services.values()].filter(
      (service) => service.namespace === namespace && service.isSelecting(labels),
    );
    for (const tracked of [...workload.pods]) workload.refresh(tracked);
  }

  #podCommitted(pod: Pod, event: WatchEvent): void {
    if (hasOtherOwner(pod, event.previous)) this.#rehome(pod);
    const tracked = this.#pods.get(pod.metadata.uid ?? '') ?? this.#newPod(pod);
    if (tracked === undefined) return;
    const { workload } = tracked;
    tracked.pod = pod;
    tracked.isGone = event.type === 'DELETED';
    if (workload.uid === tracked.uid) {
      workload.isDeleted = tracked.isGone;
      workload.desired = tracked.isGone ? 0 : 1;
      workload.hasFailed = pod.status?.phase === 'Failed';
    }
    this.#refresh(tracked);
    for (const service of workload.services) {
      if (service.settle(tracked)) this.#onTouched(service);
    }
    this.#touched(workload);
  }

  /** A pod has been adopted or released: it counts for another workload than before. */
  #rehome(pod: Pod): void {
    const { uid = '' } = pod.metadata;
    const before = this.#pods.get(uid);
    if (before === undefined) return;
    const { workload, done, hasNode, listings } = before;
    Object.assign(before, { isGone: true, listings: 0 });
    if (workload.uid === uid) workload.desired = 0;
    this.#refresh(before);
    const tracked = this.#newPod(pod);
    if (tracked !== undefined) Object.assign(tracked, { done, hasNode, listings });
    this.#touched(workload);
  }

  /** Undefined for a pod whose owner no controller of this version stands behind. */
  #newPod(pod: Pod): TrackedPod | undefined {
    const { uid = '', labels, ownerReferences } = pod.metadata;
    const owner = ownerReferences?.[0];
    const via = this.#owners.get(owner?.uid ?? '');
    if (owner !== undefined && via === undefined) return undefined;
    const workload = via?.workload ?? this.#workload(pod);
    if (via === undefined) this.#wantTemplate(workload, '', labels);
    const hash = via === undefined ? '' : (via.hash ?? labels?.[REVISION_LABEL] ?? '');
    const tracked = trackedPod(pod, workload, hash);
    workload.pods.add(tracked);
    this.#pods.set(uid, tracked);
    return tracked;
  }

  /** True when this changed what is published of the workload. */
  #refresh(tracked: TrackedPod): boolean {
    const isChanged = tracked.workload.refresh(tracked);
    if (!tracked.workload.pods.has(tracked)) this.#pods.delete(tracked.uid);
    return isChanged;
  }

  #serviceCommitted(service: Service, event: WatchEvent): void {
    const { uid = '' } = service.metadata;
    const goal = this.#services.get(uid) ?? new ServiceGoal(service);
    this.#services.set(uid, goal);
    goal.isDeleted = event.type === 'DELETED';
    const { selector, type } = service.spec;
    goal.wantsAddress = this.hasLoadBalancers && type === 'LoadBalancer' && !goal.isDeleted;
    goal.hasAddress = (service.status?.loadBalancer?.ingress ?? []).length > 0;
    const previous = event.previous as Service | undefined;
    if (goal.isDeleted || selector !== previous?.spec.selector) {
      const hasEndpoints = selector !== undefined && type !== 'ExternalName';
      goal.selects = hasEndpoints ? compileEqualitySelector(selector) : undefined;
      for (const workload of [...this.#workloads.values()]) this.#reselect(workload, goal);
    }
    this.#onTouched(goal);
  }

  /** The Service may have begun or ceased to select the pods of a workload. */
  #reselect(workload: WorkloadGoal, service: ServiceGoal): void {
    const { namespace, labels, services } = workload;
    const wasSelected = services.includes(service);
    const isSelected = namespace === service.namespace && service.isSelecting(labels);
    if (wasSelected === isSelected) return;
    workload.services = isSelected
      ? [...services, service]
      : services.filter((each) => each !== service);
    for (const tracked of [...workload.pods]) {
      this.#refresh(tracked);
      service.judge(tracked);
    }
    this.#onTouched(workload);
  }

  #sliceCommitted(slice: EndpointSlice, event: WatchEvent): void {
    const service = this.#services.get(ownerUid(slice));
    if (service === undefined) return;
    const isDeleted = event.type === 'DELETED';
    const wasPublished = service.holds('endpoints_published');
    if (event.previous === undefined) service.slices++;
    if (isDeleted) service.slices--;
    const before = (event.previous as EndpointSlice | undefined)?.endpoints ?? [];
    const touched = new Set<Goal>([service]);
    const { gone, come } = listingChange(before, isDeleted ? [] : slice.endpoints);
    for (const uid of come) this.#list(service, uid, 1);
    for (const uid of gone) this.#list(service, uid, -1);
    for (const uid of new Set([...gone, ...come])) {
      const tracked = this.#pods.get(uid);
      if (tracked === undefined) continue;
      if (this.#refresh(tracked)) tracked.workload.publishedRevision = event.revision;
      service.settle(tracked);
      touched.add(tracked.workload);
    }
    const isPublished = service.holds('endpoints_published');
    if (isPublished && !wasPublished) service.publishedRevision = event.revision;
    for (const goal of touched) this.#onTouched(goal);
  }

  #list(service: ServiceGoal, uid: string, sign: 1 | -1): void {
    const wasListed = service.lists(uid);
    service.count(uid, sign);
    const tracked = this.#pods.get(uid);
    if (tracked !== undefined && service.lists(uid) !== wasListed) tracked.listings += sign;
  }
}
