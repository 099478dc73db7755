// Verdicts on a scenario's thresholds.
import type { Threshold } from '../scenario/threshold.js';
import { thresholdHolds } from '../scenario/threshold.js';
import { ascending } from '../stats/ascending.js';
import { mean } from '../stats/mean.js';
import { quantile } from '../stats/quantile.js';
import type { ThresholdRow } from './run-result.js';
import { countedMetrics } from './samples.js';

/** Values of the metric that a threshold selects. */
export type ValuesOf = (threshold: Threshold) => readonly number[];

/** One row a threshold, in their order; a threshold without samples fails unless it allows that. */
export function judgeThresholds(
  thresholds: readonly Threshold[],
  valuesOf: ValuesOf,
  simulatedSeconds: number,
): readonly ThresholdRow[] {
  return thresholds.map((threshold) => {
    const values = valuesOf(threshold);
    const value = aggregate(threshold, values, simulatedSeconds);
    const isEmpty = Number.isNaN(value);
    const ok = isEmpty ? threshold.allowEmpty : thresholdHolds(threshold, value);
    const { metric, expression, level } = threshold;
    return { metric, expression, level, value, ok };
  });
}

/** NaN when there is nothing to aggregate; counts and rates of nothing are 0. */
function aggregate(threshold: Threshold, values: readonly number[], seconds: number): number {
  const { aggregation, selector } = threshold;
  const { kind } = aggregation;
  if (kind === 'value' && countedMetrics.has(selector.name)) return values.length;
  if (kind === 'count') return values.length;
  if (kind === 'rate') return seconds > 0 ? values.length / seconds : 0;
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort(ascending);
  switch (kind) {
    case 'avg':
      return mean(sorted);
    case 'min':
      return sorted[0] as number;
    case 'max':
      return sorted.at(-1) as number;
    case 'med':
      return quantile(sorted, 0.5);
    case 'value':
      return values.at(-1) as number;
    default:
      return quantile(sorted, (aggregation as { readonly percentile: number }).percentile / 100);
  }
}
