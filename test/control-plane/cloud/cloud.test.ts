// The API and the machines of a cloud, alone.
import { describe, expect, test } from 'vitest';
import { Cloud } from '../../../src/control-plane/cloud/cloud.js';
import { type CloudProfile, cloudProfile } from '../../../src/control-plane/cloud/cloud-profile.js';
import type {
  InstanceTypeFacts,
  NodeGroupSpec,
} from '../../../src/control-plane/cloud/instance-registry.js';
import type { CloudAnswer } from '../../../src/control-plane/cloud-provider.js';
import { FastEventQueue } from '../../../src/kernel/fast-event-queue.js';
import { Simulation } from '../../../src/kernel/simulation.js';

const second = 1_000_000;
const constant = (value: number) => ({ kind: 'constant', value }) as const;

const plain: CloudProfile = {
  ...cloudProfile('aws'),
  call: constant(100_000),
  create: constant(2 * second),
  boot: constant(30 * second),
  nodeReady: constant(5 * second),
  loadBalancer: constant(20 * second),
  route: constant(4 * second),
};

class Bench {
  readonly simulation = new Simulation('cloud', new FastEventQueue());
  readonly cloud: Cloud;
  /** What happened to machines, with the time in seconds. */
  readonly log: string[] = [];
  readonly answers: string[] = [];
  #made = 0;

  constructor(
    profile: Partial<CloudProfile> = {},
    groups: readonly NodeGroupSpec[] = [],
    types: readonly InstanceTypeFacts[] = [],
  ) {
    this.cloud = new Cloud(this.simulation, {
      profile: { ...plain, ...profile },
      types,
      groups,
      rooms: {
        reserve: (pool, zone) => ({
          nodeName: `${pool}-${this.#made++}`,
          zone: zone || 'a',
          region: 'r',
          instanceType: 'm',
        }),
        powerOn: ({ nodeName }, _, readyUs) => this.#note(`on ${nodeName} +${readyUs / second}`),
        powerOff: (nodeName) => this.#note(`off ${nodeName}`),
        discard: (nodeName) => this.#note(`gone ${nodeName}`),
      },
    });
  }

  #note(text: string): void {
    this.log.push(`${this.simulation.now / second} ${text}`);
  }

  readonly answered = ({ fault, instance, address, routes }: CloudAnswer, what: string): void => {
    const text = fault ?? instance?.state ?? address ?? routes?.length ?? 'done';
    this.answers.push(`${this.simulation.now / second} ${what}: ${text}`);
  };

  adopt(pool: string): void {
    const nodeName = `${pool}-${this.#made++}`;
    this.cloud.instances.adopt(pool, { nodeName, zone: 'a', region: 'r', instanceType: 'm' });
  }

  at(seconds: number, act: () => void): void {
    const kind = this.simulation.defineEvent(`test.${seconds}.${this.answers.length}`, act);
    this.simulation.at(seconds * second, kind);
  }
}

const type = (available: number): InstanceTypeFacts => ({
  name: 'm',
  pricePerHour: 3.6,
  boot: undefined,
  available,
});
const launch = { pool: 'p', zone: '', labels: {}, taints: [] };

describe('calls', () => {
  test('take the time of their kind', () => {
    const bench = new Bench();
    const { instances, loadBalancers, routes } = bench.cloud;
    bench.adopt('p');
    instances.describe('p-0', bench.answered, 'describe');
    loadBalancers.ensure('default/web', ['p-0'], bench.answered, 'ensure');
    routes.create({ nodeName: 'p-0', podCidr: '10.0.0.0/24' }, bench.answered, 'route');
    bench.simulation.run();
    expect(bench.answers).toEqual([
      '0.1 describe: running',
      '4 route: done',
      '20 ensure: 203.0.113.2',
    ]);
  });

  test('beyond the quota are refused at once, and have no effect', () => {
    const bench = new Bench({ write: { qps: 1, burst: 1 } });
    const { loadBalancers } = bench.cloud;
    loadBalancers.ensure('a', [], bench.answered, 'a');
    loadBalancers.ensure('b', [], bench.answered, 'b');
    bench.simulation.run();
    expect(bench.answers).toEqual(['0.05 b: Throttling', '20 a: 203.0.113.2']);
    expect(loadBalancers.nodesOf('b')).toBeUndefined();
  });

  test('that look something up have a quota of their own', () => {
    const bench = new Bench({ write: { qps: 1, burst: 1 } });
    bench.cloud.routes.delete({ nodeName: 'x', podCidr: '' }, bench.answered, 'delete');
    bench.cloud.routes.list(bench.answered, 'list');
    bench.simulation.run();
    expect(bench.answers).toEqual(['0.1 delete: NotFound', '0.1 list: 0']);
  });

  test('fail as often as the error rate says', () => {
    const bench = new Bench({ errorRate: 1 });
    bench.adopt('p');
    bench.cloud.instances.describe('p-0', bench.answered, 'describe');
    bench.simulation.run();
    expect(bench.answers).toEqual(['0.1 describe: InternalError']);
  });
});

