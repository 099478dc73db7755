// Which pods are shown when there are too many.
import type { PodRow } from '../metrics/run-result.js';
import { ascending } from '../stats/ascending.js';
import { sorted } from '../stats/sorted.js';
import { startupUs } from './pod-latencies.js';

/** All pods in order of creation; when there are more than `most`, the slowest, never ready first. */
export function shownPods(pods: readonly PodRow[], most: number): readonly PodRow[] {
  if (pods.length <= most) return pods;
  const slowness = (pod: PodRow): number => startupUs(pod) ?? Number.POSITIVE_INFINITY;
  const least = sorted(pods.map(slowness))[pods.length - most] ?? 0;
  return pods
    .filter((pod) => slowness(pod) >= least)
    .sort(
      (a, b) =>
        ascending(slowness(b), slowness(a)) ||
        ascending(a.createdUs, b.createdUs) ||
        ascending(a.uid, b.uid),
    )
    .slice(0, most);
}
