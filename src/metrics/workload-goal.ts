// A workload as a goal: a Deployment, another owner of pods that has no owner, or a bare pod.
// Counts of its pods that exist, are bound, Ready and published, kept up to date pod by pod.
import type { Labels } from '../api/object-meta.js';
import type { Pod } from '../api/pod.js';
import { isPodReady, podCondition } from '../control-plane/controller-manager/pod-state.js';
import { type ApiStage, Goal } from './goal.js';
import type { ServiceGoal } from './service-goal.js';

/** What counts of one pod; all but the first and the last presuppose `isWanted`. */
interface PodFacts {
  /** Not gone and not Failed; a pod that terminates still exists. */
  readonly exists: boolean;
  /** Exists, is not terminating, and has the template that is wanted now. */
  readonly isWanted: boolean;
  readonly isScheduled: boolean;
  /** Ready, or Succeeded. */
  readonly isReady: boolean;
  /** Ready and not Succeeded: it should be in the slices of its Services. */
  readonly isServing: boolean;
  /** Every Service that selects it lists it as ready. */
  readonly isPublished: boolean;
  /** Some Service lists it as ready. */
  readonly isListed: boolean;
}

const UNKNOWN: PodFacts = {
  exists: false,
  isWanted: false,
  isScheduled: false,
  isReady: false,
  isServing: false,
  isPublished: false,
  isListed: false,
};

/** A pod from its first write until it is gone from the store and from all slices. */
export interface TrackedPod {
  readonly uid: string;
  readonly workload: WorkloadGoal;
  /** Hash of its template as its owner labels it; '' where that says nothing. */
  readonly hash: string;
  pod: Pod;
  isGone: boolean;
  /** Services that list it as ready. */
  listings: number;
  facts: PodFacts;
}

/** A pod that no count knows yet. */
export function trackedPod(pod: Pod, workload: WorkloadGoal, hash: string): TrackedPod {
  const { uid = '' } = pod.metadata;
  return { uid, workload, hash, pod, isGone: false, listings: 0, facts: UNKNOWN };
}

export class WorkloadGoal extends Goal {
  /** Pods wanted; undefined while a DaemonSet's nodes have not been counted. */
  desired: number | undefined = 0;
  labels: Labels = {};
  /** Hash label that wanted pods carry; '' where any will do. */
  hash = '';
  /** Services that select its wanted pods. */
  services: readonly ServiceGoal[] = [];
  /** It is a bare pod, and ended in failure. */
  hasFailed = false;
  readonly pods = new Set<TrackedPod>();
  #existing = 0;
  #wanted = 0;
  #scheduled = 0;
  #ready = 0;
  #published = 0;
  #stale = 0;

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
    const { desired } = this;
    if (desired === undefined) return 'its controller has not counted the nodes yet';
    switch (stage) {
      case 'created':
        if (this.#wanted > desired) return `${this.#wanted - desired} pods too many exist`;
        return `${this.#wanted} of ${desired} pods exist`;
      case 'scheduled': {
        const why = this.#unschedulable();
        return `${this.#scheduled} of ${desired} pods are scheduled${why && `: ${why}`}`;
      }
      case 'ready':
        if (this.#ready < desired) return `${this.#ready} of ${desired} pods are Ready`;
        return `${this.#existing - desired} pods that are not wanted are left`;
      case 'endpoints_published':
        if (this.#published < desired)
          return `${this.#published} of ${desired} endpoints are published`;
        return `${this.#stale} endpoints of pods that are not wanted are published`;
    }
  }

  /**
   * Counts a pod as it is now; forgets it when it has left store and slices. True when this changed
   * what is published of the workload.
   */
  refresh(tracked: TrackedPod): boolean {
    const before = tracked.facts;
    const facts = this.#factsOf(tracked);
    this.#count(before, -1);
    this.#count(facts, 1);
    tracked.facts = facts;
    if (tracked.isGone && !facts.isListed) this.pods.delete(tracked);
    return before.isPublished !== facts.isPublished || before.isListed !== facts.isListed;
  }

  #factsOf({ uid, hash, pod, isGone, listings }: TrackedPod): PodFacts {
    const { phase } = pod.status ?? {};
    const exists = !isGone && phase !== 'Failed';
    const isCurrent = this.hash === '' || this.hash === hash;
    const isWanted = exists && isCurrent && pod.metadata.deletionTimestamp === undefined;
    const isServing = isWanted && phase !== 'Succeeded' && isPodReady(pod);
    const isReady = isServing || (isWanted && phase === 'Succeeded');
    return {
      exists,
      isWanted,
      isScheduled: isWanted && pod.spec.nodeName !== undefined,
      isReady,
      isServing,
      isPublished: isReady && (!isServing || this.services.every((each) => each.lists(uid))),
      isListed: listings > 0,
    };
  }

  #count(facts: PodFacts, sign: 1 | -1): void {
    if (facts.exists) this.#existing += sign;
    if (facts.isWanted) this.#wanted += sign;
    if (facts.isScheduled) this.#scheduled += sign;
    if (facts.isReady) this.#ready += sign;
    if (facts.isPublished) this.#published += sign;
    if (facts.isListed && !facts.isServing) this.#stale += sign;
  }

  /** What the scheduler last said of the first pod that it found no node for. */
  #unschedulable(): string {
    for (const { pod, facts } of this.pods) {
      if (!facts.isWanted || facts.isScheduled) continue;
      const condition = podCondition(pod, 'PodScheduled');
      if (condition?.status === 'False') return condition.message ?? '';
    }
    return '';
  }
}
