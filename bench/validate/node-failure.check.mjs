// Nodes that die: when the control plane notices, when their pods go and others are Ready in
// their place, how fast the nodes of a zone are tainted by how much of it is lost, and how long a
// leader's successor takes.

import { runScenario } from '../../dist/experiment/run-scenario.js';
import { loaded, once, run } from './run.mjs';

const second = 1_000_000;
const seeds = 12;
const machine = "cpu: 4, memory: 16Gi, images: ['registry.k8s.io/pause:3.10']";

/** A Deployment whose pods spread over all nodes; `tolerated`: seconds on a node that is gone. */
function deployment(replicas, tolerated) {
  const taint = 'key: node.kubernetes.io/unreachable, effect: NoExecute, operator: Exists';
  const toleration = `{${taint}, tolerationSeconds: ${tolerated}}`;
  return `
      - op: apply
        yaml: |
          apiVersion: apps/v1
          kind: Deployment
          metadata: {name: shop}
          spec:
            replicas: ${replicas}
            selector: {matchLabels: {app: shop}}
            template:
              metadata: {labels: {app: shop}}
              spec:
                ${tolerated === undefined ? '' : `tolerations: [${toleration}]`}
                containers: [{name: c, image: registry.k8s.io/pause:3.10}]
                topologySpreadConstraints:
                  - maxSkew: 1
                    topologyKey: kubernetes.io/hostname
                    whenUnsatisfiable: ScheduleAnyway
                    labelSelector: {matchLabels: {app: shop}}
      - op: barrier`;
}

/**
 * One node of three dies; seconds to each thing that follows, from its last heartbeat but for
 * `fromCrash`.
 */
function crash(seed, controllerManager = '') {
  const crashed = 20 + seed * 0.9; // at any time since the last heartbeat
  let renewedUs = Number.NaN;
  const scenario = loaded(`
  seed: ${seed}
  horizon: 8m
  controlPlane: {${controllerManager}}
  nodePools: [{name: node, count: 3, ${machine}}]
  workload:
    operations: ${deployment(6)}
      - {op: nodeFault, at: ${crashed * 1000}ms, fault: crash, nodes: [node-1]}
`);
  const see = (objects) => {
    const lease = objects.find(
      ({ kind, metadata }) => kind === 'Lease' && metadata.name === 'node-1',
    );
    renewedUs = lease.spec.renewTime;
  };
  const { kubernetesEvents, pods } = runScenario(scenario, { look: { atUs: undefined, see } });
  const first = (reason) => kubernetesEvents.find((event) => event.reason === reason)?.timeUs;
  const replaced = pods.filter(({ createdUs }) => createdUs > crashed * second);
  const since = (us) => (us - renewedUs) / second;
  return {
    fromCrash: first('NodeNotReady') / second - crashed,
    notReady: since(first('NodeNotReady')),
    evicted: since(first('TaintManagerEviction')),
    recovered: since(Math.max(...replaced.map(({ readyUs = Number.NaN }) => readyUs))),
  };
}

const crashes = once(() => Array.from({ length: seeds }, (_, seed) => crash(seed + 1)));
const withGrace40s = once(() =>
  Array.from({ length: seeds }, (_, seed) =>
    crash(seed + 1, 'controllerManager: {nodeMonitorGracePeriod: 40s}'),
  ),
);

/**
 * A zone of `size` nodes loses `lost` of them, another one of 3 nodes none unless `isAll`: how many
 * nodes' pods are evicted, and how many seconds lie between two of them. Nodes that are tainted in
 * the 15 s in which the zone's state is still coming to light do not count.
 */
function zoneLoss(size, lost, { isAll = false, isEarlyCounted = isAll } = {}) {
  const tolerated = 30;
  const { kubernetesEvents } = run(`
  horizon: 12m
  nodePools:
    - {name: a, count: ${size}, zones: [zone-a], ${machine}}
    - {name: b, count: 3, zones: [zone-b], ${machine}}
  workload:
    operations: ${deployment(size + 3, tolerated)}
      - {op: nodeFault, at: 60s, fault: crash, nodes: {pool: a, count: ${lost}}}
${isAll ? '      - {op: nodeFault, at: 60s, fault: crash, nodes: {pool: b}}' : ''}
`);
  const of = (wanted) =>
    kubernetesEvents.filter(({ reason }) => reason === wanted).map(({ timeUs }) => timeUs / second);
  const knownAt = Math.min(...of('NodeNotReady')) + 15;
  const times = of('TaintManagerEviction').filter(
    (time) => isEarlyCounted || time - tolerated > knownAt,
  );
  const last = times[times.length - 1] ?? 0;
  return { count: times.length, gap: (last - (times[0] ?? 0)) / (times.length - 1) };
}

