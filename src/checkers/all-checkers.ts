// The invariants that hold in every run.
import type { Simulation } from '../kernel/simulation.js';
import type { Checker } from './checker.js';
import { PodPlacement } from './pod-placement.js';
import { StoreHistory } from './store-history.js';

/** One of each, in the order in which they are told of changes. */
export function allCheckers(simulation: Simulation): readonly Checker[] {
  return [new StoreHistory(simulation), new PodPlacement(simulation)];
}
