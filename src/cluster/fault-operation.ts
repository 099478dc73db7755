// What can go wrong with nodes and with the network during a run, and what ends it. A part of
// operation.ts; faults of members of etcd are in etcd-operation.ts.
import type { DistributionSpec } from '../kernel/distributions.js';
import type { Timed } from './operation.js';

/** Nodes as a fault finds them when it strikes: those that match everything that is stated. */
export interface NodeSelection {
  /** Absent: of any name. */
  readonly names?: readonly string[];
  readonly pool?: string;
  /** Label topology.kubernetes.io/zone. */
  readonly zone?: string;
  /** Labels that a node has when it registers. */
  readonly labels?: ReadonlyMap<string, string>;
  /** Of those that match, more than 0 and at most 1; which ones, the seed decides. */
  readonly share?: number;
  /** At most so many of those that match; which ones, the seed decides. */
  readonly count?: number;
}

/**
 * crash: the machine is off, and with it all that ran on it; what comes back after `durationUs` is
 * started anew. reboot: the same, each node for a time of its own. stopKubelet: the kubelet is
 * down, its containers go on. clockSkew: the clock is set forward or back by `offsetUs`, and set
 * right again at the end.
 */
export const nodeFaults = ['crash', 'reboot', 'stopKubelet', 'clockSkew'] as const;

export type NodeFault = (typeof nodeFaults)[number];

/** What every fault has, beside its time. */
export interface Fault extends Timed {
  /** By which `heal` knows it. */
  readonly name: string;
  /** Until it heals by itself; Infinity: never. */
  readonly durationUs: number;
}

/** Nodes have a fault for some time, beside what follows. */
export interface NodeFaultOperation extends Fault {
  readonly op: 'nodeFault';
  readonly fault: NodeFault;
  readonly nodes: NodeSelection;
  /** Of a reboot, in the place of `durationUs`: from the crash to the start of the kubelet, µs. */
  readonly downtime: DistributionSpec;
  /** Of clockSkew, whole µs: above 0 the clock is ahead of the true time. 0 of others. */
  readonly offsetUs: number;
}

/** Machines that a partition has on one side. */
export type NetworkGroup =
  | { readonly nodes: NodeSelection }
  /** Of the control plane. */
  | { readonly hosts: readonly string[] | 'all' };

/** What becomes of packets between the two sides of a partition. */
export const partitionedPackets = ['dropped', 'refused'] as const;

/** Two groups of machines cannot reach each other for some time. */
export interface PartitionOperation extends Fault {
  readonly op: 'partition';
  readonly between: readonly [NetworkGroup, NetworkGroup];
  readonly packets: (typeof partitionedPackets)[number];
}

/** slow: it takes `factor` times as long to answer and to send; down: it refuses all pulls. */
export const registryFaults = ['slow', 'down'] as const;

/** The image registry has a fault for some time; the last one that struck is the one it has. */
export interface RegistryFaultOperation extends Fault {
  readonly op: 'registryFault';
  readonly fault: (typeof registryFaults)[number];
  /** Of slow. */
  readonly factor: number;
}

/** Ends a fault, or all of them. */
export interface HealOperation extends Timed {
  readonly op: 'heal';
  /** undefined: all that have struck so far. */
  readonly fault: string | undefined;
}

export type FaultOperation =
  | NodeFaultOperation
  | PartitionOperation
  | RegistryFaultOperation
  | HealOperation;

const faultOperationNames: ReadonlySet<string> = new Set<FaultOperation['op']>([
  'nodeFault',
  'partition',
  'registryFault',
  'heal',
]);

/** Whether an operation, as performed or as written, lets a fault strike or ends one. */
export function isFaultOperation<T extends { readonly op: string }>(
  operation: T,
): operation is Extract<T, { readonly op: FaultOperation['op'] }> {
  return faultOperationNames.has(operation.op);
}
