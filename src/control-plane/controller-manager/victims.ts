// Which pods a ReplicaSet gives up first. Source: Kubernetes v1.36 pkg/controller ActivePodsWithRanks
// (reference: nodes-controllers 3.4).
import type { Pod } from '../../api/pod.js';
import { isPodReady, podCondition } from './pod-state.js';

const PHASE_ORDER: ReadonlyMap<string, number> = new Map([
  ['Pending', 0],
  ['Unknown', 1],
  ['Running', 2],
]);

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** Pods in the order in which they go; ties by name. O(n log n). */
export function victimsFirst(pods: readonly Pod[], now: number): readonly Pod[] {
  const onNode = new Map<string, number>();
  for (const { spec } of pods)
    onNode.set(spec.nodeName ?? '', (onNode.get(spec.nodeName ?? '') ?? 0) + 1);
  const ranked = pods.map((pod) => ({ pod, rank: rankOf(pod, onNode, now) }));
  ranked.sort((a, b) => compareRanks(a.rank, b.rank) || compareNames(a.pod, b.pod));
  return ranked.map(({ pod }) => pod);
}

/** Smaller goes first, entry by entry. */
function rankOf(pod: Pod, onNode: ReadonlyMap<string, number>, now: number): readonly number[] {
  const isReady = isPodReady(pod);
  const readySince = podCondition(pod, 'Ready')?.lastTransitionTime ?? now;
  const restarts = (pod.status?.containerStatuses ?? []).reduce(
    (sum, each) => sum + each.restartCount,
    0,
  );
  return [
    pod.spec.nodeName === undefined ? 0 : 1,
    PHASE_ORDER.get(pod.status?.phase ?? 'Pending') ?? 0,
    isReady ? 1 : 0,
    Number(pod.metadata.annotations?.[DELETION_COST] ?? 0),
    -(onNode.get(pod.spec.nodeName ?? '') ?? 0),
    isReady ? logarithmOf(now - readySince) : 0,
    -restarts,
    logarithmOf(now - (pod.metadata.creationTimestamp ?? now)),
  ];
}

/** Ages count by powers of two of seconds, so that pods of about one age go at random. */
function logarithmOf(ageUs: number): number {
  return 32 - Math.clz32(ageUs / 1_000_000);
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareNames(a: Pod, b: Pod): number {
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0;
}
