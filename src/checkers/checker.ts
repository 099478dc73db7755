// An invariant, watched from outside. A checker sees what every observer sees and writes down each
// violation; it never changes or stops the run.
import { SilentObserver } from '../client/observer.js';
import type { Simulation } from '../kernel/simulation.js';
import { toSeconds } from '../kernel/time.js';

/** A broken invariant, as a sentence with the simulated time in front. */
export type Violation = string;

export abstract class Checker extends SilentObserver {
  readonly violations: Violation[] = [];
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    super();
    this.#simulation = simulation;
  }

  /** Notes a violation unless `holds`; the sentence is made only when needed. */
  protected expect(holds: boolean, sentence: () => string): void {
    if (!holds) this.violated(sentence());
  }

  /** Notes a violation; for checks so frequent that they make no sentence to be told. */
  protected violated(sentence: string): void {
    this.violations.push(`${toSeconds(this.#simulation.now)} s: ${sentence}`);
  }
}
