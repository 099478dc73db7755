// When the watchers of one resource get bookmarks: each about once a minute, all that are due at
// the next tick of the dispatcher. While nothing at all has come to the cache a bookmark would say
// nothing new, and nobody gets one.
// Source: Kubernetes v1.36 apiserver storage/cacher/cacher.go (reference: controlplane B9).
import type { RandomStream } from '../../kernel/random-stream.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { apiserverConstants } from './constants.js';
import type { ServerWatch } from './server-watch.js';

export class BookmarkSchedule {
  readonly #simulation: Simulation;
  readonly #stream: RandomStream;
  readonly #ticked: EventKind;
  readonly #send: (watch: ServerWatch) => void;
  /** When the next one is due, in this order, since the period is the same for all. */
  readonly #due = new Map<ServerWatch, SimTime>();
  #isArmed = false;
  #lastTickUs: SimTime = 0;
  #lastNewsUs: SimTime = Number.NEGATIVE_INFINITY;

  /** `send` gives a watch its bookmark. */
  constructor(simulation: Simulation, name: string, send: (watch: ServerWatch) => void) {
    this.#simulation = simulation;
    this.#stream = simulation.random.stream(`${name}/bookmarks`);
    this.#ticked = simulation.defineEvent(`${name}.BookmarksDue`, () => this.#tick());
    this.#send = send;
  }

  add(watch: ServerWatch): void {
    this.#due.set(watch, this.#simulation.now + apiserverConstants.bookmarkPeriodUs);
    this.#arm();
  }

  remove(watch: ServerWatch): void {
    this.#due.delete(watch);
  }

  /** The cache has a newer revision. O(1). */
  advanced(): void {
    this.#lastNewsUs = this.#simulation.now;
    if (!this.#isArmed) this.#arm();
  }

  /** Plans the next tick, unless everyone has been told since the last news. */
  #arm(): void {
    const { bookmarkTickUs, bookmarkPeriodUs } = apiserverConstants;
    const [dueUs] = this.#due.values();
    if (this.#isArmed || dueUs === undefined) return;
    if (dueUs > this.#lastNewsUs + bookmarkPeriodUs + 2 * bookmarkTickUs) return;
    const tickUs = this.#lastTickUs + bookmarkTickUs + this.#stream.below(bookmarkTickUs / 4);
    this.#isArmed = true;
    this.#simulation.at(Math.max(dueUs, tickUs, this.#simulation.now), this.#ticked);
  }

  #tick(): void {
    const { now } = this.#simulation;
    this.#isArmed = false;
    this.#lastTickUs = now;
    const due: ServerWatch[] = [];
    for (const [watch, dueUs] of this.#due) {
      if (dueUs > now) break;
      due.push(watch);
    }
    for (const watch of due) {
      this.#due.delete(watch);
      this.#due.set(watch, now + apiserverConstants.bookmarkPeriodUs);
      this.#send(watch);
    }
    this.#arm();
  }
}
