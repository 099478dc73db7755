// NodeAffinity: the pod's nodeSelector and node affinity, and an affinity that the profile adds to
// every pod. Source: kube-scheduler v1.36 plugins/nodeaffinity; reference: scheduler 2.6, 2.13.

import type { NodeAffinity as Affinity, NodeSelectorTerm } from '../../../../api/affinity.js';
import {
  compileNodeSelector,
  compileNodeSelectorTerm,
  type NodeMatcher,
  nodeSelectorTermProblems,
  requiredNodeMatcher,
} from '../../../../api/node-selector.js';
import type { Pod } from '../../../../api/pod.js';
import type { KindKey } from '../../cache/kind-cache.js';
import type { Snapshot } from '../../cache/snapshot.js';
import { asNode, clusterEvent } from '../../framework/cluster-event.js';
import type { CycleState, StateData } from '../../framework/cycle-state.js';
import { defaultNormalizeScore } from '../../framework/normalize-score.js';
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
import { namedNodes } from './named-nodes.js';

const refused = status(
  'UnschedulableAndUnresolvable',
  "node(s) didn't match Pod's node affinity/selector",
);
const refusedByAdded = status(
  'UnschedulableAndUnresolvable',
  "node(s) didn't match scheduler-enforced node affinity",
);
const conflict: PreFilterResult = {
  status: status('UnschedulableAndUnresolvable', 'pod affinity terms conflict'),
};
const skipped: PreFilterResult = { status: skip };

/** A preferred term, ready to be matched. */
interface WeightedTerm {
  readonly weight: number;
  readonly matches: NodeMatcher;
}

/** Preferred terms of a pod and of the profile. */
class PreferredTerms implements StateData {
  readonly terms: readonly WeightedTerm[];

  constructor(terms: readonly WeightedTerm[]) {
    this.terms = terms;
  }

  clone(): this {
    return this;
  }
}

/** What is wrong with terms that would count; one mistake spoils all of them. */
function preferredProblems(affinity: Affinity | undefined): readonly string[] {
  const terms = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const problems = terms.flatMap(({ weight, preference }, index) =>
    weight === 0 ? [] : nodeSelectorTermProblems(preference, `[${index}]`),
  );
  return [...new Set(problems)];
}

function preferredTerms(affinity: Affinity | undefined): WeightedTerm[] {
  const terms = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms
    .filter(({ weight, preference }) => weight !== 0 && !isEmpty(preference))
    .map(({ weight, preference }) => ({ weight, matches: compileNodeSelectorTerm(preference) }));
}

function hasPreferences(affinity: Affinity | undefined): boolean {
  return (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).length > 0;
}

function isEmpty({ matchExpressions, matchFields }: NodeSelectorTerm): boolean {
  return (matchExpressions?.length ?? 0) === 0 && (matchFields?.length ?? 0) === 0;
}

function isConstrained({ spec }: Pod): boolean {
  const selector = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return selector !== undefined || spec.nodeSelector !== undefined;
}

/** PreFilter, Filter, PreScore and Score. `addedAffinity` is the plugin's argument. */
export class NodeAffinity implements PreFilterPlugin, FilterPlugin, PreScorePlugin, ScorePlugin {
  readonly name = 'NodeAffinity';
  readonly #addedMatches: NodeMatcher | undefined;
  readonly #addedPreferred: readonly WeightedTerm[];
  readonly #addsPreferences: boolean;

  constructor(addedAffinity?: Affinity) {
    const required = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    this.#addedMatches = required && compileNodeSelector(required);
    this.#addedPreferred = preferredTerms(addedAffinity);
    this.#addsPreferences = hasPreferences(addedAffinity);
  }

  preFilter(_state: CycleState, { pod }: PodInfo): PreFilterResult {
    if (!isConstrained(pod)) return this.#addedMatches === undefined ? skipped : {};
    const nodeNames = namedNodes(pod.spec.affinity?.nodeAffinity);
    if (nodeNames === undefined) return {};
    return nodeNames.size === 0 ? conflict : { nodeNames };
  }

  filter(_state: CycleState, { pod }: PodInfo, { table }: Snapshot): NodeFilter {
    const matches = requiredNodeMatcher(pod.spec);
    const addedMatches = this.#addedMatches;
    const { nodes } = table;
    return (row) => {
      const node = nodes[row];
      if (node === undefined) return refused;
      if (addedMatches !== undefined && !addedMatches(node)) return refusedByAdded;
      return matches(node) ? undefined : refused;
    };
  }

  /** Pods of a template share these parts of their specs. */
  verdictKey({ pod }: PodInfo): KindKey {
    const { nodeSelector, affinity } = pod.spec;
    return [nodeSelector, affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution];
  }

  preScore(state: CycleState, { pod }: PodInfo): Status | undefined {
    const affinity = pod.spec.affinity?.nodeAffinity;
    const problems = preferredProblems(affinity);
    if (problems.length > 0) {
      const text = problems.join(', ');
      return status('Error', problems.length === 1 ? text : `[${text}]`);
    }
    // Terms that count for nothing keep the plugin from being skipped all the same.
    if (!this.#addsPreferences && !hasPreferences(affinity)) return skip;
    const terms = [...this.#addedPreferred, ...preferredTerms(affinity)];
    state.write(this.name, new PreferredTerms(terms));
    return undefined;
  }

  score(
    state: CycleState,
    _pod: PodInfo,
    { rows, count }: NodeList,
    { table }: Snapshot,
    scores: Float64Array,
  ): undefined {
    const terms = state.read<PreferredTerms>(this.name)?.terms ?? [];
    for (let i = 0; i < count; i++) {
      const node = table.nodes[rows[i]!]!;
      let sum = 0;
      for (const term of terms) if (term.matches(node)) sum += term.weight;
      scores[i] = sum;
    }
  }

  normalizeScore(scores: Float64Array, count: number): void {
    defaultNormalizeScore(scores, count, false);
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const hint = this.#hint;
    return [{ event: clusterEvent('Node', 'Add', 'UpdateNodeLabel'), hint }];
  }

  readonly #hint: QueueingHintFn = (pod, previous, object) => {
    const before = asNode(previous);
    const after = asNode(object);
    if (after === undefined || !this.#accepts(pod, after)) return 'QueueSkip';
    return before !== undefined && this.#accepts(pod, before) ? 'QueueSkip' : 'Queue';
  };

  #accepts(pod: Pod, node: Parameters<NodeMatcher>[0]): boolean {
    return requiredNodeMatcher(pod.spec)(node) && this.#addedMatches?.(node) !== false;
  }
}
