// Requests that must be done within the same time each: since the limit is the same for all, the
// first to come is the first to run out, so one timer at the head of a list is enough.
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';

const NONE = -1;

/** Ids are small and reused after `remove`. All operations O(1) but for the one timer. */
export class DeadlineList {
  readonly #simulation: Simulation;
  readonly #limitUs: SimTime;
  readonly #expired: EventKind;
  readonly #onExpired: (id: number) => void;
  #next = new Int32Array(64).fill(NONE);
  #previous = new Int32Array(64).fill(NONE);
  /** Absolute; 0 where the id is not in the list. */
  #deadlineUs = new Float64Array(64);
  #head = NONE;
  #tail = NONE;
  #timer = NONE;

  /** `event` names the kind of event of the timer; `onExpired` finds the id out of the list. */
  constructor(
    simulation: Simulation,
    event: string,
    limitUs: SimTime,
    onExpired: (id: number) => void,
  ) {
    this.#simulation = simulation;
    this.#limitUs = limitUs;
    this.#onExpired = onExpired;
    this.#expired = simulation.defineEvent(event, () => this.#expire());
  }

  /** Adds an id whose time began at `since`, which must not lie before that of any other. */
  add(id: number, since: SimTime): void {
    if (id >= this.#next.length) this.#grow(id);
    this.#deadlineUs[id] = since + this.#limitUs;
    this.#previous[id] = this.#tail;
    this.#next[id] = NONE;
    if (this.#tail === NONE) this.#head = id;
    else this.#next[this.#tail] = id;
    this.#tail = id;
    if (this.#timer === NONE) this.#arm();
  }

  has(id: number): boolean {
    return id < this.#deadlineUs.length && this.#deadlineUs[id] !== 0;
  }

  /** Takes an id out, if it is in. */
  remove(id: number): void {
    if (!this.has(id)) return;
    this.#deadlineUs[id] = 0;
    const before = this.#previous[id] as number;
    const after = this.#next[id] as number;
    if (before === NONE) this.#head = after;
    else this.#next[before] = after;
    if (after === NONE) this.#tail = before;
    else this.#previous[after] = before;
    if (this.#head !== NONE || this.#timer === NONE) return;
    this.#simulation.cancel(this.#timer);
    this.#timer = NONE;
  }

  /** Forgets all. */
  clear(): void {
    while (this.#head !== NONE) this.remove(this.#head);
  }

  #arm(): void {
    this.#timer = this.#simulation.at(this.#deadlineUs[this.#head] as number, this.#expired);
  }

  /** The timer may be early: its request may be gone, and another be the head. */
  #expire(): void {
    this.#timer = NONE;
    const { now } = this.#simulation;
    while (this.#head !== NONE && (this.#deadlineUs[this.#head] as number) <= now) {
      const id = this.#head;
      this.remove(id);
      this.#onExpired(id);
    }
    if (this.#head !== NONE && this.#timer === NONE) this.#arm();
  }

  #grow(id: number): void {
    const length = Math.max(this.#next.length * 2, id + 1);
    const next = new Int32Array(length).fill(NONE);
    next.set(this.#next);
    const previous = new Int32Array(length).fill(NONE);
    previous.set(this.#previous);
    const deadlineUs = new Float64Array(length);
    deadlineUs.set(this.#deadlineUs);
    this.#next = next;
    this.#previous = previous;
    this.#deadlineUs = deadlineUs;
  }
}
