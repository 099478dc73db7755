// Quantiles of a histogram that has kept counts only: linear within a bucket, as Prometheus and
// Kubernetes' own tests work them out.
// Source: Prometheus histogram_quantile; Kubernetes v1.36 component-base/metrics/testutil;
// reference: scheduler 4.
import { assert } from '../kernel/assert.js';

/** Upper bounds ascending, each with the number of values at or below it; without `+Inf`. */
export type CumulativeBuckets = readonly (readonly [upperBound: number, count: number])[];

/**
 * The value below which a fraction `p` (0..1) of `count` values lies, in their unit; NaN without
 * values. The first bucket begins at 0; what lies above all bounds counts as the last of them.
 * Linear in the number of buckets.
 */
export function bucketQuantile(buckets: CumulativeBuckets, count: number, p: number): number {
  assert(p >= 0 && p <= 1, `A quantile is asked for by a fraction in 0..1, not by ${p}.`);
  if (count === 0) return Number.NaN;
  const rank = p * count;
  let lowerBound = 0;
  let below = 0;
  for (const [upperBound, cumulative] of buckets) {
    if (cumulative >= rank && cumulative > below) {
      return lowerBound + (upperBound - lowerBound) * ((rank - below) / (cumulative - below));
    }
    lowerBound = upperBound;
    below = cumulative;
  }
  return lowerBound;
}
