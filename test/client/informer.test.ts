// Informer: a local copy that loses nothing, doubles nothing, and says so to handlers. Here it
// lists and watches; what it asks for otherwise is the reflector's affair (reflector.test.ts).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConfigMap } from '../../src/api/config-map.js';
import type { Pod } from '../../src/api/pod.js';
import { ApiClient } from '../../src/client/api-client.js';
import { type ApiRequest, type ApiResponse, keyOf } from '../../src/client/api-request.js';
import { ApiTransport } from '../../src/client/api-transport.js';
import { clientConstants } from '../../src/client/constants.js';
import { Informer } from '../../src/client/informer.js';
import { distribution } from '../../src/kernel/distributions.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { CpuHost, Link } from '../../src/kernel/stations.js';
import { FakeApiServer, refusal } from '../support/fake-api-server.js';

const DELAY_US = 1000;

function configMap(name: string, value = '0'): ConfigMap {
  const metadata = { name, namespace: 'default' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value } };
}

function bench(options: { delayUs?: number; cores?: number; seed?: string } = {}) {
  const { delayUs = DELAY_US, cores, seed = 'informer' } = options;
  const simulation = new Simulation(seed);
  const transport = new ApiTransport(simulation);
  const server = new FakeApiServer(transport);
  const delay = distribution({ kind: 'constant', value: delayUs });
  const link = (name: string): Link => new Link(simulation, name, delay, 1e12);
  const connection = { up: link('up'), down: link('down'), server };
  const client = new ApiClient(transport, { name: 'client', user: 'test', connection });
  const informer = new Informer<ConfigMap>(simulation, {
    name: 'test/configmaps',
    resource: 'configmaps',
    client,
    usesWatchList: false,
    ...(cores !== undefined && { host: new CpuHost(simulation, 'host', cores) }),
  });
  const log: string[] = [];
  const value = (object: ConfigMap): string => `${object.metadata.name}=${object.data?.['value']}`;
  informer.addHandler({
    added: (object) => log.push(`added ${value(object)}`),
    updated: (previous, object) => log.push(`updated ${value(previous)} ${value(object)}`),
    deleted: (object) => log.push(`deleted ${value(object)}`),
  });
  const write = (object: ConfigMap): void => {
    const stored = server.find<ConfigMap>('configmaps', keyOf(object));
    if (stored === undefined) server.create(object);
    else server.update({ ...stored, ...(object.data && { data: object.data }) });
  };
  return { simulation, server, client, informer, log, write };
}

