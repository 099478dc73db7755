// The invariants that hold in every run.
import type { Simulation } from '../kernel/simulation.js';
import type { Checker } from './checker.js';
import { PodPlacement } from './pod-placement.js';
import { SeatLimits } from './seat-limits.js';
import { StoreHistory } from './store-history.js';

/**
 * One of each, in the order in which they are told of changes. Several `schedulers` may promise the
 * same room, and the kubelet finds out.
 */
export function allCheckers(simulation: Simulation, schedulers = 1): readonly Checker[] {
  return [
    new StoreHistory(simulation),
    new PodPlacement(simulation, schedulers > 1),
    new SeatLimits(simulation),
  ];
}
