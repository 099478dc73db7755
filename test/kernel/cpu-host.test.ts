// The processes of a machine: who has used how much, and what a process costs beside its work.
// The sharing itself is tested with the other stations.
import { describe, expect, test } from 'vitest';
import { CpuHost, type ProcessCosts, plainProcess } from '../../src/kernel/cpu-host.js';
import { Simulation } from '../../src/kernel/simulation.js';

interface Bench {
  readonly simulation: Simulation;
  readonly machine: CpuHost;
  readonly ends: string[];
  /** A process on the machine. */
  process(name: string, costs?: Partial<ProcessCosts>): CpuHost;
  /** Gives a process work at a time; `ends` gets `name@time`. */
  work(name: string, process: CpuHost, atUs: number, workUs: number): void;
}

function bench(cores: number): Bench {
  const simulation = new Simulation(1);
  const machine = new CpuHost(simulation, 'machine', cores);
  const ends: string[] = [];
  return {
    simulation,
    machine,
    ends,
    process: (name, costs = {}) =>
      new CpuHost(simulation, name, machine, { ...plainProcess, ...costs }),
    work: (name, process, atUs, workUs) => {
      const done = simulation.defineEvent(`${name}.Done`, (_, __, now) => {
        ends.push(`${name}@${now}`);
      });
      const begun = simulation.defineEvent(`${name}.Begun`, () => process.run(workUs, done));
      simulation.at(atUs, begun);
    },
  };
}

describe('processes on one machine', () => {
  test('share its core equally, however many jobs each has, and know what they have used', () => {
    const { simulation, machine, ends, process, work } = bench(1);
    const [one, two] = [process('one'), process('two')];
    work('a', one, 0, 100);
    work('b', one, 0, 100);
    work('c', two, 0, 100);
    simulation.run();
    expect(ends).toEqual(['c@200', 'a@300', 'b@300']);
    expect([one.usedUs, two.usedUs, machine.usedUs]).toEqual([200, 100, 0]);
    expect(machine.meter.busyUs(simulation.now)).toBe(300);
    expect(one.meter).toBe(machine.meter);
  });

  test('have no more threads than there are cores: one job beside hundreds gets a third of two', () => {
    const { simulation, machine, ends, process, work } = bench(2);
    const [busy, quiet] = [process('busy'), process('quiet')];
    for (let i = 0; i < 200; i++) work(`busy-${i}`, busy, 0, 1000);
    work('quiet', quiet, 0, 600);
    simulation.run(900);
    expect(ends).toEqual(['quiet@900']);
    expect([quiet.usedUs, busy.usedUs]).toEqual([600, 1200]);
    expect([machine.meter.busy, machine.meter.waiting]).toEqual([2, 198]);
  });

  test('a job uses one core at most, whatever the others leave', () => {
    const { simulation, ends, process, work } = bench(4);
    work('a', process('one'), 0, 500);
    work('b', process('two'), 0, 300);
    simulation.run();
    expect(ends).toEqual(['b@300', 'a@500']);
  });

  test('share half a core and one and a half as well', () => {
    const endsOn = (cores: number): string[] => {
      const { simulation, ends, process, work } = bench(cores);
      const [one, two] = [process('one'), process('two')];
      for (const name of ['a', 'b', 'c']) work(name, one, 0, 120);
      work('d', two, 0, 120);
      simulation.run();
      return ends;
    };
    expect(endsOn(0.5)).toEqual(['d@480', 'a@960', 'b@960', 'c@960']);
    expect(endsOn(1.5)).toEqual(['d@240', 'a@320', 'b@320', 'c@320']);
  });

  test('have used their share at any moment, not only at the end of a job', () => {
    const { simulation, process, work } = bench(1);
    const [one, two] = [process('one'), process('two')];
    work('a', one, 0, 100);
    work('b', two, 0, 500);
    simulation.run(60);
    expect([one.usedUs, two.usedUs]).toEqual([30, 30]);
    simulation.run(400);
    expect([one.usedUs, two.usedUs]).toEqual([100, 300]);
  });

  test('do nothing but their work where no costs are stated', () => {
    const { simulation, ends, process, work } = bench(2);
    const one = process('one');
    work('a', one, 0, 100);
    work('b', one, 1000, 100);
    simulation.run();
    expect(ends).toEqual(['a@100', 'b@1100']);
    expect(simulation.events).toBe(6);
  });
});

