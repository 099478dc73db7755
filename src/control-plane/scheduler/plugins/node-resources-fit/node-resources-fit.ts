// NodeResourcesFit: whether the requests fit, and how well. Left out: extended resources backed by
// DRA.
// Source: kube-scheduler v1.36 plugins/noderesources/fit.go; reference: scheduler 2.2, 2.13.

import type { Node } from '../../../../api/node.js';
import type { Pod } from '../../../../api/pod.js';
import { nodeAllocatable } from '../../../../api/resource-requests.js';
import type { KindKey } from '../../cache/kind-cache.js';
import type { Snapshot } from '../../cache/snapshot.js';
import type { NodeResourcesFitArgs, ScoringStrategy } from '../../configuration/plugin-args.js';
import { asNode, asPod, clusterEvent, isScaledDown } from '../../framework/cluster-event.js';
import type { CycleState } from '../../framework/cycle-state.js';
import type {
  ClusterEventWithHint,
  FilterPlugin,
  NodeFilter,
  NodeList,
  PreFilterPlugin,
  PreFilterResult,
  PreScorePlugin,
  QueueingHintFn,
  RowScore,
  ScorePlugin,
} from '../../framework/plugin.js';
import { PodInfo } from '../../framework/pod-info.js';
import { type IgnoredResources, insufficientResources } from './insufficient.js';
import {
  amountOf,
  amountsOf,
  defaultScoredResources,
  type ScoredResource,
  scoredColumns,
} from './scored-resources.js';
import { type NodeScorer, nodeScorer } from './scoring-strategies.js';

const fits: PreFilterResult = {};

const defaultStrategy: ScoringStrategy = {
  type: 'LeastAllocated',
  resources: defaultScoredResources,
  shape: [],
};

/** PreFilter, Filter, PreScore and Score. */
export class NodeResourcesFit
  implements PreFilterPlugin, FilterPlugin, PreScorePlugin, ScorePlugin
{
  readonly name = 'NodeResourcesFit';
  readonly #ignored: IgnoredResources;
  readonly #resources: readonly ScoredResource[];
  readonly #scoreNode: NodeScorer;

  constructor(args: Partial<NodeResourcesFitArgs> = {}) {
    const { scoringStrategy = defaultStrategy } = args;
    this.#ignored = {
      names: new Set(args.ignoredResources ?? []),
      groups: new Set(args.ignoredResourceGroups ?? []),
    };
    this.#resources = scoringStrategy.resources;
    this.#scoreNode = nodeScorer(scoringStrategy);
  }

  preFilter(): PreFilterResult {
    return fits;
  }

  filter(_state: CycleState, { requests }: PodInfo, { table }: Snapshot): NodeFilter {
    return insufficientResources(requests, table, this.#ignored);
  }

  verdictKey({ requests }: PodInfo): KindKey {
    const { cpuMilli, memoryBytes, ephemeralStorageBytes, scalars } = requests;
    const key: unknown[] = [cpuMilli, memoryBytes, ephemeralStorageBytes];
    for (const [name, amount] of scalars) key.push(name, amount);
    return key;
  }

  preScore(): undefined {
    return undefined;
  }

  score(
    _state: CycleState,
    pod: PodInfo,
    { rows, count }: NodeList,
    snapshot: Snapshot,
    scores: Float64Array,
  ): undefined {
    const { scoreOf } = this.rowScore(pod, snapshot);
    for (let i = 0; i < count; i++) scores[i] = scoreOf(rows[i]!);
  }

  rowScore({ scoringRequests }: PodInfo, { table }: Snapshot): RowScore {
    const columns = scoredColumns(this.#resources, scoringRequests, table, true);
    const scoreNode = this.#scoreNode;
    return {
      key: amountsOf(this.#resources, scoringRequests),
      scoreOf: (row) => scoreNode(columns, row),
    };
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [
      { event: clusterEvent('Pod', 'Delete', 'UpdatePodScaleDown'), hint: hintPodChanged },
      { event: clusterEvent('Node', 'Add', 'UpdateNodeAllocatable'), hint: this.#hintNodeChanged },
    ];
  }

  readonly #hintNodeChanged: QueueingHintFn = (pod, previous, object) => {
    const node = asNode(object);
    if (node === undefined || !this.#fitsWhenEmpty(pod, node)) return 'QueueSkip';
    const before = asNode(previous);
    return before === undefined || offersMore(pod, before, node) ? 'Queue' : 'QueueSkip';
  };

  #fitsWhenEmpty(pod: Pod, node: Node): boolean {
    const { requests } = new PodInfo(pod);
    const allocatable = nodeAllocatable(node);
    const names = ['cpu', 'memory', 'ephemeral-storage', ...requests.scalars.keys()];
    return (
      (allocatable.scalars.get('pods') ?? 0) >= 1 &&
      names.every(
        (name) =>
          this.#ignored.names.has(name) || amountOf(requests, name) <= amountOf(allocatable, name),
      )
    );
  }
}

/** Room is made by a pod that goes or asks for less, or by the pod itself asking for less. */
const hintPodChanged: QueueingHintFn = (pod, previous, object) => {
  const before = asPod(previous);
  const after = asPod(object);
  if (before === undefined) return 'QueueSkip';
  if (after === undefined) {
    const isPlaced = (before.spec.nodeName ?? before.status?.nominatedNodeName ?? '') !== '';
    return isPlaced ? 'Queue' : 'QueueSkip';
  }
  if (!isScaledDown(before, after)) return 'QueueSkip';
  if (after.metadata.uid === pod.metadata.uid) return 'Queue';
  if ((after.spec.nodeName ?? '') === '') return 'QueueSkip';
  return sharesScaledResource(pod, before, after) ? 'Queue' : 'QueueSkip';
};

function sharesScaledResource(pod: Pod, before: Pod, after: Pod): boolean {
  const wanted = new PodInfo(pod).requests;
  const was = new PodInfo(before).requests;
  const is = new PodInfo(after).requests;
  const names = ['cpu', 'memory', 'ephemeral-storage', ...wanted.scalars.keys()];
  return names.some(
    (name) => amountOf(wanted, name) > 0 && amountOf(is, name) < amountOf(was, name),
  );
}

/** Whether a resource that the pod asks for, or the number of pods, has grown. */
function offersMore(pod: Pod, before: Node, after: Node): boolean {
  const wanted = new PodInfo(pod).requests;
  const was = nodeAllocatable(before);
  const is = nodeAllocatable(after);
  const names = ['cpu', 'memory', 'ephemeral-storage', ...wanted.scalars.keys()].filter(
    (name) => amountOf(wanted, name) > 0,
  );
  return ['pods', ...names].some((name) => amountOf(is, name) > amountOf(was, name));
}
