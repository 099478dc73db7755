// What flow control has done to the requests of one FlowSchema at one priority level, and how full
// the level was: the figures behind the metrics apiserver_flowcontrol_*.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/metrics/metrics.go (reference: controlplane
// B13); which limit a ratio is taken of, and what exempt requests leave out, from its recordings.
import type { SimTime } from '../../../kernel/time.js';
import { TimeRatioHistogram } from '../../../stats/time-ratio-histogram.js';
import { WholeHistogram } from '../../../stats/whole-histogram.js';

/** Why a request was turned away. */
export type RejectReason = 'queue-full' | 'concurrency-limit' | 'time-out' | 'cancelled';

const DURATION_BOUNDS_US = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30].map(
  (seconds) => Math.round(seconds * 1_000_000),
);
const QUEUE_LENGTH_BOUNDS = [0, 10, 25, 50, 100, 250, 500, 1000];
const SEAT_BOUNDS = [1, 2, 4, 8, 16, 32, 64, 100];
const WATCH_COUNT_BOUNDS = [0, 1, 10, 100, 1000, 10_000];

/** One FlowSchema at one level. */
export class FlowStatistics {
  dispatched = 0;
  readonly rejected: Map<RejectReason, number> = new Map();
  requestsWaiting = 0;
  seatsWaiting = 0;
  requestsExecuting = 0;
  seatsExecuting = 0;
  /** Times the head of a queue was too wide for the free seats. */
  noAccommodation = 0;
  readonly queueLength: WholeHistogram = new WholeHistogram(QUEUE_LENGTH_BOUNDS);
  readonly waitUs: WholeHistogram = new WholeHistogram(DURATION_BOUNDS_US);
  readonly waitOfRejectedUs: WholeHistogram = new WholeHistogram(DURATION_BOUNDS_US);
  readonly executionUs: WholeHistogram = new WholeHistogram(DURATION_BOUNDS_US);
  /** Until the watch was initialised. */
  readonly watchExecutionUs: WholeHistogram = new WholeHistogram(DURATION_BOUNDS_US);
  readonly workSeats: WholeHistogram = new WholeHistogram(SEAT_BOUNDS);
  readonly watchCounts: WholeHistogram = new WholeHistogram(WATCH_COUNT_BOUNDS);

  reject(reason: RejectReason): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + 1);
  }
}

const SEAT_RATIOS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];
const REQUEST_RATIOS = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 1];
const DEMAND_RATIOS = [0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.7, 2, 2.8, 4, 6];

/** How full a level was, over time. */
export class LevelStatistics {
  readonly demandSeats: TimeRatioHistogram;
  readonly executingSeats: TimeRatioHistogram;
  readonly executingRequests: TimeRatioHistogram;
  readonly waitingRequests: TimeRatioHistogram;

  constructor(now: SimTime) {
    this.demandSeats = new TimeRatioHistogram(DEMAND_RATIOS, now);
    this.executingSeats = new TimeRatioHistogram(SEAT_RATIOS, now);
    this.executingRequests = new TimeRatioHistogram(REQUEST_RATIOS, now);
    this.waitingRequests = new TimeRatioHistogram(REQUEST_RATIOS, now);
  }

  /** New limits: of seats, and of requests in all queues. */
  setLimits(now: SimTime, seats: number, queueCapacity: number): void {
    this.demandSeats.setLimit(now, seats);
    this.executingSeats.setLimit(now, seats);
    this.executingRequests.setLimit(now, seats);
    this.waitingRequests.setLimit(now, queueCapacity);
  }
}
