import { describe, expect, test } from 'vitest';
import { OtherLoad } from '../../src/cluster/other-load.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { CpuHost } from '../../src/kernel/stations.js';

const SECONDS = 20;

describe('the load of others', () => {
  test.each([0.05, 0.4, 1.5])('uses %d of 2 cores on average', (cores) => {
    const simulation = new Simulation(1);
    const machine = new CpuHost(simulation, 'machine', 2);
    const others = new OtherLoad(simulation, machine, cores);
    simulation.run(SECONDS * 1_000_000);
    const usedCores = others.usedUs / (SECONDS * 1_000_000);
    expect(usedCores / cores).toBeGreaterThan(0.9);
    expect(usedCores / cores).toBeLessThan(1.1);
  });

  test('takes turns with the processes of the machine', () => {
    const waitOf = (cores: number): number => {
      const simulation = new Simulation(1);
      const machine = new CpuHost(simulation, 'machine', 1);
      const own = new CpuHost(simulation, 'own', machine);
      if (cores > 0) new OtherLoad(simulation, machine, cores);
      let ends = 0;
      const done = simulation.defineEvent('Done', (_, begunUs, now) => {
        ends += now - begunUs;
      });
      const due = simulation.defineEvent('Due', (_, __, now) => own.run(100, done, 0, now));
      for (let at = 0; at < 1_000_000; at += 10_000) simulation.at(at, due);
      simulation.run(2_000_000);
      return ends / 100;
    };
    expect(waitOf(0)).toBe(100);
    expect(waitOf(0.5)).toBeGreaterThan(300);
  });
});
