// The pending events, in a total order: earlier time first, at one time the one scheduled first.
// No event objects: a table of slots and three lanes merged by (time, sequence): an indexed 4-ary
// heap, a linked list of the events of the current instant, a cursor over sorted arrivals.
// 44 bytes an event at capacity. Measured choices: docs/adr/0002.
import { AssertionError, assert, ModelLimitError } from './assert.js';
import type { SimTime } from './time.js';

/** Names one scheduled event; never 0; stale once the event has fired or was cancelled. */
export type EventHandle = number;

/** What every event queue does. All implementations yield the same order. */
export interface EventQueue {
  /** Number of pending events. */
  readonly size: number;
  /** The event that the last successful `pop` took out. */
  readonly time: SimTime;
  readonly kind: number;
  readonly target: number;
  readonly arg: number;
  /** Adds an event; `time` is not before the last popped one. O(log n), O(1) at that same time. */
  push(time: SimTime, kind: number, target: number, arg: number): EventHandle;
  /** Adds ascending arrivals of one kind as a block, after the last one is used up; `targets[i]`
   * arrives at `times[i]` with the argument i. O(length), then O(1) each. */
  load(kind: number, times: Float64Array, targets: Int32Array): void;
  /** Takes the event out; false when it has fired or was cancelled before. O(log n). */
  cancel(handle: EventHandle): boolean;
  /** Moves the event and puts it behind all others of its new time. Same handle. O(log n). */
  reschedule(handle: EventHandle, time: SimTime): boolean;
  /** Time of the first pending event, Infinity when there is none. */
  nextTime(): SimTime;
  /** Takes the first event out into `time … arg`; false when none is due at or before `limit`. */
  pop(limit: SimTime): boolean;
}

const SLOT_LIMIT = 4_194_304;
const GENERATION_MASK = 2_147_483_647; // times SLOT_LIMIT this is 2^53
const NONE = -1;
// A slot is 8 int32, the last two its sequence number as a double. Its place is in there, not in a
// table apart: a sift writes it, which brings the slot into the cache before it is popped (+10 %).
const STRIDE = 8;
const KIND = 0;
const TARGET = 1;
const ARG = 2;
/** Odd while the event is pending; no free slot answers to a handle. */
const GENERATION = 3;
/** Index in the heap; for an event of the current instant -2 - the slot before it in the list. */
const PLACE = 4;
/** The slot after it in the list of the current instant, or in the list of free slots. */
const NEXT = 5;
const SEQUENCE = 3; // in doubles, of which a slot has 4

/** The fast queue. */
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
  /** Invariant: Infinity from `#heapSize` on, so that a sift may read four children always. */
  #heapTime: Float64Array = new Float64Array(0);
  #heapSlot: Int32Array = new Int32Array(0);
  #heapSize = 0;
  /** Whether heap entry 0 was popped and not replaced yet: the next push mostly does that. */
  #hasHole = false;
  #instantHead = NONE;
  #instantTail = NONE;
  #arrivalKind = 0;
  #arrivalTime: Float64Array = new Float64Array(0);
  #arrivalTarget: Int32Array = new Int32Array(0);
  #arrivalSequence = 0;
  #arrivalNext = 0;

  /** `capacity`: events allocated for at first; doubles as needed up to 4,194,304. */
  constructor(capacity = 1024) {
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
    this.#fillHole();
    const arrival = this.#arrivalTime[this.#arrivalNext] ?? Number.POSITIVE_INFINITY;
    return Math.min(arrival, this.#heapTime[0]!);
  }

  pop(limit: SimTime): boolean {
    if (this.size === 0) return false;
    this.#fillHole();
    let time = this.#heapTime[0]!;
    let slot = this.#heapSlot[0]!;
    const head = this.#instantHead;
    if (head >= 0 && (this.time < time || this.#isBefore(head, slot))) {
      slot = head;
      time = this.time;
    }
    const next = this.#arrivalNext;
    if (next < this.#arrivalTime.length) {
      const at = this.#arrivalTime[next]!;
      const sequence = this.#arrivalSequence + next;
      if (at < time || (at === time && sequence < this.#sequences[slot * 4 + SEQUENCE]!)) {
        if (at > limit) return false;
        this.time = at;
        this.kind = this.#arrivalKind;
        this.target = this.#arrivalTarget[next]!;
        this.arg = next;
        this.#arrivalNext++;
        this.size--;
        return true;
      }
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
    } else if (this.#hasHole) {
      this.#hasHole = false;
      this.#siftDown(0, time, slot);
    } else {
      this.#siftUp(this.#heapSize++, time, slot);
    }
  }

  /** Takes a slot out of its lane. */
  #unplace(slot: number): void {
    const base = slot * STRIDE;
    if (this.#slots[base + PLACE]! < 0) {
      this.#unlink(base);
      return;
    }
    this.#fillHole();
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

  /** Fills the hole that a pop left at the top of the heap with its last entry. */
  #fillHole(): void {
    if (!this.#hasHole) return;
    this.#hasHole = false;
    const last = --this.#heapSize;
    const time = this.#heapTime[last]!;
    this.#heapTime[last] = Number.POSITIVE_INFINITY;
    if (last > 0) this.#siftDown(0, time, this.#heapSlot[last]!);
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
    heapTime[hole] = time;
    heapSlot[hole] = slot;
    slots[slot * STRIDE + PLACE] = hole;
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
    heapTime[hole] = time;
    heapSlot[hole] = slot;
    slots[slot * STRIDE + PLACE] = hole;
  }

  /** Of two heap entries of the same time, the one scheduled first. */
  #firstOf(a: number, b: number): number {
    return this.#isBefore(this.#heapSlot[b]!, this.#heapSlot[a]!) ? b : a;
  }

  #isBefore(a: number, b: number): boolean {
    return this.#sequences[a * 4 + SEQUENCE]! < this.#sequences[b * 4 + SEQUENCE]!;
  }

  /** Makes room for `capacity` events. */
  #allocate(capacity: number): void {
    if (capacity > SLOT_LIMIT) {
      throw new ModelLimitError(`more than ${SLOT_LIMIT} pending events: use fewer pods or nodes`);
    }
    const slots = new Int32Array(capacity * STRIDE);
    const heapTime = new Float64Array(capacity + 3).fill(Number.POSITIVE_INFINITY);
    const heapSlot = new Int32Array(capacity + 3);
    slots.set(this.#slots);
    heapTime.set(this.#heapTime);
    heapSlot.set(this.#heapSlot);
    this.#slots = slots;
    this.#sequences = new Float64Array(slots.buffer);
    this.#heapTime = heapTime;
    this.#heapSlot = heapSlot;
  }
}

/** Apart from the hot path, which must not build the message. */
function failPast(time: number, now: SimTime): never {
  throw new AssertionError(`an event must lie at a whole µs from ${now} on, not at ${time}`);
}
