// NodeUnschedulable: cordoned nodes take only pods that tolerate it.
// Source: kube-scheduler v1.36 plugins/nodeunschedulable; reference: scheduler 2.7, 2.13.

import type { Node } from '../../../../api/node.js';
import type { Pod } from '../../../../api/pod.js';
import { toleratesTaint } from '../../../../api/toleration.js';
import type { KindKey } from '../../cache/kind-cache.js';
import type { Snapshot } from '../../cache/snapshot.js';
import { asNode, asPod, clusterEvent } from '../../framework/cluster-event.js';
import type { CycleState } from '../../framework/cycle-state.js';
import type { ClusterEventWithHint, FilterPlugin, NodeFilter } from '../../framework/plugin.js';
import type { PodInfo } from '../../framework/pod-info.js';
import { status } from '../../framework/status.js';

const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;
const refused = status('UnschedulableAndUnresolvable', 'node(s) were unschedulable');

function isTolerated(pod: Pod): boolean {
  return (pod.spec.tolerations ?? []).some((toleration) => toleratesTaint(toleration, taint));
}

function isOpen(node: Node | undefined): boolean {
  return node !== undefined && node.spec?.unschedulable !== true;
}

/** Filter. */
export class NodeUnschedulable implements FilterPlugin {
  readonly name = 'NodeUnschedulable';

  filter(_state: CycleState, { pod }: PodInfo, { table }: Snapshot): NodeFilter | undefined {
    if (table.unschedulableCount === 0 || isTolerated(pod)) return undefined;
    const { unschedulable } = table;
    return (row) => (unschedulable[row] === 0 ? undefined : refused);
  }

  /** Pods that tolerate it are not judged at all. */
  verdictKey(): KindKey {
    return [];
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [
      {
        event: clusterEvent('Node', 'Add', 'UpdateNodeTaint'),
        hint: (_pod, previous, object) =>
          isOpen(asNode(object)) && !isOpen(asNode(previous)) ? 'Queue' : 'QueueSkip',
      },
      {
        event: clusterEvent('Pod', 'UpdatePodToleration'),
        hint: (pod, _previous, object) => {
          const changed = asPod(object);
          const isOwn = changed !== undefined && changed.metadata.uid === pod.metadata.uid;
          return isOwn && isTolerated(changed) ? 'Queue' : 'QueueSkip';
        },
      },
    ];
  }
}
