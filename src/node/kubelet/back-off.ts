// Exponential backoff of one thing that keeps failing: a container that exits, an image that cannot
// be pulled. Source: Kubernetes v1.36 client-go util/flowcontrol/backoff.go
// (reference: nodes-controllers §0.3, §1.10).
import type { SimTime } from '../../kernel/time.js';

/** Limits of a backoff, µs. */
export interface BackOffLimits {
  readonly initialUs: number;
  readonly maxUs: number;
  /** Without a failure for longer than this it starts anew. */
  readonly resetUs: number;
}

/** The delay in force since the last failure; 0 before the first one. */
export class BackOff {
  delayUs = 0;
  #updatedUs: SimTime = 0;

  /** Whether something that happened at `eventUs` still has to wait at `now`. */
  isWaiting(limits: BackOffLimits, eventUs: SimTime, now: SimTime): boolean {
    return now < this.readyUs(limits, eventUs);
  }

  /** When something that happened at `eventUs` may be tried again. */
  readyUs(limits: BackOffLimits, eventUs: SimTime): SimTime {
    if (this.delayUs === 0 || eventUs - this.#updatedUs > limits.resetUs) return eventUs;
    return eventUs + this.delayUs;
  }

  /** Counts an attempt made at `now` because of what happened at `eventUs`. */
  next(limits: BackOffLimits, eventUs: SimTime, now: SimTime): void {
    const isFresh = this.delayUs === 0 || eventUs - this.#updatedUs > limits.resetUs;
    this.delayUs = isFresh ? limits.initialUs : Math.min(this.delayUs * 2, limits.maxUs);
    this.#updatedUs = now;
  }
}
