// What the simulation asks of its queue of pending events. They come out in a total order: earlier
// time first, at one time the one scheduled first.
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
