// The default profile: the plugins of kube-scheduler's MultiPoint list that are modelled, in its
// order and with its weights. Of the list these are left out: VolumeRestrictions,
// NodeVolumeLimits, VolumeBinding, VolumeZone, PodTopologySpread (weight 2), InterPodAffinity (2)
// and DynamicResources (2) between NodeResourcesFit and NodeResourcesBalancedAllocation, with
// DefaultPreemption after them; NodeDeclaredFeatures and the plugins of alpha gates at the end.
// A pod that uses none of what they look at is decided as in kube-scheduler, but for the text of
// preemption in its failure message.
// Source: kube-scheduler v1.36 apis/config/v1/default_plugins.go; reference: scheduler 2.0.

import type { EnabledPlugin } from '../framework/plugin-set.js';
import { DefaultBinder } from './default-binder/default-binder.js';
import { ImageLocality } from './image-locality/image-locality.js';
import { NodeAffinity } from './node-affinity/node-affinity.js';
import { NodeName } from './node-name/node-name.js';
import { NodePorts } from './node-ports/node-ports.js';
import { NodeResourcesBalancedAllocation } from './node-resources-balanced-allocation/balance.js';
import { NodeResourcesFit } from './node-resources-fit/node-resources-fit.js';
import { NodeUnschedulable } from './node-unschedulable/node-unschedulable.js';
import { PrioritySort } from './priority-sort/priority-sort.js';
import { SchedulingGates } from './scheduling-gates/scheduling-gates.js';
import { TaintToleration } from './taint-toleration/taint-toleration.js';

/** New instances of the default plugins, with their default arguments. */
export function defaultPlugins(): EnabledPlugin[] {
  return [
    { plugin: new SchedulingGates() },
    { plugin: new PrioritySort() },
    { plugin: new NodeUnschedulable() },
    { plugin: new NodeName() },
    { plugin: new TaintToleration(), weight: 3 },
    { plugin: new NodeAffinity(), weight: 2 },
    { plugin: new NodePorts() },
    { plugin: new NodeResourcesFit(), weight: 1 },
    { plugin: new NodeResourcesBalancedAllocation(), weight: 1 },
    { plugin: new ImageLocality(), weight: 1 },
    { plugin: new DefaultBinder() },
  ];
}
