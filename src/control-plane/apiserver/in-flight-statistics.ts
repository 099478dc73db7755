// How many requests an apiserver executes and keeps waiting, reads and writes apart: gauges that
// show the most of the last second, and how long they stood at which part of their limit.
// Source: Kubernetes v1.36 apiserver server/filters/maxinflight.go watermarks,
// util/flowcontrol/metrics/metrics.go read_vs_write_current_requests (reference: controlplane B13).
import type { SimTime } from '../../kernel/time.js';
import { TimeRatioHistogram } from '../../stats/time-ratio-histogram.js';

const RATIOS = [0, 0.001, 0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];
const SECOND_US = 1_000_000;

/** One count: of reads or of writes, executing or waiting. */
export class InFlightGauge {
  readonly ratios: TimeRatioHistogram;
  count = 0;
  #second = 0;
  #most = 0;
  #mostBefore = 0;

  constructor(now: SimTime) {
    this.ratios = new TimeRatioHistogram(RATIOS, now);
  }

  add(now: SimTime, change: 1 | -1): void {
    this.#turn(now);
    this.count += change;
    if (this.count > this.#most) this.#most = this.count;
    this.ratios.set(now, this.count);
  }

  /** The most of the last full second. */
  watermark(now: SimTime): number {
    this.#turn(now);
    return this.#mostBefore;
  }

  #turn(now: SimTime): void {
    const second = Math.floor(now / SECOND_US);
    if (second === this.#second) return;
    this.#mostBefore = second === this.#second + 1 ? this.#most : this.count;
    this.#most = this.count;
    this.#second = second;
  }
}

/** All four of a server. */
export class InFlightStatistics {
  readonly executingReads: InFlightGauge;
  readonly executingWrites: InFlightGauge;
  readonly waitingReads: InFlightGauge;
  readonly waitingWrites: InFlightGauge;

  constructor(now: SimTime) {
    this.executingReads = new InFlightGauge(now);
    this.executingWrites = new InFlightGauge(now);
    this.waitingReads = new InFlightGauge(now);
    this.waitingWrites = new InFlightGauge(now);
  }

  /** How many requests all seats and all queues have room for. */
  setLimits(now: SimTime, executing: number, waiting: number): void {
    this.executingReads.ratios.setLimit(now, executing);
    this.executingWrites.ratios.setLimit(now, executing);
    this.waitingReads.ratios.setLimit(now, waiting);
    this.waitingWrites.ratios.setLimit(now, waiting);
  }
}
