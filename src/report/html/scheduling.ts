// What schedulers have decided: pods by scheduler, attempts and their results, reasons of refusal.
import type { MetricSample, PodRow, RunResult, SchedulerRow } from '../../metrics/run-result.js';
import { formatCount, formatPercent } from '../number-format.js';
import { type RefusalReason, refusalReasons } from '../refusal-reasons.js';
import { type Html, html, nothing } from './markup.js';
import { countColumn, shortText, shownRows, table } from './table.js';

const mostReasons = 50;

/** Pods by the attempts that it took to bind them. */
const attemptClasses: readonly { readonly title: string; readonly most: number }[] = [
  { title: '1 attempt', most: 1 },
  { title: '2 attempts', most: 2 },
  { title: '3 to 5 attempts', most: 5 },
  { title: '6 to 10 attempts', most: 10 },
  { title: 'more than 10 attempts', most: Number.POSITIVE_INFINITY },
];

/** The section, or `nothing` when no pod was there to be scheduled. */
export function schedulingSection(result: RunResult): Html {
  const { pods, schedulers, metrics, kubernetesEvents } = result;
  if (pods.length === 0) return nothing;
  const reasons = refusalReasons(pods, kubernetesEvents);
  const shown = reasons.slice(0, mostReasons);
  return html`${schedulerTable(schedulers)}${resultTable(metrics)}${attemptTable(pods)}
${shownRows(shown.length, reasons.length, 'the most frequent', 'events.csv')}
${reasonTable(shown)}`;
}

function schedulerTable(rows: readonly SchedulerRow[]): Html {
  return table<SchedulerRow>(
    'What each scheduler has done',
    [
      { title: 'Scheduler', cell: ({ name }) => name },
      countColumn('Pods bound', ({ podsBound }) => podsBound),
      countColumn('Already bound by another', ({ bindingConflicts }) => bindingConflicts),
      countColumn('Rejected by their nodes', ({ podsRejected }) => podsRejected),
    ],
    rows,
  );
}

function resultTable(metrics: readonly MetricSample[]): Html {
  const attempts = metrics.filter(
    ({ name, value = 0 }) => name === 'scheduler_schedule_attempts_total' && value > 0,
  );
  const label =
    (wanted: string) =>
    ({ labels }: MetricSample) =>
      labels.find(([name]) => name === wanted)?.[1] ?? '';
  return table<MetricSample>(
    'Scheduling attempts by result',
    [
      { title: 'Result', cell: label('result') },
      { title: 'Profile', cell: label('profile') },
      { title: 'Attempts', isNumeric: true, cell: ({ value = 0 }) => formatCount(value) },
    ],
    attempts,
  );
}

interface AttemptRow {
  readonly title: string;
  readonly count: number;
  readonly all: number;
}

function attemptTable(pods: readonly PodRow[]): Html {
  const counts = attemptClasses.map(() => 0);
  let waiting = 0;
  for (const { boundUs, schedulingAttempts } of pods) {
    if (boundUs === undefined) waiting++;
    else {
      const found = attemptClasses.findIndex(({ most }) => schedulingAttempts <= most);
      counts[found] = (counts[found] ?? 0) + 1;
    }
  }
  const rows = [
    ...attemptClasses.map(({ title }, i) => ({
      title: `Bound after ${title}`,
      count: counts[i] ?? 0,
    })),
    { title: 'Not bound', count: waiting },
  ];
  return table<AttemptRow>(
    'Pods by scheduling attempts',
    [
      { title: 'Pods', cell: ({ title }) => title },
      { title: 'Count', isNumeric: true, cell: ({ count }) => formatCount(count) },
      { title: 'Share', isNumeric: true, cell: ({ count, all }) => formatPercent(count / all) },
    ],
    rows.filter(({ count }) => count > 0).map((row) => ({ ...row, all: pods.length })),
  );
}

function reasonTable(rows: readonly RefusalReason[]): Html {
  return table<RefusalReason>(
    'Why nodes were refused, the reason that most pods met first',
    [
      { title: 'Reason', cell: ({ reason }) => shortText(reason) },
      countColumn('Pods, by their last refusal', ({ pods }) => pods),
      countColumn('Refusals, by Events', ({ refusals }) => refusals),
      countColumn('Most nodes at once', ({ mostNodes }) => mostNodes),
    ],
    rows,
  );
}
