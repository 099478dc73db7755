// The pending events, in a total order: earlier time first, at one time the one scheduled first.
// No event objects: a table of 24-byte slots and three lanes merged by (time, sequence): an indexed
// 4-ary heap, a FIFO ring for the current instant, a cursor over sorted arrivals. 40 bytes an event
// at capacity. Measured choices: docs/adr/0002.
import { AssertionError, assert, ModelLimitError } from './assert.js';
import type { SimTime } from './time.js';

/** Names one scheduled event: slot and generation in one number; stale once it has fired. */
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
  /** Adds ascending arrivals of one kind as a block; `targets[i]` arrives at `times[i]`. O(1). */
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
// A slot is 6 int32, the last two its sequence number as a double, so that taking an event touches
// one or two cache lines. Places are apart: a sift writes many of them, and they stay in the cache.
const KIND = 0;
const TARGET = 1;
const ARG = 2;
const GENERATION = 3;
const SEQUENCE = 2; // in doubles; a slot has 3
// Places other than a heap index.
const FREE = -1;
const IN_RING = -2;
const DEAD_IN_RING = -3;

/** The fast queue. */
export class FastEventQueue implements EventQueue {
  size = 0;
  time: SimTime = 0;
  kind = 0;
  target = 0;
  arg = 0;
  #sequence = 0;
  #slots: Int32Array;
  #sequences: Float64Array;
  /** Heap index of each slot, or where else it is. */
  #places: Int32Array;
  #heapTime: Float64Array;
  #heapSlot: Int32Array;
  #heapSize = 0;
  #used = 0;
  readonly #free: number[] = [];
  #ring: Int32Array = new Int32Array(64);
  #ringHead = 0;
  #ringCount = 0;
  #arrivalKind = 0;
  #arrivalTime: Float64Array = new Float64Array(0);
  #arrivalTarget: Int32Array = new Int32Array(0);
  #arrivalSequence = 0;
  #arrivalNext = 0;

  /** `capacity`: events allocated for at first; doubles as needed up to 4,194,304. */
  constructor(capacity = 1024) {
    this.#slots = new Int32Array(capacity * 6);
    this.#sequences = new Float64Array(this.#slots.buffer);
    this.#places = new Int32Array(capacity);
    this.#heapTime = new Float64Array(capacity);
    this.#heapSlot = new Int32Array(capacity);
  }

