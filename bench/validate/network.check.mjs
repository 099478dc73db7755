// The network of the pods and cluster DNS against the reference's vectors and published figures.

import { Simulation } from '../../dist/kernel/simulation.js';
import { DnsServer } from '../../dist/network/cluster-dns/dns-server.js';
import { resolve } from '../../dist/network/cluster-dns/name-resolution.js';
import { proportionalReplicas } from '../../dist/network/cluster-dns/proportional-autoscaler.js';
import { ServiceRecords } from '../../dist/network/cluster-dns/service-records.js';
import { programmingUs } from '../../dist/network/flannel/backend.js';
import { RouteTables } from '../../dist/network/flannel/route-tables.js';
import { networkConfig, subnetCount } from '../../dist/network/flannel/subnet-config.js';

const SECOND = 1_000_000;

const linear = {
  mode: 'linear',
  coresPerReplica: 256,
  nodesPerReplica: 16,
  min: 1,
  max: Number.POSITIVE_INFINITY,
  preventSinglePointFailure: true,
};

const foo = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'bar', name: 'foo' },
  spec: { clusterIP: '10.96.0.7' },
};
const records = new ServiceRecords('cluster.local', new Map([['bar/foo', foo]]));

const packets = (name, options) => resolve(name, 'quux', 'cluster.local', records, options).queries;

/** When a new host has programmed so many others, s. */
function joinSeconds(others) {
  const tables = new RouteTables(programmingUs({ type: 'vxlan', directRouting: false }));
  tables.add(0);
  tables.join(0, others, 0);
  let [low, high] = [0, 60 * SECOND];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (tables.hasProgrammed(0, -1, middle)) high = middle;
    else low = middle;
  }
  return high / SECOND;
}

/** Queries a second of a server that always has so many pairs to answer. */
function queriesPerSecond(cores, pairs) {
  const simulation = new Simulation('validate');
  const server = new DnsServer(simulation, 'coredns', cores, { answerUs: 0, denialUs: 0 });
  let answered = 0;
  const served = simulation.defineEvent('served', () => {
    server.done();
    answered++;
    server.take(false, served, 0);
  });
  for (let pair = 0; pair < pairs; pair++) server.take(false, served, 0);
  simulation.run(10 * SECOND);
  return (2 * answered) / 10;
}

export const checks = [
  {
    name: 'CoreDNS replicas for 5,000 nodes of 8 cores',
    unit: 'replicas',
    expected: 313,
    tolerance: 0,
    measure: () => proportionalReplicas(linear, 5_000, 40_000),
    source: 'vector 7',
  },
  {
    name: 'packets to resolve foo.bar from the namespace quux',
    unit: 'packets',
    expected: 4,
    tolerance: 0,
    measure: () => packets('foo.bar'),
    source: 'vector 8',
  },
  {
    name: 'packets to resolve an external name with one host domain',
    unit: 'packets',
    expected: 10,
    tolerance: 0,
    measure: () =>
      packets('www.example.com', {
        hostDomains: ['corp.example'],
        externalNames: new Set(['www.example.com']),
      }),
    source: 'vector 8',
  },
  {
    name: 'queries a second of CoreDNS on 1.9 cores',
    unit: '/s',
    expected: 33_669,
    tolerance: 0.05,
    measure: () => queriesPerSecond(1.9, 50),
    source: 'coredns/deployment Scaling_CoreDNS.md, from which the time of a query is fitted',
  },
  {
    name: 'hosts that flannel has subnets for in a /16',
    unit: 'hosts',
    expected: 255,
    tolerance: 0,
    measure: () => subnetCount(networkConfig({ network: '10.1.0.0/16' })),
    source: 'vector 10: the 256th fails',
  },
  {
    name: 'a host joins 5,000 others with vxlan',
    unit: 's',
    expected: 1.5,
    factor: 1.34,
    measure: () => joinSeconds(5_000),
    source: 'reference: nodes-controllers 5.4, 1 to 2 s',
  },
];
