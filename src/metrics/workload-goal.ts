// A workload as a goal: a Deployment, another owner of pods that has no owner, or a bare pod.
// Counts of its pods that exist, are bound, Ready and published, kept up to date pod by pod.
import { claimKeysOf } from '../api/claim-volumes.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Labels } from '../api/object-meta.js';
import type { Pod } from '../api/pod.js';
import type { PodStage } from '../client/observer.js';
import { isPodReady, podCondition } from '../control-plane/controller-manager/pod-state.js';
import type { Activity } from './critical-path/activities.js';
import { type ApiStage, Goal } from './goal.js';
import type { ServiceGoal } from './service-goal.js';
import type { PodFacts, TrackedPod } from './tracked-pod.js';

/** What a kubelet does until a pod is Ready, in this order. */
const STARTING = ['sandbox', 'image_pull', 'container_start', 'readiness'] as const;

/** How much of that is done when a pod reaches a stage. */
const DONE: Readonly<Partial<Record<PodStage, number>>> = {
  sandboxCreated: 1,
  imagesPulled: 2,
  containersStarted: 3,
};

/** What was counted is still so: nothing has to be counted again. */
function isSame(a: PodFacts, b: PodFacts): boolean {
  return (
    a.exists === b.exists &&
    a.isTerminating === b.isTerminating &&
    a.isWanted === b.isWanted &&
    a.isScheduled === b.isScheduled &&
    a.isUnschedulable === b.isUnschedulable &&
    a.isBinding === b.isBinding &&
    a.isClaiming === b.isClaiming &&
    a.starting === b.starting &&
    a.isReady === b.isReady &&
    a.isServing === b.isServing &&
    a.isPublished === b.isPublished &&
    a.isListed === b.isListed
  );
}

const noFaults = (): readonly string[] => [];

export class WorkloadGoal extends Goal {
  /** Pods wanted; undefined while a DaemonSet's nodes have not been counted. */
  desired: number | undefined = 0;
  /** Pods that its ReplicaSets are to have by now, by the hash of their template. */
  readonly replicasAsked = new Map<string, number>();
  /**
   * How its controller creates pods: as many as asked for, each in the place of another that is
   * gone, or the next when those before are Ready.
   */
  pace: 'free' | 'in_place' | 'ordered' = 'free';
  labels: Labels = {};
  /** Hash label that wanted pods carry; '' where any will do. */
  hash = '';
  /** Services that select its wanted pods. */
  services: readonly ServiceGoal[] = [];
  readonly #knownFacts: PodFacts[] = [];
  /** What its controller said last of a pod that it could not create. */
  creationFault = '';
  /** What its controller says of a rollout that does not go on. */
  rolloutFault = '';
  /** It is a bare pod, and ended in failure. */
  hasFailed = false;
  readonly pods = new Set<TrackedPod>();
  readonly #claimFaults: (pod: Pod) => readonly string[];
  #existing = 0;
  #terminating = 0;
  #wanted = 0;
  #scheduled = 0;
  #unschedulable = 0;
  #binding = 0;
  #claiming = 0;
  /** By index of STARTING. */
  readonly #starting = [0, 0, 0, 0];
  #ready = 0;
  #serving = 0;
  #published = 0;
  #stale = 0;

  /** `claimFaults`: what holds up the claims of a pod. */
  constructor(object: KubernetesObject, claimFaults: (pod: Pod) => readonly string[] = noFaults) {
    super(object);
    this.#claimFaults = claimFaults;
  }

  override get replicas(): number {
    return this.desired ?? 0;
  }

  override get impossible(): string {
    return super.impossible || (this.hasFailed ? 'the pod has Failed' : '');
  }

  override holds(stage: ApiStage): boolean | undefined {
    const { desired } = this;
    switch (stage) {
      case 'created':
        return this.#wanted === desired;
      case 'scheduled':
        return this.#scheduled === desired;
      case 'ready':
        return this.#ready === desired && this.#existing === desired;
      case 'endpoints_published':
        if (this.services.length === 0) return undefined;
        return this.#published === desired && this.#stale === 0;
    }
  }

