// Required terms, of the incoming pod and of pods on nodes: what PreFilter finds out, what trials
// change in it, and the filter.
// Source: kube-scheduler v1.36 plugins/interpodaffinity/filtering.go; reference: scheduler 2.9.
//
// Operations, with T terms of the pod and E distinct anti-affinity terms of pods on nodes that mean
// it: a pod, T + E lookups; a node, at most T + E times two array reads; pods on nodes are not
// looked at.

import type { Labels } from '../../../../api/object-meta.js';
import type { Pod } from '../../../../api/pod.js';
import type { PlacementIndex } from '../../cache/placement-index.js';
import { missingValue, type TopologyColumn } from '../../cache/topology-column.js';
import {
  type AffinityTerm,
  affinityTermsOf,
  namespaceOf,
  termMatches,
} from '../../framework/affinity-term.js';
import type { StateData } from '../../framework/cycle-state.js';
import type { NodeFilter } from '../../framework/plugin.js';
import { status } from '../../framework/status.js';
import {
  isMeant,
  type MeantPods,
  type NamespaceListers,
  namespaceLabelsOf,
  podsOfAllTerms,
  podsOfTerm,
} from './incoming-terms.js';
import { TopologyCounts } from './topology-counts.js';

const refusedByAffinity = status(
  'UnschedulableAndUnresolvable',
  "node(s) didn't match pod affinity rules",
);
const refusedByAntiAffinity = status(
  'Unschedulable',
  "node(s) didn't match pod anti-affinity rules",
);
const refusedByOthers = status(
  'Unschedulable',
  "node(s) didn't satisfy existing pods anti-affinity rules",
);

/** One of the pod's anti-affinity terms. */
interface AntiAffinity {
  readonly pods: MeantPods;
  readonly counts: TopologyCounts;
}

/** What the whole cycle knows of the incoming pod. */
interface Incoming {
  readonly pod: Pod;
  readonly namespaceLabels: Labels | undefined;
  /** The pods that all affinity terms mean. */
  readonly wanted: MeantPods;
  /** Whether it has affinity terms and means itself. */
  readonly wantsItself: boolean;
  /** See RequiredAffinity.meantPods. */
  readonly meantPods: number;
}

/** The cycle's data. Good until the next snapshot. */
export class RequiredAffinity implements StateData {
  readonly #incoming: Incoming;
  /** Wanted pods, once for each topology key of the affinity terms. */
  readonly #affinity: readonly TopologyCounts[];
  readonly #antiAffinity: readonly AntiAffinity[];
  /** Anti-affinity terms of other pods that mean this one, by topology key. */
  readonly #others: Map<string, TopologyCounts>;

  private constructor(
    incoming: Incoming,
    affinity: readonly TopologyCounts[],
    antiAffinity: readonly AntiAffinity[],
    others: Map<string, TopologyCounts>,
  ) {
    this.#incoming = incoming;
    this.#affinity = affinity;
    this.#antiAffinity = antiAffinity;
    this.#others = others;
  }

  /** Undefined when no required term, of whichever pod, concerns the pod. */
  static of(
    pod: Pod,
    placements: PlacementIndex,
    listers: NamespaceListers,
  ): RequiredAffinity | undefined {
    const { requiredAffinity, requiredAntiAffinity } = affinityTermsOf(pod);
    const namespaceLabels = namespaceLabelsOf(pod, listers);
    const others = countsOfOthers(pod, namespaceLabels, placements);
    const hasTerms = requiredAffinity.length + requiredAntiAffinity.length > 0;
    if (!hasTerms && others.size === 0) return undefined;
    const wanted = podsOfAllTerms(requiredAffinity, listers);
    const affinity = countsByKey(requiredAffinity, wanted, placements);
    let meantPods = wanted === undefined ? 0 : placements.podsMatching(wanted).rows.total;
    const antiAffinity = requiredAntiAffinity.map((term) => {
      const pods = podsOfTerm(term, listers);
      if (pods !== undefined) meantPods += placements.podsMatching(pods).rows.total;
      const [counts] = countsByKey([term], pods, placements);
      return { pods, counts: counts as TopologyCounts };
    });
    const wantsItself = requiredAffinity.length > 0 && isMeant(wanted, pod);
    const incoming = { pod, namespaceLabels, wanted, wantsItself, meantPods };
    return new RequiredAffinity(incoming, affinity, antiAffinity, others);
  }

