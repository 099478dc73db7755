// The engine: order, ends of a run, what it refuses, and the trace hash that tells two runs apart.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionError } from '../../src/kernel/assert.js';
import type { EventQueue } from '../../src/kernel/event-queue.js';
import { FastEventQueue } from '../../src/kernel/fast-event-queue.js';
import { ReferenceEventQueue } from '../../src/kernel/reference-event-queue.js';
import { CHECKPOINT_EVENTS, type Checkpoint, Simulation } from '../../src/kernel/simulation.js';
import { TraceHash } from '../../src/kernel/trace-hash.js';

type Handled = readonly [time: number, name: string, target: number, arg: number];

/** A simulation that writes down every event it handles. */
function logged(seed: string | number = 1) {
  const queue = new FastEventQueue();
  const simulation = new Simulation(seed, queue);
  const log: Handled[] = [];
  simulation.onEvent = (...event) => log.push(event);
  return { simulation, log, queue };
}

describe('order', () => {
  test('events of one instant are handled in the order in which they were scheduled', () => {
    const { simulation, log } = logged();
    const second = simulation.defineEvent('test.SecondHappened', () => {});
    const first = simulation.defineEvent('test.FirstHappened', () => {
      simulation.after(0, second, 3);
    });
    simulation.at(10, first, 1);
    simulation.at(10, second, 2);
    simulation.at(5, second, 0);
    expect(simulation.run()).toBe('idle');
    expect(log).toEqual([
      [5, 'test.SecondHappened', 0, 0],
      [10, 'test.FirstHappened', 1, 0],
      [10, 'test.SecondHappened', 2, 0],
      [10, 'test.SecondHappened', 3, 0],
    ]);
  });

  test('arrivals come with their place in the block as argument', () => {
    const { simulation, log, queue } = logged();
    const arrived = simulation.defineEvent('test.PodArrived', () => {});
    simulation.load(arrived, Float64Array.of(1, 1, 4), Int32Array.of(30, 20, 10));
    expect(queue.size).toBe(3);
    simulation.run();
    expect(log.map(([time, , target, arg]) => [time, target, arg])).toEqual([
      [1, 30, 0],
      [1, 20, 1],
      [4, 10, 2],
    ]);
  });

  test('fire handles an event at once, within the one that fires it', () => {
    const { simulation, log } = logged();
    const inner = simulation.defineEvent('test.InnerHappened', () => {});
    const outer = simulation.defineEvent('test.OuterHappened', (target, arg) => {
      simulation.after(0, inner, 9);
      simulation.fire(inner, target, arg);
    });
    simulation.at(2, outer, 4, 5);
    simulation.run();
    expect(log.map(([, name, target]) => `${name} ${target}`)).toEqual([
      'test.OuterHappened 4',
      'test.InnerHappened 4',
      'test.InnerHappened 9',
    ]);
    expect(simulation.events).toBe(3);
  });

  test('a handler is given target, argument and the time', () => {
    const simulation = new Simulation(1);
    const seen: number[][] = [];
    const kind = simulation.defineEvent('test.ThingHappened', (...args) => seen.push(args));
    simulation.at(7, kind, -3, 2_147_483_647);
    simulation.after(8, kind);
    simulation.run();
    expect(seen).toEqual([
      [-3, 2_147_483_647, 7],
      [0, 0, 8],
    ]);
  });
});

describe('the end of a run', () => {
  test('is idle when nothing is pending, and time stays at the last event', () => {
    const { simulation } = logged();
    simulation.at(
      5,
      simulation.defineEvent('test.ThingHappened', () => {}),
    );
    expect([simulation.run(100), simulation.now]).toEqual(['idle', 5]);
  });

  test('is the horizon when more is pending: events at it are handled, later ones stay', () => {
    const { simulation, log, queue } = logged();
    const kind = simulation.defineEvent('test.ThingHappened', () => {});
    for (const time of [99, 100, 101]) simulation.at(time, kind);
    expect([simulation.run(100), simulation.now, queue.size]).toEqual(['horizon', 100, 1]);
    expect(log.map(([time]) => time)).toEqual([99, 100]);
    expect([simulation.run(), simulation.now]).toEqual(['idle', 101]);
  });

  test('is stopped when a handler says so, and the next run goes on from there', () => {
    const { simulation, log, queue } = logged();
    const kind = simulation.defineEvent('test.ThingHappened', (target) => {
      if (target === 1) simulation.stop();
    });
    for (const target of [0, 1, 2]) simulation.at(10, kind, target);
    expect([simulation.run(), log.length, queue.size]).toEqual(['stopped', 2, 1]);
    expect([simulation.run(), log.length]).toEqual(['idle', 3]);
  });
});

