// A table that gives objects small integer ids, so that events can carry them as their target.

/** Ids are reused; holding an id after `remove` is an error of the caller. All operations O(1). */
export class Slab<T> {
  readonly #items: (T | undefined)[] = [];
  readonly #free: number[] = [];

  add(item: T): number {
    const id = this.#free.pop() ?? this.#items.length;
    this.#items[id] = item;
    return id;
  }

  get(id: number): T {
    return this.#items[id] as T;
  }

  replace(id: number, item: T): void {
    this.#items[id] = item;
  }

  remove(id: number): T {
    const item = this.#items[id] as T;
    this.#items[id] = undefined;
    this.#free.push(id);
    return item;
  }

  /** Those that are there, by id. O(ids). */
  get items(): readonly T[] {
    return this.#items.filter((item): item is T => item !== undefined);
  }

  /** Number of ids in use. */
  get size(): number {
    return this.#items.length - this.#free.length;
  }
}
