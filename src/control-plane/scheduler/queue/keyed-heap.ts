// A binary heap whose elements can be found, changed and removed by key. They are put into order
// when the least is asked for: the queue of a scheduler that does not lead is never asked.
// Source: kube-scheduler v1.36 backend/heap; reference: scheduler 1.2.

/** An element and where in the heap it is. */
interface Slot<T> {
  item: T;
  /** UNSORTED, or GONE from the unsorted ones. */
  place: number;
}

const UNSORTED = -1;
const GONE = -2;
/** So many slots that are gone are not worth a look. */
const FEW = 64;

/** `less` must be a total order, so that the order of removal does not depend on the layout. */
export class KeyedHeap<T> {
  readonly #slots: Slot<T>[] = [];
  readonly #byKey = new Map<string, Slot<T>>();
  #unsorted: Slot<T>[] = [];
  /** Of the unsorted ones. */
  #gone = 0;
  readonly #keyOf: (item: T) => string;
  readonly #less: (a: T, b: T) => boolean;

  constructor(keyOf: (item: T) => string, less: (a: T, b: T) => boolean) {
    this.#keyOf = keyOf;
    this.#less = less;
  }

  get size(): number {
    return this.#byKey.size;
  }

  has(key: string): boolean {
    return this.size > 0 && this.#byKey.has(key);
  }

  get(key: string): T | undefined {
    return this.size === 0 ? undefined : this.#byKey.get(key)?.item;
  }

  /** Visits all elements, in no order that means anything. */
  visit(visitor: (item: T) => void): void {
    for (const { item } of this.#byKey.values()) visitor(item);
  }

  /** The least element. O(k log n) when k have come since the last one was asked for. */
  peek(): T | undefined {
    if (this.#unsorted.length > 0) this.#sort();
    return this.#slots[0]?.item;
  }

  /** Adds, or puts back into order after a change. O(1), or O(log n) after a change. */
  set(item: T): void {
    const key = this.#keyOf(item);
    let slot = this.#byKey.get(key);
    if (slot === undefined) {
      slot = { item, place: UNSORTED };
      this.#unsorted.push(slot);
      this.#byKey.set(key, slot);
      return;
    }
    slot.item = item;
    if (slot.place !== UNSORTED) this.#settle(slot);
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
    if (slot.place === UNSORTED) this.#drop(slot);
    else this.#takeOut(slot);
    return slot.item;
  }

  #drop(slot: Slot<T>): void {
    slot.place = GONE;
    this.#gone++;
    if (this.#gone < FEW || 2 * this.#gone < this.#unsorted.length) return;
    this.#unsorted = this.#unsorted.filter(({ place }) => place !== GONE);
    this.#gone = 0;
  }

  #sort(): void {
    for (const slot of this.#unsorted) {
      if (slot.place === GONE) continue;
      slot.place = this.#slots.length;
      this.#slots.push(slot);
      this.#up(slot);
    }
    this.#unsorted.length = 0;
    this.#gone = 0;
  }

  #takeOut(slot: Slot<T>): void {
    const last = this.#slots.pop() as Slot<T>;
    if (last !== slot) {
      last.place = slot.place;
      this.#slots[last.place] = last;
      this.#settle(last);
    }
  }

  #settle(slot: Slot<T>): void {
    const { place } = slot;
    this.#up(slot);
    if (slot.place === place) this.#down(slot);
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

  /** Down to a leaf along the lesser children and up again: what takes a place comes from a leaf. */
  #down(slot: Slot<T>): void {
    const slots = this.#slots;
    let { place } = slot;
    for (;;) {
      let child = slots[2 * place + 1];
      if (child === undefined) break;
      const right = slots[2 * place + 2];
      if (right !== undefined && this.#less(right.item, child.item)) child = right;
      const below = child.place;
      this.#put(place, child);
      place = below;
    }
    this.#put(place, slot);
    this.#up(slot);
  }
}
