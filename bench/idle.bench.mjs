// An idle cluster of 5,000 nodes: every renewal of a Lease and every status report goes the whole
// way through the control plane, and a run's own metrics and checkers watch. The beginning, in
// which the cluster is built and caches fill, is not counted: it costs the same however long the
// run.

import { runScenario } from '../dist/experiment/run-scenario.js';
import { cpuSeconds, scenarioOf } from './whole-run.mjs';

const NODES = 5_000;
const WARM_UP_SECONDS = 30;
const SECONDS = 120;

const idleCluster = (seconds) => `
  seed: 1
  until: horizon
  horizon: ${seconds}s
  controlPlane:
    hosts: {count: 1, cores: 8}
    etcd: {members: 1, disk: nvme}
  nodePools:
    - {name: workers, count: ${NODES}, cpu: 4, memory: 16Gi}
`;

/** Simulated seconds by one second of processor time, once the cluster stands. */
function timesRealTime() {
  const scenario = scenarioOf(idleCluster(WARM_UP_SECONDS + SECONDS));
  let fromUs = 0;
  let fromCpu = 0;
  let ratio = 0;
  runScenario(scenario, {
    onProgress: ({ simulatedUs }) => {
      if (simulatedUs < WARM_UP_SECONDS * 1e6) return;
      if (fromUs === 0) {
        fromUs = simulatedUs;
        fromCpu = cpuSeconds();
      } else ratio = (simulatedUs - fromUs) / 1e6 / (cpuSeconds() - fromCpu);
    },
  });
  return ratio;
}

export const cases = [
  {
    name: `idle-${NODES}-nodes`,
    unit: 'x real time',
    atLeast: 150,
    measure: timesRealTime,
  },
];
