// The shared station against a naive one.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Simulation } from '../../src/kernel/simulation.js';
import { ProcessorSharing } from '../../src/node/processor-sharing.js';

interface Arrival {
  readonly atUs: number;
  readonly workUs: number;
}

type Run = (workUs: number, kind: number, target: number) => void;

/** When each job is done, by its index. */
function completions(
  arrivals: readonly Arrival[],
  make: (simulation: Simulation) => Run,
): number[] {
  const simulation = new Simulation('sharing');
  const run = make(simulation);
  const done: number[] = [];
  const ended = simulation.defineEvent('test.Ended', (index, _, now) => {
    done[index] = now;
  });
  const arrived = simulation.defineEvent('test.Arrived', (index) =>
    run((arrivals[index] as Arrival).workUs, ended, index),
  );
  for (const [index, { atUs }] of arrivals.entries()) simulation.at(atUs, arrived, index);
  simulation.run();
  return done;
}

const shared =
  (units: number) =>
  (simulation: Simulation): Run => {
    const stations = new ProcessorSharing(simulation, 'station');
    stations.add(units);
    return (workUs, kind, target) => stations.run(0, workUs, kind, target);
  };

/** The same, from one arrival or end to the next, with the work that is left of each job. */
function naively(arrivals: readonly Arrival[], units: number): number[] {
  const left = arrivals.map(({ workUs }) => workUs);
  const done: number[] = [];
  let now = 0;
  for (;;) {
    const present = left.flatMap((_, job) =>
      (arrivals[job] as Arrival).atUs <= now && done[job] === undefined ? [job] : [],
    );
    const rate = Math.min(1, units / Math.max(1, present.length));
    const ends = present.map((job) => now + (left[job] as number) / rate);
    const next = Math.min(...ends, ...arrivals.map(({ atUs }) => atUs).filter((at) => at > now));
    if (next === Number.POSITIVE_INFINITY) return done;
    for (const [place, job] of present.entries()) {
      left[job] = (left[job] as number) - (next - now) * rate;
      if (ends[place] === next) done[job] = next;
    }
    now = next;
  }
}

describe('a shared station', () => {
  test.each([
    [1, 4, 100],
    [4, 4, 100],
    [8, 4, 200],
    [10, 4, 250],
    [3, 1.5, 200],
    [1, 0.5, 200],
  ])('works on %i equal jobs of 100 us with %f units for %i us', (jobs, units, expected) => {
    const arrivals = Array.from({ length: jobs }, () => ({ atUs: 0, workUs: 100 }));
    expect(completions(arrivals, shared(units))).toEqual(Array(jobs).fill(expected));
  });

  test('slows a job only while others are there', () => {
    // 100 alone, 100 at half speed, then the second alone
    const arrivals = [
      { atUs: 0, workUs: 150 },
      { atUs: 100, workUs: 100 },
    ];
    expect(completions(arrivals, shared(1))).toEqual([200, 250]);
  });

  test('serves jobs that end together in the order of their arrival', () => {
    const simulation = new Simulation('sharing');
    const stations = new ProcessorSharing(simulation, 'station');
    stations.add(2);
    const order: number[] = [];
    const ended = simulation.defineEvent('test.Ended', (index) => order.push(index));
    for (const index of [3, 1, 2, 0]) stations.run(0, 100, ended, index);
    expect(stations.jobsOf(0)).toBe(4);
    simulation.run();
    expect(order).toEqual([3, 1, 2, 0]);
    expect(stations.jobsOf(0)).toBe(0);
  });

  test('is apart from the other members of its fleet', () => {
    const simulation = new Simulation('sharing');
    const stations = new ProcessorSharing(simulation, 'station');
    const done: [number, number][] = [];
    const ended = simulation.defineEvent('test.Ended', (member, _, now) =>
      done.push([member, now]),
    );
    for (const member of [0, 1]) stations.add(1 + member);
    for (const member of [0, 1, 0, 1]) stations.run(member, 100, ended, member);
    simulation.run();
    expect(done).toEqual([
      [1, 100],
      [1, 100],
      [0, 200],
      [0, 200],
    ]);
  });

  test('needs a capacity', () => {
    const stations = new ProcessorSharing(new Simulation('sharing'), 'station');
    expect(() => stations.add(0)).toThrow('capacity above 0');
  });

  test('ends any jobs when the naive station does', () => {
    const jobs = fc.array(
      fc.record({
        atUs: fc.integer({ min: 0, max: 2_000 }),
        workUs: fc.integer({ min: 0, max: 500 }),
      }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(jobs, fc.integer({ min: 1, max: 4 }), (arrivals, units) => {
        const expected = naively(arrivals, units);
        const found = completions(arrivals, shared(units));
        // Every end is put off to the next whole microsecond.
        for (const [job, at] of found.entries()) {
          expect(Math.abs(at - (expected[job] as number))).toBeLessThan(arrivals.length + 1);
        }
      }),
    );
  });
});
