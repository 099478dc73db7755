/**
 * The figures of a run that a baseline keeps and that a tolerance can name, by their metrics.
 * `experiment/check/figures.ts` computes them.
 */

import { didYouMean } from '../api/did-you-mean.js';

/** What is known about a metric whatever the run. */
export interface FigureMetric {
  /** What is measured, for people. */
  readonly meaning: string;
  /** Undefined: neither is better by itself. */
  readonly better: 'lower' | 'higher' | undefined;
  /** A distribution has a figure for each of `statistics`, a number has one. */
  readonly kind: 'distribution' | 'number';
}

/** The figures of a distribution: `pod_startup_seconds.p99`. */
export const statistics = ['count', 'mean', 'min', 'p50', 'p90', 'p99', 'max'] as const;

const durations = (meaning: string): FigureMetric => ({
  meaning,
  better: 'lower',
  kind: 'distribution',
});

const number = (meaning: string, better?: 'lower' | 'higher'): FigureMetric => ({
  meaning,
  better,
  kind: 'number',
});

/** Every metric by name, in the order of the reports. */
export const figureMetrics: ReadonlyMap<string, FigureMetric> = new Map([
  ['pod_startup_seconds', durations('pod created to Ready')],
  ['pod_scheduling_latency_seconds', durations('first seen by the scheduler to bound')],
  ['pod_image_pull_seconds', durations('sandbox created to last image pulled')],
  ['pod_endpoint_programming_seconds', durations('Ready to programmed on every node')],
  ['convergence_seconds', durations('a change asked for to its last consequence')],
  ['dns_lookup_seconds', durations('a name looked up by a pod to its answer')],
  ['end_seconds', number('end of the run')],
  ['events', number('events of the trace')],
  ['pods', number('pods that were created')],
  ['pods_bound', number('pods that got a node')],
  ['pods_ready', number('pods that became Ready', 'higher')],
  ['pods_deleted', number('pods that were deleted')],
  ['pods_unscheduled', number('pods without a node at the end', 'lower')],
  ['pods_preempted', number('pods that gave way to others', 'lower')],
  ['pods_bound_per_second', number('from the first creation to the last binding', 'higher')],
  ['changes', number('changes that were asked for')],
  ['changes_converged', number('changes that had their last consequence', 'higher')],
  ['nodes_ready', number('nodes that are Ready at the end', 'higher')],
  ['nodes_in_use', number('nodes with pods at the end')],
  ['cpu_allocation_ratio', number('CPU that pods ask for, of all')],
  ['memory_allocation_ratio', number('memory that pods ask for, of all')],
  ['cpu_imbalance_ratio', number('deviation of that over nodes')],
  ['api_requests', number('requests to the API', 'lower')],
  ['kubernetes_events', number('Kubernetes Events, each as often as it was seen')],
]);

/** The metric of a figure: `pod_startup_seconds` of `pod_startup_seconds.p99`. */
export function metricOf(figure: string): string {
  const dot = figure.indexOf('.');
  return dot < 0 ? figure : figure.slice(0, dot);
}

/** Which way is better; undefined when neither is by itself. */
export function betterOf(figure: string): 'lower' | 'higher' | undefined {
  return figure.endsWith('.count') ? undefined : figureMetrics.get(metricOf(figure))?.better;
}

/** What is wrong with the name of a metric or figure, and what was perhaps meant. */
export interface UnknownFigure {
  readonly message: string;
  readonly suggestion: string | undefined;
  readonly expected: string;
}

/** Undefined for a metric, for a figure of one, and for `all`. */
export function unknownFigure(name: string): UnknownFigure | undefined {
  if (name === 'all') return undefined;
  const metric = metricOf(name);
  const known = figureMetrics.get(metric);
  if (known === undefined) {
    const names = ['all', ...figureMetrics.keys()];
    const suggestion = didYouMean(metric, names);
    const expected =
      suggestion === undefined ? `one of ${names.join(', ')}` : `did you mean "${suggestion}"?`;
    return { message: `there is no metric "${metric}"`, suggestion, expected };
  }
  if (metric === name) return undefined;
  const statistic = name.slice(metric.length + 1);
  if (known.kind === 'number') {
    const message = `${metric} is one number, so there is no "${statistic}" of it`;
    return { message, suggestion: metric, expected: metric };
  }
  if (statistics.some((each) => each === statistic)) return undefined;
  const near = didYouMean(statistic, statistics);
  return {
    message: `${metric} has no "${statistic}"`,
    suggestion: near && `${metric}.${near}`,
    expected: `one of ${statistics.map((each) => `${metric}.${each}`).join(', ')}`,
  };
}
