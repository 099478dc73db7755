// Which of two pods is the greater loss: the one of higher priority, then the one that has run for
// longer. Start times count in whole seconds, as the API stores them.
// Source: kube-scheduler v1.36 pkg/scheduler/util MoreImportantPod, GetPodStartTime, and Go's
// sort.Slice; reference: scheduler 1.10, 8.1.

import type { PodInfo } from '../../framework/pod-info.js';

const secondUs = 1_000_000;

/** The second of its start; a pod that no kubelet has started yet counts as starting just now. */
export function startSecond({ pod }: PodInfo): number {
  const startTime = pod.status?.startTime;
  return startTime === undefined ? Number.POSITIVE_INFINITY : Math.floor(startTime / secondUs);
}

/**
 * Whether `a` is more important. Of two pods that have not started each is more important than the
 * other, because kube-scheduler reads its clock anew for the second one.
 */
function isMoreImportant(a: PodInfo, b: PodInfo): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  const startOfB = startSecond(b);
  return startOfB === Number.POSITIVE_INFINITY || startSecond(a) < startOfB;
}

/**
 * Most important first, in place. An insertion sort, as Go sorts up to 12 entries: equal pods keep
 * their order, and those that have not started are reversed. (Longer lists with equal pods come out
 * of Go in an order of their own.) Quadratic in the length at worst.
 */
export function sortByImportance(pods: PodInfo[]): void {
  for (let i = 1; i < pods.length; i++) {
    for (let j = i; j > 0 && isMoreImportant(pods[j]!, pods[j - 1]!); j--) {
      const pod = pods[j]!;
      pods[j] = pods[j - 1]!;
      pods[j - 1] = pod;
    }
  }
}
