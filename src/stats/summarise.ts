// A sample in eight numbers, the ones that every table of kubeclock shows.
import { assert } from '../kernel/assert.js';
import { ascending } from './ascending.js';
import { mean } from './mean.js';
import { quantile } from './quantile.js';

/** Figures of a sample, in the unit of its values; all but `count` are NaN when it is empty. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  /** Quantiles by definition R-7. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Summarises finite values; the order of the values does not matter, and they are not changed.
 * O(n log n).
 * @throws AssertionError when a value is NaN or infinite.
 */
export function summarise(values: ArrayLike<number>): Summary {
  const sorted = Float64Array.from(values).sort(ascending);
  const average = mean(sorted);
  assert(sorted.length === 0 || Number.isFinite(average), 'A sample holds finite numbers only.');
  return {
    count: sorted.length,
    mean: average,
    min: quantile(sorted, 0),
    p50: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    p99: quantile(sorted, 0.99),
    max: quantile(sorted, 1),
  };
}
