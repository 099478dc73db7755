// The queue of pending events that runs use. No event objects: a table of slots and four lanes
// merged by (time, sequence): an indexed 4-ary heap of the near events, an unsorted lane of the far
// ones, a linked list of those of the current instant, a cursor over sorted arrivals. 44 bytes an
// event at capacity. Measured choices: docs/adr/0002.
import { AssertionError, assert, ModelLimitError } from './assert.js';
import type { EventHandle, EventQueue } from './event-queue.js';
import type { SimTime } from './time.js';

const SLOT_LIMIT = 4_194_304;
const GENERATION_MASK = 2_147_483_647; // handles stay below 2^53
const NONE = -1;
/** A sift reads up to three entries after the heap; a hole may still count as one. */
const PADDING = 4;
/** Entries of a heap whose times and slots stay in the first levels of the cache. */
const NEAR_LIMIT = 16_384;
// A slot is 8 int32, the last two its sequence number as a double. Its place is in there, not in a
// table apart: a sift writes it, which brings the slot into the cache before it is popped (+10 %).
const STRIDE = 8;
const KIND = 0;
const TARGET = 1;
const ARG = 2;
/** Odd while the event is pending; no free slot answers to a handle. */
const GENERATION = 3;
/** Index in `#heapTime`; of an event of the current instant -2 - the slot before it in the list. */
const PLACE = 4;
/** The slot after it in the list of the current instant, or in the list of free slots. */
const NEXT = 5;
const SEQUENCE = 3; // in doubles, of which a slot has 4

/**
 * The fast queue. An event later than `#nearUntil` is put into the far lane in O(1), and is mostly
 * cancelled there, as time-outs are; when the heap is empty, a sixteenth of the far lane moves up.
 */
export class FastEventQueue implements EventQueue {
  size = 0;
  time: SimTime = 0;
  kind = 0;
  target = 0;
  arg = 0;
  #sequence = 0;
  #slots: Int32Array = new Int32Array(0);
  #sequences: Float64Array = new Float64Array(0);
  /** Slots used so far; those after them are still untouched. */
  #used = 0;
  #free = NONE;
  /** Times of the heap below `#heapSize`, of the far lane from `#farStart` on, Infinity between. */
  #heapTime: Float64Array = new Float64Array(0);
  #heapSlot: Int32Array = new Int32Array(0);
  #heapSize = 0;
  #farStart = 0;
  /** Invariant: no time in the heap is later, no time in the far lane is not. */
  #nearUntil: SimTime = Number.POSITIVE_INFINITY;
  /** A heap that is larger is cut: its later part goes into the far lane. */
  #cutAbove: number;
  readonly #nearLimit: number;
  /** Whether heap entry 0 was popped and not replaced yet: the next push mostly does that. */
  #hasHole = false;
  #instantHead = NONE;
  #instantTail = NONE;
  #arrivalKind = 0;
  #arrivalTime: Float64Array = new Float64Array(0);
  #arrivalTarget: Int32Array = new Int32Array(0);
  #arrivalSequence = 0;
  #arrivalNext = 0;

  /**
   * `capacity`: events allocated for at first; doubles as needed up to 4,194,304. `nearLimit`: size
   * of the heap above which a far lane pays; it changes the speed only.
   */
  constructor(capacity = 1024, nearLimit: number = NEAR_LIMIT) {
    this.#nearLimit = nearLimit;
    this.#cutAbove = nearLimit;
    assert(capacity >= 1, 'a queue needs room for an event');
    this.#allocate(capacity);
  }

  push(time: SimTime, kind: number, target: number, arg: number): EventHandle {
    if (!(Number.isSafeInteger(time) && time >= this.time)) failPast(time, this.time);
    const slot = this.#takeSlot();
    const base = slot * STRIDE;
    const slots = this.#slots;
    slots[base + KIND] = kind;
    slots[base + TARGET] = target;
    slots[base + ARG] = arg;
    const generation = slots[base + GENERATION]! + 1;
    slots[base + GENERATION] = generation;
    this.size++;
    this.#place(slot, time);
    return generation * SLOT_LIMIT + slot;
  }

