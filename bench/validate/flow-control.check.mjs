// API Priority and Fairness under load: a flood of expensive lists, the seats that writes hold for
// the watches that see them, and how one level divides its seats between flows.
// Source: reference: controlplane B4 to B7, E3.11, E3.12.

import { readFileSync } from 'node:fs';
import {
  mandatoryFlowSchemas,
  mandatoryPriorityLevels,
} from '../../dist/api/flow-control-bootstrap.js';
import { FlowController } from '../../dist/control-plane/apiserver/flow-control/flow-controller.js';
import { Principals } from '../../dist/control-plane/apiserver/flow-control/principal.js';
import { Simulation } from '../../dist/kernel/simulation.js';
import { ObservedCluster } from './observed-cluster.mjs';
import { once } from './run.mjs';

const SECOND = 1_000_000;
const flooded = 'workload-low';
/** Seats that a level keeps whatever the others ask for. */
const least = {
  system: 50,
  'node-high': 73,
  'leader-election': 25,
  'workload-high': 49,
  'global-default': 24,
  'catch-all': 13,
};

/** A FlowSchema for everybody, a flow for each user. */
const everyone = {
  metadata: { name: 'everyone' },
  spec: {
    priorityLevelConfiguration: { name: 'only' },
    matchingPrecedence: 500,
    distinguisherMethod: { type: 'ByUser' },
    rules: [
      {
        subjects: [{ kind: 'User', user: { name: '*' } }],
        resourceRules: [
          {
            verbs: ['*'],
            apiGroups: ['*'],
            resources: ['*'],
            namespaces: ['*'],
            clusterScope: true,
          },
        ],
      },
    ],
  },
};

/** The flood of the scenario, for longer: what its level and the others got, second by second. */
const flood = once(() => {
  const file = new URL('../../scenarios/api-flood.yaml', import.meta.url);
  const spec = readFileSync(file, 'utf8').split('\nspec:\n')[1];
  const observed = new ObservedCluster(
    spec.replace(/duration: 40s/, 'duration: 110s').replace(/horizon: \S+/, 'horizon: 130s'),
  );
  const found = { seats: [], shareKept: Infinity, retryAfterSeconds: 0, waitUs: 0, renewals: 0 };
  observed.watcher.onServed = ({ request, queueWaitUs }, code) => {
    if (request.resource === 'leases' && request.verb === 'update' && code === 200)
      found.renewals++;
    if (request.verb === 'list') found.waitUs = Math.max(found.waitUs, queueWaitUs);
  };
  observed.every(SECOND, () => {
    found.seats.push(observed.level(flooded).limit);
    const { retryAfterSeconds } = observed.level(flooded).dropped;
    found.retryAfterSeconds = Math.max(found.retryAfterSeconds, retryAfterSeconds);
    for (const [name, seats] of Object.entries(least)) {
      found.shareKept = Math.min(found.shareKept, observed.level(name).limit / seats);
    }
  });
  observed.run();
  found.seconds = observed.horizonUs / SECOND;
  return found;
});

/** Writes of EndpointSlices a second, with so many kube-proxies that watch them. */
function sliceWrites(proxies) {
  const observed = new ObservedCluster(`
  horizon: 60s
  controlPlane: {hosts: {count: 1, cores: 64}, etcd: {members: 1, disk: nvme}}
  nodePools: [{name: pool, count: ${proxies}, cpu: 4, memory: 16Gi}]
`);
  const client = observed.client('system:serviceaccount:kube-system:endpointslice-controller');
  let written = 0;
  let beganUs = 0;
  const write = (index) => {
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `slice-${index}`, namespace: 'default' },
      addressType: 'IPv4',
      endpoints: [],
      ports: [],
    };
    const at = { resource: 'endpointslices', namespace: 'default', name: slice.metadata.name };
    let count = 0;
    const apply = (current) => ({
      ...current,
      metadata: { ...current.metadata, annotations: { count: `${count++}` } },
    });
    const again = () => {
      if (observed.simulation.now > beganUs) written++;
      client.send({ verb: 'patch', ...at, patch: { bytes: 100, apply } }, again);
    };
    client.send({ verb: 'create', ...at, body: slice }, again);
  };
  for (let i = 0; i < 300; i++) write(i);
  // The level has what it may borrow after two adjustments.
  beganUs = 40 * SECOND;
  observed.run();
  return { perSecond: written / 20, seats: observed.level('workload-high').limit };
}