describe('an informer', () => {
  test('lists, then watches from where the list ended', () => {
    const { simulation, server, informer, log } = bench();
    server.create(configMap('a'));
    server.create(configMap('b'));
    informer.start();
    simulation.run();
    const seen = server.requests.map(({ verb, resourceVersion }) => [verb, resourceVersion]);
    expect(seen).toEqual([
      ['list', 0],
      ['watch', 2],
    ]);
    expect(log).toEqual(['added a=0', 'added b=0']);
  });

  test('tells handlers of each change once, in order, with what was before', () => {
    const { simulation, server, informer, log, write } = bench();
    informer.start();
    simulation.run();
    write(configMap('a', '1'));
    write(configMap('a', '2'));
    write(configMap('b', '1'));
    server.remove('configmaps', 'default/a');
    simulation.run();
    expect(log).toEqual(['added a=1', 'updated a=1 a=2', 'added b=1', 'deleted a=2']);
    expect([...informer.store.keys()]).toEqual(['default/b']);
  });

  test('calls its handlers in the order in which they were added, per change', () => {
    const { simulation, server, informer } = bench();
    const order: string[] = [];
    informer.addHandler({ added: ({ metadata }) => order.push(`first ${metadata.name}`) });
    informer.addHandler({ deleted: () => order.push('never') });
    informer.addHandler({ added: ({ metadata }) => order.push(`second ${metadata.name}`) });
    server.create(configMap('a'));
    server.create(configMap('b'));
    informer.start();
    simulation.run();
    expect(order).toEqual(['first a', 'second a', 'first b', 'second b']);
  });

  test('has synced when the first list is in its store', () => {
    const { simulation, server, informer } = bench();
    server.create(configMap('a'));
    const seen: [string, number, number][] = [];
    informer.whenSynced(() => seen.push(['before', simulation.now, informer.store.size]));
    informer.start();
    expect(informer.hasSynced).toBe(false);
    simulation.run();
    informer.whenSynced(() => seen.push(['after', simulation.now, informer.store.size]));
    expect(informer.hasSynced).toBe(true);
    expect(seen).toEqual([
      ['before', 2 * DELAY_US, 1],
      ['after', 4 * DELAY_US, 1],
    ]);
  });

  test('is as far behind the server as its link and its CPU are', () => {
    const { simulation, server, informer } = bench({ cores: 1 });
    informer.start();
    simulation.run();
    const seenAt: number[] = [];
    informer.addHandler({ added: () => seenAt.push(simulation.now) });
    const start = simulation.now;
    server.create(configMap('a'));
    const bytes = server.log[0]?.bytes ?? 0;
    const { watchEventCpuUs, listenerCpuUs, decodeNanosecondsPerByte } = clientConstants;
    const decodeUs = (bytes * decodeNanosecondsPerByte) / 1000;
    const cpuUs = Math.ceil(watchEventCpuUs + decodeUs + 2 * listenerCpuUs);
    simulation.run();
    expect(seenAt).toEqual([start + DELAY_US + cpuUs]);
  });

  test('works on events that arrive while it is busy as one batch afterwards', () => {
    const { simulation, informer, write, log } = bench({ cores: 1 });
    informer.start();
    simulation.run();
    const due = simulation.defineEvent('test.WriteDue', (i) => write(configMap('a', String(i))));
    for (let i = 0; i < 20; i++) simulation.after(i, due, i);
    const batches: number[] = [];
    simulation.onEvent = (_, name, __, size) => {
      if (name === 'test/configmaps.WatchEventsProcessed') batches.push(size);
    };
    simulation.run();
    expect(batches[0]).toBe(1);
    expect(batches).not.toHaveLength(20);
    expect(batches.reduce((sum, size) => sum + size, 0)).toBe(20);
    expect(log).toHaveLength(20);
  });

  test('of a field selector sees what enters and leaves the selection', () => {
    const { simulation, server, client } = bench();
    const informer = new Informer<Pod>(simulation, {
      name: 'node-1/pods',
      resource: 'pods',
      client,
      fieldSelector: { field: 'spec.nodeName', value: 'node-1' },
    });
    const log: string[] = [];
    informer.addHandler({
      added: ({ metadata }) => log.push(`added ${metadata.name}`),
      deleted: ({ metadata }) => log.push(`deleted ${metadata.name}`),
    });
    const pod = (name: string): Pod => {
      const metadata = { name, namespace: 'default' };
      return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] } };
    };
    server.create({ ...pod('old'), spec: { containers: [], nodeName: 'node-1' } });
    server.create(pod('other'));
    informer.start();
    simulation.run();
    const stored = server.get<Pod>('pods', 'default/other');
    server.update({ ...stored, spec: { ...stored.spec, nodeName: 'node-1' } });
    server.remove('pods', 'default/old');
    simulation.run();
    expect(log).toEqual(['added old', 'added other', 'deleted old']);
  });
});

test('an informer with a resync period tells of everything each time, without a request', () => {
  const { simulation, server, client } = bench();
  const informer = new Informer<ConfigMap>(simulation, {
    name: 'resync',
    resource: 'configmaps',
    client,
    usesWatchList: false,
    resyncPeriodUs: 1_000_000,
  });
  const told: [number, string][] = [];
  informer.addHandler({
    updated: (previous, object) => {
      expect(object).toBe(previous);
      told.push([Math.floor(simulation.now / 1_000_000), object.metadata.name]);
    },
  });
  server.create(configMap('a'));
  server.create(configMap('b'));
  informer.start();
  simulation.run(2_500_000);
  expect(told).toEqual([
    [1, 'a'],
    [1, 'b'],
    [2, 'a'],
    [2, 'b'],
  ]);
  expect(server.requests.map(({ verb }) => verb)).toEqual(['list', 'watch']);
});

