// A thread that answers as the simulating one does, with a result made up of the scenario: the seed
// says how it behaves. Uses the built program, so that the protocol is the real one.

import { parentPort, workerData } from 'node:worker_threads';
import { serveSimulation } from '../../dist/cli/simulation-protocol.js';

let runs = 0;

function simulate(scenario, { onProgress, shouldStop, maxEvents }) {
  runs += 1;
  const { seed } = scenario;
  onProgress({ simulatedUs: 1, horizonUs: 2, events: 1, podsReady: 0, podsTotal: 1 });
  if (seed === 'crash') throw new TypeError('the model has a bug');
  if (seed === 'beyond') {
    throw Object.assign(new Error('volumes are not attached'), { name: 'ModelLimitError' });
  }
  let end = 'converged';
  if (seed === 'endless') {
    // A real run polls in the same way, some thousand times a second.
    while (!shouldStop()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    end = 'interrupted';
  }
  if (maxEvents !== undefined) end = 'limit';
  const partial = end === 'interrupted' || end === 'limit';
  return {
    scenario: scenario.name,
    seed,
    kubernetesVersion: scenario.cluster.kubernetesVersion,
    modelVersion: 'fake',
    outcome: { end, partial, message: `Ended: ${end}.` },
    endUs: 1_000_000,
    events: 1,
    traceHash: seed === 'unstable' ? `hash-${runs}` : 'hash',
    checkpoints: [],
    cluster: 'a cluster',
    notices: scenario.notices,
    pods: [],
    nodes: [],
    nodeHistory: {
      names: [],
      zones: [],
      sample: [],
      node: [],
      state: [],
      pods: [],
      cpuPercent: [],
      memoryPercent: [],
    },
    nodeCosts: [],
    convergence: [],
    requests: [],
    timeSeries: { timeUs: [], columns: [] },
    traffic: [],
    dns: [],
    kubernetesEvents: [],
    summary: [],
    schedulers: [],
    apiCallSlis: [],
    stations: [],
    thresholds: scenario.thresholds.map(({ metric, expression, level }) => ({
      metric,
      expression,
      level,
      value: 1,
      ok: expression !== 'max<0',
    })),
    metrics: [],
  };
}

serveSimulation(
  workerData,
  simulate,
  (message) => parentPort.postMessage(message),
  () => 64 * 1024 * 1024,
);
