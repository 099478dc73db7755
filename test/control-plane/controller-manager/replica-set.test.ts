// The ReplicaSet controller: batches, bursts, expectations, figures recorded from the real one.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../../src/api/deployment.js';
import type { Event } from '../../../src/api/event.js';
import type { PriorityClass } from '../../../src/api/priority-class.js';
import type { ReplicaSet } from '../../../src/api/replica-set.js';
import { deployment, replicaSet, template } from '../../support/objects.js';
import { ControllerBench, type ControllerBenchOptions } from './controller-bench.js';

const UNLIMITED = { qps: 100_000, burst: 100_000 };

/** Sizes of the groups in which pods were created, by the time at which the requests left. */
function batches(options: ControllerBenchOptions, replicas: number): number[] {
  const bench = new ControllerBench(options);
  const sizes = new Map<number, number>();
  const { transport, simulation } = bench;
  const transmit = transport.transmit.bind(transport);
  transport.transmit = (call) => {
    const { verb, resource } = call.request;
    if (verb === 'create' && resource === 'pods')
      sizes.set(simulation.now, (sizes.get(simulation.now) ?? 0) + 1);
    transmit(call);
  };
  bench.create(replicaSet('web', replicas));
  bench.wait(60_000_000);
  return [...sizes.values()];
}

const scale = (bench: ControllerBench, replicas: number): void =>
  bench.change(replicaSet('web', 0), (now) => ({ ...now, spec: { ...now.spec, replicas } }));

describe('creating pods', () => {
  test.each([
    [1, [1]],
    [5, [1, 2, 2]],
    [500, [1, 2, 4, 8, 16, 32, 64, 128, 245]],
    [
      1200,
      [
        ...[1, 2, 4, 8, 16, 32, 64, 128, 245],
        ...[1, 2, 4, 8, 16, 32, 64, 128, 245],
        ...[1, 2, 4, 8, 16, 32, 64, 73],
      ],
    ],
  ])('%i go out in batches that double, at most 500 in a sync', (replicas, expected) => {
    const options = { limit: UNLIMITED, maxMutatingRequestsInflight: 1000 };
    expect(batches(options, replicas)).toEqual(expected);
  });

  test('gives them the template, the labels and the owner', () => {
    const bench = new ControllerBench();
    const owner = bench.create(replicaSet('web', 2));
    bench.wait(5_000_000);
    for (const { metadata, spec } of bench.pods) {
      expect(metadata.name).toMatch(/^web-.{5}$/);
      expect(metadata.labels).toEqual({ app: 'web' });
      expect(metadata.ownerReferences).toEqual([
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'web',
          uid: owner.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ]);
      expect(spec.containers[0]?.image).toBe('app:1');
    }
  });

  test('stops at the first batch that fails, says so, and tries again with backoff', () => {
    const bench = new ControllerBench({ limit: UNLIMITED });
    const spec = { ...template('web').spec, priorityClassName: 'later' };
    const own = replicaSet('web', 10);
    bench.create({ ...own, spec: { ...own.spec, template: { ...template('web'), spec } } });
    bench.wait(1_000_000);
    const failures = bench.stored<Event>('Event').filter(({ reason }) => reason === 'FailedCreate');
    expect(failures.map(({ message }) => message?.split(':')[0])).toEqual(
      failures.map(() => 'Error creating'),
    );
    const attempts = failures.reduce((sum, { count = 1 }) => sum + count, 0);
    expect(attempts, '5 ms x 2^n fit 8 times into a second').toBe(8);
    const priorityClass: PriorityClass = {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'later' },
      value: 7,
    };
    bench.create(priorityClass);
    bench.wait(5_000_000);
    expect(bench.pods.map((pod) => pod.spec.priority)).toEqual(new Array(10).fill(7));
  });
});

