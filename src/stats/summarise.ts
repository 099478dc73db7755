// A sample in eight numbers, the ones that every table of kubeclock shows.
import { assert } from '../kernel/assert.js';
import { mean } from './mean.js';
import { quantile } from './quantile.js';
import { sorted } from './sorted.js';

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
  const sample = sorted(values);
  const average = mean(sample);
  assert(sample.length === 0 || Number.isFinite(average), 'A sample holds finite numbers only.');
  return {
    count: sample.length,
    mean: average,
    min: quantile(sample, 0),
    p50: quantile(sample, 0.5),
    p90: quantile(sample, 0.9),
    p99: quantile(sample, 0.99),
    max: quantile(sample, 1),
  };
}
