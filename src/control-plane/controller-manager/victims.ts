// Which pods a ReplicaSet gives up first. Upstream's order is not total: among pods that became
// ready in one second it goes on to restarts and age; here, as for all others that have been ready
// for about as long, the uid decides.
// Source: Kubernetes v1.36 pkg/controller ActivePodsWithRanks (reference: nodes-controllers 3.4).
import type { Pod } from '../../api/pod.js';
import type { SimTime } from '../../kernel/time.js';
import { isPodActive, isPodReady, podCondition } from './pod-state.js';

const PHASE_ORDER: ReadonlyMap<string, number> = new Map([
  ['Pending', 0],
  ['Unknown', 1],
  ['Running', 2],
]);

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * `pods` in the order in which they go. `related`: all pods of the same Deployment; a node that has
 * many of them loses one first. O(n log n).
 */
export function victimsFirst(
  pods: readonly Pod[],
  related: Iterable<Pod>,
  now: SimTime,
): readonly Pod[] {
  const onNode = new Map<string, number>();
  for (const pod of related) {
    if (isPodActive(pod)) onNode.set(nodeOf(pod), (onNode.get(nodeOf(pod)) ?? 0) + 1);
  }
  const ranked = pods.map((pod) => ({ pod, rank: rankOf(pod, onNode, now) }));
  ranked.sort((a, b) => compareRanks(a.rank, b.rank) || compareUids(a.pod, b.pod));
  return ranked.map(({ pod }) => pod);
}

function nodeOf({ spec }: Pod): string {
  return spec.nodeName ?? '';
}

/** Smaller goes first, entry by entry. */
function rankOf(pod: Pod, onNode: ReadonlyMap<string, number>, now: SimTime): readonly number[] {
  const isReady = isPodReady(pod);
  const shared = [
    nodeOf(pod) === '' ? 0 : 1,
    PHASE_ORDER.get(pod.status?.phase ?? 'Pending') ?? 0,
    isReady ? 1 : 0,
    deletionCost(pod),
    -(onNode.get(nodeOf(pod)) ?? 0),
  ];
  if (isReady) return [...shared, ageClass(podCondition(pod, 'Ready')?.lastTransitionTime, now)];
  return [...shared, -restartsOf(pod), ageClass(pod.metadata.creationTimestamp, now)];
}

/** An annotation that is no number counts as 0. */
function deletionCost({ metadata }: Pod): number {
  const cost = metadata.annotations?.[DELETION_COST] ?? '';
  return /^[+-]?\d+$/.test(cost) ? Number(cost) : 0;
}

/** Of the container that restarted most often. */
function restartsOf({ status }: Pod): number {
  const counts = status?.containerStatuses?.map(({ restartCount }) => restartCount) ?? [];
  return Math.max(0, ...counts);
}

/**
 * Ages in classes of powers of two nanoseconds, so that pods of about one age go at random. The API
 * keeps whole seconds. -1: no age.
 */
function ageClass(since: SimTime | undefined, now: SimTime): number {
  const ageNanoseconds = (now - Math.floor((since ?? now) / 1_000_000) * 1_000_000) * 1000;
  if (since === undefined || ageNanoseconds <= 0) return -1;
  const high = Math.floor(ageNanoseconds / 4_294_967_296);
  return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(ageNanoseconds);
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareUids(a: Pod, b: Pod): number {
  const [left, right] = [a.metadata.uid ?? a.metadata.name, b.metadata.uid ?? b.metadata.name];
  return left < right ? -1 : left > right ? 1 : 0;
}
