// Every plugin that kubeclock has, by name. A plugin of the default list without a line here is
// left out of the profiles. Source: kube-scheduler v1.36 framework/plugins/registry.go.

import type { DefaultPluginName } from '../configuration/default-plugin-list.js';
import type { ArgsOf } from '../configuration/plugin-args.js';
import type { Plugin } from '../framework/plugin.js';
import type { PluginFactory, PluginHandle, PluginRegistry } from '../framework/plugin-handle.js';
import { DefaultBinder } from './default-binder/default-binder.js';
import { DefaultPreemption } from './default-preemption/default-preemption.js';
import { DynamicResources } from './dynamic-resources/dynamic-resources.js';
import { ImageLocality } from './image-locality/image-locality.js';
import { InterPodAffinity } from './inter-pod-affinity/inter-pod-affinity.js';
import { NodeAffinity } from './node-affinity/node-affinity.js';
import { NodeDeclaredFeatures } from './node-declared-features/node-declared-features.js';
import { NodeName } from './node-name/node-name.js';
import { NodePorts } from './node-ports/node-ports.js';
import { NodeResourcesBalancedAllocation } from './node-resources-balanced-allocation/balance.js';
import { NodeResourcesFit } from './node-resources-fit/node-resources-fit.js';
import { NodeUnschedulable } from './node-unschedulable/node-unschedulable.js';
import { NodeVolumeLimits } from './node-volume-limits/node-volume-limits.js';
import { PodTopologySpread } from './pod-topology-spread/pod-topology-spread.js';
import { PrioritySort } from './priority-sort/priority-sort.js';
import { SchedulingGates } from './scheduling-gates/scheduling-gates.js';
import { TaintToleration } from './taint-toleration/taint-toleration.js';
import { VolumeBinding } from './volume-binding/volume-binding.js';
import { VolumeRestrictions } from './volume-restrictions/volume-restrictions.js';
import { VolumeZone } from './volume-zone/volume-zone.js';

/** A line of the registry: the factory gets the plugin's own type of arguments. */
function entry<Name extends DefaultPluginName>(
  name: Name,
  factory: (args: ArgsOf<Name>, handle: PluginHandle) => Plugin,
): [string, PluginFactory] {
  return [name, factory as PluginFactory];
}

/** The factories of the default plugins; order has no meaning here. */
export const registry: PluginRegistry = new Map([
  entry('DefaultBinder', () => new DefaultBinder()),
  entry('DefaultPreemption', (args, handle) => new DefaultPreemption(args, handle)),
  entry('DynamicResources', () => new DynamicResources()),
  entry('ImageLocality', () => new ImageLocality()),
  entry('InterPodAffinity', (args, { listers }) => new InterPodAffinity(args, listers)),
  entry('NodeAffinity', ({ addedAffinity }) => new NodeAffinity(addedAffinity)),
  entry('NodeDeclaredFeatures', () => new NodeDeclaredFeatures()),
  entry('NodeName', () => new NodeName()),
  entry('NodePorts', () => new NodePorts()),
  entry(
    'NodeResourcesBalancedAllocation',
    ({ resources }) => new NodeResourcesBalancedAllocation(resources),
  ),
  entry('NodeResourcesFit', (args) => new NodeResourcesFit(args)),
  entry('NodeUnschedulable', () => new NodeUnschedulable()),
  entry('NodeVolumeLimits', (_args, { listers }) => new NodeVolumeLimits(listers)),
  entry('PodTopologySpread', (args, { listers }) => new PodTopologySpread(args, listers)),
  entry('PrioritySort', () => new PrioritySort()),
  entry('SchedulingGates', () => new SchedulingGates()),
  entry('TaintToleration', () => new TaintToleration()),
  entry(
    'VolumeBinding',
    ({ bindTimeoutSeconds }, handle) => new VolumeBinding(bindTimeoutSeconds, handle),
  ),
  entry('VolumeRestrictions', (_args, { listers }) => new VolumeRestrictions(listers)),
  entry('VolumeZone', (_args, { listers }) => new VolumeZone(listers)),
]);
