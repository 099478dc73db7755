// A binary heap whose elements can be found, changed and removed by key.
// Source: kube-scheduler v1.36 backend/heap; reference: scheduler 1.2.

/** `less` must be a total order, so that the order of removal does not depend on the layout. */
export class KeyedHeap<T> {
  readonly #items: T[] = [];
  readonly #places = new Map<string, number>();
  readonly #keyOf: (item: T) => string;
  readonly #less: (a: T, b: T) => boolean;

  constructor(keyOf: (item: T) => string, less: (a: T, b: T) => boolean) {
    this.#keyOf = keyOf;
    this.#less = less;
  }

  get size(): number {
    return this.#items.length;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  get(key: string): T | undefined {
    const place = this.#places.get(key);
    return place === undefined ? undefined : this.#items[place];
  }

  /** All elements, in no order that means anything; not to be changed. */
  get items(): readonly T[] {
    return this.#items;
  }

  /** The least element. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Adds, or puts back into order after a change. O(log n). */
  set(item: T): void {
    const place = this.#places.get(this.#keyOf(item)) ?? this.#items.length;
    this.#put(place, item);
    this.#down(this.#up(place));
  }

  /** Removes and returns the least element. O(log n). */
  pop(): T | undefined {
    const [first] = this.#items;
    if (first !== undefined) this.delete(this.#keyOf(first));
    return first;
  }

  /** O(log n). */
  delete(key: string): T | undefined {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    const item = this.#items[place] as T;
    const last = this.#items.pop() as T;
    this.#places.delete(key);
    if (place < this.#items.length) {
      this.#put(place, last);
      this.#down(this.#up(place));
    }
    return item;
  }

  #put(place: number, item: T): void {
    this.#items[place] = item;
    this.#places.set(this.#keyOf(item), place);
  }

  /** Moves an element up to its place and returns that. */
  #up(from: number): number {
    const items = this.#items;
    const item = items[from] as T;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#less(item, items[parent] as T)) break;
      this.#put(place, items[parent] as T);
      place = parent;
    }
    if (place !== from) this.#put(place, item);
    return place;
  }

  #down(from: number): void {
    const items = this.#items;
    const item = items[from] as T;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#less(items[child + 1] as T, items[child] as T)) child++;
      if (!this.#less(items[child] as T, item)) break;
      this.#put(place, items[child] as T);
      place = child;
    }
    if (place !== from) this.#put(place, item);
  }
}
