// A timer that costs no event as long as nothing is due: whoever needs it says when at the latest,
// and it fires once at the earliest of those times.
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';

export class DueTimer {
  readonly #simulation: Simulation;
  readonly #kind: EventKind;
  readonly #target: number;
  #atUs: SimTime = Number.POSITIVE_INFINITY;
  #handle = -1;

  constructor(simulation: Simulation, kind: EventKind, target: number) {
    this.#simulation = simulation;
    this.#kind = kind;
    this.#target = target;
  }

  /** Fires at `time` or before. */
  ensure(time: SimTime): void {
    if (time >= this.#atUs) return;
    this.#atUs = time;
    if (this.#handle >= 0 && this.#simulation.reschedule(this.#handle, time)) return;
    this.#handle = this.#simulation.at(time, this.#kind, this.#target);
  }

  /** To be called first by whoever handles the event. */
  fired(): void {
    this.#atUs = Number.POSITIVE_INFINITY;
    this.#handle = -1;
  }

  cancel(): void {
    if (this.#handle >= 0) this.#simulation.cancel(this.#handle);
    this.fired();
  }
}
