// Watches: what a selector sees, that nothing is lost or doubled, the window, who is charged what.
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Binding } from '../../../src/api/binding.js';
import type { ConfigMap } from '../../../src/api/config-map.js';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { ApiClient } from '../../../src/client/api-client.js';
import { type ApiRequest, type ApiResponse, keyOf } from '../../../src/client/api-request.js';
import { Informer } from '../../../src/client/informer.js';
import type { FleetWatchEvent } from '../../../src/client/watch.js';
import { apiserverConstants } from '../../../src/control-plane/apiserver/constants.js';
import { Connection } from '../../../src/control-plane/etcd/connection.js';
import { etcdCosts } from '../../../src/control-plane/etcd/constants.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { configMap, pod } from '../../support/objects.js';

let plane: TestControlPlane;
let client: ApiClient;

beforeEach(() => {
  plane = new TestControlPlane();
  client = plane.client();
});

function send(
  verb: ApiRequest['verb'],
  resource: string,
  name: string,
  extra: Partial<ApiRequest> = {},
): ApiResponse {
  return plane.request(client, { verb, resource, namespace: 'default', name, ...extra });
}

const createPod = (name: string): ApiResponse => send('create', 'pods', name, { body: pod(name) });
const createMap = (name: string): ApiResponse =>
  send('create', 'configmaps', name, { body: configMap(name) });
const touch = (name: string): ApiResponse => {
  const apply = (now: KubernetesObject): KubernetesObject => {
    const data = { n: `${Number((now as ConfigMap).data?.['n'] ?? 0) + 1}` };
    return { ...(now as ConfigMap), data };
  };
  return send('patch', 'configmaps', name, { patch: { bytes: 10, apply } });
};

function bind(name: string, node: string): ApiResponse {
  const body: Binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace: 'default' },
    target: { kind: 'Node', name: node },
  };
  return send('create', 'pods', name, { subresource: 'binding', body });
}

const onNode = (value: string) => ({ field: 'spec.nodeName', value }) as const;

describe('a watch of the pods of one node', () => {
  test('sees a pod appear when it is bound there, change, and go', () => {
    const watch = plane.watch({ resource: 'pods', fieldSelector: onNode('node-1') });
    plane.simulation.run();
    createPod('a');
    createPod('b');
    bind('a', 'node-1');
    bind('b', 'node-2');
    send('delete', 'pods', 'a');
    send('delete', 'pods', 'a', { gracePeriodSeconds: 0 });
    send('delete', 'pods', 'b', { gracePeriodSeconds: 0 });
    plane.simulation.run();
    // Marked for deletion, then with grace 0, then gone.
    expect(watch.lines).toEqual(['ADDED a', 'MODIFIED a', 'MODIFIED a', 'DELETED a']);
    expect(plane.log.lines.slice(2, 4)).toEqual(['MODIFIED Pod/a', 'MODIFIED Pod/b']);
  });

  test('sees a pod that stops matching as deleted', () => {
    createPod('a');
    bind('a', 'node-1');
    const watch = plane.watch({ resource: 'pods', fieldSelector: onNode('node-1') });
    const other = plane.watch({ resource: 'pods', fieldSelector: onNode('node-2') });
    plane.simulation.run();
    // No client of the real API can move a pod; a patch stands for any field that can change.
    const apply = (now: KubernetesObject): KubernetesObject =>
      now.kind === 'Pod' ? { ...now, spec: { ...now.spec, nodeName: 'node-2' } } : now;
    send('patch', 'pods', 'a', { patch: { bytes: 10, apply } });
    plane.simulation.run();
    expect(watch.lines).toEqual(['ADDED a', 'DELETED a']);
    expect(other.lines).toEqual(['ADDED a']);
  });

  test('begins with the pods that are there when it asks for the current state', () => {
    for (const name of ['a', 'b', 'c']) createPod(name);
    bind('a', 'node-1');
    bind('c', 'node-1');
    plane.simulation.run();
    const watch = plane.watch({ resource: 'pods', fieldSelector: onNode('node-1') });
    plane.simulation.run();
    expect(watch.lines).toEqual(['ADDED a', 'ADDED c']);
    const listed = send('list', 'pods', '', {
      resourceVersion: 0,
      fieldSelector: onNode('node-1'),
    });
    expect(listed.items?.map(({ metadata }) => metadata.name)).toEqual(['a', 'c']);
  });

  test('costs the dispatcher nothing for pods of other nodes', () => {
    const busyAfter = (nodes: number): number => {
      plane = new TestControlPlane();
      client = plane.client();
      for (let i = 0; i < nodes; i++) {
        plane.watch({ resource: 'pods', fieldSelector: onNode(`node-${i}`) });
      }
      plane.simulation.run();
      const before = plane.host.meter.busyUs(plane.simulation.now);
      createPod('a');
      plane.simulation.run();
      return plane.host.meter.busyUs(plane.simulation.now) - before;
    };
    expect(busyAfter(200)).toBeCloseTo(busyAfter(1), 5);
  });
});

