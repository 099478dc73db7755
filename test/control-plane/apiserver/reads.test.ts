// Which state a get or a list shows, by resourceVersion and resourceVersionMatch; lists in parts.
import { beforeEach, describe, expect, test } from 'vitest';
import type { ConfigMap } from '../../../src/api/config-map.js';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { ApiClient } from '../../../src/client/api-client.js';
import type { ApiRequest, ApiResponse } from '../../../src/client/api-request.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { configMap } from '../../support/objects.js';

const SECOND = 1_000_000;
let plane: TestControlPlane;
let client: ApiClient;
/** Kinds of events that happened, while `recorded` runs. */
let happened: string[] | undefined;

beforeEach(() => {
  plane = new TestControlPlane({
    preload: ['a', 'b', 'c', 'd', 'e'].map((name) => configMap(name)),
  });
  plane.simulation.onEvent = (_, name) => happened?.push(name);
  client = plane.client();
});

const to = (name: string) => ({ resource: 'configmaps', namespace: 'default', name }) as const;
const list = (extra: Partial<ApiRequest> = {}): ApiResponse =>
  plane.request(client, { verb: 'list', ...to(''), ...extra });
const names = ({ items = [] }: ApiResponse): string =>
  items.map(({ metadata }) => metadata.name).join('');

function touch(name: string): number {
  const apply = (now: KubernetesObject): KubernetesObject =>
    ({ ...now, data: { n: `${Number((now as ConfigMap).data?.['n'] ?? 0) + 1}` } }) as ConfigMap;
  const request = { verb: 'patch', ...to(name), patch: { bytes: 10, apply } } as const;
  const { object } = plane.request(client, request);
  plane.wait(10_000);
  return object?.metadata.resourceVersion ?? 0;
}
const remove = (name: string): ApiResponse =>
  plane.request(client, { verb: 'delete', ...to(name) });

/** Whether etcd was asked for a range while this ran. */
function readsEtcd(run: () => void): boolean {
  happened = [];
  run();
  const asked = happened.includes('kube-apiserver-0.ListAnswered');
  happened = undefined;
  return asked;
}

describe('a list', () => {
  test('of the newest state comes from the cache, after asking etcd how new that has to be', () => {
    happened = [];
    expect(names(list())).toBe('abcde');
    expect(happened).toContain('kube-apiserver-0.StoreRevisionRead');
    expect(happened).not.toContain('kube-apiserver-0.ListAnswered');
    const { statistics } = plane.server.storage.cacheOf('configmaps');
    expect(statistics.consistentReads).toBe(1);
    expect(statistics.cacheLists).toMatchObject({ lists: 1, fetchedObjects: 5 });
  });

  test('of any state asks nobody, and comes whole whatever its limit', () => {
    happened = [];
    expect(names(list({ resourceVersion: 0, limit: 2 }))).toBe('abcde');
    expect(happened).not.toContain('kube-apiserver-0.StoreRevisionRead');
  });

  test('not older than a revision waits for it, and shows what there is then', () => {
    const next = plane.etcd.snapshot().revision + 1;
    const answers: ApiResponse[] = [];
    const request = { verb: 'list', ...to(''), resourceVersion: next } as const;
    client.send(request, ({ response }) => answers.push(response as ApiResponse));
    plane.wait(SECOND);
    expect(answers).toEqual([]);
    remove('c');
    plane.wait(SECOND);
    expect(answers.map(names)).toEqual(['abde']);
    expect(answers[0]?.revision).toBe(next);
  });

  test('of an exact revision shows that state, from the cache while that still knows', () => {
    const before = touch('a');
    remove('b');
    touch('c');
    plane.wait(SECOND);
    const exact = { resourceVersion: before, resourceVersionMatch: 'Exact' } as const;
    const asked = readsEtcd(() => {
      const response = list(exact);
      expect(names(response)).toBe('abcde');
      expect(response.revision).toBe(before);
      const [, , c] = response.items as readonly ConfigMap[];
      expect(c?.data).not.toHaveProperty('n');
    });
    expect(asked).toBe(false);
    expect(names(list({ resourceVersion: before }))).toBe('acde');
  });

  test('of an exact revision from before the cache comes from etcd', () => {
    const asked = readsEtcd(() => {
      const response = list({ resourceVersion: 4, resourceVersionMatch: 'Exact' });
      expect(names(response)).toBe('abc');
    });
    expect(asked).toBe(true);
    const { storageLists } = plane.server.storage.cacheOf('configmaps').statistics;
    expect(storageLists).toMatchObject({ lists: 1, returnedObjects: 3 });
  });

  test('of a namespace leaves out all others', () => {
    expect(names(list({ namespace: 'other' }))).toBe('');
    expect(names(list({ namespace: '' }))).toBe('abcde');
  });
});

