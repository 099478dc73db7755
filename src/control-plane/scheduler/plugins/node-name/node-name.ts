// NodeName: a pod that names its node goes nowhere else.
// Source: kube-scheduler v1.36 plugins/nodename; reference: scheduler 2.7, 2.13.

import type { Snapshot } from '../../cache/snapshot.js';
import { clusterEvent } from '../../framework/cluster-event.js';
import type { CycleState } from '../../framework/cycle-state.js';
import type { ClusterEventWithHint, FilterPlugin, NodeFilter } from '../../framework/plugin.js';
import type { PodInfo } from '../../framework/pod-info.js';
import { status } from '../../framework/status.js';

const refused = status(
  'UnschedulableAndUnresolvable',
  "node(s) didn't match the requested node name",
);

/** Filter. */
export class NodeName implements FilterPlugin {
  readonly name = 'NodeName';

  filter(_state: CycleState, pod: PodInfo, { table }: Snapshot): NodeFilter | undefined {
    const { nodeName } = pod;
    if (nodeName === '') return undefined;
    return (row) => (table.names[row] === nodeName ? undefined : refused);
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [{ event: clusterEvent('Node', 'Add') }];
  }
}
