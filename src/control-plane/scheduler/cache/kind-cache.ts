// Columns of numbers by row of the node table, one for each of the last few kinds of pods: what was
// found out about a row for one pod holds for the next pod of its kind as long as the row has not
// changed. Between two pods of a kind usually one row changes, the one that got the first of them.

import type { NodeTable } from './node-table.js';

/**
 * Kinds that are kept; a new one takes the place of the oldest. Lists of real pods have 80 to 150
 * kinds, in any order: with 16 nearly every pod of them was the first of its kind.
 */
const maxKinds = 256;

/** Rows of all kinds together, which bounds the memory of large clusters. */
const maxRows = 1_048_576;

/** What tells one kind of pods from another; compared item by item with `===`. */
export type KindKey = readonly unknown[];

interface Kind<T> {
  readonly key: KindKey;
  readonly column: T;
}

/** A table other than the last one, or one that has grown, makes it forget everything. */
export class KindCache<T> {
  readonly #make: (capacity: number) => T;
  readonly #kinds: Kind<T>[] = [];
  #table: NodeTable | undefined;
  #capacity = 0;
  #limit = 1;
  #oldest = 0;

  /** `make`: a column of a table's capacity. */
  constructor(make: (capacity: number) => T) {
    this.#make = make;
  }

  /** The column of a kind; a new one if it is not known. Linear in the length of the key. */
  of(table: NodeTable, key: KindKey): T {
    const { capacity } = table;
    if (table !== this.#table || capacity !== this.#capacity) this.#forget(table, capacity);
    for (const kind of this.#kinds) if (isEqual(kind.key, key)) return kind.column;
    const column = this.#make(capacity);
    if (this.#kinds.length < this.#limit) {
      this.#kinds.push({ key, column });
    } else {
      this.#kinds[this.#oldest] = { key, column };
      this.#oldest = (this.#oldest + 1) % this.#limit;
    }
    return column;
  }

  #forget(table: NodeTable, capacity: number): void {
    this.#table = table;
    this.#capacity = capacity;
    this.#limit = Math.max(1, Math.floor(Math.min(maxKinds, maxRows / capacity)));
    this.#kinds.length = 0;
    this.#oldest = 0;
  }
}

function isEqual(a: KindKey, b: KindKey): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
