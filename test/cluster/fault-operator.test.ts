// Faults of nodes: they strike the nodes that were meant, and end when they should.
import { describe, expect, test } from 'vitest';
import { SilentObserver } from '../../src/client/observer.js';
import type {
  NodeFaultOperation,
  PartitionOperation,
  RegistryFaultOperation,
} from '../../src/cluster/fault-operation.js';
import { FaultOperator } from '../../src/cluster/fault-operator.js';
import { Simulation } from '../../src/kernel/simulation.js';

const MINUTE_US = 60_000_000;
const timed = { atUs: 0, source: 'operations[0]' };

class Bench extends SilentObserver {
  readonly simulation = new Simulation(1);
  readonly log: string[] = [];
  readonly #operator: FaultOperator;

  constructor() {
    super();
    const nodes = [0, 1, 2].map((index) => ({
      index,
      name: `node-${index}`,
      pool: 'web',
      labels: {},
    }));
    const note =
      (what: string) =>
      (node: number): void => {
        this.#note(`${what} ${node}`);
      };
    this.#operator = new FaultOperator(
      this.simulation,
      {
        nodes: () => nodes,
        setRegistry: ({ factor, isDown }) =>
          this.#note(isDown ? 'registry is down' : `registry takes x${factor}`),
        hosts: () => ['master-0', 'master-1'],
        partitions: {
          begin: ({ one, other, way }) =>
            this.#note(`${way} between ${[...one].join(' ')} and ${[...other].join(' ')}`),
          end: () => this.#note('open'),
        },
        crashNode: note('crash'),
        stopKubelet: note('stop'),
        startKubelet: note('boot'),
        shiftClock: (node, us) => this.#note(`clock ${node} by ${us / 1_000_000} s`),
      },
      this,
    );
  }

  strike(more: Partial<NodeFaultOperation>): void {
    this.#operator.perform({
      op: 'nodeFault',
      ...timed,
      name: 'storm',
      fault: 'crash',
      nodes: { count: 1 },
      durationUs: Number.POSITIVE_INFINITY,
      downtime: { kind: 'uniform', low: MINUTE_US, high: 2 * MINUTE_US },
      offsetUs: 0,
      ...more,
    });
  }

  divide(...between: PartitionOperation['between']): void {
    const forever = Number.POSITIVE_INFINITY;
    const what = { name: 'gap', durationUs: forever, between, packets: 'dropped' } as const;
    this.#operator.perform({ op: 'partition', ...timed, ...what });
  }

  breakRegistry(fault: RegistryFaultOperation['fault'], factor: number): void {
    const what = { name: 'registry', durationUs: MINUTE_US, fault, factor } as const;
    this.#operator.perform({ op: 'registryFault', ...timed, ...what });
  }

  heal(fault?: string): void {
    this.#operator.perform({ op: 'heal', ...timed, fault });
  }

  override faultStruck(name: string, nodes: readonly string[]): void {
    this.#note(`${name} strikes ${nodes.join(' ')}`);
  }

  override faultHealed(name: string): void {
    this.#note(`${name} is over`);
  }

  #note(what: string): void {
    this.log.push(`${this.simulation.now / 1_000_000} s: ${what}`);
  }
}

describe('a fault of nodes', () => {
  test('ends by itself after its duration', () => {
    const bench = new Bench();
    bench.strike({ nodes: { names: ['node-2'] }, durationUs: MINUTE_US });
    bench.simulation.run();
    bench.heal();
    expect(bench.log).toEqual([
      '0 s: crash 2',
      '0 s: storm strikes node-2',
      '60 s: boot 2',
      '60 s: storm is over',
    ]);
  });

  test('ends when it is healed, and not a second time', () => {
    const bench = new Bench();
    bench.strike({ nodes: { names: ['node-0'] }, durationUs: MINUTE_US });
    bench.strike({ name: 'flood', nodes: { names: ['node-1'] } });
    bench.heal('storm');
    bench.simulation.run();
    bench.heal();
    expect(bench.log.slice(4)).toEqual([
      '0 s: boot 0',
      '0 s: storm is over',
      '60 s: boot 1',
      '60 s: flood is over',
    ]);
  });

  test('of a kubelet leaves the machine on; a machine that is off does not come back with it', () => {
    const bench = new Bench();
    const nodes = { names: ['node-0'] };
    bench.strike({ fault: 'stopKubelet', nodes });
    bench.strike({ name: 'flood', nodes, durationUs: MINUTE_US });
    bench.heal('storm');
    expect(bench.log).toEqual([
      '0 s: stop 0',
      '0 s: storm strikes node-0',
      '0 s: crash 0',
      '0 s: flood strikes node-0',
      '0 s: storm is over',
    ]);
    bench.simulation.run();
    expect(bench.log.slice(5)).toEqual(['60 s: boot 0', '60 s: flood is over']);
  });

  test('of clocks: skews of one node add up, and each is taken back alone; no kubelet is touched', () => {
    const bench = new Bench();
    const nodes = { names: ['node-0'] };
    const skew = { fault: 'clockSkew', nodes } as const;
    bench.strike({ ...skew, name: 'ahead', offsetUs: 1.5 * MINUTE_US, durationUs: MINUTE_US });
    bench.strike({ ...skew, name: 'behind', offsetUs: -MINUTE_US });
    bench.simulation.run();
    bench.heal('behind');
    expect(bench.log).toEqual([
      '0 s: clock 0 by 90 s',
      '0 s: ahead strikes node-0',
      '0 s: clock 0 by -60 s',
      '0 s: behind strikes node-0',
      '60 s: clock 0 by -90 s',
      '60 s: ahead is over',
      '60 s: clock 0 by 60 s',
      '60 s: behind is over',
    ]);
  });

  test('reboot: each node comes back after a time of its own, whichever others are struck', () => {
    const bootsOf = (nodes: NodeFaultOperation['nodes']): readonly string[] => {
      const bench = new Bench();
      bench.strike({ fault: 'reboot', nodes });
      bench.simulation.run();
      return bench.log.filter((line) => line.includes('boot'));
    };
    const all = bootsOf({});
    expect(all).toHaveLength(3);
    const times = all.map((line) => Number.parseFloat(line));
    expect(new Set(times).size).toBe(3);
    for (const time of times) {
      expect(time).toBeGreaterThanOrEqual(60);
      expect(time).toBeLessThanOrEqual(120);
    }
    const [alone] = bootsOf({ names: ['node-1'] });
    expect(all).toContain(alone);
  });
});

describe('a partition', () => {
  test('lies between machines that are selected when it begins', () => {
    const bench = new Bench();
    bench.divide({ nodes: { names: ['node-2', 'node-0'] } }, { hosts: 'all' });
    bench.heal('gap');
    bench.divide({ hosts: ['master-1'] }, { hosts: ['master-0'] });
    expect(bench.log).toEqual([
      '0 s: dropped between node-0 node-2 and master-0 master-1',
      '0 s: gap strikes node-0 node-2',
      '0 s: open',
      '0 s: gap is over',
      '0 s: dropped between master-1 and master-0',
      '0 s: gap strikes ',
    ]);
  });
});

test('a registry is slow or down, and well again', () => {
  const bench = new Bench();
  bench.breakRegistry('slow', 20);
  bench.simulation.run();
  bench.breakRegistry('down', 1);
  bench.heal();
  const changes = bench.log.filter(
    (line) => line.includes('registry is down') || line.includes('x'),
  );
  expect(changes).toEqual([
    '0 s: registry takes x20',
    '60 s: registry takes x1',
    '60 s: registry is down',
    '60 s: registry takes x1',
  ]);
});
