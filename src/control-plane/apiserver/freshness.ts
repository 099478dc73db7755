// Reads that wait until a cache has got to a revision. A resource that nobody writes gets there by
// asking etcd how far it is: at once when nobody has asked for a while, then every 100 ms as long
// as somebody waits.
// Source: Kubernetes v1.36 apiserver storage/cacher/watch_cache.go waitUntilFreshAndBlock,
// progress/watch_progress.go (reference: controlplane B9).
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { apiserverConstants } from './constants.js';

interface Wait {
  readonly id: number;
  readonly revision: number;
  readonly sinceUs: SimTime;
}

export class Freshness {
  readonly #simulation: Simulation;
  readonly #due: EventKind;
  readonly #requestProgress: () => void;
  #waits: Wait[] = [];
  #isArmed = false;
  #lastRequestUs: SimTime = Number.NEGATIVE_INFINITY;

  constructor(simulation: Simulation, name: string, requestProgress: () => void) {
    this.#simulation = simulation;
    this.#requestProgress = requestProgress;
    this.#due = simulation.defineEvent(`${name}.ProgressRequestDue`, () => {
      this.#isArmed = false;
      this.#ask();
    });
  }

  /** A request waits for a revision that the cache does not have yet. */
  wait(id: number, revision: number): void {
    this.#waits.push({ id, revision, sinceUs: this.#simulation.now });
    this.#ask();
  }

  /** Those whose revision is there wait no more; calls `ready` for each, in order of coming. */
  advanced(revision: number, ready: (id: number, waitedUs: SimTime) => void): void {
    if (this.#waits.length === 0) return;
    const waits = this.#waits;
    this.#waits = waits.filter((wait) => wait.revision > revision);
    const { now } = this.#simulation;
    for (const wait of waits) if (wait.revision <= revision) ready(wait.id, now - wait.sinceUs);
  }

  /** Waits no longer; false when it did not. */
  giveUp(id: number): boolean {
    const count = this.#waits.length;
    this.#waits = this.#waits.filter((wait) => wait.id !== id);
    return this.#waits.length < count;
  }

  /** Nobody waits any longer; returns those who did. */
  clear(): readonly number[] {
    const ids = this.#waits.map(({ id }) => id);
    this.#waits = [];
    return ids;
  }

  #ask(): void {
    if (this.#isArmed || this.#waits.length === 0) return;
    const { now } = this.#simulation;
    const { progressRequestPeriodUs } = apiserverConstants;
    if (this.#lastRequestUs + progressRequestPeriodUs <= now) {
      this.#lastRequestUs = now;
      this.#requestProgress();
    }
    this.#isArmed = true;
    this.#simulation.at(this.#lastRequestUs + progressRequestPeriodUs, this.#due);
  }
}