  push(time: SimTime, kind: number, target: number, arg: number): EventHandle {
    if (!(Number.isSafeInteger(time) && time >= this.time)) failPast(time, this.time);
    let slot = this.#free.pop();
    if (slot === undefined) {
      slot = this.#used++;
      if (slot === this.#heapTime.length) this.#grow();
    }
    const base = slot * 6;
    const slots = this.#slots;
    slots[base + KIND] = kind;
    slots[base + TARGET] = target;
    slots[base + ARG] = arg;
    this.size++;
    this.#place(slot, time);
    return slots[base + GENERATION]! * SLOT_LIMIT + slot;
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
    const place = this.#places[slot]!;
    if (place === IN_RING) {
      this.#slots[slot * 6 + GENERATION]!++;
      this.#places[slot] = DEAD_IN_RING;
    } else {
      this.#heapRemove(place);
      this.#release(slot);
    }
    this.size--;
    return true;
  }

  reschedule(handle: EventHandle, time: SimTime): boolean {
    if (!(Number.isSafeInteger(time) && time >= this.time)) failPast(time, this.time);
    const slot = this.#slotOf(handle);
    if (slot < 0) return false;
    const place = this.#places[slot]!;
    assert(place !== IN_RING, 'an event of the current instant cannot be moved');
    this.#heapRemove(place);
    this.#place(slot, time);
    return true;
  }

  nextTime(): SimTime {
    this.#dropDead();
    if (this.#ringCount > 0) return this.time;
    const arrival = this.#arrivalTime[this.#arrivalNext] ?? Number.POSITIVE_INFINITY;
    const inHeap = this.#heapSize > 0 ? this.#heapTime[0]! : Number.POSITIVE_INFINITY;
    return arrival < inHeap ? arrival : inHeap;
  }

  pop(limit: SimTime): boolean {
    this.#dropDead();
    let time = Number.POSITIVE_INFINITY;
    let slot = -1;
    if (this.#heapSize > 0) {
      slot = this.#heapSlot[0]!;
      time = this.#heapTime[0]!;
    }
    if (this.#ringCount > 0) {
      const first = this.#ring[this.#ringHead]!;
      if (this.time < time || this.#sequences[first * 3 + SEQUENCE]! < this.#sequences[slot * 3 + SEQUENCE]!) {
        slot = first;
        time = this.time;
      }
    }
    const next = this.#arrivalNext;
    if (next < this.#arrivalTime.length) {
      const at = this.#arrivalTime[next]!;
      const sequence = this.#arrivalSequence + next;
      if (at < time || (at === time && sequence < this.#sequences[slot * 3 + SEQUENCE]!)) {
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
    if (slot < 0 || time > limit) return false;
    const base = slot * 6;
    this.time = time;
    this.kind = this.#slots[base + KIND]!;
    this.target = this.#slots[base + TARGET]!;
    this.arg = this.#slots[base + ARG]!;
    if (this.#places[slot] === IN_RING) this.#ringShift();
    else this.#heapRemove(0);
    this.#release(slot);
    this.size--;
    return true;
  }

  #dropDead(): void {
    while (this.#ringCount > 0) {
      const slot = this.#ring[this.#ringHead]!;
      if (this.#places[slot] !== DEAD_IN_RING) return;
      this.#ringShift();
      this.#places[slot] = FREE;
      this.#free.push(slot);
    }
  }

  /** The slot a handle names, or -1 when it is stale. */
  #slotOf(handle: EventHandle): number {
    const slot = handle % SLOT_LIMIT;
    return this.#slots[slot * 6 + GENERATION] === (handle - slot) / SLOT_LIMIT ? slot : -1;
  }

  #release(slot: number): void {
    this.#slots[slot * 6 + GENERATION]!++;
    this.#places[slot] = FREE;
    this.#free.push(slot);
  }

  /** Puts a slot behind all others of its time. */
  #place(slot: number, time: SimTime): void {
    this.#sequences[slot * 3 + SEQUENCE] = this.#sequence++;
    if (time !== this.time) {
      this.#siftUp(this.#heapSize++, time, slot);
      return;
    }
    if (this.#ringCount === this.#ring.length) {
      const larger = new Int32Array(this.#ring.length * 2);
      larger.set(this.#ring.subarray(this.#ringHead));
      larger.set(this.#ring.subarray(0, this.#ringHead), this.#ring.length - this.#ringHead);
      this.#ring = larger;
      this.#ringHead = 0;
    }
    this.#ring[(this.#ringHead + this.#ringCount++) & (this.#ring.length - 1)] = slot;
    this.#places[slot] = IN_RING;
  }

  #ringShift(): void {
    this.#ringHead = (this.#ringHead + 1) & (this.#ring.length - 1);
    this.#ringCount--;
  }

  /** Places `slot` at the hole `index` or above it. */
  #siftUp(index: number, time: SimTime, slot: number): void {
    const heapTime = this.#heapTime;
    const heapSlot = this.#heapSlot;
    const places = this.#places;
    let hole = index;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const above = heapTime[parent]!;
      const owner = heapSlot[parent]!;
      if (above < time || (above === time && this.#isBefore(owner, slot))) break;
      heapTime[hole] = above;
      heapSlot[hole] = owner;
      places[owner] = hole;
      hole = parent;
    }
    heapTime[hole] = time;
    heapSlot[hole] = slot;
    places[slot] = hole;
  }

  /** Takes the entry at `index` out and fills the hole with the last entry. */
  #heapRemove(index: number): void {
    const size = --this.#heapSize;
    if (index === size) return;
    const heapTime = this.#heapTime;
    const heapSlot = this.#heapSlot;
    const places = this.#places;
    const time = heapTime[size]!;
    const slot = heapSlot[size]!;
    let hole = index;
    for (let child = hole * 4 + 1; child < size; child = hole * 4 + 1) {
      let best = child;
      let bestTime = heapTime[child]!;
      const end = child + 4 < size ? child + 4 : size;
      for (let other = child + 1; other < end; other++) {
        const at = heapTime[other]!;
        if (at < bestTime || (at === bestTime && this.#isBefore(heapSlot[other]!, heapSlot[best]!))) {
          best = other;
          bestTime = at;
        }
      }
      const owner = heapSlot[best]!;
      if (time < bestTime || (time === bestTime && this.#isBefore(slot, owner))) break;
      heapTime[hole] = bestTime;
      heapSlot[hole] = owner;
      places[owner] = hole;
      hole = best;
    }
    this.#siftUp(hole, time, slot);
  }

  #isBefore(a: number, b: number): boolean {
    return this.#sequences[a * 3 + SEQUENCE]! < this.#sequences[b * 3 + SEQUENCE]!;
  }

  #grow(): void {
    const capacity = this.#heapTime.length * 2;
    if (capacity > SLOT_LIMIT) {
      throw new ModelLimitError(`more than ${SLOT_LIMIT} pending events: use fewer pods or nodes`);
    }
    const old = { slots: this.#slots, places: this.#places, heapTime: this.#heapTime, heapSlot: this.#heapSlot };
    this.#slots = new Int32Array(capacity * 6);
    this.#sequences = new Float64Array(this.#slots.buffer);
    this.#places = new Int32Array(capacity);
    this.#heapTime = new Float64Array(capacity);
    this.#heapSlot = new Int32Array(capacity);
    this.#slots.set(old.slots);
    this.#places.set(old.places);
    this.#heapTime.set(old.heapTime);
    this.#heapSlot.set(old.heapSlot);
  }
}

/** Apart from the hot path, which must not build the message. */
function failPast(time: number, now: SimTime): never {
  throw new AssertionError(`an event must lie at a whole µs from ${now} on, not at ${time}`);
}
