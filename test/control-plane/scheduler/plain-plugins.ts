// The default plugins that need nothing from outside, in the order of the default profile and with
// its weights: enough for tests of the framework, the queue and the scheduler.

import type { EnabledPlugin } from '../../../src/control-plane/scheduler/framework/plugin-set.js';
import { DefaultBinder } from '../../../src/control-plane/scheduler/plugins/default-binder/default-binder.js';
import { ImageLocality } from '../../../src/control-plane/scheduler/plugins/image-locality/image-locality.js';
import { NodeAffinity } from '../../../src/control-plane/scheduler/plugins/node-affinity/node-affinity.js';
import { NodeName } from '../../../src/control-plane/scheduler/plugins/node-name/node-name.js';
import { NodePorts } from '../../../src/control-plane/scheduler/plugins/node-ports/node-ports.js';
import { NodeResourcesBalancedAllocation } from '../../../src/control-plane/scheduler/plugins/node-resources-balanced-allocation/balance.js';
import { NodeResourcesFit } from '../../../src/control-plane/scheduler/plugins/node-resources-fit/node-resources-fit.js';
import { NodeUnschedulable } from '../../../src/control-plane/scheduler/plugins/node-unschedulable/node-unschedulable.js';
import { PrioritySort } from '../../../src/control-plane/scheduler/plugins/priority-sort/priority-sort.js';
import { SchedulingGates } from '../../../src/control-plane/scheduler/plugins/scheduling-gates/scheduling-gates.js';
import { TaintToleration } from '../../../src/control-plane/scheduler/plugins/taint-toleration/taint-toleration.js';

/** New instances, with their default arguments. */
export function plainPlugins(): EnabledPlugin[] {
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
