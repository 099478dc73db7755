// Arguments of the default plugins as they reach the plugins: every field is there, defaults are
// filled in, ranges have been checked.
// Source: kube-scheduler v1.36 kube-scheduler/config/v1/types_pluginargs.go; reference: scheduler
// 3.

import type { NodeAffinity, TopologySpreadConstraint } from '../../../api/affinity.js';

/** A resource that a score weighs. */
export interface ResourceSpec {
  readonly name: string;
  /** 1..100. */
  readonly weight: number;
}

/** One point of a piecewise linear function; points ascend in `utilization`. */
export interface UtilizationShapePoint {
  /** Percent, 0..100. */
  readonly utilization: number;
  /** 0..10. */
  readonly score: number;
}

/** How NodeResourcesFit scores. */
export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly resources: readonly ResourceSpec[];
  /** At least one point; empty for the other types. */
  readonly shape: readonly UtilizationShapePoint[];
}

export interface NodeResourcesFitArgs {
  readonly ignoredResources: readonly string[];
  /** Prefixes before the "/". */
  readonly ignoredResourceGroups: readonly string[];
  readonly scoringStrategy: ScoringStrategy;
}

/** Weights are 1. */
export interface NodeResourcesBalancedAllocationArgs {
  readonly resources: readonly ResourceSpec[];
}

export interface NodeAffinityArgs {
  /** Added to what every pod of the profile requires and prefers. */
  readonly addedAffinity: NodeAffinity | undefined;
}

export interface InterPodAffinityArgs {
  /** 0..100. */
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
}

export interface PodTopologySpreadArgs {
  /** For pods that declare none; without label selectors. Empty for `System`. */
  readonly defaultConstraints: readonly TopologySpreadConstraint[];
  readonly defaultingType: 'System' | 'List';
}

export interface DefaultPreemptionArgs {
  /** 0..100. */
  readonly minCandidateNodesPercentage: number;
  /** 0 or more; not 0 together with the percentage. */
  readonly minCandidateNodesAbsolute: number;
}

export interface VolumeBindingArgs {
  readonly bindTimeoutSeconds: number;
  /** Of the score that the gate StorageCapacityScoring brings; empty when it is not given. */
  readonly shape: readonly UtilizationShapePoint[];
}

export interface DynamicResourcesArgs {
  readonly filterTimeoutUs: number;
  readonly bindingTimeoutUs: number;
}

/** The default plugins that take arguments. */
export interface PluginArgs {
  readonly DefaultPreemption: DefaultPreemptionArgs;
  readonly DynamicResources: DynamicResourcesArgs;
  readonly InterPodAffinity: InterPodAffinityArgs;
  readonly NodeAffinity: NodeAffinityArgs;
  readonly NodeResourcesBalancedAllocation: NodeResourcesBalancedAllocationArgs;
  readonly NodeResourcesFit: NodeResourcesFitArgs;
  readonly PodTopologySpread: PodTopologySpreadArgs;
  readonly VolumeBinding: VolumeBindingArgs;
}

/** The arguments of one plugin; `undefined` for a default plugin that takes none. */
export type ArgsOf<Name> = Name extends keyof PluginArgs ? PluginArgs[Name] : undefined;
