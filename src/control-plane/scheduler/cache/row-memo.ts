// Numbers that follow from a row of the node table and from what a pod asks for, kept until the row
// changes. Between two pods of a kind usually one row changes, the one that got the first of them,
// so nearly all that a cycle would compute is known from the cycles before.
//
// Cost: two reads and a comparison a row that is known; 12 bytes a row and kind.

import type { NodeList } from '../framework/plugin.js';
import type { NodeTable } from './node-table.js';

/** Kinds that are remembered; a new one takes the place of the oldest. */
const maxKinds = 16;

/** What tells one kind of pods from another; compared item by item with `===`. */
export type KindKey = readonly unknown[];

/** A kind of pods: of the same row they make the same number. */
interface Kind {
  readonly key: KindKey;
  readonly values: Float64Array;
  /** The version of the row that a value was computed from; -1 for none. */
  readonly versions: Int32Array;
}

/** One function of rows and kinds. A table other than the last one makes it forget everything. */
export class RowMemo {
  readonly #counter: 'versions' | 'nodeVersions';
  readonly #kinds: Kind[] = [];
  #table: NodeTable | undefined;
  #oldest = 0;

  /** `nodeVersions` for functions that do not depend on the pods of a row. */
  constructor(counter: 'versions' | 'nodeVersions') {
    this.#counter = counter;
  }

  /**
   * Writes the values of `nodes` into `result` by place. `compute` is asked for rows that are new
   * or have changed; its result must follow from the row's state and the kind alone.
   */
  readAll(
    table: NodeTable,
    key: KindKey,
    { rows, count }: NodeList,
    result: Float64Array,
    compute: (row: number) => number,
  ): void {
    const { values, versions } = this.#kindOf(table, key);
    const current = table[this.#counter];
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      if (versions[row] !== current[row]) {
        values[row] = compute(row);
        versions[row] = current[row]!;
      }
      result[i] = values[row]!;
    }
  }

  /** The same row by row, until a node is added to the table. */
  reader(
    table: NodeTable,
    key: KindKey,
    compute: (row: number) => number,
  ): (row: number) => number {
    const { values, versions } = this.#kindOf(table, key);
    const current = table[this.#counter];
    return (row) => {
      if (versions[row] !== current[row]) {
        values[row] = compute(row);
        versions[row] = current[row]!;
      }
      return values[row]!;
    };
  }

  #kindOf(table: NodeTable, key: KindKey): Kind {
    if (table !== this.#table) this.#kinds.length = 0;
    this.#table = table;
    const { capacity } = table;
    const index = this.#kinds.findIndex((kind) => isEqual(kind.key, key));
    const known = this.#kinds[index];
    if (known !== undefined && known.values.length === capacity) return known;
    const kind = {
      key,
      values: new Float64Array(capacity),
      versions: new Int32Array(capacity).fill(-1),
    };
    if (known !== undefined) this.#kinds[index] = kind;
    else if (this.#kinds.length < maxKinds) this.#kinds.push(kind);
    else {
      this.#kinds[this.#oldest] = kind;
      this.#oldest = (this.#oldest + 1) % maxKinds;
    }
    return kind;
  }
}

function isEqual(a: KindKey, b: KindKey): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
