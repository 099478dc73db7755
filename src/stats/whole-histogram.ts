// A histogram of whole numbers, such as microseconds or lengths of queues, for places that observe
// at every request: the sum is exact without any care, and most values fall into the first buckets.
import { assert } from '../kernel/assert.js';
import type { HistogramCounts } from './histogram-counts.js';

/** Counts by bucket. Invariant: `sum` is exact while below 2^53. */
export class WholeHistogram {
  sum = 0;
  count = 0;
  readonly #bounds: Float64Array;
  readonly #counts: Float64Array;

  /**
   * `bounds` are upper bounds in the unit of the values; the bucket `+Inf` is implied.
   * @throws AssertionError unless they ascend.
   */
  constructor(bounds: readonly number[]) {
    assert(
      bounds.every((bound, i) => i === 0 || bound > (bounds[i - 1] as number)),
      'Upper bounds must ascend.',
    );
    this.#bounds = Float64Array.from(bounds);
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Counts a value `times` times. Linear in the buckets below it. */
  observe(value: number, times = 1): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] as number) + times;
    this.count += times;
    this.sum += value * times;
  }

  /** With bounds and sum divided by `unit`: 1,000,000 for values in µs that are told in seconds. */
  report(unit = 1): HistogramCounts {
    let below = 0;
    const buckets = Array.from(this.#bounds, (bound, i) => {
      below += this.#counts[i] as number;
      return [bound / unit, below] as const;
    });
    return { buckets, sum: this.sum / unit, count: this.count };
  }
}