  load(kind: number, times: Float64Array, targets: Int32Array): void {
    assert(times.length === targets.length, 'arrivals need one target each');
    assert(this.#arrivalNext === this.#arrivalTime.length, 'arrivals are still pending');
    for (let i = 0, last = this.time; i < times.length; last = times[i++]!) {
      if (!(Number.isSafeInteger(times[i]) && times[i]! >= last)) failPast(times[i]!, last);
    }
    this.#arrivalKind = kind;
    this.#arrivalTime = times;
    this.#arrivalTarget = targets;
    this.#arrivalSequence = this.#sequence;
    this.#arrivalNext = 0;
    this.#sequence += times.length;
    this.size += times.length;
  }

  cancel(handle: EventHandle): boolean {
    const slot = this.#slotOf(handle);
    if (slot < 0) return false;
    this.#unplace(slot);
    this.#release(slot);
    return true;
  }

  reschedule(handle: EventHandle, time: SimTime): boolean {
    if (!(Number.isSafeInteger(time) && time >= this.time)) failPast(time, this.time);
    const slot = this.#slotOf(handle);
    if (slot < 0) return false;
    this.#unplace(slot);
    this.#place(slot, time);
    return true;
  }

  nextTime(): SimTime {
    if (this.#instantHead >= 0) return this.time;
    this.#settle();
    const arrival = this.#arrivalTime[this.#arrivalNext] ?? Number.POSITIVE_INFINITY;
    return Math.min(arrival, this.#heapTime[0]!);
  }

  pop(limit: SimTime): boolean {
    if (this.size === 0) return false;
    this.#settle();
    let time = this.#heapTime[0]!;
    let slot = this.#heapSlot[0]!;
    const head = this.#instantHead;
    if (head >= 0 && (this.time < time || this.#isBefore(head, slot))) {
      slot = head;
      time = this.time;
    }
    const next = this.#arrivalNext;
    const at =
      next < this.#arrivalTime.length ? this.#arrivalTime[next]! : Number.POSITIVE_INFINITY;
    if (at < time || (at === time && this.#arrivalSequence + next < this.#sequenceOf(slot))) {
      if (at > limit) return false;
      this.time = at;
      this.kind = this.#arrivalKind;
      this.target = this.#arrivalTarget[next]!;
      this.arg = this.#arrivalNext++;
      this.size--;
      return true;
    }
    if (time > limit) return false;
    const base = slot * STRIDE;
    const slots = this.#slots;
    this.time = time;
    this.kind = slots[base + KIND]!;
    this.target = slots[base + TARGET]!;
    this.arg = slots[base + ARG]!;
    if (slot === head) this.#unlink(base);
    else this.#hasHole = true;
    this.#release(slot);
    return true;
  }

  #takeSlot(): number {
    const slot = this.#free;
    if (slot >= 0) {
      this.#free = this.#slots[slot * STRIDE + NEXT]!;
      return slot;
    }
    if (this.#used * STRIDE === this.#slots.length) this.#allocate(this.#used * 2);
    return this.#used++;
  }

  /** The slot a handle names, or -1 when it is stale. */
  #slotOf(handle: EventHandle): number {
    const generation = Math.floor(handle / SLOT_LIMIT);
    const slot = handle - generation * SLOT_LIMIT;
    return this.#slots[slot * STRIDE + GENERATION] === generation ? slot : NONE;
  }

  #release(slot: number): void {
    const base = slot * STRIDE;
    this.#slots[base + GENERATION] = (this.#slots[base + GENERATION]! + 1) & GENERATION_MASK;
    this.#slots[base + NEXT] = this.#free;
    this.#free = slot;
    this.size--;
  }

  /** Puts a slot behind all others of its time. */
  #place(slot: number, time: SimTime): void {
    this.#sequences[slot * 4 + SEQUENCE] = this.#sequence++;
    if (time === this.time) {
      this.#link(slot);
    } else if (time > this.#nearUntil) {
      this.#farAdd(time, slot);
    } else if (this.#hasHole) {
      this.#hasHole = false;
      this.#siftDown(0, time, slot);
    } else {
      this.#siftUp(this.#heapSize++, time, slot);
      if (this.#heapSize > this.#cutAbove) this.#cut();
    }
  }

  /** Takes a slot out of its lane. */
  #unplace(slot: number): void {
    const base = slot * STRIDE;
    const place = this.#slots[base + PLACE]!;
    if (place < 0) {
      this.#unlink(base);
      return;
    }
    if (place >= this.#farStart) {
      this.#farRemove(place);
      return;
    }
    this.#settle();
    const hole = this.#slots[base + PLACE]!;
    const last = --this.#heapSize;
    const time = this.#heapTime[last]!;
    const mover = this.#heapSlot[last]!;
    this.#heapTime[last] = Number.POSITIVE_INFINITY;
    if (hole === last) return;
    const old = this.#heapTime[hole]!;
    if (time < old || (time === old && this.#isBefore(mover, slot))) {
      this.#siftUp(hole, time, mover);
    } else {
      this.#siftDown(hole, time, mover);
    }
  }

  #link(slot: number): void {
    const tail = this.#instantTail;
    this.#slots[slot * STRIDE + PLACE] = -2 - tail;
    this.#slots[slot * STRIDE + NEXT] = NONE;
    if (tail < 0) this.#instantHead = slot;
    else this.#slots[tail * STRIDE + NEXT] = slot;
    this.#instantTail = slot;
  }

  #unlink(base: number): void {
    const before = -2 - this.#slots[base + PLACE]!;
    const after = this.#slots[base + NEXT]!;
    if (before < 0) this.#instantHead = after;
    else this.#slots[before * STRIDE + NEXT] = after;
    if (after < 0) this.#instantTail = before;
    else this.#slots[after * STRIDE + PLACE] = -2 - before;
  }

  /** Brings the first event of heap and far lane to the top of the heap. */
  #settle(): void {
    if (this.#hasHole) {
      this.#hasHole = false;
      const last = --this.#heapSize;
      const time = this.#heapTime[last]!;
      this.#heapTime[last] = Number.POSITIVE_INFINITY;
      if (last > 0) this.#siftDown(0, time, this.#heapSlot[last]!);
    }
    if (this.#heapSize === 0 && this.#farStart < this.#heapTime.length) this.#refill();
  }

  /** Moves about a sixteenth of the far lane into the empty heap, or all of a short one. */
  #refill(): void {
    const heapTime = this.#heapTime;
    const size = heapTime.length - this.#farStart;
    const pick = (_: unknown, i: number) => heapTime[this.#farStart + Math.floor((i * size) / 32)]!;
    const sample = Float64Array.from({ length: 32 }, pick).sort((a, b) => a - b);
    this.#nearUntil = size * 4 > this.#nearLimit ? sample[2]! : Number.POSITIVE_INFINITY;
    for (let i = this.#farStart; i < heapTime.length; i++) {
      const time = heapTime[i]!;
      if (time > this.#nearUntil) continue;
      const slot = this.#heapSlot[i]!;
      this.#farRemove(i);
      this.#siftUp(this.#heapSize++, time, slot);
    }
    // A cut looks at all events: it has to come after many pushes.
    this.#cutAbove = Math.max(this.#nearLimit, this.#heapSize * 2, size >> 3);
  }

  /** Moves the heap into the far lane and its earliest events back. */
  #cut(): void {
    while (this.#heapSize > 0) {
      const last = --this.#heapSize;
      const time = this.#heapTime[last]!;
      this.#heapTime[last] = Number.POSITIVE_INFINITY;
      this.#farAdd(time, this.#heapSlot[last]!);
    }
    this.#refill();
  }

  #farAdd(time: SimTime, slot: number): void {
    this.#put(--this.#farStart, time, slot);
  }

