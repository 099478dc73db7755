// Tuning sets: when the units of a load begin, kind by kind.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mostInFlight, schedulesOf, type TuningSet } from '../../src/cluster/tuning-set.js';
import { RandomRoot } from '../../src/kernel/random-stream.js';

/** The beginnings of `units` units of each phase, µs; all phases use the one set. */
function begins(set: TuningSet, ...units: readonly number[]): readonly (readonly number[])[] {
  const stream = new RandomRoot('1').stream('load');
  const phases = units.map((count) => ({ tuningSet: 'it', units: count }));
  const schedules = schedulesOf(phases, new Map([['it', set]]), () => stream);
  return schedules.map(({ dueUs }) => [...dueUs]);
}

describe('units begin', () => {
  test.each<[string, TuningSet, readonly number[]]>([
    ['at a steady rate', { kind: 'qps', qps: 4 }, [0, 250_000, 500_000, 750_000]],
    [
      'evenly over a time',
      { kind: 'timeLimited', timeLimitUs: 2_000_000 },
      [0, 500_000, 1_000_000, 1_500_000],
    ],
    ['in steps', { kind: 'stepped', burst: 3, stepDelayUs: 1_000_000 }, [0, 0, 0, 1_000_000]],
    [
      'all at once where only their number is limited',
      { kind: 'parallelism', limit: 2 },
      [0, 0, 0, 0],
    ],
    [
      'as a bucket with a burst lets them',
      { kind: 'globalQps', qps: 2, burst: 2 },
      [0, 0, 500_000, 1_000_000],
    ],
  ])('%s', (_name, set, expected) => {
    expect(begins(set, 4)).toEqual([expected]);
  });

  test('by a common bucket in turns, where several phases share it', () => {
    expect(begins({ kind: 'globalQps', qps: 1, burst: 1 }, 3, 1, 2)).toEqual([
      [0, 3_000_000, 5_000_000],
      [1_000_000],
      [2_000_000, 4_000_000],
    ]);
  });

  test('at random times within the limit, in order of time', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 10_000_000 }), (units, limit) => {
        const stream = new RandomRoot('1').stream('load');
        const set: TuningSet = { kind: 'randomizedTimeLimited', timeLimitUs: limit };
        const [schedule] = schedulesOf(
          [{ tuningSet: 'it', units }],
          new Map([['it', set]]),
          () => stream,
        );
        const due = [...(schedule?.dueUs ?? [])];
        expect(due).toEqual([...due].sort((a, b) => a - b));
        expect(due.every((at) => at >= 0 && at < limit)).toBe(true);
        const order = [...(schedule?.order ?? [])].sort((a, b) => a - b);
        expect(order).toEqual(Array.from({ length: units }, (_, unit) => unit));
      }),
    );
  });

  test('with random gaps at the rate that was asked for', () => {
    const [due = []] = begins({ kind: 'randomized', averageQps: 10 }, 2001);
    expect((due.at(-1) ?? 0) / 2000).toBeGreaterThan(95_000);
    expect((due.at(-1) ?? 0) / 2000).toBeLessThan(105_000);
    const gaps = due.slice(1).map((at, index) => at - (due[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(200_001);
  });
});

test('only one kind of set limits how many units are under way', () => {
  expect(mostInFlight({ kind: 'parallelism', limit: 7 })).toBe(7);
  expect(mostInFlight({ kind: 'qps', qps: 7 })).toBe(Number.POSITIVE_INFINITY);
});
