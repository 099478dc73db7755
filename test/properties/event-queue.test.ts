// One suite for every event queue: the same script of commands gives the same events in the same
// order as a naive list does. Commands are data, so a failing script is shrunk and printed.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionError } from '../../src/kernel/assert.js';
import type { EventHandle, EventQueue } from '../../src/kernel/event-queue.js';
import { FastEventQueue } from '../../src/kernel/fast-event-queue.js';
import { ReferenceEventQueue } from '../../src/kernel/reference-event-queue.js';

const queues: readonly [string, () => EventQueue][] = [
  ['FastEventQueue', () => new FastEventQueue()],
  ['FastEventQueue that starts with room for one event', () => new FastEventQueue(1)],
  ['FastEventQueue with a far lane from five events on', () => new FastEventQueue(1, 4)],
  ['FastEventQueue with a far lane from 41 events on', () => new FastEventQueue(8, 40)],
  ['ReferenceEventQueue', () => new ReferenceEventQueue()],
];

/** `pick` chooses among all handles given out so far, stale ones included. */
type Command =
  | { readonly op: 'push'; readonly delay: number }
  | { readonly op: 'cancel'; readonly pick: number }
  | { readonly op: 'reschedule'; readonly pick: number; readonly delay: number }
  | { readonly op: 'pop'; readonly within: number }
  | { readonly op: 'drain'; readonly count: number }
  | { readonly op: 'load'; readonly gaps: readonly number[] };

/** Mostly 0..3, so that ties and events of the current instant are common. */
const delay = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** 40 }) },
);
const pick = fc.nat();
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ op: fc.constant('push' as const), delay }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('cancel' as const), pick }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('reschedule' as const), pick, delay }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant('pop' as const), within: delay }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('drain' as const), count: fc.integer({ max: 40 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('load' as const),
      gaps: fc.array(delay, { minLength: 1, maxLength: 6 }),
    }),
  },
);
const script = fc.array(command, { size: 'large', maxLength: 400 });

interface PendingEvent {
  time: number;
  sequence: number;
  readonly kind: number;
  readonly target: number;
  readonly arg: number;
  readonly handle: EventHandle;
}

/** The order by definition: scan all pending events for the least (time, sequence). */
class NaiveQueue implements EventQueue {
  time = 0;
  kind = 0;
  target = 0;
  arg = 0;
  #sequence = 0;
  #pending: PendingEvent[] = [];

  get size(): number {
    return this.#pending.length;
  }

  push(time: number, kind: number, target: number, arg: number): EventHandle {
    const sequence = this.#sequence++;
    this.#pending.push({ time, sequence, kind, target, arg, handle: sequence });
    return sequence;
  }

  load(kind: number, times: Float64Array, targets: Int32Array): void {
    times.forEach((time, index) => {
      this.push(time, kind, targets[index] as number, index);
    });
  }

  cancel(handle: EventHandle): boolean {
    const before = this.size;
    this.#pending = this.#pending.filter((event) => event.handle !== handle);
    return this.size < before;
  }

  reschedule(handle: EventHandle, time: number): boolean {
    const event = this.#pending.find((other) => other.handle === handle);
    if (event === undefined) return false;
    event.time = time;
    event.sequence = this.#sequence++;
    return true;
  }

  nextTime(): number {
    return this.#first()?.time ?? Number.POSITIVE_INFINITY;
  }

  pop(limit: number): boolean {
    const first = this.#first();
    if (first === undefined || first.time > limit) return false;
    this.#pending.splice(this.#pending.indexOf(first), 1);
    ({ time: this.time, kind: this.kind, target: this.target, arg: this.arg } = first);
    return true;
  }

  #first(): PendingEvent | undefined {
    return this.#pending.toSorted((a, b) => a.time - b.time || a.sequence - b.sequence)[0];
  }
}

const ARRIVAL = 9; // the other kinds are 0..6

/**
 * Runs a script to its end and drains the queue; what every step returned and every event popped.
 */
function run(queue: EventQueue, commands: readonly Command[]): string[] {
  const log: string[] = [];
  const handles: EventHandle[] = [];
  let arrivalsLeft = 0;
  const pop = (limit: number): boolean => {
    const isPopped = queue.pop(limit);
    const { time, kind, target, arg } = queue;
    if (isPopped && kind === ARRIVAL) arrivalsLeft--;
    log.push(isPopped ? `${time} ${kind} ${target} ${arg}` : `none of ${queue.size}`);
    return isPopped;
  };
  const step = (next: Command, index: number): void => {
    switch (next.op) {
      case 'push':
        handles.push(queue.push(queue.time + next.delay, index % 7, index, -index));
        break;
      case 'cancel':
        if (handles.length === 0) break;
        log.push(`cancelled ${queue.cancel(handles[next.pick % handles.length] as number)}`);
        break;
      case 'reschedule': {
        if (handles.length === 0) break;
        const handle = handles[next.pick % handles.length] as number;
        log.push(`moved ${queue.reschedule(handle, queue.time + next.delay)}`);
        break;
      }
      case 'pop':
        pop(queue.time + next.within);
        break;
      case 'drain':
        for (let i = 0; i < next.count; i++) pop(Number.MAX_SAFE_INTEGER);
        break;
      case 'load': {
        if (arrivalsLeft > 0) break;
        let time = queue.time;
        const times = Float64Array.from(next.gaps, (gap) => (time += gap));
        queue.load(
          ARRIVAL,
          times,
          Int32Array.from(times, (_, i) => index + i),
        );
        arrivalsLeft = times.length;
      }
    }
    log.push(`size ${queue.size} next ${queue.nextTime()}`);
  };
  commands.forEach((next, index) => {
    step(next, index);
  });
  while (pop(Number.MAX_SAFE_INTEGER));
  return log;
}

