// The processes of a machine: how they share it, who has used how much, and what a process costs
// beside its work. One process alone is tested with the other stations.
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
  test('take turns: a thread keeps its core for 3 ms while others wait, then hands it on', () => {
    const { simulation, machine, ends, process, work } = bench(1);
    const [busy, quiet] = [process('busy'), process('quiet')];
    for (let i = 0; i < 5; i++) work(`busy-${i}`, busy, 0, 1000);
    work('quiet', quiet, 0, 500);
    simulation.run(3200);
    expect([busy.usedUs, quiet.usedUs, machine.usedUs]).toEqual([3000, 200, 0]);
    simulation.run();
    expect(ends).toEqual([
      'busy-0@1000',
      'busy-1@2000',
      'busy-2@3000',
      'quiet@3500',
      'busy-3@4500',
      'busy-4@5500',
    ]);
    expect([busy.usedUs, quiet.usedUs]).toEqual([5000, 500]);
    expect(machine.meter.busyUs(simulation.now)).toBe(5500);
    expect(busy.meter).toBe(machine.meter);
  });

  test('interrupt a job that is longer than the slice, and go on with it in the next', () => {
    const { simulation, ends, process, work } = bench(1);
    const [one, two] = [process('one'), process('two')];
    work('a', one, 0, 10_000);
    work('b', two, 100, 4000);
    simulation.run(7000);
    expect([one.usedUs, two.usedUs]).toEqual([4000, 3000]);
    simulation.run();
    expect(ends).toEqual(['b@10000', 'a@14000']);
  });

  test('are not interrupted while nobody waits, and at once when their slice is long over', () => {
    const { simulation, ends, process, work } = bench(1);
    work('a', process('one'), 0, 9000);
    work('b', process('two'), 8000, 500);
    simulation.run();
    expect(ends).toEqual(['b@8500', 'a@9500']);
  });

  test('have no more threads than there are cores: one job beside hundreds waits for one slice', () => {
    const { simulation, machine, ends, process, work } = bench(2);
    const [busy, quiet] = [process('busy'), process('quiet')];
    for (let i = 0; i < 200; i++) work(`busy-${i}`, busy, 0, 1000);
    work('quiet', quiet, 0, 600);
    simulation.run(3600);
    expect(ends.at(-1)).toBe('quiet@3600');
    expect([quiet.usedUs, busy.usedUs]).toEqual([600, 2 * 3600 - 600]);
    expect(machine.meter.busy).toBe(2);
    expect(machine.meter.waiting).toBe(200 - 6 - 2);
    simulation.run();
    expect(ends).toHaveLength(201);
    expect(simulation.now).toBe(100_600);
  });

  test('what a job leads to comes behind the jobs that are there already', () => {
    const { simulation, process } = bench(1);
    const one = process('one');
    const order: number[] = [];
    const noted = simulation.defineEvent('test.Noted', (job) => order.push(job));
    const led = simulation.defineEvent('test.Led', (job) => {
      order.push(job);
      one.run(10, noted, job + 10);
    });
    for (const job of [1, 2, 3]) one.run(100, led, job);
    simulation.run();
    expect(order).toEqual([1, 2, 3, 11, 12, 13]);
  });

  test('use a core each where there are enough', () => {
    const { simulation, ends, process, work } = bench(4);
    work('a', process('one'), 0, 500);
    work('b', process('two'), 0, 300);
    simulation.run();
    expect(ends).toEqual(['b@300', 'a@500']);
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

  test('where threads wait for cores nothing sleeps: no job has to wake a core', () => {
    const { simulation, ends, process, work } = bench(1);
    const costs = { wakeUpUs: 50 };
    work('a', process('one', costs), 0, 1000);
    work('b', process('two'), 10, 100);
    work('c', process('three', costs), 20, 100);
    simulation.run();
    expect(ends).toEqual(['a@1050', 'b@1150', 'c@1250']);
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
    // The third and the fifth job begin a collection, which runs beside and after them.
    expect(ends).toEqual([
      'at-0@100',
      'at-1000@1100',
      'at-2000@2100',
      'at-3000@3100',
      'at-4000@4100',
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
