// Proxies and DNS replicas on the real control plane: a change of an EndpointSlice on its way to
// the rules of all nodes.

import { describe, expect, test } from 'vitest';
import { encodedBytes } from '../../../src/api/encoded-size.js';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import { SilentObserver } from '../../../src/client/observer.js';
import { storageSamples } from '../../../src/metrics/storage-samples.js';
import { ClusterDns } from '../../../src/network/cluster-dns/cluster-dns.js';
import { KubeProxyFleet } from '../../../src/node/kube-proxy/kube-proxy-fleet.js';
import { ServiceFeed } from '../../../src/node/kube-proxy/service-feed.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { msUs, secondUs, service, slice } from './proxy-bench.js';

class Watcher extends SilentObserver {
  plane: TestControlPlane | undefined;
  /** [µs, revision] */
  readonly programmed: [number, number][] = [];
  readonly served: [number, number, number][] = [];

  override endpointsProgrammed(revision: number): void {
    this.programmed.push([this.plane?.simulation.now ?? 0, revision]);
  }

  override dnsServes(replica: number, revision: number): void {
    this.served.push([this.plane?.simulation.now ?? 0, replica, revision]);
  }
}

function clusterOf(nodes: number) {
  const watcher = new Watcher();
  /** Start of the last sync of each proxy. */
  const starts = new Map<number, number>();
  const preload: KubernetesObject[] = [service('web'), slice('web', ['10.244.0.2'])];
  const plane = new TestControlPlane({ observer: watcher, preload });
  watcher.plane = plane;
  const { simulation, transport } = plane;
  const fleet = new KubeProxyFleet({
    simulation,
    nodes: Array.from({ length: nodes }, (_, index) => ({ name: `node-${index}`, zone: '' })),
    spec: { mode: 'iptables', minSyncPeriodUs: secondUs },
    linkDelay: { kind: 'constant', value: 100 },
    observer: watcher,
    onSynced: (member, startUs) => starts.set(member, startUs),
  });
  new ServiceFeed(transport, plane.connection(), fleet).start();
  const dns = new ClusterDns({
    simulation,
    transport,
    spec: { replicas: 2, domain: 'cluster.local' },
    connectionFor: () => plane.connection(),
    observer: watcher,
  });
  dns.start();
  const client = plane.client();
  const write = (addresses: readonly string[]): number => {
    const body = slice('web', addresses);
    const { name, namespace = '' } = body.metadata;
    const answer = plane.request(client, {
      ...{ verb: 'update', resource: 'endpointslices', namespace, name, body },
    });
    return answer.object?.metadata.resourceVersion ?? 0;
  };
  return { plane, fleet, watcher, write, dns, starts };
}

describe('a change of endpoints', () => {
  test('is programmed on all nodes one sync after it was written', () => {
    const { plane, fleet, watcher, write } = clusterOf(50);
    plane.wait(10 * secondUs);
    expect(fleet.syncs).toBe(50);
    const writtenUs = plane.simulation.now;
    const revision = write(['10.244.0.2', '10.244.1.2']);
    plane.wait(10 * secondUs);
    const [toldUs, told] = watcher.programmed.at(-1) ?? [0, 0];
    expect(told).toBe(revision);
    expect(fleet.syncs).toBe(100);
    // etcd, dispatch, link and a sync of a few lines
    expect(toldUs - writtenUs).toBeGreaterThan(500);
    expect(toldUs - writtenUs).toBeLessThan(50 * msUs);
  });

  test('that follows another within the minimum period waits for the rest of it', () => {
    const { plane, watcher, write } = clusterOf(5);
    plane.wait(10 * secondUs);
    const first = write(['10.244.0.3']);
    const second = write(['10.244.0.4']);
    plane.wait(10 * secondUs);
    const times = new Map(watcher.programmed.map(([time, revision]) => [revision, time]));
    const gapUs = (times.get(second) ?? 0) - (times.get(first) ?? 0);
    expect(gapUs).toBeGreaterThanOrEqual(secondUs);
    expect(gapUs).toBeLessThan(1.1 * secondUs);
  });

  test('reaches later proxies later: the server hands it to one after the other', () => {
    const { plane, fleet, write, starts } = clusterOf(5_000);
    plane.wait(10 * secondUs);
    const eventsBefore = plane.simulation.events;
    write(['10.244.0.3']);
    plane.wait(10 * secondUs);
    expect(fleet.syncs).toBe(10_000);
    expect(starts.size).toBe(5_000);
    expect(starts.get(0)).toBeGreaterThan(10 * secondUs);
    expect(starts.get(4_999)).toBeGreaterThan(starts.get(0) as number);
    // Not an event a proxy: the fleet is looked at when the slowest may have come further.
    expect(plane.simulation.events - eventsBefore).toBeLessThan(200);
  });

  test('is sent once to each proxy: its bytes times the nodes', () => {
    const { plane, write } = clusterOf(3_000);
    plane.wait(10 * secondUs);
    const sent = (): { sum: number; count: number } => {
      const { sum = 0, count = 0 } =
        storageSamples(plane.server, true, plane.simulation.now).find(
          ({ name, labels }) =>
            name === 'apiserver_watch_events_sizes' &&
            labels.some(([, value]) => value === 'endpointslices'),
        ) ?? {};
      return { sum, count };
    };
    const before = sent();
    write(['10.244.0.3']);
    plane.wait(10 * secondUs);
    const stored = plane.etcd.snapshot().values.find(({ kind }) => kind === 'EndpointSlice');
    const members = sent().count - before.count;
    expect(members).toBe(3_000 + 2); // two replicas of DNS
    expect(sent().sum - before.sum).toBe(members * encodedBytes(stored as KubernetesObject));
  });

  test('is served by every DNS replica within milliseconds', () => {
    const { plane, watcher, write, dns } = clusterOf(1);
    plane.wait(10 * secondUs);
    const writtenUs = plane.simulation.now;
    const revision = write(['10.244.0.9']);
    plane.wait(10 * secondUs);
    for (const replica of [0, 1]) {
      expect(dns.servedRevision(replica)).toBe(revision);
      const [time = 0] =
        watcher.served.find(([, of, is]) => of === replica && is === revision) ?? [];
      expect(time - writtenUs).toBeGreaterThan(0);
      expect(time - writtenUs).toBeLessThan(20 * msUs);
    }
    expect(dns.resolve(0, 'web.default', 'quux').answer?.addresses).toEqual(['10.96.0.1']);
  });

  test('costs the same syncs for the same seed', () => {
    const trace = (): string => {
      const { plane, write } = clusterOf(20);
      plane.wait(10 * secondUs);
      write(['10.244.0.3']);
      plane.wait(10 * secondUs);
      return plane.simulation.traceHash;
    };
    expect(trace()).toBe(trace());
  });
});