/** Seconds without a leader of the controllers after a crash. */
function takeover(seed) {
  const { kubernetesEvents } = run(`
  seed: ${seed}
  horizon: 60s
  controlPlane: {hosts: {count: 3, cores: 4}}
  nodePools: [{name: node, count: 1, cpu: 4, memory: 16Gi}]
  workload:
    operations:
      - op: restart
        at: ${20_000 + seed * 150}ms
        component: kube-controller-manager
        signal: SIGKILL
        downtime: 5m
`);
  const led = kubernetesEvents.find(
    ({ reason, message }) => reason === 'LeaderElection' && message.includes('controller-manager'),
  );
  return (led?.timeUs ?? Number.NaN) / second - 20 - seed * 0.15;
}

const takeovers = once(() => Array.from({ length: seeds }, (_, seed) => takeover(seed + 1)));

const least = (values) => Math.min(...values);
const most = (values) => Math.max(...values);
const within = (low, high) => ({
  expected: (low + high) / 2,
  tolerance: (high - low) / (high + low),
});

/** The least and the most of a figure over all seeds. */
const range = (name, low, high, values, source) => [
  {
    name: `${name}, least`,
    unit: 's',
    ...within(low, high),
    measure: () => least(values()),
    source,
  },
  { name: `${name}, most`, unit: 's', ...within(low, high), measure: () => most(values()), source },
];

const timeline = 'reference: nodes-controllers 10.6';
const vector9 = 'reference: nodes-controllers 10.12, vector 9';
const vector15 = 'reference: nodes-controllers 3.14, vector 15';

export const checks = [
  ...range('node crash to NotReady', 40, 55, () => crashes().map((run) => run.fromCrash), vector9),
  ...range(
    'last heartbeat to NotReady',
    50,
    55.2,
    () => crashes().map((run) => run.notReady),
    'reference: nodes-controllers 3.14: 50 s, looked at every 5 s',
  ),
  ...range(
    'node crash to NotReady, grace 40 s',
    30,
    45,
    () => withGrace40s().map((run) => run.fromCrash),
    `${vector9}, up to 1.31`,
  ),
  ...range(
    'NotReady to eviction of pods',
    300,
    310.2,
    () => crashes().map((run) => run.evicted - run.notReady),
    `${timeline}: 300 s, and up to 10 s for a token of the zone`,
  ),
  ...range(
    'last heartbeat to replacements Ready',
    345,
    370,
    () => crashes().map((run) => run.recovered),
    timeline,
  ),
  {
    name: 'zone of 100 loses 1 %: pods evicted of nodes',
    unit: 'nodes',
    expected: 1,
    tolerance: 0,
    measure: () => zoneLoss(100, 1, { isEarlyCounted: true }).count,
    source: vector15,
  },
  {
    name: 'zone of 20 loses 30 %: between two nodes',
    unit: 's',
    expected: 10,
    tolerance: 0.02,
    measure: () => zoneLoss(20, 6).gap,
    source: `${vector15}: 0.1 nodes/s`,
  },
  {
    name: 'zone of 60 loses 58 %: between two nodes',
    unit: 's',
    expected: 100,
    tolerance: 0.02,
    measure: () => zoneLoss(60, 35).gap,
    source: `${vector15}: 0.01 nodes/s`,
  },
  {
    name: 'zone of 40 loses 58 %: nodes left alone',
    unit: 'nodes',
    expected: 23,
    tolerance: 0,
    measure: () => 23 - zoneLoss(40, 23).count,
    source: vector15,
  },
  {
    name: 'zone of 8 loses 100 %: between two nodes',
    unit: 's',
    expected: 10,
    tolerance: 0.02,
    measure: () => zoneLoss(8, 8).gap,
    source: `${vector15}: others are well, 0.1 nodes/s`,
  },
  {
    name: 'all zones lose 100 %: nodes left alone',
    unit: 'nodes',
    expected: 11,
    tolerance: 0,
    measure: () => 11 - zoneLoss(8, 8, { isAll: true }).count,
    source: vector15,
  },
  ...range(
    'takeover after a leader has crashed',
    13,
    19.6,
    takeovers,
    'reference: nodes-controllers 0.3, vector 17: 15 s since a renewal was seen, to 19.4 s',
  ),
];
