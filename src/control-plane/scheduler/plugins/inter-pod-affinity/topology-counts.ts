// Pods, or terms of pods, by value of one topology key: the snapshot's counts, and what trials have
// changed in them.

import { CountTable } from '../../cache/count-table.js';
import { missingValue, type TopologyColumn } from '../../cache/topology-column.js';

/** The sum over some tables and over the changes. The tables are the snapshot's: only read. */
export class TopologyCounts {
  readonly column: TopologyColumn;
  readonly #tables: CountTable[];
  readonly #changes: CountTable;

  constructor(
    column: TopologyColumn,
    tables: CountTable[] = [],
    changes: CountTable = new CountTable(),
  ) {
    this.column = column;
    this.#tables = tables;
    this.#changes = changes;
  }

  /** Takes another table into the sum. */
  include(table: CountTable): void {
    this.#tables.push(table);
  }

  /** Whether no node's value has any. */
  get isEmpty(): boolean {
    return this.#tables.reduce((sum, { total }) => sum + total, this.#changes.total) === 0;
  }

  /** Changes the count of a row's value; nothing where the row has none. */
  change(row: number, delta: number): void {
    const value = this.column.values[row]!;
    if (value !== missingValue) this.#changes.add(value, delta);
  }

  clone(): TopologyCounts {
    return new TopologyCounts(this.column, this.#tables, this.#changes.clone());
  }

  /** A function from a row to the count of its value, 0 where it has none. */
  reader(): (row: number) => number {
    const { values } = this.column;
    const tables = this.#changes.nonZero > 0 ? [...this.#tables, this.#changes] : [...this.#tables];
    const [first] = tables;
    if (first === undefined) return () => 0;
    if (tables.length === 1) return (row) => first.get(values[row]!);
    return (row) => {
      const value = values[row]!;
      let sum = 0;
      for (let i = 0; i < tables.length; i++) sum += tables[i]!.get(value);
      return sum;
    };
  }
}
