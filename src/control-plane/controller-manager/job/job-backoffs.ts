// How long each Job waits before it replaces failed pods: the Job as a whole, or, where it limits
// the failures of its indexes, each index for itself.
// Source: Kubernetes v1.36 pkg/controller/job/backoff_utils.go (reference: nodes-controllers 3.8).
import type { Job } from '../../../api/job.js';
import type { SimTime } from '../../../kernel/time.js';
import { completionIndexOf } from './completion-indexes.js';
import { limitsIndexes } from './index-failures.js';
import type { IndexWait } from './job-plan.js';
import type { Finished } from './job-tracking.js';
import { PodBackoff } from './pod-backoff.js';

export class JobBackoffs {
  readonly #jobs = new PodBackoff();
  /** By Job, with the indexes as keys. */
  readonly #indexes = new Map<string, PodBackoff>();

  /** Takes over what a sync has found to have ended. */
  observe(job: Job, key: string, { succeeded, failed }: Finished, now: SimTime): void {
    if (!limitsIndexes(job)) {
      return this.#jobs.observe(key, succeeded.length, failed.length, now);
    }
    const indexes = this.#indexes.get(key) ?? new PodBackoff();
    this.#indexes.set(key, indexes);
    for (const pod of failed) indexes.observe(`${completionIndexOf(pod)}`, 0, 1, now);
    for (const pod of succeeded) indexes.forget(`${completionIndexOf(pod)}`);
  }

  /** How long each index of a Job has to wait. */
  indexWait(key: string, now: SimTime): IndexWait {
    const indexes = this.#indexes.get(key);
    return (index) => indexes?.remainingUs(`${index}`, now) ?? 0;
  }

  /** Until pods that are wanted now may be created, µs; 0: nothing waits. */
  remainingUs(job: Job, key: string, bodies: number, now: SimTime): number {
    if (limitsIndexes(job)) return this.#indexes.get(key)?.shortestUs(now) ?? 0;
    return bodies > 0 ? this.#jobs.remainingUs(key, now) : 0;
  }

  forget(key: string): void {
    this.#jobs.forget(key);
    this.#indexes.delete(key);
  }
}
