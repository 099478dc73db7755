// The shared station against a naive one, and against CpuHost, which has the same law.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Simulation } from '../../src/kernel/simulation.js';
import { CpuHost } from '../../src/kernel/stations.js';
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

const host =
  (units: number) =>
  (simulation: Simulation): Run => {
    const cpu = new CpuHost(simulation, 'host', units);
    return (workUs, kind, target) => cpu.run(workUs, kind, target);
  };

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

  test('agrees with CpuHost on any jobs, to the microsecond', () => {
    const jobs = fc.array(
      fc.record({
        atUs: fc.integer({ min: 0, max: 2_000 }),
        workUs: fc.integer({ min: 0, max: 500 }),
      }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(jobs, fc.integer({ min: 1, max: 4 }), (arrivals, units) => {
        expect(completions(arrivals, shared(units))).toEqual(completions(arrivals, host(units)));
      }),
    );
  });
});
