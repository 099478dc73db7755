// TaintToleration: nodes repel pods that do not tolerate their taints, some only if they can.
// Source: kube-scheduler v1.36 plugins/tainttoleration; reference: scheduler 2.5, 2.13.

import type { TaintEffect, Toleration } from '../../../../api/affinity.js';
import type { Node } from '../../../../api/node.js';
import type { Pod } from '../../../../api/pod.js';
import { findUntoleratedTaint, toleratesTaint } from '../../../../api/toleration.js';
import type { KindKey } from '../../cache/kind-cache.js';
import type { Snapshot } from '../../cache/snapshot.js';
import { asNode, asPod, clusterEvent } from '../../framework/cluster-event.js';
import type { CycleState } from '../../framework/cycle-state.js';
import { defaultNormalizeScore, maxNodeScore } from '../../framework/normalize-score.js';
import type {
  ClusterEventWithHint,
  FilterPlugin,
  NodeFilter,
  NodeList,
  RowScore,
  ScorePlugin,
} from '../../framework/plugin.js';
import type { PodInfo } from '../../framework/pod-info.js';
import { status } from '../../framework/status.js';

const hardEffects: readonly TaintEffect[] = ['NoSchedule', 'NoExecute'];
const refused = status('UnschedulableAndUnresolvable', 'node(s) had untolerated taint(s)');

const bestEverywhere: RowScore = { key: [], scoreOf: () => maxNodeScore };

function isRepelled(node: Node | undefined, pod: Pod): boolean {
  const taints = node?.spec?.taints;
  return findUntoleratedTaint(taints, pod.spec.tolerations, hardEffects) !== undefined;
}

/** Number of PreferNoSchedule taints that no toleration covers. */
function countUntoleratedSoft(node: Node | undefined, tolerations: readonly Toleration[]): number {
  const taints = node?.spec?.taints ?? [];
  return taints.filter(
    (taint) =>
      taint.effect === 'PreferNoSchedule' &&
      !tolerations.some((toleration) => toleratesTaint(toleration, taint)),
  ).length;
}

/** Filter and Score. Nodes without taints cost one array read. */
export class TaintToleration implements FilterPlugin, ScorePlugin {
  readonly name = 'TaintToleration';

  filter(_state: CycleState, { pod }: PodInfo, { table }: Snapshot): NodeFilter | undefined {
    if (table.hardTaintedCount === 0) return undefined;
    const { hasHardTaints, nodes } = table;
    return (row) => (hasHardTaints[row] === 1 && isRepelled(nodes[row], pod) ? refused : undefined);
  }

  verdictKey({ pod }: PodInfo): KindKey {
    return [JSON.stringify(pod.spec.tolerations)];
  }

  score(
    _state: CycleState,
    { pod }: PodInfo,
    { rows, count }: NodeList,
    { table }: Snapshot,
    scores: Float64Array,
  ): undefined {
    scores.fill(0, 0, count);
    const tolerations = (pod.spec.tolerations ?? []).filter(
      ({ effect }) => effect === undefined || effect === 'PreferNoSchedule',
    );
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      if (table.hasSoftTaints[row] === 0) continue;
      scores[i] = countUntoleratedSoft(table.nodes[row], tolerations);
    }
  }

  normalizeScore(scores: Float64Array, count: number): void {
    defaultNormalizeScore(scores, count, true);
  }

  rowScore(_pod: PodInfo, { table }: Snapshot): RowScore | undefined {
    return table.softTaintedCount === 0 ? bestEverywhere : undefined;
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [
      {
        event: clusterEvent('Node', 'Add', 'UpdateNodeTaint'),
        hint: (pod, previous, object) => {
          const wasRepelled = previous === undefined || isRepelled(asNode(previous), pod);
          return wasRepelled && !isRepelled(asNode(object), pod) ? 'Queue' : 'QueueSkip';
        },
      },
      {
        event: clusterEvent('Pod', 'UpdatePodToleration'),
        hint: (pod, _previous, object) =>
          asPod(object)?.metadata.uid === pod.metadata.uid ? 'Queue' : 'QueueSkip',
      },
    ];
  }
}
