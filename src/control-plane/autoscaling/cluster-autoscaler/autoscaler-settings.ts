// What a Cluster Autoscaler is set to, and who measures it.
import type { Node } from '../../../api/node.js';

/** How one of several groups is chosen. */
export const expanderNames = [
  'random',
  'least-nodes',
  'least-waste',
  'most-pods',
  'price',
  'priority',
] as const;

export type ExpanderName = (typeof expanderNames)[number];

/** One group that may grow and shrink. */
export interface AutoscaledGroup {
  /** Of its pool. */
  readonly name: string;
  /** A node of it, without a name. */
  readonly template: Node;
  /** For the expander `priority`: the highest is taken. */
  readonly priority: number;
  /** Undefined: not known, and never the cheapest. */
  readonly pricePerHour: number | undefined;
}

/** Times in µs. */
export interface ClusterAutoscalerSettings {
  readonly groups: readonly AutoscaledGroup[];
  readonly expander: ExpanderName;
  readonly scanIntervalUs: number;
  readonly maxNodeProvisionTimeUs: number;
  readonly newPodScaleUpDelayUs: number;
  readonly isScaleDownEnabled: boolean;
  readonly scaleDownUnneededTimeUs: number;
  readonly scaleDownUnreadyTimeUs: number;
  readonly scaleDownDelayAfterAddUs: number;
  readonly scaleDownDelayAfterDeleteUs: number;
  readonly scaleDownDelayAfterFailureUs: number;
  /** Share of a node below which it may go. */
  readonly scaleDownUtilizationThreshold: number;
  readonly maxScaleDownParallelism: number;
  readonly maxDrainParallelism: number;
}

/** Measures what it does. Times in µs. */
export interface ClusterAutoscalerMonitor {
  functionRan(name: 'main' | 'scaleUp' | 'scaleDown' | 'filterOutSchedulable', us: number): void;
  activity(name: 'main' | 'scaleUp' | 'scaleDown'): void;
  observed(unschedulablePods: number, unneededNodes: number): void;
  scaledUp(group: string, nodes: number): void;
  scaledDown(reason: 'empty' | 'underutilized' | 'unready'): void;
  scaleUpFailed(reason: 'timeout' | 'cloudProviderError' | 'insufficientCapacity'): void;
  podEvicted(): void;
}
