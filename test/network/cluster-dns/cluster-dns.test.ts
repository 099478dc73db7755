// Replicas on the in-memory API server: when they serve a change, and what they answer.

import { describe, expect, test } from 'vitest';
import type { EndpointSlice } from '../../../src/api/endpoint-slice.js';
import type { Service } from '../../../src/api/service.js';
import { ApiTransport } from '../../../src/client/api-transport.js';
import { SilentObserver } from '../../../src/client/observer.js';
import { distribution } from '../../../src/kernel/distributions.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { Link } from '../../../src/kernel/stations.js';
import { ClusterDns } from '../../../src/network/cluster-dns/cluster-dns.js';
import { FakeApiServer } from '../../support/fake-api-server.js';

const msUs = 1_000;

const web: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { clusterIP: '10.96.0.9', ports: [{ port: 80 }] },
};

const database: Service = {
  ...web,
  metadata: { name: 'db', namespace: 'default' },
  spec: { clusterIP: 'None' },
};

function endpoints(...addresses: readonly string[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'db-1',
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': 'db' },
    },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address] })),
  };
}

/** Replica i is i + 1 ms away from the server. */
function clusterDns(replicas: number) {
  const simulation = new Simulation('dns');
  const transport = new ApiTransport(simulation);
  const server = new FakeApiServer(transport);
  const served: [number, number, number][] = [];
  const observer = new (class extends SilentObserver {
    override dnsServes(replica: number, revision: number): void {
      served.push([simulation.now / msUs, replica, revision]);
    }
  })();
  const connectionFor = (name: string) => {
    const index = Number(name.slice('coredns-'.length));
    const delay = distribution({ kind: 'constant', value: (index + 1) * msUs });
    const link = (name: string): Link =>
      new Link(simulation, `${name}-${index}`, delay, Number.POSITIVE_INFINITY);
    return { up: link('up'), down: link('down'), server };
  };
  const spec = { replicas, domain: 'cluster.local' };
  const dns = new ClusterDns({ simulation, transport, spec, connectionFor, observer });
  return { simulation, server, served, dns };
}

describe('a replica', () => {
  test('serves what it has listed, then every change once it has arrived', () => {
    const { simulation, server, served, dns } = clusterDns(1);
    server.create(web);
    dns.start();
    simulation.run();
    server.create(database);
    simulation.run();
    server.create(endpoints('10.244.0.2'));
    simulation.run();
    // the clock stands at the last event: everything there was has come at 2
    expect(served).toEqual([
      [2, 0, 1],
      [3, 0, 2],
      [4, 0, 3],
    ]);
    expect(dns.servedRevision(0)).toBe(3);
  });

  test('answers from what it knows at the time of the question', () => {
    const { simulation, server, dns } = clusterDns(1);
    const ask = (name: string) => dns.resolve(0, name, 'default').answer?.addresses;
    expect(ask('web')).toBeUndefined();
    server.create(web);
    server.create(database);
    server.create(endpoints('10.244.0.2'));
    dns.start();
    simulation.run();
    expect([ask('web'), ask('db')]).toEqual([['10.96.0.9'], ['10.244.0.2']]);
    server.update(endpoints('10.244.0.2', '10.244.0.5'));
    expect(ask('db')).toEqual(['10.244.0.2']); // it is still on its way
    simulation.run();
    expect(ask('db')).toEqual(['10.244.0.2', '10.244.0.5']);
    server.remove('endpointslices', 'default/db-1');
    server.remove('services', 'default/web');
    simulation.run();
    expect([ask('web'), ask('db')]).toEqual([undefined, []]);
  });
});

describe('several replicas', () => {
  test('serve a change each in its own time', () => {
    const { simulation, server, served, dns } = clusterDns(3);
    dns.start();
    simulation.run();
    server.create(web);
    simulation.run();
    expect(served).toEqual([
      [6 + 1, 0, 1],
      [6 + 2, 1, 1],
      [6 + 3, 2, 1],
    ]);
  });

  test('watch two resources each, in the name of their service account', () => {
    const { simulation, server, dns } = clusterDns(2);
    dns.start();
    simulation.run();
    const verbs = server.requests.map(({ verb, resource }) => `${verb} ${resource}`);
    expect(verbs.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'watch endpointslices',
      'watch endpointslices',
      'watch services',
      'watch services',
    ]);
  });

  test('never report an older revision after a newer one', () => {
    const { simulation, server, served, dns } = clusterDns(2);
    for (let i = 0; i < 5; i++)
      server.create({ ...web, metadata: { ...web.metadata, name: `s${i}` } });
    server.create(endpoints('10.244.0.2'));
    dns.start();
    simulation.run();
    for (const replica of [0, 1]) {
      const revisions = served.filter(([, of]) => of === replica).map(([, , revision]) => revision);
      expect(revisions.length).toBeGreaterThan(0);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      expect(revisions.at(-1)).toBe(6);
    }
  });
});

describe('replicas that come and go', () => {
  test('serve what there is once their lists are in, also when nothing changes', () => {
    const { simulation, server, served, dns } = clusterDns(0);
    server.create(web);
    server.remove('services', 'default/web');
    dns.start();
    const index = dns.startReplica('coredns-0');
    expect(dns.hasSynced(index)).toBe(false);
    simulation.run();
    expect(dns.hasSynced(index)).toBe(true);
    expect(served).toEqual([[2, 0, 2]]); // 1 ms there, 1 ms back
  });

  test('that have ended take nothing in any more, and their index is not used again', () => {
    const { simulation, server, served, dns } = clusterDns(0);
    dns.start();
    const first = dns.startReplica('coredns-0');
    simulation.run();
    dns.stopReplica(first);
    const second = dns.startReplica('coredns-0');
    simulation.run();
    server.create(web);
    simulation.run();
    expect([first, second]).toEqual([0, 1]);
    expect(served.filter(([, replica]) => replica === first)).toEqual([]);
    expect(dns.servedRevision(second)).toBe(1);
    expect(dns.hasSynced(first)).toBe(false);
  });
});
