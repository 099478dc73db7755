// The EndpointSlice controller on a control plane: coalescing, terminating pods, stale caches.
import { describe, expect, test } from 'vitest';
import type { EndpointSlice } from '../../../src/api/endpoint-slice.js';
import type { Pod } from '../../../src/api/pod.js';
import type { Service } from '../../../src/api/service.js';
import type { FakeKubeletOptions } from '../../support/fake-kubelet.js';
import { deployment, pod, replicaSet, service } from '../../support/objects.js';
import { ControllerBench, type ControllerBenchOptions } from './controller-bench.js';

const LIMIT = { qps: 1000, burst: 1000 };
const KUBELET: FakeKubeletOptions = { readyAfterUs: 1_000_000, stopAfterUs: 1_000_000 };

const started = (extra: ControllerBenchOptions = {}): ControllerBench =>
  new ControllerBench({ limit: LIMIT, kubelet: KUBELET, ...extra });

const slicesOf = (bench: ControllerBench): EndpointSlice[] =>
  bench.stored<EndpointSlice>('EndpointSlice');
const endpointNames = (bench: ControllerBench): string[] =>
  slicesOf(bench)
    .flatMap(({ endpoints }) => endpoints.map(({ targetRef }) => targetRef?.name ?? ''))
    .sort();
const podNames = (bench: ControllerBench): string[] =>
  bench.pods.map(({ metadata }) => metadata.name).sort();
const writesOf = (bench: ControllerBench): number =>
  ['ADDED', 'MODIFIED', 'DELETED'].reduce(
    (sum, type) => sum + bench.log.count('EndpointSlice', type),
    0,
  );
const scale = (bench: ControllerBench, replicas: number): void =>
  bench.change(replicaSet('app', 0), (now) => ({ ...now, spec: { ...now.spec, replicas } }));

describe('a Service', () => {
  test('without pods has an empty slice, without a selector none', () => {
    const bench = started();
    bench.create(service('app'));
    const { selector: _, ...spec } = service('bare').spec;
    bench.create<Service>({ ...service('bare'), spec });
    bench.wait(5_000_000);
    expect(
      slicesOf(bench).map(({ metadata, endpoints }) => [metadata.generateName, endpoints]),
    ).toEqual([['app-', []]]);
  });

  test('of 101 pods has two slices with every pod once (reference vector 11)', () => {
    const bench = started();
    bench.create(service('app'));
    bench.create(replicaSet('app', 101));
    bench.wait(10_000_000);
    expect(slicesOf(bench)).toHaveLength(2);
    expect(endpointNames(bench)).toEqual(podNames(bench));
  });

  test('that comes after its pods finds them, and one with another selector the others', () => {
    const bench = started();
    bench.create(replicaSet('app', 3));
    bench.create(replicaSet('other', 2));
    bench.wait(5_000_000);
    bench.create(service('app'));
    bench.wait(5_000_000);
    expect(endpointNames(bench)).toHaveLength(3);
    bench.change<Service>(service('app'), (now) => ({
      ...now,
      spec: { ...now.spec, selector: { app: 'other' } },
    }));
    bench.wait(5_000_000);
    expect(endpointNames(bench).map((name) => name.split('-')[0])).toEqual(['other', 'other']);
  });

  test('loses its slices with itself', () => {
    const bench = started();
    bench.create(service('app'));
    bench.create(replicaSet('app', 3));
    bench.wait(5_000_000);
    bench.ask(service('app'), { verb: 'delete' });
    bench.wait(5_000_000);
    expect(slicesOf(bench)).toEqual([]);
  });
});

describe('writes', () => {
  test('100 pods that become Ready together cost far fewer than 100', () => {
    const bench = started({ cores: 4 });
    bench.create(service('app'));
    bench.create(replicaSet('app', 100));
    bench.wait(20_000_000);
    const ready = slicesOf(bench).flatMap(({ endpoints }) =>
      endpoints.map((e) => e.conditions?.ready),
    );
    expect(ready).toEqual(new Array(100).fill(true));
    expect(writesOf(bench)).toBeLessThan(50);
  });

  test('of 500 pods at 20 a second are nearly one a pod, as recorded (465 of 500)', () => {
    const bench = new ControllerBench({ cores: 2, kubelet: { ...KUBELET, nodes: 200 } });
    bench.create(service('app'));
    bench.create(deployment('app', 500));
    bench.wait(40_000_000);
    expect(bench.log.count('EndpointSlice', 'ADDED')).toBe(5);
    expect(bench.log.count('EndpointSlice', 'MODIFIED')).toBeGreaterThan(460 * 0.9);
    expect(bench.log.count('EndpointSlice', 'MODIFIED')).toBeLessThan(500);
    expect(bench.log.count('ReplicaSet', 'MODIFIED'), 'recorded: 12').toBe(12);
    expect(bench.log.count('Deployment', 'MODIFIED'), 'recorded: 13').toBe(13);
  });

  test('are none for changes that do not concern endpoints', () => {
    const bench = started();
    bench.create(service('app'));
    bench.create(replicaSet('app', 3));
    bench.wait(5_000_000);
    bench.log.events.splice(0);
    for (const pod of bench.pods) {
      bench.change(pod, (now) => ({
        ...now,
        metadata: { ...now.metadata, annotations: { a: 'b' } },
      }));
    }
    bench.wait(5_000_000);
    expect(writesOf(bench)).toBe(0);
  });
});

