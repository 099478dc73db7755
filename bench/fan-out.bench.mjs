// A change of an EndpointSlice that reaches the kube-proxies of 5,000 nodes: the write, its way
// through etcd and the watch cache, the hand-over to every proxy, and the sync of each proxy's
// rules. The same writes with the proxy of a single node are subtracted: what is left is the
// fan-out. Changes come 100 a second, so that proxies program those of a second together, or 5 s
// apart, so that 5,000 syncs follow each.

import { ApiClient } from '../dist/client/api-client.js';
import { SilentObserver } from '../dist/client/observer.js';
import { bootstrapObjects } from '../dist/cluster/bootstrap.js';
import { ControlPlane } from '../dist/cluster/control-plane.js';
import { Simulation } from '../dist/kernel/simulation.js';
import { KubeProxyFleet } from '../dist/node/kube-proxy/kube-proxy-fleet.js';
import { ServiceFeed } from '../dist/node/kube-proxy/service-feed.js';
import { summaryOf } from './measure.mjs';
import { cpuSeconds, scenarioOf } from './whole-run.mjs';

const NODES = 5_000;
const ENDPOINTS = 10;
const VERSIONS = 250;

const cluster = `
  controlPlane:
    hosts: {count: 1, cores: 16}
    etcd: {members: 1, disk: nvme}
  nodePools:
    - {name: workers, count: 1, cpu: 4, memory: 16Gi}
`;

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { type: 'ClusterIP', clusterIP: '10.96.0.9', ports: [{ port: 80, targetPort: 8080 }] },
};

/** A slice of which the n-th version has another address than the one before. */
function slice(n) {
  const endpoints = Array.from({ length: ENDPOINTS }, (_, i) => ({
    addresses: [i === 0 ? `10.1.0.${n}` : `10.0.0.${i}`],
    conditions: { ready: true },
  }));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'web-1',
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': 'web' },
    },
    addressType: 'IPv4',
    endpoints,
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
  };
}

/** A function that makes so many changes, each with all it leads to. */
function changes(nodes, minSyncPeriodUs, everyUs) {
  const simulation = new Simulation('bench');
  const { cluster: spec } = scenarioOf(cluster);
  const stored = bootstrapObjects(simulation.random, [service, slice(0)]);
  const observer = new SilentObserver();
  const plane = new ControlPlane(simulation, spec, stored, observer);
  const fleet = new KubeProxyFleet({
    simulation,
    nodes: Array.from({ length: nodes }, (_, i) => ({ name: `node-${i}`, zone: '' })),
    spec: { mode: 'nftables', minSyncPeriodUs },
    linkDelay: spec.network.node.delay,
    observer,
  });
  new ServiceFeed(plane.transport, plane.connect('kube-proxy', 'node'), fleet).start();
  const connection = plane.connect('controller', 'controlPlane');
  const client = new ApiClient(plane.transport, {
    name: 'controller',
    user: 'system:kube-controller-manager',
    connection,
  });
  const versions = Array.from({ length: VERSIONS }, (_, i) => slice(i));
  let n = 0;
  const due = simulation.defineEvent('bench.ChangeDue', () => {
    const body = versions[++n % VERSIONS];
    const { namespace, name } = body.metadata;
    client.send(
      { verb: 'update', resource: 'endpointslices', namespace, name, body },
      ({ response }) => {
        if (response.code !== 200) throw new Error(JSON.stringify(response));
      },
    );
    simulation.after(everyUs, due);
  });
  simulation.after(everyUs, due);
  simulation.run(10 * 1e6);
  return (count) => {
    const before = fleet.syncs;
    simulation.run(simulation.now + count * everyUs);
    return fleet.syncs - before;
  };
}

const WARM_UP = 1_000;
const BATCH = 100;
const ROUNDS = 15;

/**
 * Microseconds of processor time of a change with the proxies of all nodes, less those of one with
 * the proxy of a single node: batches of both take turns.
 */
function fanOutUs(minSyncPeriodUs, everyUs, warmUp) {
  const sizes = [1, NODES];
  const runs = sizes.map((nodes) => changes(nodes, minSyncPeriodUs, everyUs));
  for (const run of runs) run(warmUp);
  const costs = sizes.map(() => []);
  const syncs = sizes.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    runs.forEach((run, i) => {
      const start = cpuSeconds();
      syncs[i] += run(BATCH);
      costs[i].push(((cpuSeconds() - start) * 1e6) / BATCH);
    });
  }
  // Every proxy has programmed each change, or those of a whole period together.
  if (syncs[1] < 0.9 * NODES * syncs[0]) throw new Error(`only ${syncs[1]} syncs`);
  const [one, all] = costs;
  return summaryOf(all.map((cost, round) => cost - one[round]));
}

const SECOND = 1_000_000;

export const cases = [
  {
    name: `fan-out-${NODES}-proxies`,
    unit: 'µs/event',
    atMost: 100,
    // Events come faster than proxies sync: all are handed each, and program them together.
    measure: () => fanOutUs(SECOND, SECOND / 100, WARM_UP),
  },
  {
    name: `fan-out-${NODES}-proxies-and-syncs`,
    unit: 'µs/event',
    measure: () => fanOutUs(SECOND, 5 * SECOND, WARM_UP / 5),
  },
];