  /** Pods on nodes that the pod's own terms mean, once for each anti-affinity term. */
  get meantPods(): number {
    return this.#incoming.meantPods;
  }

  clone(): RequiredAffinity {
    return new RequiredAffinity(
      this.#incoming,
      this.#affinity.map((counts) => counts.clone()),
      this.#antiAffinity.map(({ pods, counts }) => ({ pods, counts: counts.clone() })),
      new Map([...this.#others].map(([key, counts]) => [key, counts.clone()])),
    );
  }

  /** A pod comes to or goes from a row on trial. */
  update(changed: Pod, row: number, delta: 1 | -1, placements: PlacementIndex): void {
    const { pod, namespaceLabels, wanted } = this.#incoming;
    const { namespace, labels } = { namespace: namespaceOf(pod), labels: pod.metadata.labels };
    for (const term of affinityTermsOf(changed).requiredAntiAffinity) {
      if (!termMatches(term, namespace, namespaceLabels, labels)) continue;
      const column = placements.column(term.topologyKey);
      countsIn(this.#others, column).change(row, delta);
    }
    if (isMeant(wanted, changed)) {
      for (const counts of this.#affinity) counts.change(row, delta);
    }
    for (const { pods, counts } of this.#antiAffinity) {
      if (isMeant(pods, changed)) counts.change(row, delta);
    }
  }

  /** Affinity first, then the pod's own anti-affinity, then that of the others. */
  filter(): NodeFilter {
    const columns = this.#affinity.map(({ column }) => column.values);
    const affinity = this.#affinity.map((counts) => counts.reader());
    const antiAffinity = this.#antiAffinity.map(({ counts }) => counts.reader());
    const others = [...this.#others.values()].map((counts) => counts.reader());
    const isFirst = this.#affinity.every((counts) => counts.isEmpty);
    const needsOthers = !(isFirst && this.#incoming.wantsItself);
    return (row) => {
      for (let i = 0; i < columns.length; i++) {
        if (columns[i]![row] === missingValue) return refusedByAffinity;
      }
      if (needsOthers) {
        for (let i = 0; i < affinity.length; i++) {
          if (affinity[i]!(row) <= 0) return refusedByAffinity;
        }
      }
      for (let i = 0; i < antiAffinity.length; i++) {
        if (antiAffinity[i]!(row) > 0) return refusedByAntiAffinity;
      }
      for (let i = 0; i < others.length; i++) {
        if (others[i]!(row) > 0) return refusedByOthers;
      }
      return undefined;
    };
  }
}

/** Pods by value of each topology key that the terms name. */
function countsByKey(
  terms: readonly AffinityTerm[],
  pods: MeantPods,
  placements: PlacementIndex,
): TopologyCounts[] {
  const counter = pods && placements.podsMatching(pods);
  const keys = new Set(terms.map(({ topologyKey }) => topologyKey));
  return [...keys].map((key) => {
    const column = placements.column(key);
    return new TopologyCounts(column, counter ? [counter.countsByValue(column)] : []);
  });
}

/** Required anti-affinity terms of pods on nodes that have the term's key. */
function countsOfOthers(
  pod: Pod,
  namespaceLabels: Labels | undefined,
  placements: PlacementIndex,
): Map<string, TopologyCounts> {
  const others = new Map<string, TopologyCounts>();
  const { labels } = pod.metadata;
  const role = 'requiredAntiAffinity';
  for (const holders of placements.termsMeaning(role, namespaceOf(pod), namespaceLabels, labels)) {
    const column = placements.column(holders.term.topologyKey);
    const counts = holders.countsByValue(column);
    if (counts.total > 0) countsIn(others, column).include(counts);
  }
  return others;
}

function countsIn(counts: Map<string, TopologyCounts>, column: TopologyColumn): TopologyCounts {
  let found = counts.get(column.key);
  if (found === undefined) {
    found = new TopologyCounts(column);
    counts.set(column.key, found);
  }
  return found;
}
