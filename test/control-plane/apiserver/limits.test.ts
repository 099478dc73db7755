// In-flight limits, CPU per request, and that a run is the same every time.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { ApiRequest } from '../../../src/client/api-request.js';
import { TestControlPlane, type TestControlPlaneOptions } from '../../support/control-plane.js';
import { configMap, pod } from '../../support/objects.js';

const create = (name: string): ApiRequest => ({
  verb: 'create',
  resource: 'configmaps',
  namespace: 'default',
  name,
  body: configMap(name),
});
const get = (name: string): ApiRequest => ({ ...create(name), verb: 'get' });

/**
 * Codes of the first answers to requests that are sent at once, and how many attempts each took.
 */
function burst(
  requests: readonly ApiRequest[],
  options: TestControlPlaneOptions,
): { refused: number; attempts: number[]; codes: number[] } {
  const codes: number[] = [];
  const attempts: number[] = [];
  let refused = 0;
  const plane = new TestControlPlane(options);
  const serve = plane.transport.respond.bind(plane.transport);
  plane.transport.respond = (call, response) => {
    if (response.code === 429) {
      refused++;
      expect(response).toMatchObject({ reason: 'TooManyRequests', retryAfterSeconds: 1 });
    }
    serve(call, response);
  };
  const client = plane.client();
  for (const request of requests) {
    client.send(request, (call) => {
      codes.push(call.response?.code ?? 0);
      attempts.push(call.attempts);
    });
  }
  plane.simulation.run();
  return { refused, attempts, codes };
}

describe('requests beyond the limit of those in flight', () => {
  const writes = Array.from({ length: 30 }, (_, i) => create(`map-${i}`));
  const reads = Array.from({ length: 30 }, (_, i) => get(`map-${i}`));

  test('are refused with 429 and come again a second later', () => {
    const { refused, attempts, codes } = burst(writes, { maxMutatingRequestsInflight: 20 });
    expect(refused).toBe(10);
    expect(attempts.filter((count) => count === 1)).toHaveLength(20);
    expect(attempts.filter((count) => count === 2)).toHaveLength(10);
    expect(new Set(codes)).toEqual(new Set([201]));
  });

  test('are counted for reads and writes apart', () => {
    const both = [...writes, ...reads];
    const limit = (read: number, write: number): number =>
      burst(both, { maxRequestsInflight: read, maxMutatingRequestsInflight: write }).refused;
    expect([limit(30, 30), limit(25, 30), limit(30, 25), limit(25, 25)]).toEqual([0, 5, 5, 10]);
  });

  test('may be served as soon as others have been answered', () => {
    const plane = new TestControlPlane({ maxMutatingRequestsInflight: 1 });
    const client = plane.client();
    const codes = writes.map((request) => plane.request(client, request).code);
    expect(new Set(codes)).toEqual(new Set([201]));
  });

  test('watches do not count', () => {
    const plane = new TestControlPlane({ maxRequestsInflight: 1, maxMutatingRequestsInflight: 1 });
    const watches = Array.from({ length: 20 }, () => plane.watch({ resource: 'configmaps' }));
    plane.simulation.run();
    expect(watches.map(({ response }) => response?.code)).toEqual(new Array(20).fill(200));
  });
});

describe('the CPU of a request', () => {
  const busyUs = (request: ApiRequest, preload: readonly KubernetesObject[] = []): number => {
    const plane = new TestControlPlane({ preload });
    plane.request(plane.client(), request);
    plane.simulation.run();
    return plane.host.meter.busyUs(plane.simulation.now);
  };
  const list = (count: number): number =>
    busyUs(
      { verb: 'list', resource: 'configmaps', namespace: '', name: '', resourceVersion: 0 },
      Array.from({ length: count }, (_, i) => configMap(`map-${i}`)),
    );

  test('of a list grows by what each object costs to find and to encode', () => {
    const perObject = (list(2000) - list(1000)) / 1000;
    expect(perObject).toBeGreaterThan(1.8);
    expect(perObject).toBeLessThan(4);
  });

  test('of a write is more than that of a read, and grows with its size', () => {
    const read = busyUs({ ...get('a'), resourceVersion: 0 }, [configMap('a')]);
    const small = busyUs(create('a'));
    const large = busyUs({ ...create('a'), body: configMap('a', { x: 'y'.repeat(10_000) }) });
    expect(small).toBeGreaterThan(read + 130);
    expect(large - small).toBeGreaterThan(10 * 5 * 1.3);
  });

  test('of a request that stands for 100 nodes is that of 100', () => {
    const request = { ...get('a'), resourceVersion: 0 };
    const one = busyUs(request, [configMap('a')]);
    const many = busyUs({ ...request, fleetMembers: 100 }, [configMap('a')]);
    expect(many / one).toBeGreaterThan(95);
  });
});

describe('a run', () => {
  /** Clients that create, bind and delete pods; the hash of everything that happened. */
  function hashOf(seed: string, preload: readonly KubernetesObject[] = []): string {
    const plane = new TestControlPlane({ seed, members: 3, preload });
    const clients = [plane.client(), plane.client({ qps: 50, burst: 5 })];
    for (let i = 0; i < 40; i++) {
      const metadata = { name: '', generateName: `app-${i % 3}-`, namespace: 'default' };
      const body = { ...pod('x'), metadata };
      clients[i % 2]?.send(
        { verb: 'create', resource: 'pods', namespace: 'default', name: '', body },
        (call) => {
          const name = call.response?.object?.metadata.name ?? '';
          clients[0]?.send(
            { verb: 'delete', resource: 'pods', namespace: 'default', name },
            () => {},
          );
        },
      );
    }
    plane.simulation.run();
    expect(plane.log.count('Pod', 'DELETED')).toBe(40);
    const names = plane.log.lines.filter((line) => line.includes('Pod')).sort();
    return `${plane.simulation.traceHash} ${plane.simulation.events} ${names.join()}`;
  }

  test('of one seed is the same every time, also after another', () => {
    const first = hashOf('a');
    hashOf('b');
    expect(hashOf('a')).toBe(first);
  });

  test('gives the same names and times whatever the order of the preloaded objects', () => {
    const maps = ['a', 'b', 'c'].map((name) => configMap(name));
    expect(hashOf('a', [...maps].reverse())).toBe(hashOf('a', maps));
  });

  test('gives other names under another seed', () => {
    const namesOf = (seed: string): string => hashOf(seed).split(' ').slice(2).join(' ');
    expect(namesOf('b')).not.toBe(namesOf('a'));
  });
});
