// The queue's two timers. kube-scheduler looks at backoffQ at every whole second and at
// unschedulablePods every 30 s; here an event is made only for the look that will move a pod, which
// comes to the same and leaves an idle cluster without events.
// Source: kube-scheduler v1.36 backend/queue/scheduling_queue.go Run; reference: scheduler 1.2.

import type { EventHandle } from '../../kernel/event-queue.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { schedulerConstants } from './constants.js';
import type { SchedulingQueue } from './queue/scheduling-queue.js';

/** One timer that is set to the time at which it is needed, or not at all. */
class Alarm {
  readonly #simulation: Simulation;
  readonly #kind: EventKind;
  #handle: EventHandle | undefined;
  #at: SimTime | undefined;

  constructor(simulation: Simulation, name: string, rang: (now: SimTime) => void) {
    this.#simulation = simulation;
    this.#kind = simulation.defineEvent(name, (_target, _arg, now) => {
      this.#at = undefined;
      this.#handle = undefined;
      rang(now);
    });
  }

  set(at: SimTime | undefined): void {
    if (at === this.#at) return;
    this.#at = at;
    if (this.#handle === undefined) {
      if (at !== undefined) this.#handle = this.#simulation.at(at, this.#kind);
    } else if (at === undefined) {
      this.#simulation.cancel(this.#handle);
      this.#handle = undefined;
    } else {
      this.#simulation.reschedule(this.#handle, at);
    }
  }
}

/** Runs from `start` on. */
export class QueueTimers {
  readonly #queue: SchedulingQueue;
  readonly #backoff: Alarm;
  readonly #leftover: Alarm;
  #startedUs: SimTime | undefined;

  /** `moved` is called after a flush. */
  constructor(simulation: Simulation, name: string, queue: SchedulingQueue, moved: () => void) {
    this.#queue = queue;
    this.#backoff = new Alarm(simulation, `${name}.BackoffCompleted`, (now) => {
      queue.flushBackoffQCompleted(now);
      moved();
    });
    this.#leftover = new Alarm(simulation, `${name}.UnschedulableTimedOut`, (now) => {
      queue.flushUnschedulablePodsLeftover(now);
      moved();
    });
  }

  start(now: SimTime): void {
    this.#startedUs = now;
    this.arm();
  }

  /** To be called after every change of the queue. O(1) but for the groups of rejected pods. */
  arm(): void {
    if (this.#startedUs === undefined) return;
    this.#backoff.set(this.#queue.nextBackoffFlushUs());
    const dueUs = this.#queue.nextLeftoverUs();
    this.#leftover.set(dueUs === undefined ? undefined : this.#lookAfter(dueUs, this.#startedUs));
  }

  /** The first look at unschedulablePods that is later than `dueUs`. */
  #lookAfter(dueUs: SimTime, startedUs: SimTime): SimTime {
    const { leftoverFlushIntervalUs: intervalUs } = schedulerConstants;
    return startedUs + (Math.floor((dueUs - startedUs) / intervalUs) + 1) * intervalUs;
  }
}
