// InterPodAffinity: pods that want to be near pods of some kind, or away from them.
// Source: kube-scheduler v1.36 plugins/interpodaffinity; reference: scheduler 2.9, 2.13.

import type { Snapshot } from '../../cache/snapshot.js';
import type { InterPodAffinityArgs } from '../../configuration/plugin-args.js';
import { affinityTermsOf } from '../../framework/affinity-term.js';
import { asNode, asPod, clusterEvent } from '../../framework/cluster-event.js';
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
  ScorePlugin,
} from '../../framework/plugin.js';
import type { PodInfo } from '../../framework/pod-info.js';
import { type Status, skip, status } from '../../framework/status.js';
import type { NamespaceListers } from './incoming-terms.js';
import { normalizeAffinity, PreferredAffinity } from './preferred-affinity.js';
import { hintForNodeChange, hintForPodChange } from './queueing-hints.js';
import { RequiredAffinity } from './required-affinity.js';

const success: PreFilterResult = {};
const skipped: PreFilterResult = { status: skip };
const requiredKey = 'PreFilterInterPodAffinity';
const preferredKey = 'PreScoreInterPodAffinity';
// A profile that enables only one of two points that belong together fails here, as upstream.
const noRequiredState = status(
  'Error',
  `error reading "${requiredKey}" from cycleState: not found`,
);
const noPreferredState = status(
  'Error',
  `error reading "${preferredKey}" from cycleState: not found`,
);

/** PreFilter, Filter, PreScore and Score. */
export class InterPodAffinity
  implements PreFilterPlugin, FilterPlugin, PreScorePlugin, ScorePlugin
{
  readonly name = 'InterPodAffinity';
  readonly #args: InterPodAffinityArgs;
  readonly #listers: NamespaceListers;

  constructor(args: InterPodAffinityArgs, listers: NamespaceListers) {
    this.#args = args;
    this.#listers = listers;
  }

  preFilter(state: CycleState, { pod }: PodInfo, snapshot: Snapshot): PreFilterResult {
    const { table, count, placements } = snapshot;
    const others = table.totalAntiAffinityPodCount;
    if (others > 0) {
      state.walks.push({ name: 'othersAntiAffinity', nodes: 0, pods: others, matches: 0 });
    }
    const required = RequiredAffinity.of(pod, placements, this.#listers);
    if (required === undefined) return skipped;
    const { requiredAffinity, requiredAntiAffinity } = affinityTermsOf(pod);
    if (requiredAffinity.length + requiredAntiAffinity.length > 0) {
      const pods = table.totalPodCount;
      state.walks.push({ name: 'ownAffinity', nodes: count, pods, matches: required.meantPods });
    }
    state.write(requiredKey, required);
    return success;
  }

  addPod(
    state: CycleState,
    _pod: PodInfo,
    added: PodInfo,
    row: number,
    { placements }: Snapshot,
  ): void {
    state.read<RequiredAffinity>(requiredKey)?.update(added.pod, row, 1, placements);
  }

  removePod(
    state: CycleState,
    _pod: PodInfo,
    removed: PodInfo,
    row: number,
    { placements }: Snapshot,
  ): void {
    state.read<RequiredAffinity>(requiredKey)?.update(removed.pod, row, -1, placements);
  }

  filter(state: CycleState): NodeFilter {
    const required = state.read<RequiredAffinity>(requiredKey);
    return required === undefined ? () => noRequiredState : required.filter();
  }

  preScore(
    state: CycleState,
    { pod }: PodInfo,
    _nodes: NodeList,
    { table, count, placements }: Snapshot,
  ): Status | undefined {
    const { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods } = this.#args;
    const { preferredAffinity, preferredAntiAffinity } = affinityTermsOf(pod);
    const hasPreferred = preferredAffinity.length + preferredAntiAffinity.length > 0;
    if (ignorePreferredTermsOfExistingPods && !hasPreferred) return skip;
    const listers = this.#listers;
    const preferred = PreferredAffinity.of(pod, hardPodAffinityWeight, placements, listers);
    // A pod without preferences concerns only pods that have terms themselves.
    const pods = hasPreferred ? table.totalPodCount : table.totalAffinityPodCount;
    const nodes = hasPreferred ? count : 0;
    const matches = preferred?.matchedPods ?? 0;
    if (pods > 0) state.walks.push({ name: 'affinityPreScore', nodes, pods, matches });
    if (preferred === undefined) return skip;
    state.write(preferredKey, preferred);
    return undefined;
  }

  score(
    state: CycleState,
    _pod: PodInfo,
    nodes: NodeList,
    _snapshot: Snapshot,
    scores: Float64Array,
  ): Status | undefined {
    const preferred = state.read<PreferredAffinity>(preferredKey);
    if (preferred === undefined) return noPreferredState;
    preferred.score(nodes, scores);
    return undefined;
  }

  normalizeScore(scores: Float64Array, count: number): void {
    normalizeAffinity(scores, count);
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [
      { event: clusterEvent('Pod', 'Add', 'UpdatePodLabel', 'Delete'), hint: onPod },
      { event: clusterEvent('Node', 'Add', 'UpdateNodeLabel'), hint: onNode },
    ];
  }
}

const onPod: QueueingHintFn = (pod, previous, object) =>
  hintForPodChange(pod, asPod(previous), asPod(object));

const onNode: QueueingHintFn = (pod, previous, object) =>
  hintForNodeChange(pod, asNode(previous), asNode(object));
