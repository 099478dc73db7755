// Interval of a statistic by the bootstrap: the sample is drawn again from itself, with
// replacement, and the quantiles of what the statistic then is bound it.
// Source: B. Efron, Bootstrap Methods: Another Look at the Jackknife, The Annals of Statistics 7
// (1979); the percentile interval. Leaves out the correction for bias and acceleration.
import { assert } from '../kernel/assert.js';
import type { RandomStream } from '../kernel/random-stream.js';
import { quantile } from './quantile.js';
import { sorted } from './sorted.js';

/** A statistic of a sample; it must not change the sample. */
export type Statistic = (values: Float64Array) => number;

/** In the unit of the statistic, low <= high. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** Samples drawn. */
  readonly resamples: number;
  /** Share of them inside the interval, below 1: 0.95. */
  readonly confidence: number;
}

/**
 * The interval of `statistic` over `values` (at least one, finite). Equal values, options and
 * streams give equal intervals. O(resamples × values).
 */
export function bootstrapInterval(
  values: ArrayLike<number>,
  statistic: Statistic,
  stream: Pick<RandomStream, 'below'>,
  { resamples, confidence }: BootstrapOptions,
): Interval {
  const { length } = values;
  assert(length > 0, 'An empty sample has no interval.');
  assert(confidence > 0 && confidence < 1, `A confidence is in 0..1, not ${confidence}.`);
  const drawn = new Float64Array(length);
  const found = Float64Array.from({ length: resamples }, () => {
    for (let i = 0; i < length; i++) drawn[i] = values[stream.below(length)] as number;
    return statistic(drawn);
  });
  const ascending = sorted(found);
  const tail = (1 - confidence) / 2;
  return { low: quantile(ascending, tail), high: quantile(ascending, 1 - tail) };
}
