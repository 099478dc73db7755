// The invariants that hold in every run.
import type { Simulation } from '../kernel/simulation.js';
import type { Checker } from './checker.js';
import { DisruptionBudgets } from './disruption-budgets.js';
import { EtcdHistory } from './etcd-history.js';
import { OwnerReferences } from './owner-references.js';
import { PodPlacement } from './pod-placement.js';
import { SeatLimits } from './seat-limits.js';
import { ServiceAddresses } from './service-addresses.js';
import { StatefulIdentity } from './stateful-identity.js';
import { StoreHistory } from './store-history.js';
import { VolumeBindings } from './volume-bindings.js';
import { WatchHistory } from './watch-history.js';

/**
 * One of each, in the order in which they are told of changes. Where room is not `promisedOnce`, by
 * a scheduler alone that looks for it, a node can be bound more than fits, and the kubelet finds
 * out.
 */
export function allCheckers(simulation: Simulation, promisedOnce = true): readonly Checker[] {
  return [
    new StoreHistory(simulation),
    new PodPlacement(simulation, promisedOnce),
    new StatefulIdentity(simulation),
    new DisruptionBudgets(simulation),
    new OwnerReferences(simulation),
    new ServiceAddresses(simulation),
    new SeatLimits(simulation),
    new WatchHistory(simulation),
    new EtcdHistory(simulation),
    new VolumeBindings(simulation),
  ];
}
