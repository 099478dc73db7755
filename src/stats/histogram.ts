// A histogram as Prometheus keeps it: counts of observations at or below fixed upper bounds.
// Source: Prometheus, Metric types, https://prometheus.io/docs/concepts/metric_types/#histogram.
// Leaves out native (exponential) histograms.
import { assert } from '../kernel/assert.js';
import type { HistogramCounts } from './histogram-counts.js';
import { NeumaierSum } from './neumaier-sum.js';

/** Counts observations by bucket. Invariant: `count` is the count of the bucket `+Inf`. */
export class Histogram {
  readonly #upperBounds: Float64Array;
  /** Observations per bucket, not cumulative; the last one lies above all bounds. */
  readonly #counts: Float64Array;
  readonly #sum = new NeumaierSum();
  #count = 0;

  /**
   * `upperBounds` are finite and strictly ascending; the bucket `+Inf` is implied.
   * @throws AssertionError when they are not.
   */
  constructor(upperBounds: readonly number[]) {
    assert(upperBounds.every(Number.isFinite), 'Upper bounds are finite: +Inf is implied.');
    assert(
      upperBounds.every((bound, i) => i === 0 || bound > (upperBounds[i - 1] as number)),
      'Upper bounds must ascend.',
    );
    this.#upperBounds = Float64Array.from(upperBounds);
    this.#counts = new Float64Array(upperBounds.length + 1);
  }

  /** Number of observations. */
  get count(): number {
    return this.#count;
  }

  /** Sum of the observations, in their unit. */
  get sum(): number {
    return this.#sum.value;
  }

  /**
   * Counts a value, `times` times; one that equals a bound belongs to the bucket below it.
   * O(log buckets).
   */
  observe(value: number, times = 1): void {
    let low = 0;
    let high = this.#upperBounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= (this.#upperBounds[middle] as number)) high = middle;
      else low = middle + 1;
    }
    this.#counts[low] = (this.#counts[low] as number) + times;
    this.#count += times;
    this.#sum.add(value * times);
  }

  /** Upper bound and number of observations at or below it, ascending, without `+Inf`. */
  cumulative(): readonly (readonly [upperBound: number, cumulativeCount: number])[] {
    let below = 0;
    return Array.from(this.#upperBounds, (bound, i) => {
      below += this.#counts[i] as number;
      return [bound, below] as const;
    });
  }

  /** Everything there is to say. */
  report(): HistogramCounts {
    return { buckets: this.cumulative(), sum: this.sum, count: this.count };
  }
}

/**
 * `count` upper bounds, the first is `start`, each of the others `factor` times the one before: the
 * way Kubernetes declares the buckets of its latency metrics.
 * @throws AssertionError unless start > 0, factor > 1 and count >= 1.
 */
export function exponentialBuckets(start: number, factor: number, count: number): number[] {
  assert(
    start > 0 && factor > 1 && count >= 1,
    'Exponential buckets need start > 0, factor > 1 and count >= 1.',
  );
  const bounds = [start];
  while (bounds.length < count) bounds.push((bounds[bounds.length - 1] as number) * factor);
  return bounds;
}
