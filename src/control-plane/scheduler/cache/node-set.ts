// The nodes that a spread constraint takes into account, and how many of them each topology value
// has. Source: kube-scheduler v1.36 plugins/podtopologyspread (node inclusion policies); reference:
// scheduler 2.8.

import type { Node } from '../../../api/node.js';
import { CountTable } from './count-table.js';
import type { TopologyColumn } from './topology-column.js';

/** Whether a node belongs to the set; depends on its name, its labels and its taints only. */
export type NodePredicate = (node: Node) => boolean;

/** Kept up to date by the placement index; `remove` before a node changes, `add` after it. */
export class NodeSet {
  /** 1 for the rows of the set. Replaced when it grows. */
  has: Uint8Array = new Uint8Array(64);
  readonly #matches: NodePredicate;
  readonly #domains = new Map<TopologyColumn, CountTable>();

  constructor(matches: NodePredicate) {
    this.#matches = matches;
  }

  /** Nodes of the set by value of a topology key. Linear in all rows when asked for first. */
  nodesByValue(column: TopologyColumn): CountTable {
    let nodes = this.#domains.get(column);
    if (nodes === undefined) {
      nodes = new CountTable();
      for (let row = 0; row < this.has.length; row++) {
        if (this.has[row] === 1) nodes.add(column.values[row]!, 1);
      }
      this.#domains.set(column, nodes);
    }
    return nodes;
  }

  add(row: number, node: Node | undefined): void {
    if (row >= this.has.length) {
      const has = new Uint8Array(Math.max(row + 1, this.has.length * 2));
      has.set(this.has);
      this.has = has;
    }
    if (node === undefined || !this.#matches(node)) return;
    this.has[row] = 1;
    this.#count(row, 1);
  }

  remove(row: number): void {
    if (row >= this.has.length || this.has[row] === 0) return;
    this.#count(row, -1);
    this.has[row] = 0;
  }

  #count(row: number, sign: 1 | -1): void {
    for (const [column, nodes] of this.#domains) nodes.add(column.values[row]!, sign);
  }
}
