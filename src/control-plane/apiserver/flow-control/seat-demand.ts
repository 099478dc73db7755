// How many seats a priority level wanted in a period: mean, deviation and peak over time, and the
// smoothed demand by which borrowing is decided. It rises at once and falls slowly.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/fairqueuing/integrator.go, apf_controller.go
// seatDemandStats (reference: controlplane B4).
import type { SimTime } from '../../../kernel/time.js';
import { flowControlConstants } from './constants.js';

export class SeatDemand {
  /** Of the last period. */
  average = 0;
  deviation = 0;
  highWatermark = 0;
  /** Over all periods. */
  smoothed = 0;
  #seats = 0;
  #max = 0;
  #startUs: SimTime;
  #sinceUs: SimTime;
  #seatUs = 0;
  #squareUs = 0;

  constructor(now: SimTime) {
    this.#startUs = now;
    this.#sinceUs = now;
  }

  /** Seats in use and waited for, from now on. */
  set(now: SimTime, seats: number): void {
    this.#advance(now);
    this.#seats = seats;
    if (seats > this.#max) this.#max = seats;
  }

  get seats(): number {
    return this.#seats;
  }

  /** Ends a period. */
  endPeriod(now: SimTime): void {
    this.#advance(now);
    const span = now - this.#startUs;
    this.highWatermark = this.#max;
    if (span > 0) {
      this.average = this.#seatUs / span;
      const variance = this.#squareUs / span - this.average * this.average;
      this.deviation = Math.sqrt(Math.max(0, variance));
      this.#smooth();
    }
    this.#startUs = now;
    this.#seatUs = 0;
    this.#squareUs = 0;
    this.#max = this.#seats;
  }

  /** Ends `count` periods of a level that wanted nothing, the last of them now. */
  endIdlePeriods(now: SimTime, count: number): void {
    this.average = 0;
    this.deviation = 0;
    this.highWatermark = 0;
    for (let period = 0; period < count; period++) this.#smooth();
    this.#startUs = now;
    this.#sinceUs = now;
    this.#max = 0;
  }

  #smooth(): void {
    const envelope = this.average + this.deviation;
    const past = flowControlConstants.seatDemandSmoothing;
    this.smoothed = Math.max(envelope, past * this.smoothed + (1 - past) * envelope);
  }

  #advance(now: SimTime): void {
    const span = now - this.#sinceUs;
    if (span <= 0) return;
    this.#seatUs += this.#seats * span;
    this.#squareUs += this.#seats * this.#seats * span;
    this.#sinceUs = now;
  }
}