describe.each(queues)('%s', (_, make) => {
  test('gives the events of any script in the order of (time, scheduling)', () => {
    fc.assert(
      fc.property(script, (commands) => {
        expect(run(make(), commands)).toEqual(run(new NaiveQueue(), commands));
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  test('keeps the order of 20,000 events on 100 instants, a third of them moved or cancelled', () => {
    const commands: Command[] = [];
    let state = 1;
    const below = (limit: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (state >> 8) % limit;
    };
    for (let i = 0; i < 20_000; i++) commands.push({ op: 'push', delay: below(100) });
    for (let i = 0; i < 5_000; i++) {
      commands.push({ op: 'cancel', pick: below(20_000) });
      commands.push({ op: 'reschedule', pick: below(20_000), delay: below(100) });
      commands.push({ op: 'pop', within: 100 }, { op: 'push', delay: below(100) });
    }
    const queue = make();
    const popped = run(queue, commands).filter((line) => /^\d/.test(line));
    const reference = run(new ReferenceEventQueue(), commands);
    expect(popped).toEqual(reference.filter((line) => /^\d/.test(line)));
    expect(popped.length).toBeGreaterThan(20_000);
    expect(queue.size).toBe(0);
  });

  test('refuses a handle of an event that has fired, also when another uses its slot', () => {
    const queue = make();
    const stale = queue.push(1, 0, 0, 0);
    queue.pop(1);
    const fresh = Array.from({ length: 8 }, (_, i) => queue.push(2, 0, i, 0));
    expect(queue.cancel(stale)).toBe(false);
    expect(queue.reschedule(stale, 3)).toBe(false);
    expect(queue.size).toBe(8);
    expect(new Set([stale, ...fresh]).size).toBe(9);
  });

  test('refuses a second cancel, and a cancel of what was never scheduled', () => {
    const queue = make();
    const first = queue.push(1, 0, 0, 0);
    expect([0, -1, first + 1, Number.NaN].map((handle) => queue.cancel(handle))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(queue.cancel(first)).toBe(true);
    expect(queue.cancel(first)).toBe(false);
    expect(queue.size).toBe(0);
  });

  test('moves and cancels events of the current instant', () => {
    const queue = make();
    queue.push(5, 0, 0, 0);
    queue.pop(5);
    const [a, b, c, d] = [1, 2, 3, 4].map((target) => queue.push(5, 0, target, 0)) as [
      number,
      number,
      number,
      number,
    ];
    queue.reschedule(a, 5);
    queue.reschedule(b, 6);
    queue.cancel(c);
    queue.push(5, 0, 5, 0);
    expect(queue.reschedule(d, 5)).toBe(true);
    const order: number[] = [];
    while (queue.pop(10)) order.push(queue.target);
    expect(order).toEqual([1, 5, 4, 2]);
    expect(queue.time).toBe(6);
  });

  test('lets arrivals wait behind what was scheduled for their time before them', () => {
    const queue = make();
    queue.push(10, 0, 100, 0);
    queue.load(1, Float64Array.of(10, 10, 20), Int32Array.of(7, 8, 9));
    queue.push(10, 0, 101, 0);
    const order: string[] = [];
    while (queue.pop(30)) order.push(`${queue.time}:${queue.kind}:${queue.target}:${queue.arg}`);
    expect(order).toEqual(['10:0:100:0', '10:1:7:0', '10:1:8:1', '10:0:101:0', '20:1:9:2']);
  });

  test('takes the next block of arrivals when the last one is used up, not before', () => {
    const queue = make();
    queue.load(1, Float64Array.of(1), Int32Array.of(0));
    const again = (): void => queue.load(1, Float64Array.of(2), Int32Array.of(0));
    expect(again).toThrow('arrivals are still pending');
    queue.pop(1);
    again();
    expect([queue.size, queue.nextTime()]).toEqual([1, 2]);
  });

  test('refuses times that are in the past, not whole or not exact', () => {
    const queue = make();
    const pending = queue.push(20, 0, 0, 0);
    queue.push(10, 0, 0, 0);
    queue.pop(10);
    const wrong = [9, -1, 10.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53];
    for (const time of wrong) {
      expect(() => queue.push(time, 0, 0, 0), `${time}`).toThrow(AssertionError);
      expect(() => queue.reschedule(pending, time), `${time}`).toThrow(AssertionError);
      const load = (): void => queue.load(0, Float64Array.of(time), Int32Array.of(0));
      expect(load, `${time}`).toThrow(AssertionError);
    }
  });

  test('refuses arrivals that do not ascend or have no target', () => {
    const queue = make();
    const load = (times: number[], targets: number[]): void =>
      queue.load(0, Float64Array.from(times), Int32Array.from(targets));
    expect(() => load([2, 1], [0, 0])).toThrow(AssertionError);
    expect(() => make().load(0, Float64Array.of(1, 2), Int32Array.of(0))).toThrow(
      'one target each',
    );
  });

  test('leaves what is due after the limit', () => {
    const queue = make();
    queue.push(5, 1, 2, 3);
    expect(queue.pop(4)).toBe(false);
    expect([queue.size, queue.time, queue.nextTime()]).toEqual([1, 0, 5]);
    expect(queue.pop(5)).toBe(true);
    expect([queue.size, queue.time, queue.nextTime()]).toEqual([0, 5, Number.POSITIVE_INFINITY]);
    expect(queue.pop(Number.POSITIVE_INFINITY)).toBe(false);
  });
});
