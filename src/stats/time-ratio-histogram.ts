// How long a count was which fraction of a limit: a histogram into which every nanosecond puts the
// ratio that held in it. It is kept as time by count, and put into buckets when the limit changes.
// Source: Kubernetes v1.36 component-base metrics/prometheusextension timing histogram, apiserver
// util/flowcontrol/metrics/timing_ratio_histogram.go.
import type { HistogramCounts } from './histogram-counts.js';

const NANOSECONDS_PER_US = 1000;

/** Times in µs; observations in nanoseconds, as Kubernetes counts them. */
export class TimeRatioHistogram {
  readonly #bounds: readonly number[];
  readonly #nanoseconds: Float64Array;
  #sum = 0;
  #count = 0;
  #limit = 1;
  #sinceUs: number;
  #value = 0;
  /** Time by count under the present limit. */
  #timeUs = new Float64Array(16);

  /** `bounds` are ratios, ascending. */
  constructor(bounds: readonly number[], now: number) {
    this.#bounds = bounds;
    this.#nanoseconds = new Float64Array(bounds.length + 1);
    this.#sinceUs = now;
  }

  /** The count from now on, a whole number of 0 or more. O(1). */
  set(now: number, value: number): void {
    this.#timeUs[this.#value] = (this.#timeUs[this.#value] as number) + now - this.#sinceUs;
    this.#sinceUs = now;
    this.#value = value;
    if (value < this.#timeUs.length) return;
    const longer = new Float64Array(value * 2);
    longer.set(this.#timeUs);
    this.#timeUs = longer;
  }

  /** What the count is divided by from now on; 0 counts as 1. */
  setLimit(now: number, limit: number): void {
    if (limit === this.#limit) return;
    this.#settle(now);
    this.#limit = Math.max(1, limit);
  }

  /** As of `now`. */
  report(now: number): HistogramCounts {
    this.#settle(now);
    let below = 0;
    const buckets = this.#bounds.map((bound, i) => {
      below += this.#nanoseconds[i] as number;
      return [bound, below] as const;
    });
    return { buckets, sum: this.#sum, count: this.#count };
  }

  #settle(now: number): void {
    this.set(now, this.#value);
    for (let value = 0; value < this.#timeUs.length; value++) {
      const nanoseconds = (this.#timeUs[value] as number) * NANOSECONDS_PER_US;
      if (nanoseconds === 0) continue;
      const ratio = value / this.#limit;
      let bucket = 0;
      while (bucket < this.#bounds.length && ratio > (this.#bounds[bucket] as number)) bucket++;
      this.#nanoseconds[bucket] = (this.#nanoseconds[bucket] as number) + nanoseconds;
      this.#sum += ratio * nanoseconds;
      this.#count += nanoseconds;
    }
    this.#timeUs.fill(0);
  }
}
