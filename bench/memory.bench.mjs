// What a pod and a node weigh at rest: the heap after a collection, once everything has converged,
// of clusters that differ in their number of pods or of nodes alone. Both fill the windows of the
// logs of etcd and of watch caches, which are the same however many pods there are.

import { runScenario } from '../dist/experiment/run-scenario.js';
import { scenarioOf } from './whole-run.mjs';

const deployment = (replicas) =>
  '{apiVersion: apps/v1, kind: Deployment, metadata: {name: load, namespace: default}, ' +
  `spec: {replicas: ${replicas}, selector: {matchLabels: {app: load}}, template: {metadata: ` +
  '{labels: {app: load}}, spec: {containers: [{name: load, image: i, resources: ' +
  '{requests: {cpu: 10m, memory: 26Mi}}}]}}}}';

const cluster = (nodes, pods) => `
  seed: 1
  until: horizon
  horizon: 2h
  heartbeats: lazy
  outputs: {sampleInterval: 10m}
  controlPlane:
    hosts: {count: 1, cores: 16}
    etcd: {members: 1}
    controllerManager: {kubeAPIQPS: 1000, kubeAPIBurst: 1000}
  nodePools:
    - {name: workers, count: ${nodes}, cpu: 64, memory: 256Gi, images: [i]}
  workload:
    operations:
      - {op: apply, objects: [${deployment(pods)}]}
`;

/** Bytes of the heap of so many nodes and pods; after an hour the Events of the start are gone. */
function heapBytes(nodes, pods, atMinutes) {
  let bytes = 0;
  const see = () => {
    globalThis.gc();
    bytes = process.memoryUsage().heapUsed;
  };
  runScenario(scenarioOf(cluster(nodes, pods)), { look: { atUs: atMinutes * 60e6, see } });
  return bytes;
}

/** A first run compiles the code, which weighs more than hundreds of pods. */
function difference(few, many, count) {
  heapBytes(...few);
  return Math.round((heapBytes(...many) - heapBytes(...few)) / count);
}

const bytesOfANode = () => difference([50, 50, 30], [450, 50, 30], 400);
const bytesOfAPod = () => difference([40, 1_000, 115], [40, 3_000, 115], 2_000);
const bytesOfANewPod = () => difference([40, 1_000, 30], [40, 3_000, 30], 2_000);

export const cases = [
  { name: 'bytes-of-a-pod', unit: 'bytes', atMost: 2_000, isLong: true, measure: bytesOfAPod },
  { name: 'bytes-of-a-pod-with-its-events', unit: 'bytes', isLong: true, measure: bytesOfANewPod },
  { name: 'bytes-of-a-node', unit: 'bytes', measure: bytesOfANode },
];
