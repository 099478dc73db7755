// Bars of parts in a row: the stages of pods, and the critical paths of changes.
import { activities } from '../../metrics/critical-path/activities.js';
import type { ConvergenceRow, PodRow, RunResult } from '../../metrics/run-result.js';
import { ascending } from '../../stats/ascending.js';
import { bySlowestChange } from '../change-order.js';
import { formatCount } from '../number-format.js';
import { shownPods } from '../shown-pods.js';
import { podStages, stageSpans } from '../stages.js';

/** Rows of parts over a common axis of seconds. */
export interface Bars {
  readonly title: string;
  readonly note: string;
  readonly xTitle: string;
  readonly rowTitle: string;
  readonly partTitle: string;
  /** Kinds of parts, in the order of their colours. */
  readonly parts: readonly string[];
  /** Top row first. */
  readonly rows: readonly BarRow[];
}

/** One row; its spans do not overlap. */
export interface BarRow {
  readonly title: string;
  readonly spans: readonly BarSpan[];
}

/** From one time to another, seconds. */
export interface BarSpan {
  /** Index into `parts`. */
  readonly part: number;
  readonly from: number;
  readonly to: number;
  /** What took so long, in words. */
  readonly cause: string;
}

/** Activities with a colour of their own. */
const mostActivities = 7;
/** Pods in the SVG file. */
const mostPods = 60;
/** Changes with a bar. */
const mostChanges = 30;

/** The stages of pods from their creation on, those that took longest. Undefined without pods. */
export function startupBars({ pods }: RunResult): Bars | undefined {
  const shown = shownPods(pods, mostPods);
  if (shown.length === 0) return undefined;
  const which =
    shown.length < pods.length
      ? `The ${mostPods} of ${formatCount(pods.length)} pods that took longest.`
      : 'All pods.';
  return {
    title: 'Startup of pods by stage',
    note: which,
    xTitle: 'Seconds since the creation of the pod',
    rowTitle: 'Pod',
    partTitle: 'Stage',
    parts: podStages.map(({ title }) => title),
    rows: shown.map((pod) => ({ title: `${pod.namespace}/${pod.name}`, spans: podSpans(pod) })),
  };
}

function podSpans(pod: PodRow): BarSpan[] {
  return stageSpans(podStages, pod.createdUs, pod).flatMap((span, part) => {
    if (span === undefined || span.fromUs === span.toUs) return [];
    const from = (span.fromUs - pod.createdUs) / 1_000_000;
    const to = (span.toUs - pod.createdUs) / 1_000_000;
    return [{ part, from, to, cause: podStages[part]?.title ?? '' }];
  });
}

/** What changes waited for, slowest first. Undefined when there was no change. */
export function convergenceBars({ convergence }: RunResult): Bars | undefined {
  const changes = [...convergence]
    .sort(bySlowestChange)
    .filter(({ criticalPath }) => criticalPath.some(({ us }) => us > 0))
    .slice(0, mostChanges);
  if (changes.length === 0) return undefined;
  const parts = longestActivities(changes);
  return {
    title: 'Critical path of changes',
    note:
      changes.length < convergence.length
        ? `The ${formatCount(changes.length)} slowest of ${formatCount(convergence.length)} changes.`
        : 'All changes, slowest first.',
    xTitle: 'Seconds since the request',
    rowTitle: 'Change',
    partTitle: 'Waited for',
    parts: [...parts.map((activity) => activity.replaceAll('_', ' ')), 'others'],
    rows: changes.map((row) => ({ title: row.change, spans: pathSpans(row, parts) })),
  };
}

/** Activities that have a colour of their own, in the order of the way through the cluster. */
function longestActivities(changes: readonly ConvergenceRow[]): string[] {
  const total = new Map<string, number>();
  for (const { criticalPath } of changes) {
    for (const { activity, us } of criticalPath) {
      total.set(activity, (total.get(activity) ?? 0) + us);
    }
  }
  const longest = [...total]
    .filter(([, us]) => us > 0)
    .sort(([a, x], [b, y]) => ascending(y, x) || ascending(a, b))
    .slice(0, mostActivities)
    .map(([activity]) => activity);
  return activities.filter((activity) => longest.includes(activity));
}

function pathSpans({ criticalPath }: ConvergenceRow, parts: readonly string[]): BarSpan[] {
  let us = 0;
  return criticalPath.flatMap((row) => {
    const from = us;
    us += row.us;
    if (row.us === 0) return [];
    const found = parts.indexOf(row.activity);
    const part = found < 0 ? parts.length : found;
    return [{ part, from: from / 1_000_000, to: us / 1_000_000, cause: row.cause }];
  });
}
