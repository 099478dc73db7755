// The last changes of one resource, for watches that begin in the past and reads of older states.
// Its capacity follows the traffic: it doubles while what would be dropped is still young, and
// halves when a quarter of it would be enough.
// Source: Kubernetes v1.36 apiserver storage/cacher/watch_cache.go resizeCacheLocked,
// getAllEventsSinceLocked (reference: controlplane B9).
import type { WatchEvent } from '../../client/watch.js';
import type { SimTime } from '../../kernel/time.js';
import { apiserverConstants } from './constants.js';

/** What was dropped is cut off in steps of at least so many. */
const CUT_STEP = 1024;

export class EventLog {
  /** Most events that are kept. */
  capacity: number = apiserverConstants.watchLogMinEvents;
  capacityIncreases = 0;
  capacityDecreases = 0;
  /** Changes after this revision are all there. */
  startRevision = 0;
  /** Undefined: dropped. */
  #events: (WatchEvent | undefined)[] = [];
  #times: SimTime[] = [];
  #head = 0;

  /** Forgets everything: from now on changes after `revision` are kept. */
  reset(revision: number): void {
    this.#events = [];
    this.#times = [];
    this.#head = 0;
    this.startRevision = revision;
  }

  get length(): number {
    return this.#events.length - this.#head;
  }

  /** Appends; revisions rise, but those of one transaction are the same. Amortised O(1). */
  add(event: WatchEvent, now: SimTime): void {
    if (this.length === this.capacity) this.#resize(now);
    if (this.length === this.capacity) this.#dropOldest(1);
    this.#events.push(event);
    this.#times.push(now);
    if (this.#head < CUT_STEP || this.#head * 2 < this.#events.length) return;
    this.#events = this.#events.slice(this.#head);
    this.#times = this.#times.slice(this.#head);
    this.#head = 0;
  }

  /** Changes after a revision, oldest first; undefined when some of them are gone. O(result). */
  after(revision: number): readonly WatchEvent[] | undefined {
    if (revision < this.startRevision) return undefined;
    let from = this.#events.length;
    while (from > this.#head && (this.#events[from - 1] as WatchEvent).revision > revision) from--;
    return this.#events.slice(from) as WatchEvent[];
  }

  #resize(now: SimTime): void {
    const { watchLogMinEvents, watchLogMaxEvents, watchLogFreshUs } = apiserverConstants;
    const last = this.#events.length;
    if (now - (this.#times[this.#head] as SimTime) < watchLogFreshUs) {
      const capacity = Math.min(2 * this.capacity, watchLogMaxEvents);
      if (capacity > this.capacity) this.capacityIncreases++;
      this.capacity = capacity;
    } else if (
      this.capacity > watchLogMinEvents &&
      now - (this.#times[last - Math.floor(this.capacity / 4)] as SimTime) > watchLogFreshUs
    ) {
      this.capacity = Math.max(Math.floor(this.capacity / 2), watchLogMinEvents);
      this.capacityDecreases++;
      this.#dropOldest(this.length - this.capacity);
    }
  }

  #dropOldest(count: number): void {
    const head = this.#head + count;
    this.startRevision = (this.#events[head - 1] as WatchEvent).revision;
    // What waits to be cut off holds no versions of objects.
    this.#events.fill(undefined, this.#head, head);
    this.#head = head;
  }
}
