// The engine: a clock, a queue, a table of handlers, random streams and the trace hash.
// Handlers run to completion, one after the other; what happens at one instant happens in the order
// in which it was scheduled.
import { assert } from './assert.js';
import type { EventHandle, EventQueue } from './event-queue.js';
import { FastEventQueue } from './fast-event-queue.js';
import { RandomRoot } from './random-stream.js';
import type { SimTime } from './time.js';
import { kindHash, TraceHash } from './trace-hash.js';

/** Dense id of a kind of event, from `defineEvent`. */
export type EventKind = number;

/** What a kind of event does: `target` says to which entity, `arg` is the sender's own. */
export type EventHandler = (target: number, arg: number, now: SimTime) => void;

/** State of the trace after `events` events; two runs are bisected by these. */
export interface Checkpoint {
  readonly events: number;
  readonly time: SimTime;
  readonly hash: string;
}

/** Why `run` returned. */
export type RunEnd = 'idle' | 'horizon' | 'stopped';

/** Events between two checkpoints. */
export const CHECKPOINT_EVENTS = 65_536;

/** One run's engine. All state of a run hangs on it, so that runs do not touch each other. */
export class Simulation {
  now: SimTime = 0;
  /** Events handled so far. */
  events = 0;
  readonly random: RandomRoot;
  readonly checkpoints: Checkpoint[] = [];
  /** Events at the next checkpoint; whoever wants one sooner sets it, to more than `events`. */
  nextCheckpoint: number = CHECKPOINT_EVENTS;
  /** Called at every checkpoint, for progress and limits; it must not change the model. */
  onCheckpoint: ((checkpoint: Checkpoint) => void) | undefined;
  /** Called before every handled event, to print a trace. */
  onEvent: ((time: SimTime, name: string, target: number, arg: number) => void) | undefined;
  readonly #queue: EventQueue;
  readonly #handlers: EventHandler[] = [];
  readonly #names: string[] = [];
  /** Names of the kinds that do something. */
  readonly #defined = new Set<string>();
  readonly #kindHashes: number[] = [];
  readonly #hash = new TraceHash();
  #isStopped = false;
  /** Added to the names of kinds while a process is built. */
  #suffix = '';

  constructor(seed: string | number, queue: EventQueue = new FastEventQueue()) {
    this.random = new RandomRoot(seed);
    this.#queue = queue;
  }

  get traceHash(): string {
    return this.#hash.digest();
  }

  /** Registers a kind of event, named as a past-tense fact: `kubelet.ImagePulled`. */
  defineEvent(name: string, handler: EventHandler): EventKind {
    assert(!this.#defined.has(name + this.#suffix), `event ${name} is defined twice`);
    this.#defined.add(name + this.#suffix);
    this.#names.push(name + this.#suffix);
    this.#kindHashes.push(kindHash(name + this.#suffix));
    return this.#handlers.push(handler) - 1;
  }

  /**
   * One life of a process; `suffix` tells its kinds of events from those of others that are alike.
   * Calling the result ends it: the kinds that `build` defined do nothing from then on, as the
   * timers and answers of a process that is gone, and may be defined anew by its next life.
   */
  live(suffix: string, build: () => void): () => void {
    const first = this.#handlers.length;
    this.#suffix = suffix;
    build();
    this.#suffix = '';
    const last = this.#handlers.length;
    return () => {
      for (let kind = first; kind < last; kind++) this.#defined.delete(this.#names[kind] as string);
      this.#handlers.fill(() => {}, first, last);
      this.#names.fill('process.EventIgnored', first, last);
    };
  }

  /** Schedules at an absolute time; throws an AssertionError when that is before now. */
  at(time: SimTime, kind: EventKind, target = 0, arg = 0): EventHandle {
    assert(time >= this.now, 'an event must not lie in the past');
    return this.#queue.push(time, kind, target, arg);
  }

  /** Schedules after a delay of 0 or more. */
  after(delay: SimTime, kind: EventKind, target = 0, arg = 0): EventHandle {
    return this.at(this.now + delay, kind, target, arg);
  }

  /** Schedules ascending arrivals as a block; see EventQueue.load. */
  load(kind: EventKind, times: Float64Array, targets: Int32Array): void {
    assert(!((times[0] as number) < this.now), 'an arrival must not lie in the past');
    this.#queue.load(kind, times, targets);
  }

  /** False when the event has fired or was cancelled before. */
  cancel(handle: EventHandle): boolean {
    return this.#queue.cancel(handle);
  }

  /** Moves an event, behind all others of its new time; false when the handle is stale. */
  reschedule(handle: EventHandle, time: SimTime): boolean {
    assert(time >= this.now, 'an event must not lie in the past');
    return this.#queue.reschedule(handle, time);
  }

  /**
   * Handles an event at once, inside the handler that calls it: mostly its last act, since what
   * comes after finds a changed world.
   */
  fire(kind: EventKind, target: number, arg: number): void {
    this.#hash.update(this.now, this.#kindHashes[kind] as number, target);
    if (++this.events === this.nextCheckpoint) this.#checkpoint();
    this.onEvent?.(this.now, this.#names[kind] as string, target, arg);
    (this.#handlers[kind] as EventHandler)(target, arg, this.now);
  }

  /** Ends `run` after the current event. */
  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Runs until nothing is pending ('idle', now is the time of the last event), all events up to
   * `horizon` are handled ('horizon', now is the horizon), or a handler calls `stop`.
   */
  run(horizon: SimTime = Number.MAX_SAFE_INTEGER): RunEnd {
    assert(horizon >= this.now, 'the horizon must not lie in the past');
    this.#isStopped = false;
    const queue = this.#queue;
    while (!this.#isStopped) {
      if (!queue.pop(horizon)) {
        if (queue.size > 0) this.now = horizon;
        return queue.size > 0 ? 'horizon' : 'idle';
      }
      this.now = queue.time;
      this.fire(queue.kind, queue.target, queue.arg);
    }
    return 'stopped';
  }

  #checkpoint(): void {
    this.nextCheckpoint = this.events - (this.events % CHECKPOINT_EVENTS) + CHECKPOINT_EVENTS;
    const checkpoint = { events: this.events, time: this.now, hash: this.traceHash };
    this.checkpoints.push(checkpoint);
    this.onCheckpoint?.(checkpoint);
  }
}
