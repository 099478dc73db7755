// What every station measures by itself: use, queue and jobs served.
import { assert } from './assert.js';
import type { SimTime } from './time.js';

/** What a station has seen since the start of the run. Times in microseconds. */
export interface StationReport {
  readonly name: string;
  /** Mean fraction of the capacity in use; of a TokenBucket, tokens taken over tokens made. */
  readonly utilisation: number;
  /** Time-weighted mean number of jobs waiting. */
  readonly meanQueueLength: number;
  /** 0 where waits are known in advance (TokenBucket, Link). */
  readonly maxQueueLength: number;
  readonly served: number;
  readonly meanWaitUs: number;
}

/** The measuring part every station has. Invariant: integrals are exact up to `#since`. */
export class StationMeter {
  readonly name: string;
  readonly capacity: number;
  busy = 0;
  waiting = 0;
  served = 0;
  maxQueueLength = 0;
  #busyUs = 0;
  #queueUs = 0;
  #since: SimTime = 0;

  constructor(name: string, capacity: number) {
    assert(capacity > 0, `${name}: capacity must be positive`);
    this.name = name;
    this.capacity = capacity;
  }

  /** Sets the number of units in use and of jobs waiting from now on. */
  set(now: SimTime, busy: number, waiting: number): void {
    this.#advance(now);
    this.busy = busy;
    this.waiting = waiting;
    if (waiting > this.maxQueueLength) this.maxQueueLength = waiting;
  }

  /** Unit-microseconds in use since the start; differences over a window give its utilisation. */
  busyUs(now: SimTime): number {
    this.#advance(now);
    return this.#busyUs;
  }

  /** Counts a job whose service and wait, in µs, are known in advance. */
  serve(serviceUs: number, waitUs: number): void {
    this.served++;
    this.#busyUs += serviceUs;
    this.#queueUs += waitUs;
  }

  report(now: SimTime): StationReport {
    this.#advance(now);
    const span = now > 0 ? now : 1;
    return {
      name: this.name,
      utilisation: this.#busyUs / this.capacity / span,
      meanQueueLength: this.#queueUs / span,
      maxQueueLength: this.maxQueueLength,
      served: this.served,
      meanWaitUs: this.#queueUs / (this.served > 0 ? this.served : 1), // Little's law
    };
  }

  #advance(now: SimTime): void {
    const span = now - this.#since;
    if (span <= 0) return;
    this.#busyUs += this.busy * span;
    this.#queueUs += this.waiting * span;
    this.#since = now;
  }
}
