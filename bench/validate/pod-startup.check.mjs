// Startup of pods without pulls on 5,000 nodes, at the rate of SIG Scalability's load test; and the
// network programming latency of a whole cluster while a load test of that shape goes on: what
// kube-proxy.check.mjs leaves out (queues of controllers, batches, limits of clients) is there.

import { bucketQuantile } from '../../dist/stats/bucket-quantile.js';
import { once, run } from './run.mjs';

const IMAGE = 'registry.k8s.io/pause:3.10';

const startup = once(() => {
  const { pods } = run(`
  horizon: 5m
  controlPlane: {hosts: {count: 3, cores: 16}, etcd: {members: 3}}
  nodePools: [{name: pool, count: 5000, cpu: 8, memory: 32Gi, images: ['${IMAGE}']}]
  workload:
    operations:
      - op: createPods
        count: 300
        qps: 15
        template:
          apiVersion: v1
          kind: Pod
          metadata: {generateName: pod-}
          spec: {containers: [{name: c, image: '${IMAGE}', resources: {requests: {cpu: 100m}}}]}
`);
  return pods.map(({ createdUs, readyUs }) => (readyUs - createdUs) / 1e6);
});

const deployment = (name, replicas) =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}}, spec: {replicas: ${replicas}, ` +
  `selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, ` +
  `spec: {containers: [{name: c, image: '${IMAGE}', resources: {requests: {cpu: 5m}}}]}}}}`;

const service = (name) =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {selector: {app: ${name}}, ` +
  'ports: [{port: 80}]}}';

/** Pods a second, and how many there are of Deployments of each size; every other has a Service. */
const RATE = 10;
const SHAPE = [
  [250, 1],
  [30, 8],
  [5, 100],
];

/** Deployments of all sizes mixed, each when those before it have had their time; then scaled. */
function loadTest() {
  const all = SHAPE.flatMap(([size, count]) =>
    Array.from({ length: count }, (_, index) => ({ size, index, at: (index + 0.5) / count })),
  ).sort((a, b) => a.at - b.at || a.size - b.size);
  const lines = [];
  let atMs = 0;
  for (const { size, index } of all) {
    const name = `d${size}-${index}`;
    const objects = [...(index % 2 === 0 ? [service(name)] : []), deployment(name, size)];
    lines.push(`      - {op: create, at: ${atMs}ms, objects: [${objects.join(', ')}]}`);
    atMs += (size / RATE) * 1_000;
  }
  for (const [order, { size, index }] of all.entries()) {
    const replicas = Math.max(1, order % 2 === 0 ? Math.floor(size / 2) : Math.ceil(1.5 * size));
    const target = `Deployment/d${size}-${index}`;
    lines.push(`      - {op: scale, at: ${atMs}ms, target: ${target}, replicas: ${replicas}}`);
    atMs += (Math.abs(replicas - size) / RATE) * 1_000;
  }
  return lines.join('\n');
}

const programming = once(() => {
  const { metrics } = run(`
  horizon: 1h
  controlPlane: {hosts: {count: 1, cores: 16}}
  kubeProxy: {mode: nftables}
  nodePools: [{name: pool, count: 100, cpu: 2, memory: 8Gi, images: ['${IMAGE}']}]
  workload:
    operations:
${loadTest()}
`);
  return metrics.find(({ name }) => name === 'kubeproxy_network_programming_duration_seconds');
});

const published = '1.52, 2.28, 6.8 s: kubernetes#124272';

export const checks = [
  {
    name: '5,000 nodes, 15 pods a second, no pulls: pods that are ready within 5 s',
    unit: 'share',
    expected: 1,
    tolerance: 0.01,
    measure: () => startup().filter((seconds) => seconds <= 5).length / startup().length,
    source: 'pod startup SLO (reference: nodes-controllers 10.12, vector 19)',
  },
  ...[
    [0.5, 1.52, 1.5],
    [0.9, 2.28, 1.5],
    [0.99, 6.8, 3],
  ].map(([share, expected, factor]) => ({
    name: `network programming, nftables, whole cluster of 100 nodes: p${share * 100}`,
    unit: 's',
    expected,
    factor,
    measure: () => {
      const { buckets, count } = programming();
      return bucketQuantile(buckets, count, share);
    },
    source: published,
  })),
];
