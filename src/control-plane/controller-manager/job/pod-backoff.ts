// How long a Job waits before it replaces failed pods: twice as long with every failure in a row,
// counted from the last one; a success in between starts anew.
// Source: Kubernetes v1.36 pkg/controller/job backoff_utils.go (reference: nodes-controllers 3.8).
import type { SimTime } from '../../../kernel/time.js';
import { jobConstants as constants } from './constants.js';

interface Record {
  failures: number;
  lastUs: SimTime;
}

export class PodBackoff {
  readonly #records = new Map<string, Record>();

  /** Takes over what a sync has found to have ended. */
  observe(key: string, succeeded: number, failed: number, now: SimTime): void {
    if (succeeded === 0 && failed === 0) return;
    const record = this.#records.get(key) ?? { failures: 0, lastUs: now };
    if (succeeded > 0) record.failures = 0;
    record.failures += failed;
    if (failed > 0) record.lastUs = now;
    this.#records.set(key, record);
  }

  /** Until pods may be created again, µs; 0: now. */
  remainingUs(key: string, now: SimTime): number {
    const record = this.#records.get(key);
    if (record === undefined || record.failures === 0) return 0;
    let delayUs: number = constants.podBackoffUs;
    for (let i = 1; i < record.failures && delayUs < constants.podBackoffMaxUs; i++) delayUs *= 2;
    return Math.max(0, record.lastUs + Math.min(delayUs, constants.podBackoffMaxUs) - now);
  }

  /** The shortest time that is left of any key, µs; 0: none has any left. O(keys). */
  shortestUs(now: SimTime): number {
    let shortest = Number.POSITIVE_INFINITY;
    for (const key of this.#records.keys()) {
      const leftUs = this.remainingUs(key, now);
      if (leftUs > 0) shortest = Math.min(shortest, leftUs);
    }
    return shortest === Number.POSITIVE_INFINITY ? 0 : shortest;
  }

  forget(key: string): void {
    this.#records.delete(key);
  }
}
