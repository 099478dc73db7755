// NodeDeclaredFeatures: a pod that needs a feature of the kubelet goes only to nodes that declare
// it in status.declaredFeatures. Of the features that a node can declare, those that matter for a
// resize only are left out here: no pod needs them to be scheduled.
// Source: kube-scheduler v1.36 plugins/nodedeclaredfeatures, component-helpers
// nodedeclaredfeatures; KEP-5328; reference: scheduler 2.12, 2.13.

import type { Node } from '../../../../api/node.js';
import type { Pod } from '../../../../api/pod.js';
import type { Snapshot } from '../../cache/snapshot.js';
import { asNode, asPod, clusterEvent } from '../../framework/cluster-event.js';
import type { CycleState } from '../../framework/cycle-state.js';
import type {
  ClusterEventWithHint,
  FilterPlugin,
  NodeFilter,
  PreFilterPlugin,
  PreFilterResult,
  QueueingHintFn,
} from '../../framework/plugin.js';
import type { PodInfo } from '../../framework/pod-info.js';
import { skip, status } from '../../framework/status.js';

const refused = status(
  'UnschedulableAndUnresolvable',
  "node(s) didn't match Pod's required features",
);
const skipped: PreFilterResult = { status: skip };
const needsFeatures: PreFilterResult = {};

/** A feature, and whether a pod needs it from its node. */
interface DeclaredFeature {
  readonly name: string;
  isNeededBy(pod: Pod): boolean;
}

const features: readonly DeclaredFeature[] = [
  {
    name: 'RestartAllContainersOnContainerExits',
    isNeededBy: ({ spec }) =>
      [...spec.containers, ...(spec.initContainers ?? [])].some(({ restartPolicyRules }) =>
        restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers'),
      ),
  },
  {
    name: 'UserNamespacesHostNetworkSupport',
    isNeededBy: ({ spec }) => spec.hostNetwork === true && spec.hostUsers === false,
  },
];

function neededFeatures(pod: Pod): readonly string[] {
  return features.filter((feature) => feature.isNeededBy(pod)).map(({ name }) => name);
}

function declaresAll({ status }: Node, names: readonly string[]): boolean {
  return names.every((name) => status?.declaredFeatures?.includes(name) === true);
}

const hintNodeChanged: QueueingHintFn = (pod, previous, object) => {
  const node = asNode(object);
  const needed = neededFeatures(pod);
  if (node === undefined || !declaresAll(node, needed)) return 'QueueSkip';
  const before = asNode(previous);
  return before === undefined || !declaresAll(before, needed) ? 'Queue' : 'QueueSkip';
};

const hintPodChanged: QueueingHintFn = (pod, previous, object) => {
  const before = asPod(previous);
  const after = asPod(object);
  if (before === undefined || after === undefined) return 'QueueSkip';
  if (after.metadata.uid !== pod.metadata.uid) return 'QueueSkip';
  return neededFeatures(before).join() === neededFeatures(after).join() ? 'QueueSkip' : 'Queue';
};

/** PreFilter and Filter. */
export class NodeDeclaredFeatures implements PreFilterPlugin, FilterPlugin {
  readonly name = 'NodeDeclaredFeatures';

  preFilter(_state: CycleState, { pod }: PodInfo): PreFilterResult {
    return neededFeatures(pod).length === 0 ? skipped : needsFeatures;
  }

  filter(_state: CycleState, { pod }: PodInfo, { table }: Snapshot): NodeFilter {
    const needed = neededFeatures(pod);
    return (row) => {
      const node = table.nodes[row];
      return node !== undefined && declaresAll(node, needed) ? undefined : refused;
    };
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [
      { event: clusterEvent('Node', 'Add', 'UpdateNodeDeclaredFeature'), hint: hintNodeChanged },
      { event: clusterEvent('Pod', 'Update'), hint: hintPodChanged },
    ];
  }
}