describe('a pod that terminates', () => {
  test('is not ready but serving, and leaves when it is gone', () => {
    const bench = started();
    bench.create(service('app'));
    bench.create(replicaSet('app', 3));
    bench.wait(5_000_000);
    scale(bench, 2);
    bench.wait(500_000);
    const conditions = slicesOf(bench).flatMap(({ endpoints }) =>
      endpoints.map((e) => e.conditions),
    );
    const terminating = conditions.filter((each) => each?.terminating);
    expect(terminating).toEqual([{ ready: false, serving: true, terminating: true }]);
    bench.wait(5_000_000);
    expect(endpointNames(bench)).toEqual(podNames(bench));
    expect(podNames(bench)).toHaveLength(2);
  });
});

describe('a cache that lags', () => {
  test('makes syncs wait for the controller’s own writes, and all endpoints arrive', () => {
    const bench = started({ watchDelayUs: 700_000 });
    bench.wait(5_000_000);
    bench.create(service('app'));
    bench.create(replicaSet('app', 130));
    bench.wait(60_000_000);
    scale(bench, 20);
    bench.wait(60_000_000);
    scale(bench, 90);
    bench.wait(60_000_000);
    expect(endpointNames(bench)).toEqual(podNames(bench));
    expect(podNames(bench)).toHaveLength(90);
  });

  test('does not lose an endpoint in a slice that was just deleted', () => {
    // 100,000 watchers make the API server's own cache lag by 50 ms, while it answers at once.
    const bench = started();
    bench.watch({ resource: 'endpointslices', resourceVersion: 0, fleetMembers: 100_000 });
    bench.wait(60_000_000);
    bench.create(service('app'));
    // It does not adopt the pods that join the Service by one label alone.
    const labels = { app: 'app', part: 'web' };
    const web = replicaSet('app', 100);
    const { spec } = pod('template');
    const template = { metadata: { labels }, spec };
    bench.create({ ...web, spec: { replicas: 100, selector: { matchLabels: labels }, template } });
    bench.wait(60_000_000);
    const member = {
      ...pod('extra'),
      metadata: { ...pod('extra').metadata, labels: { app: 'app' } },
    };
    bench.create(pod('spare'));
    bench.create(member);
    bench.wait(10_000_000);
    expect(slicesOf(bench).map(({ endpoints }) => endpoints.length)).toEqual([100, 1]);
    // The second slice goes. Before the controller's cache has seen that, another pod joins.
    bench.ask(member, { verb: 'delete', gracePeriodSeconds: 0 });
    bench.wait(10_000);
    bench.change<Pod>(pod('spare'), (now) => ({
      ...now,
      metadata: { ...now.metadata, labels: { app: 'app' } },
    }));
    bench.wait(60_000_000);
    expect(endpointNames(bench)).toEqual(podNames(bench));
    expect(endpointNames(bench)).toContain('spare');
  });
});

test('a slice that somebody else deletes is replaced after a second', () => {
  const bench = started();
  bench.create(service('app'));
  bench.create(replicaSet('app', 3));
  bench.wait(5_000_000);
  const [victim] = slicesOf(bench);
  const start = bench.simulation.now;
  bench.ask(victim as EndpointSlice, { verb: 'delete' });
  bench.wait(10_000_000);
  const times = bench.log.events
    .filter(({ event, atUs }) => atUs > start && event.object.kind === 'EndpointSlice')
    .map(({ event, atUs }) => [event.type, Math.floor((atUs - start) / 1e6)]);
  expect(times).toEqual([
    ['DELETED', 0],
    ['ADDED', 1],
  ]);
  expect(endpointNames(bench)).toEqual(podNames(bench));
});
