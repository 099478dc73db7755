// How many pods of one kind (those that a selector matches, those that have an affinity term) are
// on each node, and on the nodes of each topology value.

import { CountTable } from './count-table.js';
import type { NodeSet } from './node-set.js';
import { missingValue, type TopologyColumn } from './topology-column.js';

/** Counts by value of one topology key. */
interface Domains {
  readonly column: TopologyColumn;
  /** The nodes that count; undefined, all that have the label. */
  readonly nodes: NodeSet | undefined;
  readonly counts: CountTable;
}

/** Kept up to date by the placement index; `leave` before a node changes, `enter` after it. */
export class PlacementCounter {
  /** Pods by row. */
  readonly rows: CountTable = new CountTable();
  readonly #domains: Domains[] = [];

  /** Counts `delta` more pods on a row. Linear in the number of topology keys asked for. */
  add(row: number, delta: number): void {
    this.rows.add(row, delta);
    for (const domains of this.#domains) addTo(domains, row, delta);
  }

  /**
   * Pods by value of a topology key, over the nodes of a set or over all that have the label.
   * Linear in the rows that have such pods when asked for first.
   */
  countsByValue(column: TopologyColumn, nodes?: NodeSet): CountTable {
    for (const each of this.#domains) {
      if (each.column === column && each.nodes === nodes) return each.counts;
    }
    const domains = { column, nodes, counts: new CountTable() };
    this.rows.forEach((row, count) => {
      addTo(domains, row, count);
    });
    this.#domains.push(domains);
    return domains.counts;
  }

  leave(row: number): void {
    const count = this.rows.get(row);
    if (count === 0) return;
    for (const domains of this.#domains) addTo(domains, row, -count);
  }

  enter(row: number): void {
    const count = this.rows.get(row);
    if (count === 0) return;
    for (const domains of this.#domains) addTo(domains, row, count);
  }
}

function addTo({ column, nodes, counts }: Domains, row: number, delta: number): void {
  const value = column.values[row] ?? missingValue;
  const isIn = nodes === undefined ? value !== missingValue : nodes.has[row] === 1;
  if (isIn) counts.add(value, delta);
}
