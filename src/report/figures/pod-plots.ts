// Pods over time: how many have reached each stage, and how many are in each state.
import type { PodRow } from '../../metrics/run-result.js';
import { countUpTo } from '../../stats/count-up-to.js';
import { sorted } from '../../stats/sorted.js';
import type { Plot } from './plot.js';

/** Steps of the time axis. */
const steps = 300;

type PodTime = (pod: PodRow) => number | undefined;

const milestones: readonly { readonly title: string; readonly timeUs: PodTime }[] = [
  { title: 'Created', timeUs: (pod) => pod.createdUs },
  { title: 'Bound', timeUs: (pod) => pod.boundUs },
  { title: 'Started', timeUs: (pod) => pod.startedUs },
  { title: 'Ready', timeUs: (pod) => pod.readyUs },
  { title: 'Deleted', timeUs: (pod) => pod.deletedUs },
];

/** A state begins at one milestone and ends at the next one that the pod reaches. */
const states: readonly { readonly title: string; readonly fromUs: PodTime }[] = [
  { title: 'Waiting for a node', fromUs: (pod) => pod.createdUs },
  { title: 'Starting on its node', fromUs: (pod) => pod.boundUs },
  { title: 'Started, not Ready', fromUs: (pod) => pod.startedUs },
  { title: 'Ready', fromUs: (pod) => pod.readyUs },
];

/**
 * A cumulative flow diagram: the height between two lines is the number of pods in that state, the
 * width between them is how long they stay there. Undefined without pods.
 */
export function podProgress(pods: readonly PodRow[]): Plot | undefined {
  if (pods.length === 0) return undefined;
  const gridUs = timeGrid(pods);
  return {
    title: 'Pods that have reached each stage',
    note:
      'Between two lines: upwards the pods in that state, sideways the time they stay in it. ' +
      `Exact counts at ${steps} equal steps up to the last change of a pod.`,
    ...overTime(gridUs),
    series: milestones
      .map(({ title, timeUs }) => ({ title, times: sortedTimes(pods, timeUs) }))
      .filter(({ times }) => times.length > 0)
      .map(({ title, times }) => ({ title, values: countUpTo(times, gridUs) })),
  };
}

/** How many pods are in each state. Undefined without pods. */
export function podStates(pods: readonly PodRow[]): Plot | undefined {
  if (pods.length === 0) return undefined;
  const gridUs = timeGrid(pods);
  const spans = states.map((_, state) => ({
    from: sortedTimes(pods, (pod) => stateSpan(pod, state)?.fromUs),
    to: sortedTimes(pods, (pod) => stateSpan(pod, state)?.toUs),
  }));
  return {
    title: 'Pods by state',
    note:
      'Pods that exist, by the last stage they have reached; a pod that has ended counts there ' +
      `until it is deleted. Exact counts at ${steps} equal steps.`,
    ...overTime(gridUs),
    series: states.map(({ title }, state) => {
      const begun = countUpTo(spans[state]?.from ?? new Float64Array(), gridUs);
      const ended = countUpTo(spans[state]?.to ?? new Float64Array(), gridUs);
      return { title, values: begun.map((count, i) => count - (ended[i] as number)) };
    }),
  };
}

/** When the pod was in the state; no end when it still is, nothing when it never was. */
function stateSpan(
  pod: PodRow,
  state: number,
): { readonly fromUs: number; readonly toUs: number | undefined } | undefined {
  const fromUs = states[state]?.fromUs(pod);
  if (fromUs === undefined) return undefined;
  const later = states.slice(state + 1).flatMap((next) => next.fromUs(pod) ?? []);
  const ends = pod.deletedUs === undefined ? later : [...later, pod.deletedUs];
  return { fromUs, toUs: ends.length === 0 ? undefined : Math.max(fromUs, Math.min(...ends)) };
}

function timeGrid(pods: readonly PodRow[]): number[] {
  let lastUs = 1;
  for (const pod of pods) {
    for (const { timeUs } of milestones) lastUs = Math.max(lastUs, timeUs(pod) ?? 0);
  }
  return Array.from({ length: steps + 1 }, (_, i) => Math.ceil((i * lastUs) / steps));
}

function overTime(gridUs: readonly number[]): Omit<Plot, 'title' | 'note' | 'series'> {
  return {
    xTitle: 'Seconds since the start',
    isLogX: false,
    yTitle: 'Pods',
    isStepped: true,
    x: gridUs.map((us) => us / 1_000_000),
  };
}

function sortedTimes(pods: readonly PodRow[], timeUs: PodTime): Float64Array {
  return sorted(pods.map(timeUs).filter((us) => us !== undefined));
}
