// Scores from preferred terms, of the incoming pod and of pods on nodes, and from required affinity
// terms of pods on nodes.
// Source: kube-scheduler v1.36 plugins/interpodaffinity/scoring.go; reference: scheduler 2.9.
//
// Operations, with T terms of the pod and E distinct terms of pods on nodes that mean it: a pod,
// T + E lookups; a feasible node, T + E times two array reads; pods on nodes are not looked at.

import type { Pod } from '../../../../api/pod.js';
import type { CountTable } from '../../cache/count-table.js';
import type { PlacementIndex } from '../../cache/placement-index.js';
import type { TermRole } from '../../cache/pod-class.js';
import type { TopologyColumn } from '../../cache/topology-column.js';
import {
  affinityTermsOf,
  namespaceOf,
  type WeightedAffinityTerm,
} from '../../framework/affinity-term.js';
import type { StateData } from '../../framework/cycle-state.js';
import { maxNodeScore } from '../../framework/normalize-score.js';
import type { NodeList } from '../../framework/plugin.js';
import { type NamespaceListers, namespaceLabelsOf, podsOfTerm } from './incoming-terms.js';

/** What the pods of one term are worth to the nodes that share a topology value with them. */
interface Contribution {
  readonly column: TopologyColumn;
  readonly counts: CountTable;
  /** For each pod. */
  readonly points: number;
}

/** The cycle's data. */
export class PreferredAffinity implements StateData {
  readonly #contributions: Contribution[] = [];
  /** Pods on nodes that the term with the most of them brings in. */
  matchedPods = 0;

  /** Undefined when there is nothing to score by: no term has a pod on a node with its key. */
  static of(
    pod: Pod,
    hardPodAffinityWeight: number,
    placements: PlacementIndex,
    listers: NamespaceListers,
  ): PreferredAffinity | undefined {
    const result = new PreferredAffinity();
    const { preferredAffinity, preferredAntiAffinity } = affinityTermsOf(pod);
    result.#addOwn(preferredAffinity, 1, placements, listers);
    result.#addOwn(preferredAntiAffinity, -1, placements, listers);
    const addOthers = (role: TermRole, factor: number): void => {
      const labels = namespaceLabelsOf(pod, listers);
      const { namespace, own } = { namespace: namespaceOf(pod), own: pod.metadata.labels };
      for (const holders of placements.termsMeaning(role, namespace, labels, own)) {
        const column = placements.column(holders.term.topologyKey);
        result.matchedPods = Math.max(result.matchedPods, holders.rows.total);
        result.#add(column, holders.countsByValue(column), factor * holders.weight);
      }
    };
    if (hardPodAffinityWeight > 0) addOthers('requiredAffinity', hardPodAffinityWeight);
    addOthers('preferredAffinity', 1);
    addOthers('preferredAntiAffinity', -1);
    return result.#contributions.length === 0 ? undefined : result;
  }

  clone(): this {
    return this;
  }

  /** Writes the sum of all points. */
  score({ rows, count }: NodeList, scores: Float64Array): void {
    scores.fill(0, 0, count);
    for (const { column, counts, points } of this.#contributions) {
      const { values } = column;
      for (let i = 0; i < count; i++) scores[i]! += points * counts.get(values[rows[i]!]!);
    }
  }

  #addOwn(
    terms: readonly WeightedAffinityTerm[],
    factor: number,
    placements: PlacementIndex,
    listers: NamespaceListers,
  ): void {
    for (const { term, weight } of terms) {
      const pods = podsOfTerm(term, listers);
      if (pods === undefined) continue;
      const column = placements.column(term.topologyKey);
      const selected = placements.podsMatching(pods);
      this.matchedPods = Math.max(this.matchedPods, selected.rows.total);
      this.#add(column, selected.countsByValue(column), factor * weight);
    }
  }

  #add(column: TopologyColumn, counts: CountTable, points: number): void {
    if (counts.total > 0) this.#contributions.push({ column, counts, points });
  }
}

/** The lowest score becomes 0 and the highest 100; all become 0 where they are equal. */
export function normalizeAffinity(scores: Float64Array, count: number): void {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    lowest = Math.min(lowest, scores[i]!);
    highest = Math.max(highest, scores[i]!);
  }
  const range = highest - lowest;
  for (let i = 0; i < count; i++) {
    scores[i] = range > 0 ? Math.trunc(maxNodeScore * ((scores[i]! - lowest) / range)) : 0;
  }
}
