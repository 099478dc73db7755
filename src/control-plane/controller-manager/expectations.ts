// What a controller has asked for and not seen yet: while something is expected it does not act on
// the key again, so that a lagging watch does not make it create twice.
// Source: Kubernetes v1.36 pkg/controller/controller_utils.go (reference: nodes-controllers 3.3).
import type { Simulation } from '../../kernel/simulation.js';
import { controllerManagerConstants } from './constants.js';

interface Expected {
  creations: number;
  readonly deletions: Set<string>;
  sinceUs: number;
}

export class Expectations {
  readonly #simulation: Simulation;
  readonly #expected = new Map<string, Expected>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Nothing is expected for the key, or it has waited longer than 5 minutes. */
  isSatisfied(key: string): boolean {
    const expected = this.#expected.get(key);
    if (expected === undefined) return true;
    if (expected.creations <= 0 && expected.deletions.size === 0) return true;
    return (
      this.#simulation.now - expected.sinceUs > controllerManagerConstants.expectationsTimeoutUs
    );
  }

  /** From now on so many creations and the deletion of these pods are expected. */
  expect(key: string, creations: number, deletedPods: readonly string[]): void {
    const deletions = new Set(deletedPods);
    this.#expected.set(key, { creations, deletions, sinceUs: this.#simulation.now });
  }

  /** A creation was seen, or failed. */
  creationObserved(key: string): void {
    const expected = this.#expected.get(key);
    if (expected !== undefined) expected.creations--;
  }

  /** A deletion was seen, or failed. */
  deletionObserved(key: string, podKey: string): void {
    this.#expected.get(key)?.deletions.delete(podKey);
  }

  forget(key: string): void {
    this.#expected.delete(key);
  }
}
