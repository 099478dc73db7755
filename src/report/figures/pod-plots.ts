// Pods over time: how many have reached each stage, and how many are in each state.
import type { PodRow } from '../../metrics/run-result.js';
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

/** Equal steps of time, up to the last change of a pod. */
interface TimeGrid {
  readonly us: readonly number[];
  readonly lastUs: number;
}

/**
 * A cumulative flow diagram: the height between two lines is the number of pods in that state, the
 * width between them is how long they stay there. Undefined without pods. O(pods).
 */
export function podProgress(pods: readonly PodRow[]): Plot | undefined {
  if (pods.length === 0) return undefined;
  const grid = timeGrid(pods);
  const reached = milestones.map(({ title, timeUs }) => ({ title, timeUs, changes: noChanges() }));
  for (const pod of pods) {
    for (const { timeUs, changes } of reached) change(changes, grid, timeUs(pod), 1);
  }
  return {
    title: 'Pods that have reached each stage',
    note:
      'Between two lines: upwards the pods in that state, sideways the time they stay in it. ' +
      `Exact counts at ${steps} equal steps up to the last change of a pod.`,
    ...overTime(grid),
    series: reached
      .map(({ title, changes }) => ({ title, values: sums(changes) }))
      .filter(({ values }) => (values[steps] as number) > 0),
  };
}

/** How many pods are in each state. Undefined without pods. O(pods). */
export function podStates(pods: readonly PodRow[]): Plot | undefined {
  if (pods.length === 0) return undefined;
  const grid = timeGrid(pods);
  const changes = states.map(noChanges);
  for (const pod of pods) {
    // A state ends where the first of the later ones begins, which is found from behind.
    let endUs = pod.deletedUs;
    for (let state = states.length - 1; state >= 0; state--) {
      const fromUs = states[state]?.fromUs(pod);
      if (fromUs === undefined) continue;
      const toUs = endUs === undefined ? undefined : Math.max(fromUs, endUs);
      change(changes[state] as Int32Array, grid, fromUs, 1);
      change(changes[state] as Int32Array, grid, toUs, -1);
      endUs = Math.min(fromUs, endUs ?? fromUs);
    }
  }
  return {
    title: 'Pods by state',
    note:
      'Pods that exist, by the last stage they have reached; a pod that has ended counts there ' +
      `until it is deleted. Exact counts at ${steps} equal steps.`,
    ...overTime(grid),
    series: states.map(({ title }, state) => ({
      title,
      values: sums(changes[state] as Int32Array),
    })),
  };
}

function noChanges(): Int32Array {
  return new Int32Array(steps + 1);
}

/** Counts a change at the first step that does not come before it. O(1). */
function change(
  changes: Int32Array,
  { us, lastUs }: TimeGrid,
  timeUs: number | undefined,
  by: 1 | -1,
): void {
  if (timeUs === undefined) return;
  // Steps are rounded up to whole microseconds, so the quotient may be one too many.
  let step = Math.ceil((timeUs * steps) / lastUs);
  while (step > 0 && (us[step - 1] as number) >= timeUs) step--;
  changes[step] = (changes[step] as number) + by;
}

function sums(changes: Int32Array): number[] {
  let sum = 0;
  return Array.from(changes, (by) => {
    sum += by;
    return sum;
  });
}

function timeGrid(pods: readonly PodRow[]): TimeGrid {
  let lastUs = 1;
  for (const pod of pods) {
    for (const { timeUs } of milestones) lastUs = Math.max(lastUs, timeUs(pod) ?? 0);
  }
  const us = Array.from({ length: steps + 1 }, (_, i) => Math.ceil((i * lastUs) / steps));
  return { us, lastUs };
}

function overTime({ us }: TimeGrid): Omit<Plot, 'title' | 'note' | 'series'> {
  return {
    xTitle: 'Seconds since the start',
    isLogX: false,
    yTitle: 'Pods',
    isStepped: true,
    x: us.map((each) => each / 1_000_000),
  };
}
