// ScheduleAnyway constraints: the fewer pods a node's topology values have, the better; a key with
// many values weighs more. Source: kube-scheduler v1.36 plugins/podtopologyspread/scoring.go;
// reference: scheduler 2.8.
//
// Operations, with C constraints (1 or 2): a pod, C lookups; a feasible node, C times two reads to
// find the number of values and two to score; nothing for nodes that are not feasible.

import type { Pod } from '../../../../api/pod.js';
import type { CountTable } from '../../cache/count-table.js';
import type { PlacementIndex } from '../../cache/placement-index.js';
import { missingValue, type TopologyColumn } from '../../cache/topology-column.js';
import type { StateData } from '../../framework/cycle-state.js';
import { naturalLog } from '../../framework/natural-log.js';
import { maxNodeScore } from '../../framework/normalize-score.js';
import type { NodeList } from '../../framework/plugin.js';
import { countedPods, includedNodes, noPods, type SpreadConstraint } from './spread-constraint.js';

const hostname = 'kubernetes.io/hostname';

/** One constraint in one cycle. */
interface SoftConstraint {
  readonly column: TopologyColumn;
  /** Pods by value; of the host name, pods by row. */
  readonly counts: CountTable;
  readonly isByRow: boolean;
  /** maxSkew - 1. */
  readonly allowance: number;
  /** ln(number of values + 2). */
  readonly weight: number;
}

/** The cycle's data. */
export class SoftSpread implements StateData {
  readonly #constraints: readonly SoftConstraint[];
  /** Whether nodes that lack one of the keys are left out. */
  readonly #requiresAllKeys: boolean;

  private constructor(constraints: readonly SoftConstraint[], requiresAllKeys: boolean) {
    this.#constraints = constraints;
    this.#requiresAllKeys = requiresAllKeys;
  }

  /** Looks up what the constraints of a pod ask for, and weighs the keys over the nodes. */
  static of(
    pod: Pod,
    constraints: readonly SpreadConstraint[],
    requiresAllKeys: boolean,
    nodes: NodeList,
    placements: PlacementIndex,
  ): SoftSpread {
    const keys = requiresAllKeys ? constraints.map(({ topologyKey }) => topologyKey) : [];
    const required = keys.map((key) => placements.column(key));
    const parts = constraints.map<SoftConstraint>((constraint) => {
      const { topologyKey, maxSkew } = constraint;
      const column = placements.column(topologyKey);
      const isByRow = topologyKey === hostname;
      const selected = countedPods(constraint, pod, placements);
      const counts = isByRow
        ? selected?.rows
        : selected?.countsByValue(column, includedNodes(constraint, pod, keys, placements));
      const size = sizeOf(isByRow ? undefined : column, required, nodes);
      return {
        column,
        counts: counts ?? noPods,
        isByRow,
        allowance: maxSkew - 1,
        weight: naturalLog(size + 2),
      };
    });
    return new SoftSpread(parts, requiresAllKeys);
  }

  clone(): this {
    return this;
  }

  /** Writes raw scores, and 1 into `ignored` at the places of nodes that are left out. */
  score({ rows, count }: NodeList, scores: Float64Array, ignored: Uint8Array): void {
    scores.fill(0, 0, count);
    ignored.fill(0, 0, count);
    for (const { column, counts, isByRow, allowance, weight } of this.#constraints) {
      const { values, emptyValue } = column;
      for (let i = 0; i < count; i++) {
        const row = rows[i]!;
        const value = values[row]!;
        if (value === missingValue) {
          if (this.#requiresAllKeys) ignored[i] = 1;
          continue;
        }
        let pods = counts.get(isByRow ? row : value);
        // Nodes without the label count for the empty value, but do not get its score.
        if (value === emptyValue && !isByRow) pods += counts.get(missingValue);
        scores[i]! += pods * weight + allowance;
      }
    }
    for (let i = 0; i < count; i++) scores[i] = ignored[i] === 1 ? 0 : Math.round(scores[i]!);
  }
}

/** The number of values on nodes that have all required keys; without a column, of such nodes. */
function sizeOf(
  column: TopologyColumn | undefined,
  required: readonly TopologyColumn[],
  { rows, count }: NodeList,
): number {
  if (column === undefined && required.length === 0) return count;
  const seen = new Uint8Array(column?.limit ?? 0);
  let size = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    if (required.length > 0 && lacksOne(required, row)) continue;
    if (column === undefined) {
      size++;
      continue;
    }
    const value = column.values[row]!;
    const place = value === column.emptyValue ? missingValue : value;
    size += 1 - seen[place]!;
    seen[place] = 1;
  }
  return size;
}

function lacksOne(columns: readonly TopologyColumn[], row: number): boolean {
  for (let i = 0; i < columns.length; i++)
    if (columns[i]!.values[row] === missingValue) return true;
  return false;
}

/** The fewest pods become 100, in integers rounded down; nodes that are left out become 0. */
export function normalizeSpread(scores: Float64Array, count: number, ignored: Uint8Array): void {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = 0;
  for (let i = 0; i < count; i++) {
    if (ignored[i] === 1) continue;
    lowest = Math.min(lowest, scores[i]!);
    highest = Math.max(highest, scores[i]!);
  }
  for (let i = 0; i < count; i++) {
    if (ignored[i] === 1) scores[i] = 0;
    else if (highest === 0) scores[i] = maxNodeScore;
    else scores[i] = Math.floor((maxNodeScore * (highest + lowest - scores[i]!)) / highest);
  }
}
