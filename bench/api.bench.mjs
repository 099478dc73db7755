// Requests through the whole chain: client, link, handler chain, API Priority and Fairness, storage
// layer, etcd with its log and its disk, watch cache, and an informer that follows the changes.
// Every client asks again some time after its last answer, as a kubelet's heartbeats do, so that
// caches have caught up with its own writes; what is counted is requests answered by one second of
// processor time.

import { renewedLease } from '../dist/api/lease.js';
import { ApiClient } from '../dist/client/api-client.js';
import { Informer } from '../dist/client/informer.js';
import { SilentObserver } from '../dist/client/observer.js';
import { bootstrapObjects } from '../dist/cluster/bootstrap.js';
import { ControlPlane } from '../dist/cluster/control-plane.js';
import { nodeLease } from '../dist/cluster/node-objects.js';
import { Simulation } from '../dist/kernel/simulation.js';
import { CpuHost } from '../dist/kernel/stations.js';
import { summaryOf } from './measure.mjs';
import { cpuSeconds, scenarioOf } from './whole-run.mjs';

const CLIENTS = 1_000;
/** Mean time from an answer to the next request of a client, µs. */
const PAUSE_US = 100_000;

const cluster = `
  controlPlane:
    hosts: {count: 1, cores: 64}
    etcd: {members: 1, disk: nvme}
  nodePools:
    - {name: workers, count: 1, cpu: 4, memory: 16Gi}
`;

function pod(name) {
  const metadata = { name, namespace: 'default', labels: { app: 'web' } };
  const containers = [{ name: 'main', image: 'registry.example/web:1' }];
  const status = { phase: 'Running', podIP: '10.0.0.1', conditions: [] };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers }, status };
}

/** What the clients ask for: a request of client `i`, the n-th of all, after its last answer. */
const loads = {
  leases: (name, n, last) => ({
    verb: 'update',
    resource: 'leases',
    namespace: 'kube-node-lease',
    name,
    body: renewedLease(last ?? nodeLease(name), name, n),
  }),
  statuses: (name, n) => ({
    verb: 'patch',
    resource: 'pods',
    subresource: 'status',
    namespace: 'default',
    name,
    patch: { bytes: 300, apply: (object) => withCondition(object, n) },
  }),
  reads: (name) => ({ verb: 'get', resource: 'pods', namespace: 'default', name }),
  'cached-reads': (name) => ({
    verb: 'get',
    resource: 'pods',
    namespace: 'default',
    name,
    resourceVersion: 0,
  }),
};

function withCondition(object, n) {
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: n }];
  return { ...object, status: { ...object.status, conditions } };
}

/** A function that runs until `count` more requests of a load have been answered. */
function answers(load) {
  const simulation = new Simulation('bench');
  const names = Array.from({ length: CLIENTS }, (_, i) => `node-${i}`);
  const stored = bootstrapObjects(simulation.random, [...names.map(nodeLease), ...names.map(pod)]);
  const { cluster: spec } = scenarioOf(cluster);
  const plane = new ControlPlane(simulation, spec, stored, new SilentObserver());
  const { transport } = plane;
  let left = 0;
  let sent = 0;
  const last = [];
  const answered = ({ response, context }) => {
    if (response.code !== 200) throw new Error(JSON.stringify(response));
    last[context] = response.object;
    if (--left === 0) simulation.stop();
    simulation.after(PAUSE_US / 2 + pauses.below(PAUSE_US), due, context);
  };
  const pauses = simulation.random.stream('pauses');
  const due = simulation.defineEvent('bench.RequestDue', (i) =>
    clients[i].send(loads[load](names[i], ++sent, last[i]), answered, i),
  );
  const clients = names.map((name) => {
    const connection = plane.connect(name, 'node');
    return new ApiClient(transport, { name, user: `system:node:${name}`, connection });
  });
  const informers = ['leases', 'pods'].map((resource) => {
    const host = new CpuHost(simulation, `informer/${resource}`, 8);
    const client = new ApiClient(transport, {
      name: `informer/${resource}`,
      user: 'system:kube-controller-manager',
      connection: plane.connect(`informer/${resource}`, 'controlPlane'),
    });
    return new Informer(simulation, { name: `bench/${resource}`, resource, client, host });
  });
  for (const informer of informers) informer.start();
  for (const i of clients.keys()) simulation.after(pauses.below(PAUSE_US), due, i);
  return (count) => {
    left = count;
    simulation.run();
  };
}

const WARM_UP = 100_000;
const BATCH = 25_000;

/** Requests a second: the median of batches. */
function rate(load) {
  const run = answers(load);
  run(WARM_UP);
  const rates = Array.from({ length: 11 }, () => {
    const start = cpuSeconds();
    run(BATCH);
    return BATCH / (cpuSeconds() - start);
  });
  return summaryOf(rates);
}

export const cases = Object.keys(loads).map((load) => ({
  name: `api-${load}`,
  unit: 'requests/s',
  ...(load === 'leases' && { atLeast: 100_000 }),
  measure: () => rate(load),
}));
