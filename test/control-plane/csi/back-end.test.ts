// The storage behind a driver: what takes time, and what is done already.
import { describe, expect, test } from 'vitest';
import { StorageBackEnd } from '../../../src/control-plane/csi/back-end.js';
import { Simulation } from '../../../src/kernel/simulation.js';

const constant = (value: number) => ({ kind: 'constant', value }) as const;

function newStorage() {
  const simulation = new Simulation(1);
  const latencies = {
    provision: constant(30),
    delete: constant(20),
    attach: constant(50),
    detach: constant(10),
  };
  const backEnd = new StorageBackEnd(simulation, 'disk.example.com', latencies);
  const kind = simulation.defineEvent('test.Passed', () => {});
  const pass = (us: number): void => {
    simulation.after(us, kind);
    simulation.run(simulation.now + us);
  };
  return { simulation, backEnd, pass };
}

describe('an operation of the storage', () => {
  test('ends when it ends, however often somebody asks', () => {
    const { backEnd, pass } = newStorage();
    expect(backEnd.endOf('provision', 'pvc-1')).toBe(30);
    pass(10);
    expect(backEnd.endOf('provision', 'pvc-1'), 'under way').toBe(30);
    pass(40);
    expect(backEnd.endOf('provision', 'pvc-1'), 'it has ended, and nobody knows').toBe(50);
  });

  test('takes no time when what it should make is there', () => {
    const { backEnd, pass } = newStorage();
    expect(backEnd.endOf('attach', 'pvc-1/a')).toBe(50);
    pass(50);
    backEnd.acknowledge('attach', 'pvc-1/a');
    expect(backEnd.endOf('attach', 'pvc-1/a')).toBe(50);
    expect(backEnd.endOf('attach', 'pvc-1/b'), 'another node').toBe(100);
    expect(backEnd.endOf('detach', 'pvc-1/a')).toBe(60);
    pass(10);
    backEnd.acknowledge('detach', 'pvc-1/a');
    expect(backEnd.endOf('attach', 'pvc-1/a'), 'once more').toBe(110);
  });

  test('takes no time when what it should take away is not there', () => {
    const { backEnd } = newStorage();
    expect(backEnd.endOf('delete', 'pvc-1')).toBe(0);
    expect(backEnd.endOf('detach', 'pvc-1/a')).toBe(0);
  });

  test('draws for the volume, whatever else is asked before', () => {
    const draw = (others: readonly string[]): number => {
      const simulation = new Simulation(7);
      const slow = { kind: 'logNormal', p50: 3_000_000, p99: 20_000_000 } as const;
      const latencies = { provision: slow, delete: slow, attach: slow, detach: slow };
      const backEnd = new StorageBackEnd(simulation, 'disk.example.com', latencies);
      for (const each of others) backEnd.endOf('provision', each);
      return backEnd.endOf('provision', 'pvc-1');
    };
    expect(draw([])).toBe(draw(['pvc-2', 'pvc-3']));
  });
});
