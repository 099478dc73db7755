// The Endpoints controller on a control plane: one object a Service, written as a whole.
import { describe, expect, test } from 'vitest';
import { encodedBytes } from '../../../src/api/encoded-size.js';
import type { EndpointAddress, Endpoints } from '../../../src/api/endpoints.js';
import type { Service } from '../../../src/api/service.js';
import type { FakeKubeletOptions } from '../../support/fake-kubelet.js';
import { deployment, replicaSet, service } from '../../support/objects.js';
import { ControllerBench, type ControllerBenchOptions } from './controller-bench.js';

const LIMIT = { qps: 5000, burst: 5000 };
const KUBELET: FakeKubeletOptions = { readyAfterUs: 1_000_000, stopAfterUs: 1_000_000 };

const started = (extra: ControllerBenchOptions = {}): ControllerBench =>
  new ControllerBench({ limit: LIMIT, kubelet: KUBELET, ...extra });

const endpointsOf = (bench: ControllerBench): Endpoints[] => bench.stored<Endpoints>('Endpoints');
const readyNames = (bench: ControllerBench): string[] =>
  endpointsOf(bench)
    .flatMap(({ subsets = [] }) => subsets.flatMap(({ addresses = [] }) => addresses))
    .map(({ targetRef }) => targetRef?.name ?? '')
    .sort();
const podNames = (bench: ControllerBench): string[] =>
  bench.pods.map(({ metadata }) => metadata.name).sort();

describe('the Endpoints of a Service', () => {
  test('are empty without pods; a Service without a selector has none', () => {
    const bench = started();
    bench.create(service('app'));
    const { selector: _, ...spec } = service('bare').spec;
    bench.create<Service>({ ...service('bare'), spec });
    bench.wait(5_000_000);
    expect(endpointsOf(bench).map(({ metadata, subsets }) => [metadata.name, subsets])).toEqual([
      ['app', []],
    ]);
  });

  test('hold every ready pod once, in one object, however many there are', () => {
    const bench = started();
    bench.create(service('app'));
    bench.create(replicaSet('app', 150));
    bench.wait(10_000_000);
    expect(endpointsOf(bench)).toHaveLength(1);
    expect(readyNames(bench)).toEqual(podNames(bench));
  });

  test('list a pod that is not ready apart, and drop one that is being deleted', () => {
    const bench = started();
    bench.create(service('app'));
    bench.create(replicaSet('app', 3));
    bench.wait(5_000_000);
    const [first, second] = bench.pods;
    if (first === undefined || second === undefined) throw new Error('no pods');
    bench.ask(first, {
      verb: 'patch',
      subresource: 'status',
      patch: {
        bytes: 100,
        apply: (now) => ({
          ...(now as typeof first),
          status: {
            ...(now as typeof first).status,
            conditions: [{ type: 'Ready', status: 'False' }],
          },
        }),
      },
    });
    bench.ask(second, { verb: 'delete' });
    bench.wait(500_000);
    const [{ subsets: [subset] = [] } = {}] = endpointsOf(bench);
    const names = (list: readonly EndpointAddress[] = []) =>
      list.map(({ targetRef }) => targetRef?.name);
    expect(names(subset?.notReadyAddresses)).toEqual([first.metadata.name]);
    expect(names(subset?.addresses)).not.toContain(second.metadata.name);
  });

  test('go with the Service, and come back when somebody else deletes them', () => {
    const bench = started();
    bench.create(service('app'));
    bench.create(replicaSet('app', 2));
    bench.wait(5_000_000);
    const [before] = endpointsOf(bench);
    if (before === undefined) throw new Error('no Endpoints');
    bench.ask(before, { verb: 'delete' });
    bench.wait(2_000_000);
    expect(readyNames(bench)).toEqual(podNames(bench));
    bench.ask(service('app'), { verb: 'delete' });
    bench.wait(2_000_000);
    expect(endpointsOf(bench)).toEqual([]);
  });

  test('are cut off at 1000 addresses, and say so', () => {
    const bench = started({ cores: 16 });
    bench.create(service('app'));
    bench.create(replicaSet('app', 1010));
    bench.wait(20_000_000);
    expect(readyNames(bench)).toHaveLength(1000);
    expect(endpointsOf(bench)[0]?.metadata.annotations).toEqual({
      'endpoints.kubernetes.io/over-capacity': 'truncated',
    });
    bench.change(replicaSet('app', 0), (now) => ({ ...now, spec: { ...now.spec, replicas: 10 } }));
    bench.wait(20_000_000);
    expect(readyNames(bench)).toHaveLength(10);
    expect(endpointsOf(bench)[0]?.metadata.annotations).toBeUndefined();
  });
});

describe('writes', () => {
  test('of 500 pods at 20 a second are nearly one a pod, as recorded (460 of 500)', () => {
    const bench = new ControllerBench({ cores: 2, kubelet: { ...KUBELET, nodes: 200 } });
    bench.create(service('app'));
    bench.create(deployment('app', 500));
    bench.wait(40_000_000);
    expect(bench.log.count('Endpoints', 'ADDED')).toBe(1);
    expect(bench.log.count('Endpoints', 'MODIFIED')).toBeGreaterThan(460 * 0.9);
    expect(bench.log.count('Endpoints', 'MODIFIED')).toBeLessThan(500);
  });

  test('have their own rate limit: 20 a second beside those of slices', () => {
    const bench = started({ limit: { qps: 20, burst: 30 } });
    const names = Array.from({ length: 60 }, (_, i) => `app-${i}`);
    for (const name of names) bench.create(service(name));
    bench.wait(5_000_000);
    const creations = bench.log.count('Endpoints', 'ADDED');
    expect(creations).toBe(60);
    const seconds = bench.secondsOf('Endpoints', 'ADDED');
    expect(Math.max(...seconds) - Math.min(...seconds)).toBeGreaterThan(1.2);
  });
});

test('an object with 200 addresses is as large as the recorded one', () => {
  const endpoints: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'app', namespace: 'default', uid: 'a'.repeat(36), labels: {} },
    subsets: [
      {
        addresses: Array.from({ length: 200 }, (_, i) => ({
          ip: `10.0.${i}.12`,
          nodeName: 'node-0017',
          targetRef: {
            kind: 'Pod',
            namespace: 'default',
            name: 'app-79566c55fd-qvs24',
            uid: 'b'.repeat(36),
          },
        })),
        ports: [{ name: '', port: 80, protocol: 'TCP' }],
      },
    ],
  };
  expect(Math.abs(encodedBytes(endpoints) / 22_052 - 1)).toBeLessThan(0.05);
});
