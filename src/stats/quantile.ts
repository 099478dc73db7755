// Exact quantiles of a sample. Definition R-7 (linear interpolation between order statistics), the
// default of R, numpy and Excel: R. J. Hyndman, Y. Fan, Sample Quantiles in Statistical Packages,
// The American Statistician 50 (1996), definition 7.
import { assert } from '../kernel/assert.js';

/**
 * The R-7 quantile of `sorted` (ascending, without NaN), in the unit of the values; NaN when it is
 * empty. `p` is in 0..1: 0 gives the smallest value, 0.5 the median, 1 the largest.
 * @throws AssertionError when `p` is outside 0..1.
 */
export function quantile(sorted: Float64Array, p: number): number {
  assert(p >= 0 && p <= 1, `A quantile is asked for by a fraction in 0..1, not by ${p}.`);
  const last = sorted.length - 1;
  if (last < 0) return Number.NaN;
  const position = last * p;
  const index = Math.floor(position);
  const low = sorted[index] as number;
  const high = sorted[Math.min(index + 1, last)] as number;
  return low + (high - low) * (position - index);
}

/**
 * The smallest value of `sorted` (ascending, without NaN) that `percent` of them (0..100) do not
 * exceed, as Kubernetes' own tests take percentiles; NaN when it is empty.
 */
export function nearestRank(sorted: Float64Array, percent: number): number {
  const rank = Math.ceil((sorted.length * percent) / 100);
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}
