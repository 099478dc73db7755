// PodTopologySpread: pods of a kind are spread over zones, hosts or whatever a label names, as far
// as their constraints ask for it. Pods that declare none get those of the profile.
// Source: kube-scheduler v1.36 plugins/podtopologyspread; reference: scheduler 2.8, 2.13.

import type { TopologySpreadConstraint } from '../../../../api/affinity.js';
import type { LabelRequirement } from '../../../../api/label-selector.js';
import type { Pod } from '../../../../api/pod.js';
import type { Snapshot } from '../../cache/snapshot.js';
import type { PodTopologySpreadArgs } from '../../configuration/plugin-args.js';
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
import type { PluginWalk, WalkName } from '../../framework/plugin-walk.js';
import type { PodInfo } from '../../framework/pod-info.js';
import { type Status, skip, status } from '../../framework/status.js';
import { defaultRequirements, type SpreadListers } from './default-selector.js';
import { HardSpread } from './hard-spread.js';
import { hintForNodeChange, hintForPodChange } from './queueing-hints.js';
import { normalizeSpread, SoftSpread } from './soft-spread.js';
import {
  declaredConstraint,
  type SpreadConstraint,
  spreadConstraint,
} from './spread-constraint.js';

/** What `defaultingType: System` stands for. */
const systemDefaultConstraints: readonly TopologySpreadConstraint[] = [
  { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

const hostname = 'kubernetes.io/hostname';
const success: PreFilterResult = {};
const skipped: PreFilterResult = { status: skip };
const none: readonly SpreadConstraint[] = [];
const hardKey = 'PreFilterPodTopologySpread';
const softKey = 'PreScorePodTopologySpread';
// A profile that enables only one of two points that belong together fails here, as upstream.
const noHardState = status('Error', `reading "${hardKey}" from cycleState: not found`);
const noSoftState = status('Error', `error reading "${softKey}" from cycleState: not found`);

/** PreFilter, Filter, PreScore and Score. */
export class PodTopologySpread
  implements PreFilterPlugin, FilterPlugin, PreScorePlugin, ScorePlugin
{
  readonly name = 'PodTopologySpread';
  readonly #listers: SpreadListers;
  readonly #hard: DefaultConstraints;
  readonly #soft: DefaultConstraints;
  readonly #isSystemDefaulted: boolean;
  /** Of the last call of `score`, by place. */
  #ignored: Uint8Array = new Uint8Array(64);

  constructor(
    { defaultConstraints, defaultingType }: PodTopologySpreadArgs,
    listers: SpreadListers,
  ) {
    this.#listers = listers;
    this.#isSystemDefaulted = defaultingType === 'System';
    const defaults = this.#isSystemDefaulted ? systemDefaultConstraints : defaultConstraints;
    this.#hard = new DefaultConstraints(defaults, 'DoNotSchedule');
    this.#soft = new DefaultConstraints(defaults, 'ScheduleAnyway');
  }

  preFilter(state: CycleState, { pod }: PodInfo, snapshot: Snapshot): PreFilterResult {
    const constraints = this.#constraintsOf(pod, 'DoNotSchedule');
    if (constraints.length === 0) return skipped;
    state.walks.push(walkOf('spreadPreFilter', constraints.length, snapshot));
    state.write(hardKey, HardSpread.of(pod, constraints, snapshot.placements));
    return success;
  }

  addPod(state: CycleState, _pod: PodInfo, added: PodInfo, row: number): void {
    state.read<HardSpread>(hardKey)?.update(added.pod, row, 1);
  }

  removePod(state: CycleState, _pod: PodInfo, removed: PodInfo, row: number): void {
    state.read<HardSpread>(hardKey)?.update(removed.pod, row, -1);
  }

  filter(state: CycleState): NodeFilter {
    const spread = state.read<HardSpread>(hardKey);
    return spread === undefined ? () => noHardState : spread.filter();
  }

  preScore(
    state: CycleState,
    { pod }: PodInfo,
    nodes: NodeList,
    snapshot: Snapshot,
  ): Status | undefined {
    const constraints = this.#constraintsOf(pod, 'ScheduleAnyway');
    if (constraints.length === 0) return skip;
    const { placements } = snapshot;
    // Pods by host name are counted on the nodes that are scored.
    let counted = 0;
    for (const { topologyKey } of constraints) if (topologyKey !== hostname) counted++;
    state.walks.push(walkOf('spreadPreScore', counted, snapshot));
    const requiresAllKeys = hasConstraints(pod) || !this.#isSystemDefaulted;
    state.write(softKey, SoftSpread.of(pod, constraints, requiresAllKeys, nodes, placements));
    return undefined;
  }

  score(
    state: CycleState,
    _pod: PodInfo,
    nodes: NodeList,
    _snapshot: Snapshot,
    scores: Float64Array,
  ): Status | undefined {
    const spread = state.read<SoftSpread>(softKey);
    if (spread === undefined) return noSoftState;
    if (this.#ignored.length < nodes.count) this.#ignored = new Uint8Array(nodes.count * 2);
    spread.score(nodes, scores, this.#ignored);
    return undefined;
  }

  normalizeScore(scores: Float64Array, count: number): void {
    normalizeSpread(scores, count, this.#ignored);
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [
      {
        event: clusterEvent('Pod', 'Add', 'UpdatePodLabel', 'UpdatePodToleration', 'Delete'),
        hint: this.#hintForPod,
      },
      {
        event: clusterEvent('Node', 'Add', 'Delete', 'UpdateNodeLabel', 'UpdateNodeTaint'),
        hint: this.#hintForNode,
      },
    ];
  }

  readonly #hintForPod: QueueingHintFn = (pod, previous, object) => {
    const constraints = this.#constraintsOf(pod, 'DoNotSchedule');
    return hintForPodChange(pod, constraints, asPod(previous), asPod(object));
  };

  readonly #hintForNode: QueueingHintFn = (pod, previous, object) => {
    const constraints = this.#constraintsOf(pod, 'DoNotSchedule');
    return hintForNodeChange(constraints, asNode(previous), asNode(object));
  };

  /** The pod's own constraints of a kind; those of the profile if it declares none at all. */
  #constraintsOf(pod: Pod, kind: Kind): readonly SpreadConstraint[] {
    if (hasConstraints(pod)) {
      const own = pod.spec.topologySpreadConstraints ?? [];
      const ofKind = own.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === kind);
      return ofKind.map((each) => declaredConstraint(each, pod.metadata.labels));
    }
    return (kind === 'DoNotSchedule' ? this.#hard : this.#soft).of(this.#listers, pod);
  }
}

type Kind = TopologySpreadConstraint['whenUnsatisfiable'];

/** The constraints of one kind that pods get which declare none. */
class DefaultConstraints {
  readonly #declared: readonly TopologySpreadConstraint[];
  /** By what pods are counted; pods of one template ask for the same. */
  readonly #known = new WeakMap<readonly LabelRequirement[], readonly SpreadConstraint[]>();

  constructor(declared: readonly TopologySpreadConstraint[], kind: Kind) {
    this.#declared = declared.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === kind);
  }

  of(listers: SpreadListers, pod: Pod): readonly SpreadConstraint[] {
    if (this.#declared.length === 0) return none;
    const requirements = defaultRequirements(listers, pod);
    if (requirements.length === 0) return none;
    let constraints = this.#known.get(requirements);
    if (constraints === undefined) {
      constraints = this.#declared.map((each) => spreadConstraint(each, requirements));
      this.#known.set(requirements, constraints);
    }
    return constraints;
  }
}

/** Every pod is compared once for each constraint. */
function walkOf(name: WalkName, constraints: number, { count, table }: Snapshot): PluginWalk {
  return { name, nodes: count, pods: table.totalPodCount * constraints, matches: 0 };
}

function hasConstraints({ spec }: Pod): boolean {
  return (spec.topologySpreadConstraints?.length ?? 0) > 0;
}
