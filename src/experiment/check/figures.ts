// The figures of a run that are compared with those of a baseline, by the names that tolerances
// use.
import type { RunResult, SummaryRow } from '../../metrics/run-result.js';
import { figureMetrics, statistics } from '../../scenario/figure-metrics.js';
import { measures } from '../compare/measures.js';

/** Values by name; a metric without a sample is left out. */
export type Figures = ReadonlyMap<string, number>;

type FigureOf = (result: RunResult) => number;

/** Figures that are not among the measures of `compare`. */
const ownFigures: ReadonlyMap<string, FigureOf> = new Map<string, FigureOf>([
  ['end_seconds', ({ endUs }) => endUs / 1_000_000],
  ['events', ({ events }) => events],
  ['pods', ({ pods }) => pods.length],
  ['pods_bound', ({ pods }) => countOf(pods, ({ boundUs }) => boundUs !== undefined)],
  ['pods_ready', ({ pods }) => countOf(pods, ({ readyUs }) => readyUs !== undefined)],
  ['pods_deleted', ({ pods }) => countOf(pods, ({ deletedUs }) => deletedUs !== undefined)],
  ['changes', ({ convergence }) => convergence.length],
  [
    'changes_converged',
    ({ convergence }) => countOf(convergence, ({ convergedUs }) => convergedUs !== undefined),
  ],
  ['nodes_ready', ({ nodes }) => countOf(nodes, ({ ready }) => ready)],
  [
    'kubernetes_events',
    ({ kubernetesEvents }) => kubernetesEvents.reduce((sum, { count }) => sum + count, 0),
  ],
]);

const measuresByName: ReadonlyMap<string, FigureOf> = new Map(
  measures.map(({ name, of }) => [name, of]),
);

/** All figures of a run, in the order of their metrics, rounded to six places as files have them. */
export function figuresOf(result: RunResult): Figures {
  const summary = new Map(result.summary.map((row) => [row.metric, row]));
  const figures = new Map<string, number>();
  for (const [metric, { kind }] of figureMetrics) {
    if (kind === 'distribution') {
      addDistribution(figures, metric, summary.get(metric));
      continue;
    }
    const value = (ownFigures.get(metric) ?? measuresByName.get(metric))?.(result);
    if (value !== undefined && Number.isFinite(value)) figures.set(metric, rounded(value));
  }
  return figures;
}

function addDistribution(
  figures: Map<string, number>,
  metric: string,
  row: SummaryRow | undefined,
): void {
  if (row === undefined || row.count === 0) return;
  for (const statistic of statistics) {
    figures.set(`${metric}.${statistic}`, rounded(row[statistic]));
  }
}

function rounded(value: number): number {
  return Math.round(value * 1_000_000) / 1_000_000;
}

function countOf<T>(rows: readonly T[], counts: (row: T) => boolean): number {
  return rows.reduce((sum, row) => sum + (counts(row) ? 1 : 0), 0);
}