describe('a list in parts', () => {
  test('shows one state, however much is written between the parts', () => {
    const first = list({ limit: 2 });
    expect([names(first), first.remainingItemCount]).toEqual(['ab', 3]);
    remove('c');
    touch('d');
    plane.wait(SECOND);
    const second = list({ limit: 2, continue: first.continue as string });
    expect([names(second), second.remainingItemCount]).toEqual(['cd', 1]);
    expect(second.revision).toBe(first.revision);
    const third = list({ limit: 2, continue: second.continue as string });
    expect([names(third), third.remainingItemCount, third.continue]).toEqual([
      'e',
      undefined,
      undefined,
    ]);
  });

  test('is continued by etcd when the cache has forgotten its state', () => {
    const first = list({ limit: 2 });
    for (let i = 0; i < 120; i++) {
      touch('e');
      plane.wait(2 * SECOND);
    }
    const asked = readsEtcd(() => {
      expect(names(list({ limit: 9, continue: first.continue as string }))).toBe('cde');
    });
    expect(asked).toBe(true);
  });

  test('whose state has been compacted ends with 410', () => {
    const first = list({ limit: 2 });
    for (let i = 0; i < 120; i++) {
      touch('e');
      plane.wait(2 * SECOND);
    }
    const port = plane.etcd.connect('test', [{ member: 0, up: undefined, down: undefined }]);
    const done = plane.simulation.defineEvent('test.Compacted', () => {});
    port.compact(plane.etcd.snapshot().revision, done, 0);
    plane.wait(SECOND);
    const refused = list({ limit: 9, continue: first.continue as string });
    expect([refused.code, refused.reason]).toEqual([410, 'Expired']);
  });

  test('refuses a token that is none', () => {
    expect(list({ continue: 'nonsense' }).code).toBe(400);
  });
});

test('a list of Events is read from etcd each time, in parts where it is asked to be', () => {
  const event = (name: string) =>
    ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: 'default' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'x' },
      reason: 'Tested',
      message: '',
      type: 'Normal',
    }) as unknown as KubernetesObject;
  for (const name of ['x', 'y', 'z']) {
    const address = { resource: 'events', namespace: 'default', name };
    plane.request(client, { verb: 'create', ...address, body: event(name) });
  }
  const asked = readsEtcd(() => {
    const first = list({ resource: 'events', limit: 2 });
    expect([names(first), first.remainingItemCount]).toEqual(['xy', 1]);
    const rest = list({ resource: 'events', limit: 2, continue: first.continue as string });
    expect(names(rest)).toBe('z');
  });
  expect(asked).toBe(true);
});

describe('a watch of Events', () => {
  test('begins with what etcd has, and goes on with what comes', () => {
    const body = (name: string) =>
      ({ apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: 'default' } }) as never;
    const create = (name: string): ApiResponse => {
      const address = { resource: 'events', namespace: 'default', name };
      return plane.request(client, { verb: 'create', ...address, body: body(name) });
    };
    const { object } = create('x');
    const state = plane.watch({ resource: 'events', resourceVersion: 0 });
    plane.wait(SECOND);
    create('y');
    plane.wait(SECOND);
    expect(state.lines).toEqual(['ADDED x', 'ADDED y']);
    const from = object?.metadata.resourceVersion ?? 0;
    const later = plane.watch({ resource: 'events', resourceVersion: from });
    plane.wait(SECOND);
    create('z');
    plane.wait(SECOND);
    expect(later.lines).toEqual(['ADDED y', 'ADDED z']);
  });
});

describe('a cache that has not been filled', () => {
  test('answers 429 with a time to come back; what asks for little is read from etcd', () => {
    const cache = plane.server.storage.cacheOf('configmaps');
    cache.clear();
    const codes = [list({ limit: 2 }), list({ resourceVersion: 0, limit: 2 })].map(names);
    expect(codes).toEqual(['ab', 'ab']);
    const answers: ApiResponse[] = [];
    client.send({ verb: 'list', ...to('') }, ({ response }) =>
      answers.push(response as ApiResponse),
    );
    const watch = plane.watch({ resource: 'configmaps', resourceVersion: 0 });
    plane.wait(SECOND / 2);
    // The client is still trying: its retries are its own affair.
    expect(answers).toEqual([]);
    expect(watch.response).toBeUndefined();
    cache.load([configMap('q')], plane.etcd.snapshot().revision);
    plane.wait(5 * SECOND);
    expect(answers.map(names)).toEqual(['q']);
    expect(watch.lines).toEqual(['ADDED q']);
  });
});

describe('a list whose selector lets nothing through', () => {
  const busyUs = (count: number, extra: Partial<ApiRequest>): number => {
    const preload = Array.from({ length: count }, (_, i) => configMap(`map-${i}`));
    plane = new TestControlPlane({ preload });
    client = plane.client();
    plane.wait(SECOND);
    const fieldSelector = { field: 'spec.nodeName', value: 'none' } as const;
    const before = plane.host.usedUs;
    expect(list({ namespace: '', fieldSelector, ...extra }).items).toEqual([]);
    return plane.host.usedUs - before;
  };
  const perObjectUs = (extra: (count: number) => Partial<ApiRequest>): number =>
    (busyUs(3000, extra(3000)) - busyUs(1000, extra(1000))) / 2000;

  test('costs 1.8 µs an object in the cache', () => {
    expect(perObjectUs(() => ({ resourceVersion: 0 }))).toBeCloseTo(1.8, 2);
  });

  test('costs ten times as much from etcd, which sends them all', () => {
    const exact = { resourceVersionMatch: 'Exact' } as const;
    const fromEtcd = perObjectUs((count) => ({ ...exact, resourceVersion: count }));
    expect(fromEtcd).toBeGreaterThan(18);
    expect(fromEtcd).toBeLessThan(60);
  });
});