test('a watch of one name sees that object alone', () => {
  const fieldSelector = { field: 'metadata.name', value: 'b' } as const;
  createMap('b');
  plane.simulation.run();
  const watch = plane.watch({ resource: 'configmaps', fieldSelector });
  plane.simulation.run();
  createMap('a');
  touch('b');
  touch('a');
  send('delete', 'configmaps', 'b');
  createMap('b');
  plane.simulation.run();
  expect(watch.lines).toEqual(['ADDED b', 'MODIFIED b', 'DELETED b', 'ADDED b']);
});

describe('a watch from a revision', () => {
  test('gets what came after it, once, and goes on', () => {
    const revisions = ['a', 'b', 'c', 'd'].map(
      (name) => createMap(name).object?.metadata.resourceVersion ?? 0,
    );
    plane.simulation.run();
    const watch = plane.watch({ resource: 'configmaps', resourceVersion: revisions[1] as number });
    plane.simulation.run();
    createMap('e');
    plane.simulation.run();
    expect(watch.lines).toEqual(['ADDED c', 'ADDED d', 'ADDED e']);
  });

  test('does not get again what its client knows from an answer the cache has yet to see', () => {
    // 20,000 watchers make the cache lag by 10 ms.
    plane.watch({ resource: 'configmaps', resourceVersion: 0, fleetMembers: 20_000 });
    plane.simulation.run();
    const { object } = createMap('a');
    const watch = plane.watch({
      resource: 'configmaps',
      resourceVersion: object?.metadata.resourceVersion ?? 0,
    });
    touch('a');
    plane.simulation.run();
    expect(watch.lines).toEqual(['MODIFIED a']);
  });

  test('of other resources leaves it alone', () => {
    const watch = plane.watch({ resource: 'configmaps', resourceVersion: 1 });
    createPod('a');
    createMap('b');
    plane.simulation.run();
    expect(watch.lines).toEqual(['ADDED b']);
  });

  test('from before the preloaded state is refused as too old', () => {
    plane = new TestControlPlane({ preload: [configMap('a'), configMap('b')] });
    const codes = [2, 3].map((resourceVersion) => {
      const watch = plane.watch({ resource: 'configmaps', resourceVersion });
      plane.simulation.run();
      return watch.response?.code;
    });
    expect(codes).toEqual([410, 200]);
  });

  test('of Events is refused when etcd has let go of what came after', () => {
    const open = (): ApiResponse | undefined => {
      const watch = plane.watch({ resource: 'events', resourceVersion: 1 });
      plane.simulation.run();
      return watch.response;
    };
    expect(open()?.code).toBe(200);
    const kept = vi.spyOn(Connection.prototype, 'hasChangesAfter').mockReturnValue(false);
    expect(open()).toMatchObject({ code: 410, reason: 'Expired' });
    expect(kept).toHaveBeenCalledWith(1);
    kept.mockRestore();
  });

  test('is good for 75 s and 100 changes at least, then refused', () => {
    const first = createMap('a').object?.metadata.resourceVersion ?? 0;
    const open = (): number | undefined => {
      const watch = plane.watch({ resource: 'configmaps', resourceVersion: first });
      plane.simulation.run();
      return watch.response?.code;
    };
    for (let i = 0; i < 150; i++) touch('a');
    plane.wait(200_000_000);
    touch('a');
    expect(open(), 'few changes, however old').toBe(200);
    for (let i = 0; i < 50; i++) touch('a');
    expect(open(), 'many changes, half of them old').toBe(410);
    const young = createMap('b').object?.metadata.resourceVersion ?? 0;
    for (let i = 0; i < 1000; i++) touch('b');
    const watch = plane.watch({ resource: 'configmaps', resourceVersion: young });
    plane.simulation.run();
    expect(watch.response?.code, 'many changes, all of them young').toBe(200);
    expect(watch.revisions).toEqual(Array.from({ length: 1000 }, (_, i) => young + 1 + i));
  });

  test('gets every change after it exactly once and in order, whenever it begins', () => {
    const times = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 30 });
    const openings = fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 40_000 }), back: fc.nat({ max: 5 }) }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(times, openings, fc.integer({ min: 1, max: 3000 }), (writes, watches, fleet) => {
        const own = new TestControlPlane({ cores: 2 });
        own.watch({ resource: 'configmaps', resourceVersion: 0, fleetMembers: fleet });
        const writer = own.client();
        const due = own.simulation.defineEvent('test.WriteDue', (i) => {
          const body = configMap(`map-${i}`);
          const address = { resource: 'configmaps', namespace: 'default', name: `map-${i}` };
          writer.send({ verb: 'create', ...address, body }, () => {});
        });
        const opened: { from: number; watch: ReturnType<TestControlPlane['watch']> }[] = [];
        const open = own.simulation.defineEvent('test.WatchDue', (i) => {
          const newest = own.etcd.snapshot().revision;
          const from = Math.max(1, newest - (watches[i]?.back ?? 0));
          opened.push({
            from,
            watch: own.watch({
              resource: 'configmaps',
              resourceVersion: from,
              fleetMembers: (i ?? 0) % 2 === 0 ? 1 : fleet,
            }),
          });
        });
        writes.forEach((time, i) => {
          own.simulation.at(time, due, i);
        });
        watches.forEach(({ at }, i) => {
          own.simulation.at(at, open, i);
        });
        own.simulation.run();
        const last = own.etcd.snapshot().revision;
        for (const { from, watch } of opened) {
          const after = Array.from({ length: last - from }, (_, i) => from + 1 + i);
          expect(watch.revisions).toEqual(after);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('an event', () => {
  test('reaches a watcher by way of etcd, the cache, the dispatcher and the link', () => {
    const watch = plane.watch({ resource: 'configmaps', resourceVersion: 1 });
    plane.simulation.run();
    createMap('a');
    plane.simulation.run();
    const committedAt = plane.log.events[0]?.atUs ?? 0;
    const [{ atUs } = { atUs: 0 }] = watch.events;
    const bytes = plane.log.events[0]?.event.bytes ?? 0;
    const { watchIngestCpuUs, watchDispatchCpuUs, garbageCollectionFactor } = apiserverConstants;
    const ingestUs =
      (watchIngestCpuUs +
        watchDispatchCpuUs +
        apiserverConstants.watchDispatchPerWatcherNanoseconds / 1000 +
        (bytes * apiserverConstants.decodeNanosecondsPerByte) / 1000) *
      garbageCollectionFactor;
    expect(atUs - committedAt).toBe(etcdCosts.watchSendCpuUs + Math.ceil(ingestUs) + 100);
  });

  test('of a deletion carries the last state under the revision of the deletion', () => {
    const watch = plane.watch({ resource: 'configmaps', resourceVersion: 1 });
    createMap('a');
    send('delete', 'configmaps', 'a');
    plane.simulation.run();
    const deletion = watch.events[1]?.event;
    expect(deletion?.type).toBe('DELETED');
    expect(deletion?.object.metadata.resourceVersion).toBe(deletion?.revision);
    expect(deletion?.bytes).toBeGreaterThan(100);
  });

  test('is not sent to a watch that was closed', () => {
    const watch = plane.watch({ resource: 'configmaps', resourceVersion: 1 });
    createMap('a');
    plane.simulation.run();
    watch.response?.watch?.close();
    createMap('b');
    plane.simulation.run();
    expect(watch.lines).toEqual(['ADDED a']);
  });

  test('is handed to each member of a fleet after the one before, and all are charged', () => {
    const busyUs = (fleetMembers: number): number => {
      plane = new TestControlPlane();
      client = plane.client();
      const watch = plane.watch({ resource: 'configmaps', resourceVersion: 1, fleetMembers });
      plane.simulation.run();
      const before = plane.host.meter.busyUs(plane.simulation.now);
      createMap('a');
      plane.simulation.run();
      if (fleetMembers > 1) {
        const event = watch.events[0]?.event as FleetWatchEvent;
        expect(event.spacingUs).toBe(0.4);
        expect(event.dispatchedAtUs).toBe(watch.events[0]?.atUs);
      }
      return plane.host.meter.busyUs(plane.simulation.now) - before;
    };
    const {
      watchDeliveryCpuUs,
      watchDispatchPerWatcherNanoseconds,
      garbageCollectionFactor,
      watchDeliveryNanosecondsPerByte,
    } = apiserverConstants;
    const one = busyUs(1);
    const many = busyUs(5001);
    const size = plane.log.events[0]?.event.bytes ?? 0;
    const perMember =
      (watchDispatchPerWatcherNanoseconds / 1000 +
        watchDeliveryCpuUs +
        (size * watchDeliveryNanosecondsPerByte) / 1000) *
      garbageCollectionFactor;
    expect((many - one) / 5000).toBeCloseTo(perMember, 2);
  });
});

test('an informer’s store becomes the server’s, whatever is written while it lists and watches', () => {
  const writes = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 10_000 }),
      name: fc.constantFrom('a', 'b', 'c'),
      isRemoval: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(writes, fc.integer({ min: 0, max: 8000 }), (planned, startAt) => {
      const own = new TestControlPlane({ preload: [configMap('a')] });
      const informer = new Informer<ConfigMap>(own.simulation, {
        name: 'test/configmaps',
        resource: 'configmaps',
        client: own.client(),
        host: own.host,
      });
      let seen = 0;
      informer.addHandler({
        added: () => seen++,
        deleted: () => seen--,
      });
      const writer = own.client();
      const due = own.simulation.defineEvent('test.WriteDue', (i) => {
        const { name = '', isRemoval = false } = planned[i] ?? {};
        const address = { resource: 'configmaps', namespace: 'default', name };
        const apply = (now: KubernetesObject): KubernetesObject =>
          ({ ...now, data: { i: String(i) } }) as ConfigMap;
        if (isRemoval) writer.send({ verb: 'delete', ...address }, () => {});
        else {
          writer.send({ verb: 'create', ...address, body: configMap(name) }, () => {});
          writer.send({ verb: 'patch', ...address, patch: { bytes: 9, apply } }, () => {});
        }
      });
      planned.forEach(({ at }, i) => {
        own.simulation.at(at, due, i);
      });
      own.simulation.at(
        startAt,
        own.simulation.defineEvent('test.StartDue', () => informer.start()),
      );
      own.run(60_000_000);
      const stored = own.etcd.snapshot().values.map((value) => [keyOf(value), value] as const);
      expect(new Map<string, KubernetesObject>(informer.store)).toEqual(new Map(stored));
      expect(seen).toBe(stored.length);
    }),
    { numRuns: 100 },
  );
});
