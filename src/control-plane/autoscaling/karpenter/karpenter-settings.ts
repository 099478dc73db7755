// What Karpenter is set to, and who measures it.
import type { Node } from '../../../api/node.js';

/** A type of instances that a NodePool may use. */
export interface Offering {
  /** Of its pool in the cluster: `default/m5.large`. */
  readonly pool: string;
  readonly instanceType: string;
  /** A node of it, without a name and a zone. */
  readonly template: Node;
  readonly maxPods: number;
  /** At least one. */
  readonly zones: readonly string[];
  /** Undefined: not known, and never the cheapest. */
  readonly pricePerHour: number | undefined;
}

export interface KarpenterNodePool {
  readonly name: string;
  /** Pools with a higher one are tried first. */
  readonly weight: number;
  readonly offerings: readonly Offering[];
  /** Of all its nodes together; Infinity: none. */
  readonly limitCpuMilli: number;
  readonly limitMemoryBytes: number;
  readonly consolidationPolicy: 'WhenEmpty' | 'WhenEmptyOrUnderutilized';
  /** Since a pod was last bound to a node or left it; Infinity: never. */
  readonly consolidateAfterUs: number;
  /** From its making on a node is to be replaced; Infinity: never. */
  readonly expireAfterUs: number;
  /** Share of its nodes that may be disrupted at a time. */
  readonly budgetShare: number;
}

/** Times in µs. */
export interface KarpenterSettings {
  readonly nodePools: readonly KarpenterNodePool[];
  readonly batchIdleDurationUs: number;
  readonly batchMaxDurationUs: number;
}

/** Measures what it does. Times in µs. */
export interface KarpenterMonitor {
  schedulingRan(us: number): void;
  nodeClaimCreated(nodePool: string): void;
  nodeClaimLaunched(nodePool: string): void;
  nodeClaimInitialized(nodePool: string, sinceCreationUs: number): void;
  nodeClaimTerminated(nodePool: string): void;
  disrupted(reason: 'empty' | 'underutilized'): void;
  expired(nodePool: string): void;
}
