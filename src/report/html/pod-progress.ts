// Pods by stage over time, as a cumulative flow diagram: the height between two lines is the number
// of pods in that state, the width between them is how long they stay there.
import type { PodRow, RunResult } from '../../metrics/run-result.js';
import { countUpTo } from '../../stats/count-up-to.js';
import { sorted } from '../../stats/sorted.js';
import { type Html, nothing } from './markup.js';
import { plotFigure } from './plot.js';

/** Steps of the time axis. */
const steps = 300;

const milestones: readonly {
  readonly title: string;
  readonly timeUs: (pod: PodRow) => number | undefined;
}[] = [
  { title: 'Created', timeUs: (pod) => pod.createdUs },
  { title: 'Bound', timeUs: (pod) => pod.boundUs },
  { title: 'Started', timeUs: (pod) => pod.startedUs },
  { title: 'Ready', timeUs: (pod) => pod.readyUs },
  { title: 'Deleted', timeUs: (pod) => pod.deletedUs },
];

/** The section, or `nothing` without pods. */
export function podProgressSection({ pods }: RunResult): Html {
  if (pods.length === 0) return nothing;
  const reached = milestones
    .map(({ title, timeUs }) => ({ title, times: sortedTimes(pods, timeUs) }))
    .filter(({ times }) => times.length > 0);
  const lastUs = reached.reduce((us, { times }) => Math.max(us, times[times.length - 1] ?? 0), 1);
  const gridUs = Array.from({ length: steps + 1 }, (_, i) => Math.ceil((i * lastUs) / steps));
  return plotFigure({
    title: 'Pods that have reached each stage',
    note:
      'Between two lines: upwards the pods in that state, sideways the time they stay in it. ' +
      `Exact counts at ${steps} equal steps up to the last change of a pod.`,
    xTitle: 'Seconds since the start',
    isLogX: false,
    yTitle: 'Pods',
    isStepped: true,
    x: gridUs.map((us) => us / 1_000_000),
    series: reached.map(({ title, times }) => ({ title, values: countUpTo(times, gridUs) })),
  });
}

function sortedTimes(
  pods: readonly PodRow[],
  timeUs: (pod: PodRow) => number | undefined,
): Float64Array {
  return sorted(pods.map(timeUs).filter((us) => us !== undefined));
}
