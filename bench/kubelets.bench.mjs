// A fleet of kubelets on 500 nodes, each of which starts ten pods of files on its node and shows
// them by mirror pods: no scheduler and no controller has a part in it.

import { runScenario } from '../dist/experiment/run-scenario.js';
import { cpuSeconds, scenarioOf } from './whole-run.mjs';

const NODES = 500;
const PODS_EACH = 10;

const staticPod = (i) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `agent-${i}`, namespace: 'kube-system' },
  spec: { containers: [{ name: 'agent', image: 'registry.example/agent:1' }] },
});

const fleet = (podsEach) => `
  seed: 1
  until: horizon
  horizon: 30s
  controlPlane:
    hosts: {count: 1, cores: 8}
    etcd: {members: 1, disk: nvme}
  nodePools:
    - name: workers
      count: ${NODES}
      cpu: 4
      memory: 16Gi
      images: [registry.example/agent:1]
      staticPods: ${JSON.stringify(Array.from({ length: podsEach }, (_, i) => staticPod(i)))}
`;

function secondsOf(podsEach) {
  const scenario = scenarioOf(fleet(podsEach));
  const start = cpuSeconds();
  const { pods } = runScenario(scenario);
  const started = pods.filter(({ readyUs }) => readyUs !== undefined).length;
  if (started !== NODES * podsEach) throw new Error(`${started} pods are Ready`);
  return cpuSeconds() - start;
}

/** Pods started by a second of processor time beyond that of the same fleet without pods. */
function podsPerSecond() {
  secondsOf(1);
  const idle = secondsOf(0);
  return (NODES * PODS_EACH) / (secondsOf(PODS_EACH) - idle);
}

export const cases = [{ name: `kubelets-${NODES}`, unit: 'pods/s', measure: podsPerSecond }];
