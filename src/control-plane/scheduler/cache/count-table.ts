// Whole numbers by small index (a row of the node table, a value of a topology key). Most tables of
// a big cluster hold a handful of entries (the pods of one Deployment on 5,000 nodes), a few hold
// nearly all; so a table is a Map until an array costs about the same memory.

/** An array is taken when it has at most this many places for each entry. */
const placesPerEntry = 16;

/** Absent entries are 0. Reads and writes are O(1), amortised. */
export class CountTable {
  /** Sum of all entries. */
  total = 0;
  /** Number of entries other than 0. */
  nonZero = 0;
  #dense: Int32Array | undefined = new Int32Array(placesPerEntry);
  #sparse: Map<number, number> | undefined;

  get(index: number): number {
    const dense = this.#dense;
    if (dense !== undefined) return index < dense.length ? dense[index]! : 0;
    return this.#sparse?.get(index) ?? 0;
  }

  /** Changes one entry by `delta`. */
  add(index: number, delta: number): void {
    if (delta === 0) return;
    const before = this.get(index);
    const after = before + delta;
    this.total += delta;
    if (before === 0) this.nonZero++;
    else if (after === 0) this.nonZero--;
    const dense = this.#dense ?? this.#densify(index);
    if (dense !== undefined && index < dense.length) dense[index] = after;
    else this.#putFar(index, after);
  }

  /** Calls `visit` with every entry other than 0. Linear in the entries, or in the array. */
  forEach(visit: (index: number, count: number) => void): void {
    const dense = this.#dense;
    if (dense === undefined) {
      for (const [index, count] of this.#sparse ?? []) visit(index, count);
      return;
    }
    for (let i = 0; i < dense.length; i++) if (dense[i] !== 0) visit(i, dense[i]!);
  }

  /** An independent copy. As `forEach`. */
  clone(): CountTable {
    const copy = new CountTable();
    copy.total = this.total;
    copy.nonZero = this.nonZero;
    copy.#dense = this.#dense?.slice();
    copy.#sparse = this.#sparse && new Map(this.#sparse);
    return copy;
  }

  /** Beyond the array: a longer one if there are entries enough, else a Map. */
  #putFar(index: number, count: number): void {
    const dense = this.#dense;
    if (dense !== undefined && index < placesPerEntry * this.nonZero) {
      this.#dense = new Int32Array(Math.max(index + 1, dense.length * 2));
      this.#dense.set(dense);
      this.#dense[index] = count;
      return;
    }
    this.#sparse ??= this.#spread();
    if (count === 0) this.#sparse.delete(index);
    else this.#sparse.set(index, count);
  }

  #spread(): Map<number, number> {
    const sparse = new Map<number, number>();
    this.forEach((index, count) => {
      sparse.set(index, count);
    });
    this.#dense = undefined;
    return sparse;
  }

  /** The array that replaces the Map once it is dense enough; undefined before that. */
  #densify(index: number): Int32Array | undefined {
    const sparse = this.#sparse;
    if (sparse === undefined || sparse.size % 64 !== 63) return undefined;
    let highest = index;
    for (const each of sparse.keys()) highest = Math.max(highest, each);
    if (highest >= placesPerEntry * sparse.size) return undefined;
    const dense = new Int32Array(highest + 1);
    for (const [each, count] of sparse) dense[each] = count;
    this.#dense = dense;
    this.#sparse = undefined;
    return dense;
  }
}