  override lacks(stage: ApiStage): string {
    const { desired, rolloutFault } = this;
    if (desired === undefined) return 'its controller has not counted the nodes yet';
    const what = this.#lacks(stage, desired);
    return rolloutFault === '' ? what : `${what}; ${rolloutFault}`;
  }

  #lacks(stage: ApiStage, desired: number): string {
    switch (stage) {
      case 'created': {
        if (this.#wanted > desired) return `${this.#wanted - desired} pods too many exist`;
        const why = this.creationFault;
        return `${this.#wanted} of ${desired} pods exist${why && `: ${why}`}`;
      }
      case 'scheduled': {
        const why = this.#whyUnschedulable();
        return `${this.#scheduled} of ${desired} pods are scheduled${why && `: ${why}`}`;
      }
      case 'ready':
        if (this.#ready < desired) {
          const why = this.#whyUnready();
          return `${this.#ready} of ${desired} pods are Ready${why && `: ${why}`}`;
        }
        return `${this.#existing - desired} pods that are not wanted are left`;
      case 'endpoints_published':
        if (this.#published < desired)
          return `${this.#published} of ${desired} endpoints are published`;
        return `${this.#stale} endpoints of pods that are not wanted are published`;
    }
  }

  override get emptiness(): string {
    const isEmpty = this.kind === 'DaemonSet' && this.desired === 0 && !this.isDeleted;
    return isEmpty ? 'it fits no node: selector, affinity or tolerations rule all of them out' : '';
  }

  /** What the first pod says whose containers do not come up. */
  #whyUnready(): string {
    for (const { pod, facts } of this.pods) {
      if (facts.isWanted && facts.isScheduled && !facts.isReady) {
        const fault = waitingFault(pod);
        if (fault !== '') return `${pod.metadata.name}: ${fault}`;
      }
    }
    return '';
  }

  override waitsFor(): Activity {
    const { desired } = this;
    if (desired === undefined) return 'create';
    const isCreating =
      this.pace === 'free' ? this.#wanted < this.#asked() : this.#existing < desired;
    if (isCreating && this.pace !== 'ordered') return 'create';
    const inFlight = this.inFlight();
    if (inFlight !== undefined) return inFlight;
    const isLeft = this.#wanted >= desired && this.#existing > desired;
    if (isLeft || this.#terminating > 0) return 'terminate';
    return this.#wanted === desired && this.services.length > 0 ? 'publish' : 'create';
  }

  /** A Deployment's pods are created by a ReplicaSet, when it has one. */
  override get creatorKind(): string {
    const isHandedOn = this.kind === 'Deployment' && this.replicasAsked.has(this.hash);
    return isHandedOn ? 'ReplicaSet' : this.kind;
  }

  #asked(): number {
    return Math.min(this.replicasAsked.get(this.hash) ?? 0, this.desired ?? 0);
  }

  /** Notes how far the kubelet is with a pod. */
  podReached(tracked: TrackedPod, stage: PodStage): void {
    if (stage === 'scheduled') return this.nodeChosen(tracked, true);
    const done = DONE[stage];
    if (done === undefined || done <= tracked.done) return;
    tracked.done = done;
    this.refresh(tracked);
  }

  /** Notes whether the scheduler's last attempt has found a node for a pod. */
  nodeChosen(tracked: TrackedPod, hasNode: boolean): void {
    tracked.hasNode = hasNode;
    this.refresh(tracked);
  }

