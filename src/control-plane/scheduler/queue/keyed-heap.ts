// A binary heap whose elements can be found, changed and removed by key.
// Source: kube-scheduler v1.36 backend/heap; reference: scheduler 1.2.

/** An element and where in the heap it is. */
interface Slot<T> {
  item: T;
  place: number;
}

/** `less` must be a total order, so that the order of removal does not depend on the layout. */
export class KeyedHeap<T> {
  readonly #slots: Slot<T>[] = [];
  readonly #byKey = new Map<string, Slot<T>>();
  readonly #keyOf: (item: T) => string;
  readonly #less: (a: T, b: T) => boolean;

  constructor(keyOf: (item: T) => string, less: (a: T, b: T) => boolean) {
    this.#keyOf = keyOf;
    this.#less = less;
  }

  get size(): number {
    return this.#slots.length;
  }

  has(key: string): boolean {
    return this.size > 0 && this.#byKey.has(key);
  }

  get(key: string): T | undefined {
    return this.size === 0 ? undefined : this.#byKey.get(key)?.item;
  }

  /** Visits all elements, in no order that means anything. */
  forEach(visit: (item: T) => void): void {
    for (const { item } of this.#slots) visit(item);
  }

  /** The least element. */
  peek(): T | undefined {
    return this.#slots[0]?.item;
  }

  /** Adds, or puts back into order after a change. O(log n). */
  set(item: T): void {
    const key = this.#keyOf(item);
    let slot = this.#byKey.get(key);
    if (slot === undefined) {
      slot = { item, place: this.#slots.length };
      this.#slots.push(slot);
      this.#byKey.set(key, slot);
    } else {
      slot.item = item;
    }
    this.#settle(slot);
  }

  /** Removes and returns the least element. O(log n). */
  pop(): T | undefined {
    const first = this.peek();
    return first && this.delete(this.#keyOf(first));
  }

  /** O(log n). */
  delete(key: string): T | undefined {
    const slot = this.size === 0 ? undefined : this.#byKey.get(key);
    if (slot === undefined) return undefined;
    this.#byKey.delete(key);
    const last = this.#slots.pop() as Slot<T>;
    if (last !== slot) {
      last.place = slot.place;
      this.#slots[last.place] = last;
      this.#settle(last);
    }
    return slot.item;
  }

  #settle(slot: Slot<T>): void {
    this.#up(slot);
    this.#down(slot);
  }

  #put(place: number, slot: Slot<T>): void {
    slot.place = place;
    this.#slots[place] = slot;
  }

  #up(slot: Slot<T>): void {
    const slots = this.#slots;
    let { place } = slot;
    while (place > 0) {
      const parent = slots[(place - 1) >> 1] as Slot<T>;
      if (!this.#less(slot.item, parent.item)) break;
      const above = parent.place;
      this.#put(place, parent);
      place = above;
    }
    this.#put(place, slot);
  }

  #down(slot: Slot<T>): void {
    const slots = this.#slots;
    let { place } = slot;
    for (;;) {
      let child = slots[2 * place + 1];
      if (child === undefined) break;
      const right = slots[2 * place + 2];
      if (right !== undefined && this.#less(right.item, child.item)) child = right;
      if (!this.#less(child.item, slot.item)) break;
      const below = child.place;
      this.#put(place, child);
      place = below;
    }
    this.#put(place, slot);
  }
}
