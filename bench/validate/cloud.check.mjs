// Nodes that clouds let and autoscalers ask for, and the load balancers of Services.

import { once, run } from './run.mjs';

const deployment = (name, replicas, cpu) =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}}, spec: {replicas: ${replicas}, ` +
  `selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, ` +
  `spec: {containers: [{name: c, image: i, resources: {requests: {cpu: ${cpu}}}}]}}}}`;

const balanced = (name) =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {type: LoadBalancer, ` +
  `selector: {app: x}, ports: [{port: 80}]}}`;

const firstSeconds = ({ kubernetesEvents }, reason) =>
  kubernetesEvents
    .filter((event) => event.reason === reason)
    .reduce((first, { timeUs }) => Math.min(first, timeUs), Number.POSITIVE_INFINITY) / 1e6;

const lastSeconds = ({ kubernetesEvents }, reason) =>
  kubernetesEvents
    .filter((event) => event.reason === reason)
    .reduce((last, { timeUs }) => Math.max(last, timeUs), 0) / 1e6;

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** From the creation of pods that fit nowhere to the decision, when they come at any time. */
const decisionSeconds = once(() =>
  Array.from({ length: 10 }, (_, index) => {
    const at = 15.5 + index;
    const result = run(`
  horizon: 40s
  cloud: {provider: gce, instanceTypes: [{name: m, cpu: 4, memory: 16Gi}]}
  nodePools: [{name: pool, count: 50, instanceType: m}]
  autoscaler: {kind: cluster-autoscaler, nodeGroups: [{pool: pool, minSize: 1, maxSize: 90}]}
  workload:
    operations:
      - {op: apply, at: ${at * 1000}ms, objects: [${deployment('web', 60, '3')}]}
`);
    return firstSeconds(result, 'TriggeredScaleUp') - at;
  }),
);

/** From NodeClaims to nodes that are ready for pods, on AWS. */
const nodeSeconds = once(() => {
  const { metrics } = run(`
  horizon: 5m
  cloud: {provider: aws, instanceTypes: [{name: m, cpu: 4, memory: 16Gi}]}
  nodePools: [{name: pool, count: 1, instanceType: m}]
  autoscaler: {kind: karpenter, nodePools: [{name: k}]}
  workload:
    operations:
      - {op: apply, objects: [${deployment('web', 40, '3')}]}
`);
  const name = 'karpenter_nodeclaims_initialization_duration_seconds';
  const { sum = 0, count = 1 } = metrics.find((each) => each.name === name) ?? {};
  return sum / count;
});

const octaviaMinutes = (nodes) =>
  firstSeconds(
    run(`
  horizon: 30m
  cloud: {provider: openstack, instanceTypes: [{name: m, cpu: 4, memory: 16Gi}]}
  nodePools: [{name: pool, count: ${nodes}, instanceType: m}]
  workload: {operations: [{op: create, objects: [${balanced('web')}]}]}
`),
    'EnsuredLoadBalancer',
  ) / 60;

const eight = Array.from({ length: 8 }, (_, index) => balanced(`s${index}`)).join(', ');

const serialSeconds = () =>
  lastSeconds(
    run(`
  horizon: 10m
  cloud: {provider: gce, loadBalancer: 45s, instanceTypes: [{name: m, cpu: 4, memory: 16Gi}]}
  nodePools: [{name: pool, count: 3, instanceType: m}]
  workload:
    operations:
      - {op: create, objects: [${eight}]}
`),
    'EnsuredLoadBalancer',
  );

const autoscaler = 'reference: nodes-controllers 4.4';

export const checks = [
  {
    name: 'Cluster Autoscaler: mean time to decide',
    unit: 's',
    expected: 5,
    factor: 1.5,
    measure: () => mean(decisionSeconds()),
    source: `${autoscaler}: 5 s on average below 100 nodes`,
  },
  {
    name: 'Cluster Autoscaler: longest time to decide',
    unit: 'of 30 s',
    expected: 0.5,
    factor: 2,
    measure: () => Math.max(...decisionSeconds()) / 30,
    source: `${autoscaler}: at most 30 s below 100 nodes`,
  },
  {
    name: 'AWS: NodeClaim until the node is ready',
    unit: 's',
    expected: 56.5,
    factor: 1.5,
    measure: nodeSeconds,
    source: 'reference: nodes-controllers 4.5, 55 to 58 s measured',
  },
  {
    name: 'Octavia: load balancer of 12 nodes',
    unit: 'min',
    expected: 5,
    tolerance: 0.1,
    measure: () => octaviaMinutes(12),
    source: 'reference: nodes-controllers 4.2',
  },
  {
    name: 'Octavia: load balancer of 55 nodes',
    unit: 'min',
    expected: 15,
    tolerance: 0.1,
    measure: () => octaviaMinutes(55),
    source: 'reference: nodes-controllers 4.2, 50 to 60 nodes',
  },
  {
    name: '8 load balancers of 45 s by one worker',
    unit: 's',
    expected: 360,
    tolerance: 0.01,
    measure: serialSeconds,
    source: 'reference: nodes-controllers 4.2, n·T',
  },
];
