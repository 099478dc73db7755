// What an apiserver has etcd do about old things: the compaction of its history, leases of Events.
import { describe, expect, test } from 'vitest';
import { SilentObserver } from '../../../src/client/observer.js';
import { ApiServer } from '../../../src/control-plane/apiserver/apiserver.js';
import { IdentityGenerator } from '../../../src/control-plane/apiserver/registry.js';
import { CommitLog, TestControlPlane } from '../../support/control-plane.js';
import { configMap } from '../../support/objects.js';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

/** A plane with more apiservers, each with a loop of compaction of five minutes. */
function servers(count: number): { plane: TestControlPlane; servers: readonly ApiServer[] } {
  const plane = new TestControlPlane();
  const { simulation, host, etcd, transport } = plane;
  const made = Array.from({ length: count }, (_, i) => {
    const name = `kube-apiserver-${i + 1}`;
    const settings = {
      maxRequestsInflight: 400,
      maxMutatingRequestsInflight: 200,
      enablePriorityAndFairness: false,
      requestTimeoutUs: MINUTE,
      goawayChance: 0,
      etcdCompactionIntervalUs: 5 * MINUTE,
    };
    return new ApiServer(simulation, {
      name,
      host,
      etcd: etcd.connect(name, [{ member: 0, up: undefined, down: undefined }]),
      transport,
      observer: new SilentObserver(),
      identities: new IdentityGenerator(simulation.random),
      settings,
    });
  });
  return { plane, servers: made };
}

function write(plane: TestControlPlane, name: string): void {
  const address = { resource: 'configmaps', namespace: 'default', name };
  plane.request(plane.client(), { verb: 'create', ...address, body: configMap(name) });
}

describe('compaction', () => {
  test('keeps what is younger than five minutes, and forgets what is older than ten', () => {
    const { plane, servers: all } = servers(1);
    const compactor = all[0]?.storage.compactor;
    write(plane, 'a');
    plane.run(5 * MINUTE + SECOND);
    expect(compactor?.compactions).toBe(0);
    const atFive = plane.etcd.snapshot().revision;
    write(plane, 'b');
    plane.run(10 * MINUTE + SECOND);
    expect(compactor?.compactions).toBe(1);
    expect(compactor?.compactedRevision).toBe(atFive);
  });

  test('is done by one of several servers, in each period', () => {
    const { plane, servers: all } = servers(3);
    write(plane, 'a');
    plane.run(21 * MINUTE);
    const counts = all.map(({ storage }) => storage.compactor?.compactions ?? 0);
    expect(counts.reduce((sum, count) => sum + count)).toBe(3);
    const revisions = new Set(all.map(({ storage }) => storage.compactor?.compactedRevision));
    expect(revisions.size).toBeLessThanOrEqual(2);
  });
});

describe('Events', () => {
  const create = (plane: TestControlPlane, count: number): void => {
    const client = plane.client();
    for (let i = 0; i < count; i++) {
      const name = `event-${plane.simulation.events}-${i}`;
      const body = { apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: 'default' } };
      const address = { resource: 'events', namespace: 'default', name };
      client.send({ verb: 'create', ...address, body: body as never }, () => {});
    }
    plane.wait(SECOND);
  };

  test('of one minute share a lease; 1,000 are the most', () => {
    const plane = new TestControlPlane({ cores: 64, maxMutatingRequestsInflight: 5000 });
    const { leases } = plane.server.storage;
    create(plane, 300);
    create(plane, 300);
    expect(leases.objectCounts.count).toBe(0);
    plane.wait(60 * SECOND);
    create(plane, 1);
    expect([leases.objectCounts.count, leases.objectCounts.sum]).toEqual([1, 600]);
    for (let i = 0; i < 12; i++) create(plane, 100);
    expect(leases.objectCounts.sum).toBe(1600);
  });

  test('are gone an hour and a minute later, and watchers are told', () => {
    const log = new CommitLog();
    const plane = new TestControlPlane({ observer: log });
    log.simulation = plane.simulation;
    create(plane, 3);
    plane.wait(3599 * SECOND);
    expect(log.count('Event', 'DELETED')).toBe(0);
    plane.wait(70 * SECOND);
    expect(log.count('Event', 'DELETED')).toBe(3);
    expect(plane.etcd.snapshot().values).toEqual([]);
  });
});