describe('a load balancer', () => {
  test('keeps its address when its nodes change, and learns of them faster than it was made', () => {
    const bench = new Bench({ loadBalancerPerNodeUs: second });
    const { loadBalancers } = bench.cloud;
    loadBalancers.ensure('web', ['a'], bench.answered, 'make');
    bench.at(30, () => loadBalancers.ensure('web', ['a', 'b', 'c'], bench.answered, 'change'));
    bench.simulation.run();
    // one node with the balancer, two that are new to it
    expect(bench.answers).toEqual(['21 make: 203.0.113.2', '32.1 change: 203.0.113.2']);
    expect([...(loadBalancers.nodesOf('web') ?? [])]).toEqual(['a', 'b', 'c']);
  });

  test('that is deleted is gone', () => {
    const bench = new Bench();
    const { loadBalancers } = bench.cloud;
    loadBalancers.ensure('web', [], bench.answered, 'make');
    bench.at(30, () => loadBalancers.delete('web', bench.answered, 'delete'));
    bench.simulation.run();
    expect(loadBalancers.nodesOf('web')).toBeUndefined();
  });
});

describe('an instance', () => {
  test('is on its way when the answer comes, and boots before its node can join', () => {
    const bench = new Bench();
    bench.cloud.instances.create(launch, bench.answered, 'create');
    bench.simulation.run();
    expect(bench.answers).toEqual(['2 create: pending']);
    expect(bench.log).toEqual(['32 on p-0 +5']);
    expect(bench.cloud.instances.instanceOf('p-0')?.state).toBe('running');
  });

  test('that is ended while it boots never joins', () => {
    const bench = new Bench();
    const { instances } = bench.cloud;
    instances.create(launch, bench.answered, 'create');
    bench.at(10, () => instances.delete('p-0', bench.answered, 'delete'));
    bench.simulation.run();
    expect(bench.log).toEqual([]);
    expect(instances.instanceOf('p-0')).toBeUndefined();
  });

  test('that is stopped is still there, and one that is terminated is not', () => {
    const bench = new Bench();
    const { instances } = bench.cloud;
    bench.adopt('p');
    bench.adopt('p');
    instances.stop('p-0');
    instances.terminate('p-1');
    for (const name of ['p-0', 'p-1']) instances.describe(name, bench.answered, name);
    bench.simulation.run();
    expect(bench.log).toEqual(['0 off p-0', '0 gone p-1']);
    expect(bench.answers).toEqual(['0.1 p-0: stopped', '0.1 p-1: NotFound']);
  });

  test('is paid for from its launch to its end, also while it is stopped', () => {
    const bench = new Bench({}, [], [type(9)]);
    const { instances } = bench.cloud;
    bench.adopt('p');
    bench.at(10, () => instances.stop('p-0'));
    bench.at(50, () => instances.terminate('p-0'));
    bench.simulation.run();
    expect(instances.rentals).toMatchObject([
      { fromUs: 0, endedUs: 50 * second, pricePerHour: 3.6, instanceType: 'm' },
    ]);
  });

  test('is launched once for a token, until it has ended', () => {
    const bench = new Bench();
    const { instances } = bench.cloud;
    const request = { ...launch, token: 'claim' };
    instances.create(request, bench.answered, 'first');
    instances.create(request, bench.answered, 'again');
    bench.at(10, () => instances.terminate('p-0'));
    bench.at(20, () => instances.create(request, bench.answered, 'another'));
    bench.simulation.run();
    expect(bench.answers).toEqual(['2 first: pending', '2 again: pending', '22 another: pending']);
    expect(instances.rentals).toHaveLength(2);
  });

  test('is ended by its id as well as by its node', () => {
    const bench = new Bench();
    const { instances } = bench.cloud;
    bench.adopt('p');
    instances.delete(instances.instanceOf('p-0')?.id ?? '', bench.answered, 'delete');
    bench.simulation.run();
    expect(instances.instanceOf('p-0')).toBeUndefined();
  });

  test('is refused when the cloud has no more of its type', () => {
    const bench = new Bench({}, [], [type(1)]);
    bench.cloud.instances.create(launch, bench.answered, 'first');
    bench.cloud.instances.create(launch, bench.answered, 'second');
    bench.simulation.run();
    expect(bench.answers).toEqual(['2 first: pending', '2 second: InsufficientCapacity']);
  });
});

describe('a group', () => {
  const group = { name: 'p', minSize: 0, maxSize: 3 };

  test('launches what it lacks, up to its greatest size', () => {
    const bench = new Bench({}, [group]);
    bench.adopt('p');
    bench.cloud.instances.increaseGroup('p', 5, bench.answered, 'grow');
    bench.simulation.run();
    // the call, the next look of the group, the launch, the boot
    expect(bench.log).toEqual(['33.1 on p-1 +5', '33.1 on p-2 +5']);
    expect(bench.cloud.instances.groups[0]).toMatchObject({ targetSize: 3, failedLaunches: 0 });
  });

  test('replaces an instance that somebody ends, and not one that it was asked to give up', () => {
    const bench = new Bench({}, [group]);
    for (let i = 0; i < 3; i++) bench.adopt('p');
    const { instances } = bench.cloud;
    instances.terminate('p-0');
    instances.delete('p-1', bench.answered, 'delete');
    bench.simulation.run();
    const [state] = instances.groups;
    expect(state?.targetSize).toBe(2);
    expect(state?.instances.map(({ nodeName }) => nodeName)).toEqual(['p-2', 'p-3']);
  });

  test('gives up what the cloud has not', () => {
    const bench = new Bench({}, [group], [type(2)]);
    bench.adopt('p');
    bench.cloud.instances.increaseGroup('p', 2, bench.answered, 'grow');
    bench.simulation.run();
    expect(bench.cloud.instances.groups[0]).toMatchObject({ targetSize: 2, failedLaunches: 1 });
  });

  test('that nobody knows is not found', () => {
    const bench = new Bench();
    bench.cloud.instances.increaseGroup('q', 1, bench.answered, 'grow');
    bench.simulation.run();
    expect(bench.answers).toEqual(['0.1 grow: NotFound']);
  });
});
