// The queue that the fast one is checked against: fastpriorityqueue with (time, sequence) in the
// comparator, cancelled entries skipped on the way out. Slow and plain on purpose.
import FastPriorityQueue from 'fastpriorityqueue';
import { assert } from './assert.js';
import type { EventHandle, EventQueue } from './event-queue.js';
import type { SimTime } from './time.js';

interface Entry {
  readonly time: SimTime;
  readonly sequence: number;
  readonly kind: number;
  readonly target: number;
  readonly arg: number;
  readonly handle: EventHandle;
}

/** Same order as the fast queue; memory grows with cancelled events until they come up. */
export class ReferenceEventQueue implements EventQueue {
  time: SimTime = 0;
  kind = 0;
  target = 0;
  arg = 0;
  #sequence = 1; // also the next handle, which is never 0
  #lastArrival: EventHandle = -1;
  readonly #live = new Map<EventHandle, Entry>();
  readonly #heap = new FastPriorityQueue<Entry>(
    (a, b) => a.time < b.time || (a.time === b.time && a.sequence < b.sequence),
  );

  get size(): number {
    return this.#live.size;
  }

  push(time: SimTime, kind: number, target: number, arg: number): EventHandle {
    this.#check(time);
    return this.#add(time, kind, target, arg, this.#sequence);
  }

  load(kind: number, times: Float64Array, targets: Int32Array): void {
    assert(times.length === targets.length, 'arrivals need one target each');
    assert(!this.#live.has(this.#lastArrival), 'arrivals are still pending');
    times.forEach((time, index) => {
      assert(index === 0 || time >= (times[index - 1] as number), 'arrivals must ascend');
      this.#lastArrival = this.push(time, kind, targets[index] as number, index);
    });
  }

  cancel(handle: EventHandle): boolean {
    return this.#live.delete(handle);
  }

  reschedule(handle: EventHandle, time: SimTime): boolean {
    this.#check(time);
    const entry = this.#live.get(handle);
    if (entry === undefined) return false;
    this.#add(time, entry.kind, entry.target, entry.arg, handle);
    return true;
  }

  nextTime(): SimTime {
    return this.#first()?.time ?? Number.POSITIVE_INFINITY;
  }

  pop(limit: SimTime): boolean {
    const entry = this.#first();
    if (entry === undefined || entry.time > limit) return false;
    this.#heap.poll();
    this.#live.delete(entry.handle);
    this.time = entry.time;
    this.kind = entry.kind;
    this.target = entry.target;
    this.arg = entry.arg;
    return true;
  }

  #first(): Entry | undefined {
    let entry = this.#heap.peek();
    while (entry !== undefined && this.#live.get(entry.handle) !== entry) {
      this.#heap.poll();
      entry = this.#heap.peek();
    }
    return entry;
  }

  #check(time: SimTime): void {
    assert(Number.isSafeInteger(time) && time >= this.time, `event at ${time} µs is in the past`);
  }

  #add(time: SimTime, kind: number, target: number, arg: number, handle: EventHandle): EventHandle {
    const entry = { time, sequence: this.#sequence++, kind, target, arg, handle };
    this.#live.set(handle, entry);
    this.#heap.add(entry);
    return handle;
  }
}
