// NodePorts: two pods cannot have the same port of one host.
// Source: kube-scheduler v1.36 plugins/nodeports; reference: scheduler 2.7, 2.13.

import { portsConflict } from '../../cache/host-ports.js';
import type { Snapshot } from '../../cache/snapshot.js';
import { asPod, clusterEvent } from '../../framework/cluster-event.js';
import type { CycleState } from '../../framework/cycle-state.js';
import type {
  ClusterEventWithHint,
  FilterPlugin,
  NodeFilter,
  PreFilterPlugin,
  PreFilterResult,
  QueueingHintFn,
} from '../../framework/plugin.js';
import { PodInfo } from '../../framework/pod-info.js';
import { skip, status } from '../../framework/status.js';

const refused = status(
  'Unschedulable',
  "node(s) didn't have free ports for the requested pod ports",
);
const skipped: PreFilterResult = { status: skip };
const wantsPorts: PreFilterResult = {};

const hintPodDeleted: QueueingHintFn = (pod, previous) => {
  const deleted = asPod(previous);
  if (deleted === undefined || (deleted.spec.nodeName ?? '') === '') return 'QueueSkip';
  const wanted = new PodInfo(pod).hostPorts;
  return portsConflict(wanted, new PodInfo(deleted).hostPorts) ? 'Queue' : 'QueueSkip';
};

/** PreFilter and Filter. */
export class NodePorts implements PreFilterPlugin, FilterPlugin {
  readonly name = 'NodePorts';

  preFilter(_state: CycleState, pod: PodInfo): PreFilterResult {
    return pod.hostPorts.length === 0 ? skipped : wantsPorts;
  }

  filter(_state: CycleState, { hostPorts }: PodInfo, { table }: Snapshot): NodeFilter {
    return (row) => {
      const taken = table.hostPorts[row];
      if (taken === undefined) return undefined;
      return hostPorts.some((port) => taken.conflictsWith(port)) ? refused : undefined;
    };
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [
      { event: clusterEvent('Pod', 'Delete'), hint: hintPodDeleted },
      { event: clusterEvent('Node', 'Add') },
    ];
  }
}