describe('what a process costs beside its work', () => {
  test('a slower machine takes longer for every job', () => {
    const { simulation, ends, process, work } = bench(1);
    work('a', process('one', { factor: 2.5 }), 0, 100);
    simulation.run();
    expect(ends).toEqual(['a@250']);
  });

  test('every job costs something beside its work', () => {
    const { simulation, ends, process, work } = bench(1);
    const one = process('one', { factor: 2, jobUs: 30 });
    work('a', one, 0, 100);
    work('b', one, 1000, 0);
    simulation.run();
    expect(ends).toEqual(['a@230', 'b@1030']);
    expect(one.usedUs).toBe(260);
  });

  test('the job that finds the process asleep wakes it; those that come meanwhile do not', () => {
    const { simulation, ends, process, work } = bench(2);
    const one = process('one', { wakeUpUs: 50 });
    work('a', one, 0, 100);
    work('b', one, 10, 100);
    work('c', one, 1000, 100);
    simulation.run();
    expect(ends).toEqual(['b@110', 'a@150', 'c@1150']);
    expect(one.usedUs).toBe(400);
  });

  test('another process that is awake does not help', () => {
    const { simulation, ends, process, work } = bench(2);
    const costs = { wakeUpUs: 50 };
    work('a', process('one', costs), 0, 1000);
    work('b', process('two', costs), 10, 100);
    simulation.run();
    expect(ends).toEqual(['b@160', 'a@1050']);
  });

  test('its threads look for more work before they sleep, and a job that comes then wakes none', () => {
    const { simulation, ends, process, work } = bench(2);
    const one = process('one', { wakeUpUs: 50, parkUs: 30 });
    work('a', one, 0, 100);
    work('b', one, 170, 100);
    work('c', one, 1000, 100);
    simulation.run();
    expect(ends).toEqual(['a@150', 'b@270', 'c@1150']);
    expect(one.usedUs).toBe(50 + 100 + 30 + 100 + 30 + 50 + 100 + 30);
  });

  test('so a busy process uses less CPU time for the same work than one that sleeps between', () => {
    const usedFor = (gapUs: number): number => {
      const { simulation, process, work } = bench(2);
      const one = process('one', { wakeUpUs: 50, parkUs: 30 });
      for (let i = 0; i < 20; i++) work(`job-${i}`, one, i * gapUs, 100);
      simulation.run();
      return one.usedUs;
    };
    expect(usedFor(1000)).toBe(20 * 180);
    // Two jobs and the search for more overlap: rounding takes and gives a few µs.
    expect(Math.abs(usedFor(50) - (2000 + 80))).toBeLessThan(5);
  });

  test('garbage is collected after so much work, on all cores, and nobody waits for it', () => {
    const { simulation, ends, process, work } = bench(2);
    const one = process('one', { collectEveryUs: 250, collectUs: 80 });
    for (const at of [0, 1000, 2000, 3000, 4000]) work(`at-${at}`, one, at, 100);
    simulation.run();
    // The third and the fifth job begin a collection and share the two cores with it.
    expect(ends).toEqual([
      'at-0@100',
      'at-1000@1100',
      'at-2000@2120',
      'at-3000@3100',
      'at-4000@4120',
    ]);
    expect(one.usedUs).toBe(500 + 2 * 80);
  });

  test('its timers fire whether or not there is work', () => {
    const { simulation, process } = bench(1);
    const one = process('one', { tickEveryUs: 1000, tickUs: 7 });
    simulation.run(100_500);
    expect(one.usedUs).toBeGreaterThanOrEqual(7 * 100);
    expect(one.usedUs).toBeLessThanOrEqual(7 * 101);
  });
});