  /** Fills the gap at `index` with the entry at the start of the lane. */
  #farRemove(index: number): void {
    const start = this.#farStart++;
    this.#put(index, this.#heapTime[start]!, this.#heapSlot[start]!);
    this.#heapTime[start] = Number.POSITIVE_INFINITY;
  }

  /** Writes an entry of the heap or the far lane. */
  #put(index: number, time: SimTime, slot: number): void {
    this.#heapTime[index] = time;
    this.#heapSlot[index] = slot;
    this.#slots[slot * STRIDE + PLACE] = index;
  }

  /** Places `slot` at the hole `index` or above it. */
  #siftUp(index: number, time: SimTime, slot: number): void {
    const heapTime = this.#heapTime;
    const heapSlot = this.#heapSlot;
    const slots = this.#slots;
    let hole = index;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const above = heapTime[parent]!;
      const owner = heapSlot[parent]!;
      if (above < time || (above === time && this.#isBefore(owner, slot))) break;
      heapTime[hole] = above;
      heapSlot[hole] = owner;
      slots[owner * STRIDE + PLACE] = hole;
      hole = parent;
    }
    this.#put(hole, time, slot);
  }

  /**
   * Places `slot` at the hole `index` or below it. The least child comes out of a knock-out of two
   * rounds in arithmetic on comparisons: branches would be mispredicted half of the time (+30 %).
   */
  #siftDown(index: number, time: SimTime, slot: number): void {
    const heapTime = this.#heapTime;
    const heapSlot = this.#heapSlot;
    const slots = this.#slots;
    const size = this.#heapSize;
    let hole = index;
    for (let child = hole * 4 + 1; child < size; child = hole * 4 + 1) {
      let left = child + Number(heapTime[child + 1]! < heapTime[child]!);
      if (heapTime[child + 1] === heapTime[child]) left = this.#firstOf(child, child + 1);
      let right = child + 2 + Number(heapTime[child + 3]! < heapTime[child + 2]!);
      if (heapTime[child + 3] === heapTime[child + 2]) right = this.#firstOf(child + 2, child + 3);
      let best = left + (right - left) * Number(heapTime[right]! < heapTime[left]!);
      if (heapTime[right] === heapTime[left]) best = this.#firstOf(left, right);
      const bestTime = heapTime[best]!;
      const owner = heapSlot[best]!;
      if (time < bestTime || (time === bestTime && this.#isBefore(slot, owner))) break;
      heapTime[hole] = bestTime;
      heapSlot[hole] = owner;
      slots[owner * STRIDE + PLACE] = hole;
      hole = best;
    }
    this.#put(hole, time, slot);
  }

  /** Of two heap entries of the same time, the one scheduled first. */
  #firstOf(a: number, b: number): number {
    return this.#isBefore(this.#heapSlot[b]!, this.#heapSlot[a]!) ? b : a;
  }

  #isBefore(a: number, b: number): boolean {
    return this.#sequenceOf(a) < this.#sequenceOf(b);
  }

  #sequenceOf(slot: number): number {
    return this.#sequences[slot * 4 + SEQUENCE]!;
  }

  /** Makes room for `capacity` events. */
  #allocate(capacity: number): void {
    if (capacity > SLOT_LIMIT) {
      throw new ModelLimitError(`more than ${SLOT_LIMIT} pending events: use fewer pods or nodes`);
    }
    const [oldTime, oldSlot, oldStart] = [this.#heapTime, this.#heapSlot, this.#farStart];
    const slots = new Int32Array(capacity * STRIDE);
    const heapTime = new Float64Array(capacity + PADDING).fill(Number.POSITIVE_INFINITY);
    const heapSlot = new Int32Array(capacity + PADDING);
    slots.set(this.#slots);
    heapTime.set(oldTime.subarray(0, this.#heapSize));
    heapSlot.set(oldSlot.subarray(0, this.#heapSize));
    this.#slots = slots;
    this.#sequences = new Float64Array(slots.buffer);
    this.#heapTime = heapTime;
    this.#heapSlot = heapSlot;
    this.#farStart = heapTime.length;
    for (let i = oldStart; i < oldTime.length; i++) this.#farAdd(oldTime[i]!, oldSlot[i]!);
  }
}

/** Apart from the hot path, which must not build the message. */
function failPast(time: number, now: SimTime): never {
  throw new AssertionError(`an event must lie at a whole µs from ${now} on, not at ${time}`);
}
