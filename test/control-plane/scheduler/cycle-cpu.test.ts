// The CPU time of cycles: when they end, by what share of them several workers can do.
import { describe, expect, test } from 'vitest';
import { CycleCpu } from '../../../src/control-plane/scheduler/cycle-cpu.js';
import { Parallelizer } from '../../../src/control-plane/scheduler/framework/parallelizer.js';
import { CpuHost } from '../../../src/kernel/cpu-host.js';
import { Simulation } from '../../../src/kernel/simulation.js';

interface Case {
  readonly parallelism?: number;
  readonly cores: number;
  /** Jobs of 10 s of another process on the machine. */
  readonly others?: number;
}

/** When cycles of 1 ms alone and 8 ms for the workers end, one after the other, in ms. */
function ends({ parallelism = 16, cores, others = 0 }: Case, cycles = 1) {
  const simulation = new Simulation('cycle');
  const host = new CpuHost(simulation, 'master', cores);
  const cpu = new CycleCpu(simulation, 'it', host, new Parallelizer(parallelism, cores));
  const cost = { serialUs: 1000, parallelUs: 8000 };
  const found: number[] = [];
  const decided = simulation.defineEvent('it.NodeSelected', (_target, _arg, now) => {
    if (found.push(now / 1000) < cycles) cpu.run(cost, decided);
  });
  const idle = simulation.defineEvent('other.Ended', () => {});
  const other = new CpuHost(simulation, 'other', host);
  for (let i = 0; i < others; i++) other.run(10_000_000, idle);
  cpu.run(cost, decided);
  simulation.run(1_000_000);
  return { found, busyMs: host.meter.busyUs(simulation.now) / 1000 };
}

describe('a cycle', () => {
  test.each<[string, Case, number]>([
    ['alone on one core', { cores: 1 }, 9],
    ['on two cores', { cores: 2 }, 5],
    ['on four cores', { cores: 4 }, 3],
    ['with one goroutine on four cores', { cores: 4, parallelism: 1 }, 9],
    ['with four goroutines on 32 cores', { cores: 32, parallelism: 4 }, 3],
    ['with more cores than goroutines', { cores: 32 }, 1.5],
  ])('%s', (_name, setting, endMs) => {
    expect(ends(setting).found).toEqual([endMs]);
  });

  test('takes longer where others want the cores', () => {
    // Its two workers and the other take turns on two cores, in slices of 3 ms, after the first ms.
    expect(ends({ cores: 2, others: 1 }).found).toEqual([8]);
    expect(ends({ cores: 1, others: 1 }).found).toEqual([18]);
  });

  test('uses the same CPU time however many share it', () => {
    expect(ends({ cores: 1 }).busyMs).toBeCloseTo(9);
    expect(ends({ cores: 4 }).busyMs).toBeCloseTo(9);
  });

  test('begins when the one before it has ended', () => {
    expect(ends({ cores: 2 }, 3).found).toEqual([5, 10, 15]);
  });

  test('with nothing to share is one job', () => {
    const simulation = new Simulation('cycle');
    const host = new CpuHost(simulation, 'master', 4);
    const cpu = new CycleCpu(simulation, 'it', host, new Parallelizer(16, 4));
    const decided = simulation.defineEvent('it.NodeSelected', () => simulation.stop());
    cpu.run({ serialUs: 700, parallelUs: 0 }, decided);
    simulation.run(1_000_000);
    expect([simulation.now, simulation.events]).toEqual([700, 2]);
  });
});
