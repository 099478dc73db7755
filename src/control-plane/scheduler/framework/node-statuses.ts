// Why which node was refused in one cycle. Source: kube-scheduler v1.36 framework NodeToStatus and
// Diagnosis; reference: scheduler 1.7, 1.10.

import type { PluginAnswer } from './framework.js';
import type { Status } from './status.js';

/** Explicit answers by row, and one for all nodes that were not looked at. Reused by cycles. */
export class NodeStatuses {
  /** Of nodes that were not examined; undefined when none was left out. */
  absent: Status | undefined;
  /** Rows with an explicit status, in order of examination; the first `count` are in use. */
  rows: Int32Array = new Int32Array(64);
  count = 0;
  readonly #answers: (PluginAnswer | undefined)[] = [];

  clear(): void {
    for (let i = 0; i < this.count; i++) this.#answers[this.rows[i]!] = undefined;
    this.count = 0;
    this.absent = undefined;
  }

  set(row: number, answer: Status, plugin: string): void {
    this.refuse(row, { status: answer, plugin });
  }

  /** As `set`, with an answer that has a status and is shared by many rows. */
  refuse(row: number, answer: PluginAnswer): void {
    if (this.#answers[row] === undefined) {
      if (this.count === this.rows.length) {
        const rows = new Int32Array(this.count * 2);
        rows.set(this.rows);
        this.rows = rows;
      }
      this.rows[this.count++] = row;
    }
    this.#answers[row] = answer;
  }

  /** Undefined for a node that is feasible or was not needed. */
  get(row: number): Status | undefined {
    return this.#answers[row]?.status ?? this.absent;
  }

  /** The plugin that refused a node with an explicit status. */
  pluginOf(row: number): string {
    return this.#answers[row]?.plugin ?? '';
  }

  /** How often each reason occurs among `nodeCount` nodes. */
  reasons(nodeCount: number): Map<string, number> {
    const counts = new Map<string, number>();
    const add = ({ reasons }: Status, count: number): void => {
      for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + count);
    };
    for (let i = 0; i < this.count; i++) add(this.#answers[this.rows[i]!]?.status as Status, 1);
    if (this.absent !== undefined && nodeCount > this.count) {
      add(this.absent, nodeCount - this.count);
    }
    return counts;
  }
}
