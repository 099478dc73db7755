// DoNotSchedule constraints: what PreFilter finds out, what trials change in it, and the filter.
// Source: kube-scheduler v1.36 plugins/podtopologyspread/filtering.go; reference: scheduler 2.8.
//
// Operations, with C constraints (1 or 2): a pod, C lookups and one pass over the values of each
// key up to the second one without pods; a node, C times two array reads and a comparison.

import type { Pod } from '../../../../api/pod.js';
import { CountTable } from '../../cache/count-table.js';
import type { NodeSet } from '../../cache/node-set.js';
import type { PlacementIndex } from '../../cache/placement-index.js';
import type { TopologyColumn } from '../../cache/topology-column.js';
import { missingValue } from '../../cache/topology-column.js';
import { namespaceOf } from '../../framework/affinity-term.js';
import type { StateData } from '../../framework/cycle-state.js';
import type { NodeFilter } from '../../framework/plugin.js';
import { status } from '../../framework/status.js';
import { CriticalPaths } from './critical-paths.js';
import { countedPods, includedNodes, noPods, type SpreadConstraint } from './spread-constraint.js';

const reason = "node(s) didn't match pod topology spread constraints";
const tooSkewed = status('Unschedulable', reason);
const labelMissing = status('UnschedulableAndUnresolvable', `${reason} (missing required label)`);

/** One constraint in one cycle. */
interface HardConstraint {
  readonly constraint: SpreadConstraint;
  readonly column: TopologyColumn;
  readonly nodes: NodeSet;
  /** Pods by value, as in the snapshot. */
  readonly counts: CountTable;
  /** What trials have added to the counts. */
  readonly changes: CountTable;
  readonly paths: CriticalPaths;
  /** 1 when the pod itself will count. */
  readonly selfMatch: 0 | 1;
  /** Number of values that nodes have. */
  readonly domainCount: number;
}

/** The cycle's data. Good until the next snapshot. */
export class HardSpread implements StateData {
  readonly #pod: Pod;
  readonly #constraints: readonly HardConstraint[];

  private constructor(pod: Pod, constraints: readonly HardConstraint[]) {
    this.#pod = pod;
    this.#constraints = constraints;
  }

  /** Looks up what the constraints of a pod ask for. */
  static of(
    pod: Pod,
    constraints: readonly SpreadConstraint[],
    placements: PlacementIndex,
  ): HardSpread {
    const keys = constraints.map(({ topologyKey }) => topologyKey);
    const parts = constraints.map<HardConstraint>((constraint) => {
      const column = placements.column(constraint.topologyKey);
      const nodes = includedNodes(constraint, pod, keys, placements);
      const selected = countedPods(constraint, pod, placements);
      const counts = selected?.countsByValue(column, nodes) ?? noPods;
      const nodesByValue = nodes.nodesByValue(column);
      const paths = new CriticalPaths();
      paths.fill(nodesByValue, counts, column.limit);
      return {
        constraint,
        column,
        nodes,
        counts,
        changes: new CountTable(),
        paths,
        selfMatch: constraint.matches(pod.metadata.labels) ? 1 : 0,
        domainCount: nodesByValue.nonZero,
      };
    });
    return new HardSpread(pod, parts);
  }

  clone(): HardSpread {
    const parts = this.#constraints.map((part) => ({
      ...part,
      changes: part.changes.clone(),
      paths: part.paths.clone(),
    }));
    return new HardSpread(this.#pod, parts);
  }

  /** A pod comes to or goes from a row on trial. As upstream, empty selectors count here. */
  update(changed: Pod, row: number, delta: 1 | -1): void {
    if (namespaceOf(changed) !== namespaceOf(this.#pod)) return;
    for (const { constraint, column, nodes, counts, changes, paths } of this.#constraints) {
      if (nodes.has[row] !== 1 || !constraint.matches(changed.metadata.labels)) continue;
      const value = column.values[row]!;
      changes.add(value, delta);
      paths.update(value, counts.get(value) + changes.get(value));
    }
  }

  /** Judges nodes by the constraints in their order. */
  filter(): NodeFilter {
    const checks = this.#constraints.map((part) => ({
      values: part.column.values,
      counts: part.counts,
      changes: part.changes.nonZero > 0 ? part.changes : undefined,
      mostPods: mostPods(part),
    }));
    return (row) => {
      for (let i = 0; i < checks.length; i++) {
        const { values, counts, changes, mostPods } = checks[i]!;
        const value = values[row]!;
        if (value === missingValue) return labelMissing;
        let count = counts.get(value);
        if (changes !== undefined) count += changes.get(value);
        if (count > mostPods) return tooSkewed;
      }
      return undefined;
    };
  }
}

/** The largest number of pods that a value may have before this one comes. */
function mostPods({ constraint, domainCount, paths, selfMatch }: HardConstraint): number {
  const lowest = domainCount < constraint.minDomains ? 0 : paths.lowest;
  return constraint.maxSkew + lowest - selfMatch;
}
