// The MultiPoint list of the default profile: its order is the order of execution at every
// extension point. Left out: the plugins of alpha gates (GangScheduling,
// TopologyPlacementGenerator, PodGroupPodsCount).
// Source: kube-scheduler v1.36 apis/config/v1/default_plugins.go; reference: scheduler 2.0.

/** A name in a profile; an absent weight is 1. */
export interface PluginReference {
  readonly name: string;
  readonly weight?: number;
}

/** Name of a plugin of the default profile. */
export type DefaultPluginName =
  | 'SchedulingGates'
  | 'PrioritySort'
  | 'NodeUnschedulable'
  | 'NodeName'
  | 'TaintToleration'
  | 'NodeAffinity'
  | 'NodePorts'
  | 'NodeResourcesFit'
  | 'VolumeRestrictions'
  | 'NodeVolumeLimits'
  | 'VolumeBinding'
  | 'VolumeZone'
  | 'PodTopologySpread'
  | 'InterPodAffinity'
  | 'DynamicResources'
  | 'DefaultPreemption'
  | 'NodeResourcesBalancedAllocation'
  | 'ImageLocality'
  | 'DefaultBinder'
  | 'NodeDeclaredFeatures';

interface DefaultPlugin extends PluginReference {
  readonly name: DefaultPluginName;
}

/** The default plugins in order, with weights. */
export const defaultPluginList: readonly DefaultPlugin[] = [
  { name: 'SchedulingGates' },
  { name: 'PrioritySort' },
  { name: 'NodeUnschedulable' },
  { name: 'NodeName' },
  { name: 'TaintToleration', weight: 3 },
  { name: 'NodeAffinity', weight: 2 },
  { name: 'NodePorts' },
  { name: 'NodeResourcesFit', weight: 1 },
  { name: 'VolumeRestrictions' },
  { name: 'NodeVolumeLimits' },
  { name: 'VolumeBinding' },
  { name: 'VolumeZone' },
  { name: 'PodTopologySpread', weight: 2 },
  { name: 'InterPodAffinity', weight: 2 },
  { name: 'DynamicResources', weight: 2 },
  { name: 'DefaultPreemption' },
  { name: 'NodeResourcesBalancedAllocation', weight: 1 },
  { name: 'ImageLocality', weight: 1 },
  { name: 'DefaultBinder' },
  { name: 'NodeDeclaredFeatures' },
];