describe('an informer that is refused', () => {
  /** Refuses the n-th requests of a verb, counted from 0. */
  function refuse(server: FakeApiServer, verb: string, which: number[], response: ApiResponse) {
    let count = 0;
    server.intercept = (request) =>
      request.verb === verb && which.includes(count++) ? response : undefined;
  }

  test('lists again after a backoff of 0.8 s and more, doubled each time', () => {
    const { simulation, server, informer } = bench();
    refuse(server, 'list', [0, 1, 2], refusal(500, 'InternalError', 'no'));
    const lists: number[] = [];
    const { intercept } = server;
    server.intercept = (request) => {
      if (request.verb === 'list') lists.push(simulation.now);
      return intercept?.(request);
    };
    informer.start();
    simulation.run();
    const gaps = lists.slice(1).map((time, i) => time - (lists[i] as number) - 2 * DELAY_US);
    expect(gaps).toHaveLength(3);
    gaps.forEach((gap, n) => {
      expect(gap).toBeGreaterThanOrEqual(800_000 * 2 ** n);
      expect(gap).toBeLessThan(1_600_000 * 2 ** n);
    });
    expect(informer.hasSynced).toBe(true);
  });

  test('relists from where it was when its watch is too old, and tells only what differs', () => {
    const { simulation, server, informer, log, write } = bench();
    refuse(server, 'watch', [0], refusal(410, 'Expired', 'too old resource version'));
    for (const name of ['same', 'changed', 'gone']) server.create(configMap(name));
    informer.start();
    simulation.run(2 * DELAY_US);
    expect(log.splice(0)).toEqual(['added same=0', 'added changed=0', 'added gone=0']);
    write(configMap('changed', '1'));
    server.remove('configmaps', 'default/gone');
    write(configMap('new', '1'));
    simulation.run();
    const seen = server.requests.map(({ verb, resourceVersion }) => [verb, resourceVersion]);
    expect(seen).toEqual([
      ['list', 0],
      ['watch', 3],
      ['list', 3],
      ['watch', 6],
    ]);
    expect(log).toEqual(['deleted gone=0', 'updated changed=0 changed=1', 'added new=1']);
  });

  test('reports that it has synced once, however often it lists', () => {
    const { simulation, server, informer } = bench();
    refuse(server, 'watch', [0, 1], refusal(410, 'Expired', 'too old resource version'));
    let synced = 0;
    informer.whenSynced(() => synced++);
    informer.start();
    simulation.run();
    expect(server.requests.filter(({ verb }) => verb === 'list')).toHaveLength(3);
    expect(synced).toBe(1);
  });
});

/** A write at a time: of the key's next value, or its removal. */
interface Write {
  readonly at: number;
  readonly name: string;
  readonly isRemoval: boolean;
}

test('loses and doubles nothing under random writes and refusals; its store becomes the server’s', () => {
  const writes: fc.Arbitrary<Write[]> = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 20_000 }),
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      isRemoval: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  const refused = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
  fc.assert(fc.property(writes, refused, fc.integer({ min: 1, max: 3000 }), fc.boolean(), check), {
    numRuns: 300,
  });
  function check(planned: Write[], refusals: number[], delayUs: number, hasHost: boolean): void {
    const { simulation, server, informer, write } = bench({
      delayUs,
      ...(hasHost && { cores: 1 }),
    });
    const mirror = new Map<string, number>();
    const revisionOf = (object: ConfigMap): number => object.metadata.resourceVersion ?? 0;
    informer.addHandler({
      added: (object) => {
        expect(mirror.has(keyOf(object))).toBe(false);
        mirror.set(keyOf(object), revisionOf(object));
      },
      updated: (previous, object) => {
        expect(mirror.get(keyOf(object))).toBe(revisionOf(previous));
        expect(revisionOf(object)).toBeGreaterThan(revisionOf(previous));
        mirror.set(keyOf(object), revisionOf(object));
      },
      deleted: (object) => expect(mirror.delete(keyOf(object))).toBe(true),
    });
    let watches = 0;
    server.intercept = ({ verb }: ApiRequest) =>
      verb === 'watch' && refusals.includes(watches++)
        ? refusal(410, 'Expired', 'too old resource version')
        : undefined;
    const due = simulation.defineEvent('test.WriteDue', (i) => {
      const { name, isRemoval } = planned[i] as Write;
      if (!isRemoval) write(configMap(name, String(i)));
      else if (server.find('configmaps', `default/${name}`) !== undefined)
        server.remove('configmaps', `default/${name}`);
    });
    planned.forEach(({ at }, i) => {
      simulation.at(at, due, i);
    });
    informer.start();
    simulation.run();
    const served = server.list<ConfigMap>('configmaps').map((object) => [keyOf(object), object]);
    expect(new Map(informer.store)).toEqual(new Map(served as [string, ConfigMap][]));
    expect([...mirror].sort()).toEqual(
      [...informer.store].map(([key, object]) => [key, revisionOf(object)]).sort(),
    );
  }
});