/**
 * Requests a second of the first of several flows, each of which always has 123 under way that are
 * so wide and take 100 ms in the mean, on 100 seats.
 */
function rateOfFirst(widths) {
  const simulation = new Simulation('fair');
  const seats = 100;
  const flows = new FlowController(simulation, {
    name: 'kube-apiserver',
    seats,
    requestTimeoutUs: 60 * SECOND,
    principals: new Principals(),
    estimator: {
      estimate: (rows, id) => {
        rows.initialSeats[id] = widths[id % widths.length];
        rows.finalSeats[id] = 0;
        rows.lingerUs[id] = 0;
      },
    },
    onExecute: (id) => simulation.after(80_000 + ((id * 7) % 41) * 1000, served, id),
    onTimedOut: () => {},
    onSeats: () => {},
  });
  const limited = {
    nominalConcurrencyShares: 1000,
    borrowingLimitPercent: 0,
    limitResponse: {
      type: 'Queue',
      queuing: { queues: 1024, handSize: 1, queueLengthLimit: 200 },
    },
  };
  const level = { metadata: { name: 'only' }, spec: { type: 'Limited', limited } };
  flows.configure([...mandatoryPriorityLevels, level], [everyone, ...mandatoryFlowSchemas]);
  const principals = new Principals();
  const send = (id) => {
    const user = `user-${id % widths.length}`;
    const sender = principals.of({ user, groups: ['system:authenticated'] });
    flows.arrive(id, sender, { verb: 'get', resource: 'pods', namespace: 'default', name: 'a' });
  };
  let count = 0;
  const served = simulation.defineEvent('check.RequestServed', (id) => {
    flows.finish(id, false);
    if (id % widths.length === 0) count++;
    send(id);
  });
  for (let id = 0; id < 123 * widths.length; id++) send(id);
  simulation.run(20 * SECOND);
  return count / 20;
}

const slices = once(() => sliceWrites(5000));

export const checks = [
  {
    name: 'flood of lists: seats of its level before',
    unit: 'seats',
    expected: 56,
    tolerance: 0.03,
    measure: () => flood().seats[0],
    source: 'reference: controlplane B4, idle',
  },
  {
    name: 'flood of lists: seats of its level after',
    unit: 'seats',
    expected: 368,
    tolerance: 0.01,
    measure: () => Math.max(...flood().seats),
    source: 'reference: controlplane E3.11',
  },
  {
    name: 'flood of lists: seats of the other levels over what is theirs, the least',
    unit: '1',
    expected: 1,
    tolerance: 0,
    measure: () => flood().shareKept,
    source: 'reference: controlplane E3.11',
  },
  {
    name: 'flood of lists: longest wait in a queue',
    unit: 's',
    expected: 15,
    tolerance: 0.01,
    measure: () => flood().waitUs / SECOND,
    source: 'a quarter of the request timeout',
  },
  {
    name: 'flood of lists: longest Retry-After',
    unit: 's',
    expected: 32,
    tolerance: 0,
    measure: () => flood().retryAfterSeconds,
    source: 'grows while three requests a second are dropped; reference: controlplane B7',
  },
  {
    name: 'flood of lists: leases renewed meanwhile',
    unit: 'PUT/s',
    expected: 2000 / 10.2,
    tolerance: 0.03,
    measure: () => flood().renewals / flood().seconds,
    source: 'one a node each 10 s x (1 to 1.04)',
  },
  {
    name: 'EndpointSlice writes with 5,000 kube-proxies: seats of their level',
    unit: 'seats',
    expected: 393,
    tolerance: 0.01,
    measure: () => slices().seats,
    source: 'all 602 without what the other levels keep',
  },
  {
    name: 'EndpointSlice writes with 5,000 kube-proxies: rate',
    unit: '1/s',
    expected: 39 / 0.251,
    tolerance: 0.03,
    measure: () => slices().perSecond,
    source: 'seats / 10 / (0.25 s + t) (reference: controlplane E3.12)',
  },
  ...[
    ['of two flows with wide and narrow requests', [4, 1], 125],
    ['of two flows with narrow and wide requests', [1, 4], 500],
    ['of one of four flows', [1, 1, 2, 4], 250],
    ['of a flow that is alone', [2], 500],
  ].map(([which, widths, expected]) => ({
    name: `fair queueing: requests ${which}`,
    unit: '1/s',
    expected,
    tolerance: 0.03,
    measure: () => rateOfFirst(widths),
    source: 'its equal share of 100 seats, requests of 100 ms',
  })),
];