describe('a Deployment of 500 against the recording b500-200', () => {
  const bench = new ControllerBench({ cores: 2 });
  bench.create(deployment('app', 500));
  bench.wait(40_000_000);
  const created = bench.secondsOf('Pod', 'ADDED');

  test('creates 500 pods with the recorded k-th times', () => {
    const recorded = { first: 0.021, p50: 11.458, last: 23.967 };
    expect(created).toHaveLength(500);
    expect(created[0]).toBeLessThan(recorded.first);
    expect(created[249]).toBeGreaterThan(recorded.p50 * 0.95);
    expect(created[249]).toBeLessThan(recorded.p50 * 1.05);
    expect(created[499]).toBeGreaterThan(recorded.last * 0.99);
    expect(created[499]).toBeLessThan(recorded.last * 1.01);
  });

  test('emits exactly 25 Events: 9, a combined one, 15 updates, each at a batch boundary', () => {
    const reasons = (type: string): Event[] =>
      bench.log.events
        .filter(({ event }) => event.type === type && event.object.kind === 'Event')
        .map(({ event }) => event.object as Event)
        .filter(({ reason }) => reason === 'SuccessfulCreate');
    expect([reasons('ADDED').length, reasons('MODIFIED').length]).toEqual([10, 15]);
    expect(reasons('MODIFIED').at(-1)?.count).toBe(16);
    // Of the second of three runs; in the others one Event more comes before the burst is used up.
    const recorded = [0.319, 1.972, 5.215, 11.675, 23.968, 24.065];
    const times = bench.secondsOf('Event', 'ADDED').slice(-6);
    times.forEach((time, i) => {
      expect(Math.abs(time - (recorded[i] as number))).toBeLessThan(0.1);
    });
  });

  test('reports no replicas until all are created, then all at once', () => {
    const statuses = bench.log.events
      .filter(({ event }) => event.object.kind === 'ReplicaSet' && event.type === 'MODIFIED')
      .map(({ atUs, event }) => {
        const { status } = event.object as ReplicaSet;
        return [(atUs - bench.startUs) / 1e6, status?.replicas] as const;
      });
    expect(statuses.map(([, replicas]) => replicas)).toEqual([0, 500]);
    expect(statuses[0]?.[0]).toBeCloseTo(24.015, 1);
    expect(statuses[1]?.[0]).toBeCloseTo(24.115, 1);
  });

  test('writes the status of the Deployment for its revision and at each report', () => {
    const writes = bench.log.events.filter(
      ({ event }) => event.object.kind === 'Deployment' && event.type === 'MODIFIED',
    );
    expect(writes).toHaveLength(3);
    const [first, second, third] = writes.map(({ event }) => event.object as Deployment);
    expect(first?.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    expect([first, second, third].map((each) => each?.status?.observedGeneration)).toEqual([
      undefined,
      1,
      1,
    ]);
    expect(third?.status).toMatchObject({ replicas: 500, unavailableReplicas: 500 });
  });
});

describe('deleting pods', () => {
  test('from 500 to 100 takes the recorded 18.5 s', () => {
    const bench = new ControllerBench({ cores: 2 });
    bench.create(replicaSet('web', 500));
    bench.wait(40_000_000);
    const start = bench.simulation.now;
    scale(bench, 100);
    bench.wait(40_000_000);
    const deleted = bench
      .secondsOf('Pod', 'DELETED')
      .map((time) => time - (start - bench.startUs) / 1e6);
    expect(deleted).toHaveLength(400);
    expect(bench.pods).toHaveLength(100);
    expect(deleted[0]).toBeLessThan(0.041);
    expect(deleted.at(-1)).toBeGreaterThan(18.529 * 0.98);
    expect(deleted.at(-1)).toBeLessThan(18.529 * 1.02);
  });

  test('that are bound reports them as terminating until they are gone', () => {
    const kubelet = { readyAfterUs: 1_000_000, stopAfterUs: 2_000_000 };
    const bench = new ControllerBench({ limit: UNLIMITED, kubelet });
    bench.create(replicaSet('web', 4));
    bench.wait(5_000_000);
    scale(bench, 1);
    bench.wait(1_000_000);
    const status = () => bench.get(replicaSet('web', 0))?.status;
    expect(status()).toMatchObject({ replicas: 1, readyReplicas: 1, terminatingReplicas: 3 });
    bench.wait(5_000_000);
    expect(status()).toMatchObject({ replicas: 1, readyReplicas: 1, terminatingReplicas: 0 });
    expect(bench.pods).toHaveLength(1);
  });

  test('one that somebody else deletes is replaced', () => {
    const bench = new ControllerBench({ limit: UNLIMITED });
    bench.create(replicaSet('web', 3));
    bench.wait(1_000_000);
    const [first] = bench.pods;
    if (first !== undefined) bench.ask(first, { verb: 'delete' });
    bench.wait(1_000_000);
    expect(bench.pods).toHaveLength(3);
    expect(bench.pods.some(({ metadata }) => metadata.uid === first?.metadata.uid)).toBe(false);
  });
});

describe('the status', () => {
  test('counts pods as available only after minReadySeconds, and then at once', () => {
    const kubelet = { readyAfterUs: 1_000_000, stopAfterUs: 0 };
    const bench = new ControllerBench({ limit: UNLIMITED, kubelet });
    const own = replicaSet('web', 2);
    bench.create({ ...own, spec: { ...own.spec, minReadySeconds: 10 } });
    bench.wait(30_000_000);
    const steps = bench.log.events
      .filter(({ event }) => event.object.kind === 'ReplicaSet' && event.type === 'MODIFIED')
      .map(({ atUs, event }) => {
        const { readyReplicas, availableReplicas } = (event.object as ReplicaSet).status ?? {};
        return [Math.floor((atUs - bench.startUs) / 1e6), readyReplicas, availableReplicas];
      });
    const early = steps.filter(([second = 0]) => second < 11);
    expect(early.at(-1)).toEqual([1, 2, 0]);
    expect(early.every(([, , available]) => available === 0)).toBe(true);
    expect(steps.at(-1)).toEqual([11, 2, 2]);
  });

  test('that meets a newer object is written on that, without a second sync', () => {
    const bench = new ControllerBench({ limit: { qps: 20, burst: 30 } });
    bench.create(replicaSet('web', 60));
    bench.wait(500_000);
    bench.change(replicaSet('web', 0), (now) => ({
      ...now,
      metadata: { ...now.metadata, labels: { touched: 'yes' } },
    }));
    const codes: string[] = [];
    const { transport } = bench;
    const respond = transport.respond.bind(transport);
    transport.respond = (call, response) => {
      const { verb, resource } = call.request;
      if (resource === 'replicasets') codes.push(`${verb} ${response.code}`);
      respond(call, response);
    };
    bench.wait(10_000_000);
    expect(codes.slice(0, 3)).toEqual(['update 409', 'get 200', 'update 200']);
    expect(bench.get(replicaSet('web', 0))?.status?.replicas).toBe(60);
  });

  test('is not written when nothing has changed', () => {
    const bench = new ControllerBench();
    bench.create(replicaSet('web', 2));
    bench.wait(5_000_000);
    const before = bench.log.events.length;
    bench.wait(100_000_000);
    expect(bench.log.events).toHaveLength(before);
  });
});

test('however late the watch is, no pod is created twice and none is deleted too many', () => {
  const plan = fc.record({
    watchDelayUs: fc.integer({ min: 0, max: 3_000_000 }),
    // Others who watch pods make the API server's cache lag by 0.5 µs each; it answers at once.
    watchers: fc.integer({ min: 1, max: 100_000 }),
    sizes: fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 4 }),
    gapUs: fc.integer({ min: 0, max: 4_000_000 }),
    qps: fc.constantFrom(20, 1000),
  });
  fc.assert(
    fc.property(plan, ({ watchDelayUs, watchers, sizes, gapUs, qps }) => {
      const bench = new ControllerBench({ watchDelayUs, limit: { qps, burst: 30 } });
      bench.watch({ resource: 'pods', resourceVersion: 0, fleetMembers: watchers });
      bench.wait(60_000_000);
      const pods = new Set<string>();
      let most = 0;
      bench.log.events.push = (...entries) => {
        for (const { event } of entries) {
          if (event.object.kind !== 'Pod') continue;
          if (event.type === 'ADDED') pods.add(event.object.metadata.name);
          if (event.type === 'DELETED') pods.delete(event.object.metadata.name);
          most = Math.max(most, pods.size);
        }
        return Array.prototype.push.apply(bench.log.events, entries);
      };
      bench.create(replicaSet('web', sizes[0] as number));
      for (const size of sizes.slice(1)) {
        bench.wait(gapUs);
        scale(bench, size);
      }
      bench.wait(120_000_000);
      expect(pods.size).toBe(sizes.at(-1));
      expect(most).toBeLessThanOrEqual(Math.max(...sizes));
      const isRising = sizes.every((size, i) => size >= (sizes[i - 1] ?? 0));
      if (isRising) expect(bench.log.count('Pod', 'DELETED')).toBe(0);
    }),
    { numRuns: 40 },
  );
});