  /** What holds up the pods that exist and are not Ready; the one that is furthest behind counts. */
  inFlight(): Activity | undefined {
    const unbound = this.#wanted - this.#scheduled;
    if (this.#unschedulable > 0) return 'unschedulable';
    if (unbound > this.#binding) return 'schedule';
    if (unbound > 0) return this.#claiming > 0 ? 'volume' : 'bind';
    for (let index = 0; index < STARTING.length; index++) {
      if ((this.#starting[index] as number) > 0) return STARTING[index];
    }
    return undefined;
  }

  /** Pods that are wanted and have not come to their end. */
  get activePods(): number {
    return this.#wanted - (this.#ready - this.#serving);
  }

  /**
   * Counts a pod as it is now; forgets it when it has left store and slices. True when this changed
   * what is published of the workload.
   */
  refresh(tracked: TrackedPod): boolean {
    const before = tracked.facts;
    const facts = this.#factsOf(tracked);
    if (!isSame(before, facts)) {
      this.#count(before, -1);
      this.#count(facts, 1);
      tracked.facts = this.#shared(facts);
    }
    if (tracked.isGone && !facts.isListed) this.pods.delete(tracked);
    return before.isPublished !== facts.isPublished || before.isListed !== facts.isListed;
  }

  /** The same object for all pods of which the same counts: there are few kinds of them. */
  #shared(facts: PodFacts): PodFacts {
    const known = this.#knownFacts.find((each) => isSame(each, facts));
    if (known !== undefined) return known;
    this.#knownFacts.push(facts);
    return facts;
  }

  #factsOf({ uid, hash, pod, isGone, hasNode, done, listings }: TrackedPod): PodFacts {
    const { phase } = pod.status ?? {};
    const exists = !isGone && phase !== 'Failed';
    const isCurrent = this.hash === '' || this.hash === hash;
    const isTerminating = exists && pod.metadata.deletionTimestamp !== undefined;
    const isWanted = exists && isCurrent && !isTerminating;
    const isScheduled = isWanted && pod.spec.nodeName !== undefined;
    const isBinding = isWanted && !isScheduled && hasNode;
    const isServing = isWanted && phase !== 'Succeeded' && isPodReady(pod);
    const isReady = isServing || (isWanted && phase === 'Succeeded');
    return {
      exists,
      isTerminating,
      isWanted,
      isScheduled,
      isUnschedulable: isWanted && !isScheduled && !hasNode && isFoundUnschedulable(pod),
      isBinding,
      isClaiming: isBinding && claimKeysOf(pod).length > 0,
      starting: isScheduled && !isReady ? done : -1,
      isReady,
      isServing,
      isPublished: isReady && (!isServing || this.services.every((each) => each.lists(uid))),
      isListed: listings > 0,
    };
  }

  #count(facts: PodFacts, sign: 1 | -1): void {
    if (facts.exists) this.#existing += sign;
    if (facts.isTerminating) this.#terminating += sign;
    if (facts.isWanted) this.#wanted += sign;
    if (facts.isScheduled) this.#scheduled += sign;
    if (facts.isUnschedulable) this.#unschedulable += sign;
    if (facts.isBinding) this.#binding += sign;
    if (facts.isClaiming) this.#claiming += sign;
    if (facts.isReady) this.#ready += sign;
    if (facts.isServing) this.#serving += sign;
    if (facts.isPublished) this.#published += sign;
    if (facts.isListed && !facts.isServing) this.#stale += sign;
    const { starting } = facts;
    if (starting >= 0) this.#starting[starting] = (this.#starting[starting] as number) + sign;
  }

  /** What the scheduler last said of the first pod that it found no node for. */
  #whyUnschedulable(): string {
    for (const { pod, facts } of this.pods) {
      if (!facts.isWanted || facts.isScheduled) continue;
      if (!isFoundUnschedulable(pod)) continue;
      const message = podCondition(pod, 'PodScheduled')?.message ?? '';
      return [message, ...this.#claimFaults(pod)].join('; ');
    }
    return '';
  }
}

function isFoundUnschedulable(pod: Pod): boolean {
  return podCondition(pod, 'PodScheduled')?.status === 'False';
}

/** Reasons for waiting that every container goes through. */
const ORDINARY: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** Why a container of a pod waits, when that is not a step on its way; '' when none does. */
function waitingFault({ status }: Pod): string {
  const { initContainerStatuses = [], containerStatuses = [] } = status ?? {};
  for (const { state } of [...initContainerStatuses, ...containerStatuses]) {
    const { reason = '', message } = state?.waiting ?? {};
    if (reason === '' || ORDINARY.has(reason)) continue;
    return message === undefined ? reason : `${reason}, ${message}`;
  }
  return '';
}
