// A pod as the goals follow it, and what counts of it.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Pod } from '../api/pod.js';
import type { WorkloadGoal } from './workload-goal.js';

/** What counts of one pod; all but the first and the last presuppose `isWanted`. */
export interface PodFacts {
  /** Not gone and not Failed; a pod that terminates still exists. */
  readonly exists: boolean;
  readonly isTerminating: boolean;
  /** Exists, is not terminating, and has the template that is wanted now. */
  readonly isWanted: boolean;
  readonly isScheduled: boolean;
  /** The scheduler has found no node for it. */
  readonly isUnschedulable: boolean;
  /** The scheduler has chosen its node, to which it is not bound yet. */
  readonly isBinding: boolean;
  /** That, and it has claims, which may have to be bound first. */
  readonly isClaiming: boolean;
  /** What its kubelet does next, an index of STARTING; -1 when it is not bound, or Ready. */
  readonly starting: number;
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
  isTerminating: false,
  isWanted: false,
  isScheduled: false,
  isUnschedulable: false,
  isBinding: false,
  isClaiming: false,
  starting: -1,
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
  /** The scheduler has chosen a node in its last attempt. */
  hasNode: boolean;
  /** How much of STARTING is done. */
  done: number;
  /** Services that list it as ready. */
  listings: number;
  facts: PodFacts;
}

/** Of the first owner, which is the controller where there is one; '' where there is none. */
export function ownerUid({ metadata }: KubernetesObject): string {
  return metadata.ownerReferences?.[0]?.uid ?? '';
}

/** A pod that no count knows yet. */
export function trackedPod(pod: Pod, workload: WorkloadGoal, hash: string): TrackedPod {
  const { uid = '' } = pod.metadata;
  return {
    uid,
    workload,
    hash,
    pod,
    isGone: false,
    hasNode: false,
    done: 0,
    listings: 0,
    facts: UNKNOWN,
  };
}

/** It has been adopted, or released. */
export function hasOtherOwner(
  object: KubernetesObject,
  previous: KubernetesObject | undefined,
): boolean {
  return previous !== undefined && ownerUid(previous) !== ownerUid(object);
}