describe('what is refused', () => {
  test('an event in the past, also between the last event and a horizon', () => {
    const { simulation, queue } = logged();
    const kind = simulation.defineEvent('test.ThingHappened', () => {});
    simulation.at(10, kind);
    const later = simulation.at(1_000, kind);
    simulation.run(100);
    expect(() => simulation.at(99, kind)).toThrow(AssertionError);
    expect(() => simulation.after(-1, kind)).toThrow(AssertionError);
    expect(() => simulation.reschedule(later, 99)).toThrow(AssertionError);
    expect(() => simulation.load(kind, Float64Array.of(99), Int32Array.of(0))).toThrow(
      AssertionError,
    );
    expect(() => simulation.run(99)).toThrow(AssertionError);
    simulation.at(100, kind);
    expect(queue.size).toBe(2);
  });

  test('a time that is not a whole µs', () => {
    const { simulation } = logged();
    const kind = simulation.defineEvent('test.ThingHappened', () => {});
    expect(() => simulation.after(0.5, kind)).toThrow('whole µs');
    expect(() => simulation.after(Number.NaN, kind)).toThrow(AssertionError);
  });

  test('a second event of the same name, and an empty seed', () => {
    const { simulation } = logged();
    simulation.defineEvent('test.ThingHappened', () => {});
    expect(() => simulation.defineEvent('test.ThingHappened', () => {})).toThrow('defined twice');
    expect(() => new Simulation('')).toThrow('must not be empty');
  });

  test('a cancelled event does not happen, a moved one happens once, at its new time', () => {
    const { simulation, log } = logged();
    const kind = simulation.defineEvent('test.ThingHappened', () => {});
    const [a, b] = [simulation.at(10, kind, 0), simulation.at(20, kind, 1)] as const;
    expect([simulation.cancel(a), simulation.cancel(a)]).toEqual([true, false]);
    expect(simulation.reschedule(b, 5)).toBe(true);
    simulation.run();
    expect(log.map(([time, , target]) => [time, target])).toEqual([[5, 1]]);
    expect(simulation.reschedule(b, 30)).toBe(false);
  });
});

const event = fc.record({
  time: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  kind: fc.integer({ min: 0, max: 5_000 }),
  target: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
});
type TraceEvent = typeof event extends fc.Arbitrary<infer T> ? T : never;

function hashOf(events: readonly TraceEvent[]): string {
  const hash = new TraceHash();
  for (const { time, kind, target } of events) hash.update(time, kind, target);
  return hash.digest();
}

