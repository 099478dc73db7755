// How long a client that was turned away is asked to wait: longer the more requests a priority
// level has dropped of late, as TCP slows down.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/dropped_requests_tracker.go
// (reference: controlplane B7).
import type { SimTime } from '../../../kernel/time.js';
import { flowControlConstants } from './constants.js';

interface Second {
  readonly second: number;
  readonly dropped: number;
}

/** Of one priority level. */
export class DroppedRequests {
  /** What Retry-After says now, s. */
  retryAfterSeconds = 1;
  #second = -1;
  #dropped = 0;
  /** The seconds before `#second` in which requests were dropped, ascending. */
  #history: Second[] = [];
  #raisedAtSecond = Number.NEGATIVE_INFINITY;

  /** Notes a request that was turned away; looks at the past once a second. */
  record(now: SimTime): void {
    const second = Math.floor(now / 1_000_000);
    if (second === this.#second) {
      this.#dropped++;
      return;
    }
    this.#remember();
    this.#second = second;
    this.#dropped = 1;
    this.#adjust(second);
  }

  #remember(): void {
    if (this.#dropped === 0) return;
    this.#history.push({ second: this.#second, dropped: this.#dropped });
    const oldest = this.#second - flowControlConstants.maxRetryAfterSeconds;
    const keep = this.#history.findIndex(({ second }) => second >= oldest);
    if (keep > 0) this.#history = this.#history.slice(keep);
  }

  /** Doubles after many drops, at most once in Retry-After seconds; goes down by one after few. */
  #adjust(now: number): void {
    const span = this.retryAfterSeconds;
    const dropped = this.#history.reduce(
      (sum, each) => (now - each.second <= span ? sum + each.dropped : sum),
      0,
    );
    const { maxRetryAfterSeconds, droppedPerRetryAfterSecond } = flowControlConstants;
    if (now - this.#raisedAtSecond >= span && dropped >= droppedPerRetryAfterSecond * span) {
      this.retryAfterSeconds = Math.min(span * 2, maxRetryAfterSeconds);
      this.#raisedAtSecond = now;
    } else if (dropped < span && span > 1) this.retryAfterSeconds--;
  }
}
