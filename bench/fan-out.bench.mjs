// A change of an EndpointSlice that reaches the kube-proxies of 5,000 nodes: the write, its way
// through etcd and the watch cache, the hand-over to every proxy, and the sync of each proxy's
// rules. Changes are 5 s apart, so that every proxy programs each of them by itself; the same
// writes with the proxies of one node are subtracted, for what is left is the fan-out.

import { ApiClient } from '../dist/client/api-client.js';
import { SilentObserver } from '../dist/client/observer.js';
import { bootstrapObjects } from '../dist/cluster/bootstrap.js';
import { ControlPlane } from '../dist/cluster/control-plane.js';
import { Simulation } from '../dist/kernel/simulation.js';
import { KubeProxyFleet } from '../dist/node/kube-proxy/kube-proxy-fleet.js';
import { ServiceFeed } from '../dist/node/kube-proxy/service-feed.js';
import { cpuSeconds, scenarioOf } from './whole-run.mjs';

const NODES = 5_000;
const ENDPOINTS = 100;

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

/** A slice of which the n-th version has other addresses. */
function slice(n) {
  const endpoints = Array.from({ length: ENDPOINTS }, (_, i) => ({
    addresses: [`10.0.${i === 0 ? n % 250 : 251}.${i}`],
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
    nodes: Array.from({ length: nodes }, (_, i) => `node-${i}`),
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
  let n = 0;
  const due = simulation.defineEvent('bench.ChangeDue', () => {
    const body = slice(++n);
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

const WARM_UP = 200;
const BATCH = 100;

/** Microseconds of processor time of a change with the proxies of so many nodes. */
function costUs(nodes, minSyncPeriodUs, everyUs) {
  const run = changes(nodes, minSyncPeriodUs, everyUs);
  run(WARM_UP);
  const costs = Array.from({ length: 9 }, () => {
    const start = cpuSeconds();
    const syncs = run(BATCH);
    const isWhole = nodes === 1 || everyUs < minSyncPeriodUs || syncs >= 0.98 * BATCH * nodes;
    if (!isWhole) throw new Error(`only ${syncs} syncs of ${BATCH * nodes}`);
    return ((cpuSeconds() - start) * 1e6) / BATCH;
  });
  return costs.sort((a, b) => a - b)[4];
}

const SECOND = 1_000_000;

export const cases = [
  {
    name: `fan-out-${NODES}-proxies`,
    unit: 'µs/event',
    atMost: 100,
    // Events come faster than proxies sync: each is handed to all, and they are programmed together.
    measure: () => costUs(NODES, SECOND, SECOND / 100) - costUs(1, SECOND, SECOND / 100),
  },
  {
    name: `fan-out-${NODES}-proxies-and-syncs`,
    unit: 'µs/event',
    measure: () => costUs(NODES, SECOND, 5 * SECOND) - costUs(1, SECOND, 5 * SECOND),
  },
];
