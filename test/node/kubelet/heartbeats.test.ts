// Registration, leases and node status.

import { describe, expect, test } from 'vitest';
import type { Lease } from '../../../src/api/lease.js';
import type { Node } from '../../../src/api/node.js';
import { refusal } from '../../support/fake-api-server.js';
import { KubeletBench, nodeObject, secondUs } from './kubelet-bench.js';

const fresh = { node: { isRegistered: false } };

/** Times in µs at which a lease of a node was written. */
function renewals(bench: KubeletBench, name = 'node-0'): number[] {
  return bench.recorder.commits.flatMap(([time, { object }]) =>
    object.kind === 'Lease' && object.metadata.name === name ? [time] : [],
  );
}

describe('a kubelet that starts', () => {
  const bench = new KubeletBench(fresh);
  bench.run(secondUs);

  test('registers its node, not ready, and reports it ready after the fast status path', () => {
    const states = bench.recorder.commits.flatMap(([time, { object }]) => {
      if (object.kind !== 'Node') return [];
      const ready = object.status?.conditions?.find(({ type }) => type === 'Ready');
      return [[time, ready?.status, ready?.reason]];
    });
    expect(states).toEqual([
      [1_000, 'False', 'KubeletNotReady'],
      [103_000, 'True', 'KubeletReady'],
    ]);
  });

  test('reports the other conditions of a node', () => {
    const { conditions } = bench.server.get<Node>('nodes', 'node-0').status ?? {};
    expect(conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'MemoryPressure=False',
      'DiskPressure=False',
      'PIDPressure=False',
      'Ready=True',
    ]);
  });

  test('creates its lease and watches its pods', () => {
    expect(bench.server.get<Lease>('leases', 'kube-node-lease/node-0').spec).toMatchObject({
      holderIdentity: 'node-0',
      leaseDurationSeconds: 40,
    });
    const watch = bench.server.requests.find(({ verb }) => verb === 'watch');
    expect(watch?.fieldSelector).toEqual({ field: 'spec.nodeName', value: 'node-0' });
  });

  test('tries again with backoff when the server refuses it', () => {
    const refused = new KubeletBench(fresh);
    const times: number[] = [];
    refused.server.intercept = ({ resource, verb }) => {
      if (resource !== 'nodes' || verb !== 'create') return undefined;
      times.push(refused.simulation.now);
      return times.length < 5 ? refusal(503, 'ServiceUnavailable', 'not yet') : undefined;
    };
    refused.run(10 * secondUs);
    const gaps = times.slice(1).map((time, index) => time - (times[index] as number) - 2_000);
    expect(gaps).toEqual([100_000, 200_000, 400_000, 800_000]);
  });

  test('is content with a node that exists', () => {
    const existing = new KubeletBench(fresh);
    existing.server.create(nodeObject(0));
    existing.run(secondUs);
    expect(existing.requests('leases')).toEqual(['create']);
  });
});

describe('leases', () => {
  test('are renewed every 10 to 10.4 s', () => {
    const bench = new KubeletBench(fresh);
    bench.run(1000 * secondUs);
    const times = renewals(bench).slice(1);
    const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
    expect(gaps.length).toBeGreaterThan(90);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10_002_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10_402_000);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length / secondUs;
    expect(mean).toBeGreaterThan(10.17);
    expect(mean).toBeLessThan(10.23);
  });

  test('of nodes that register together are spread over the period', () => {
    const bench = new KubeletBench({ ...fresh, nodes: 200 });
    bench.run(11 * secondUs);
    const counts = new Array(10).fill(0);
    for (let i = 0; i < 200; i++) {
      const first = renewals(bench, `node-${i}`)[1] as number;
      counts[Math.min(9, Math.floor(first / secondUs))]++;
    }
    expect(Math.min(...counts)).toBeGreaterThan(5);
    expect(Math.max(...counts)).toBeLessThan(40);
  });

  test('are tried again at once a few times, then a period later', () => {
    const bench = new KubeletBench(fresh);
    const times: number[] = [];
    bench.server.intercept = ({ resource, verb }) => {
      if (resource !== 'leases' || verb !== 'update') return undefined;
      times.push(bench.simulation.now);
      return refusal(500, 'InternalError', 'no');
    };
    bench.run(25 * secondUs);
    const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
    expect(gaps.slice(0, 5)).toEqual([2_000, 2_000, 2_000, 2_000, 10_002_000]);
  });

  test('that are gone are created again', () => {
    const bench = new KubeletBench(fresh);
    bench.at(0, () => bench.server.remove('leases', 'kube-node-lease/node-0'));
    bench.run(30 * secondUs);
    expect(bench.requests('leases').slice(0, 3)).toEqual(['create', 'update', 'create']);
    expect(bench.server.find('leases', 'kube-node-lease/node-0')).toBeDefined();
  });

  test('do not wait behind the status writes of pods', () => {
    const settings = { kubeApiQps: 1, kubeApiBurst: 1 };
    const bench = new KubeletBench({ ...fresh, settings });
    for (let i = 0; i < 50; i++) bench.bind(0, `web-${i}`);
    bench.run(60 * secondUs);
    expect(renewals(bench).length).toBeGreaterThanOrEqual(6);
  });
});

describe('node status', () => {
  test('of a long-lived cluster makes N/305 patches a second', () => {
    const bench = new KubeletBench({ nodes: 50 });
    for (let i = 0; i < 50; i++) bench.server.create(nodeObject(i));
    bench.run(3050 * secondUs);
    const perSecond = bench.requests('nodes').length / 3050;
    expect(perSecond).toBeGreaterThan((0.9 * 50) / 305);
    expect(perSecond).toBeLessThan((1.1 * 50) / 305);
  });

  test('names the images of a node after a pull', () => {
    const bench = new KubeletBench();
    bench.server.create(nodeObject(0));
    bench.bind(0, 'web', { containers: [{ name: 'app', image: 'new:1' }] });
    bench.run(15 * secondUs);
    expect(bench.server.get<Node>('nodes', 'node-0').status?.images).toEqual([
      { names: ['app:1'], sizeBytes: 50_000_000 },
      { names: ['new:1'], sizeBytes: 100_000_000 },
    ]);
  });
});

describe('a kubelet that is long up', () => {
  test('registers nothing and carries on at a random place of its periods', () => {
    const bench = new KubeletBench({ nodes: 30 });
    for (let i = 0; i < 30; i++) {
      const metadata = { name: `node-${i}`, namespace: 'kube-node-lease' };
      bench.server.create(nodeObject(i));
      bench.server.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata });
    }
    bench.run(10 * secondUs);
    expect(bench.requests('nodes').filter((request) => request === 'create')).toEqual([]);
    expect(bench.requests('leases').every((request) => request === 'update')).toBe(true);
    expect(new Set(bench.requests('pods'))).toEqual(new Set(['list', 'watch']));
  });
});

describe('a node that is added later', () => {
  test('is registered then, and its pods run', () => {
    const bench = new KubeletBench();
    bench.at(5 * secondUs, () => {
      const node = { ...bench.kubeletNode(1), isRegistered: false };
      expect(bench.fleet.addNode(node)).toBe(1);
    });
    bench.bind(6 * secondUs, 'web', {}, { node: 'node-1' });
    bench.run(8 * secondUs);
    expect(bench.fleet.nodeCount).toBe(2);
    expect(bench.pod('web').status).toMatchObject({ phase: 'Running', podIP: '10.244.1.2' });
  });
});