describe('the trace hash', () => {
  test('changes with a change of any time, kind or target', () => {
    const place = fc.nat();
    const two = fc.tuple(fc.array(event, { minLength: 1, maxLength: 20 }), place, event);
    fc.assert(
      fc.property(two, ([events, pick, other]) => {
        const at = pick % events.length;
        const old = events[at] as TraceEvent;
        for (const key of ['time', 'kind', 'target'] as const) {
          if (old[key] === other[key]) continue;
          const changed = events.with(at, { ...old, [key]: other[key] });
          expect(hashOf(changed)).not.toBe(hashOf(events));
        }
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  test('sees each bit of the time, and tells a kind from 71 minutes', () => {
    const one = { time: 0, kind: 0, target: 0 };
    const hashes = new Set([hashOf([one])]);
    for (let bit = 0; bit < 53; bit++) hashes.add(hashOf([{ ...one, time: 2 ** bit }]));
    for (let kind = 1; kind < 2_000; kind++) hashes.add(hashOf([{ ...one, kind }]));
    for (let target = 1; target < 2_000; target++) hashes.add(hashOf([{ ...one, target }]));
    expect(hashes.size).toBe(1 + 53 + 1_999 + 1_999);
  });

  test('changes when two events change places, and has 16 hexadecimal digits', () => {
    const a = { time: 1, kind: 2, target: 3 };
    const b = { time: 1, kind: 3, target: 2 };
    expect(hashOf([a, b])).not.toBe(hashOf([b, a]));
    expect(hashOf([a, b])).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf([])).toBe('243f6a8885a308d3');
  });
});

/** A small branching model: `count` events that draw their delays and their targets. */
function modelRun(seed: string | number, count: number, queue?: EventQueue): Simulation {
  const simulation = new Simulation(seed, queue);
  const stream = simulation.random.stream('test/model');
  let left = count;
  const happened = simulation.defineEvent('test.ThingHappened', () => {
    for (let i = stream.below(3); i >= 0 && left > 0; i--, left--) {
      simulation.after(stream.below(4), happened, stream.below(1_000));
    }
  });
  simulation.at(0, happened);
  simulation.run();
  return simulation;
}

describe('runs', () => {
  test('of the same seed have the same hash and checkpoints, of another seed not', () => {
    const [a, b, other] = [modelRun(1, 200_000), modelRun('1', 200_000), modelRun(2, 200_000)];
    expect(a.traceHash).toBe(b.traceHash);
    expect(a.checkpoints).toEqual(b.checkpoints);
    expect(other.traceHash).not.toBe(a.traceHash);
  });

  test('have the same hash whatever else could happen, and another when a kind has another name', () => {
    const hashOfRun = (...names: string[]): string => {
      const simulation = new Simulation(1);
      const kinds = names.map((name) => simulation.defineEvent(name, () => {}));
      simulation.at(1, kinds.at(-1) as number);
      simulation.run();
      return simulation.traceHash;
    };
    expect(hashOfRun('test.NeverHappened', 'test.Happened')).toBe(hashOfRun('test.Happened'));
    expect(hashOfRun('test.Happened2')).not.toBe(hashOfRun('test.Happened'));
  });

  test('do not touch each other: A, B, A in one process', () => {
    const first = modelRun('a', 20_000).traceHash;
    modelRun('b', 30_000);
    expect(modelRun('a', 20_000).traceHash).toBe(first);
  });

  test('are the same on the reference queue', () => {
    const reference = new ReferenceEventQueue();
    expect(modelRun(3, 50_000, reference).traceHash).toBe(modelRun(3, 50_000).traceHash);
  });

  test('leave a checkpoint every 65,536 events, fired ones counted, each once', () => {
    const simulation = new Simulation(1);
    const seen: Checkpoint[] = [];
    simulation.onCheckpoint = (checkpoint) => seen.push(checkpoint);
    const inner = simulation.defineEvent('test.InnerHappened', () => {});
    const outer = simulation.defineEvent('test.OuterHappened', (target) => {
      if (target < 100_000) simulation.after(1, outer, target + 1);
      simulation.fire(inner, 0, 0);
    });
    simulation.at(0, outer);
    simulation.run();
    expect(CHECKPOINT_EVENTS).toBe(65_536);
    expect(seen.map(({ events, time }) => [events, time])).toEqual([
      [65_536, 32_767],
      [131_072, 65_535],
      [196_608, 98_303],
    ]);
    expect(simulation.checkpoints).toEqual(seen);
    expect(new Set(seen.map(({ hash }) => hash)).size).toBe(3);
  });

  test('show the first difference in their checkpoints', () => {
    const hashes = (late: number): string[] => {
      const simulation = new Simulation(1);
      const happened = simulation.defineEvent('test.ThingHappened', (target) => {
        if (target < 200_000) simulation.after(target === late ? 2 : 1, happened, target + 1);
      });
      simulation.at(0, happened);
      simulation.run();
      return simulation.checkpoints.map(({ hash }) => hash);
    };
    const [plain, changed] = [hashes(-1), hashes(100_000)];
    const differs = plain.map((hash, index) => hash !== changed[index]);
    expect(differs).toEqual([false, true, true]);
  });
});

describe('a process', () => {
  const bench = () => {
    const { simulation } = logged();
    const log: string[] = [];
    let kind = -1;
    const live = (suffix = ''): (() => void) =>
      simulation.live(suffix, () => {
        kind = simulation.defineEvent('process.TimerElapsed', (target, _, now) => {
          log.push(`${target} at ${now}`);
        });
      });
    const timer = (time: number, target: number): void => void simulation.at(time, kind, target);
    return { simulation, log, live, timer };
  };

  test('does nothing any more after its end, though its events still come', () => {
    const { simulation, log, live, timer } = bench();
    const end = live();
    timer(10, 1);
    timer(20, 2);
    simulation.run(15);
    end();
    simulation.run(30);
    expect(log).toEqual(['1 at 10']);
    expect(simulation.events).toBe(2);
  });

  test('lives again beside the events of its first life', () => {
    const { simulation, log, live, timer } = bench();
    const end = live();
    timer(20, 1);
    end();
    live();
    timer(20, 2);
    simulation.run(30);
    expect(log).toEqual(['2 at 20']);
  });

  test('lives twice at a time only by two names', () => {
    const { live } = bench();
    live();
    live('#1');
    expect(() => live()).toThrow('defined twice');
    expect(() => live('#1')).toThrow('defined twice');
  });

  test('leaves the kinds of others alone when it ends', () => {
    const { simulation, log, live } = bench();
    const before = simulation.defineEvent('test.Before', () => log.push('before'));
    const end = live();
    const after = simulation.defineEvent('test.After', () => log.push('after'));
    end();
    simulation.at(1, before);
    simulation.at(2, after);
    simulation.run(5);
    expect(log).toEqual(['before', 'after']);
  });
});
