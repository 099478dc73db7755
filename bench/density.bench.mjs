// Whole runs of scenarios/density-5000.yaml and of the same shape on fewer nodes, until all pods of
// its first part are Ready and all endpoints programmed; and how the time grows with pods and
// nodes. Loading the scenario and writing results are not in the seconds, but in the memory.

import { runScenario } from '../dist/experiment/run-scenario.js';
import { summaryOf } from './measure.mjs';
import { cpuSeconds, scenarioNamed } from './whole-run.mjs';

/** The scenario up to its first barrier, with the values of `--set`. */
function toFirstBarrier(set) {
  const scenario = scenarioNamed('density-5000.yaml', set);
  const end = scenario.operations.findIndex(({ op }) => op === 'barrier');
  return { ...scenario, thresholds: [], operations: scenario.operations.slice(0, end) };
}

/** A run that must come to its end: what it took, of the clock and of the processor. */
function measuredRun(scenario) {
  const start = performance.now();
  const startCpu = cpuSeconds();
  const { events, outcome, pods } = runScenario(scenario);
  const cpu = cpuSeconds() - startCpu;
  if (outcome.end !== 'converged') throw new Error(outcome.message);
  return { seconds: (performance.now() - start) / 1_000, cpu, events, pods: pods.length };
}

const MEBI = 1_048_576;

function density(nodes) {
  const run = measuredRun(toFirstBarrier([`nodePools[0].count=${nodes}`]));
  if (run.pods !== 30 * nodes) throw new Error(`${run.pods} pods instead of ${30 * nodes}`);
  const peakMebi = process.resourceUsage().maxRSS / 1_024;
  return [run.seconds, run.cpu, run.events / run.cpu, (peakMebi * MEBI) / run.pods, peakMebi];
}

const densityCase = (nodes) => {
  const isLargest = nodes === 5_000;
  return {
    name: `density-${nodes}`,
    isLong: nodes > 100,
    // About 8 ms a pod and 60 kB a pod, with as much again to spare.
    timeoutSeconds: Math.max(600, nodes * 0.6),
    heapMiB: Math.max(2_000, nodes * 3.2),
    figures: [
      { name: `density-${nodes}`, unit: 's', ...(isLargest && { atMost: 60 }) },
      { name: `density-${nodes}-processor`, unit: 's' },
      {
        name: `density-${nodes}-events`,
        unit: 'events/s',
        ...(isLargest && { atLeast: 1_000_000 }),
      },
      { name: `density-${nodes}-peak-of-a-pod`, unit: 'bytes/pod' },
      { name: `density-${nodes}-peak`, unit: 'MiB', ...(isLargest && { atMost: 2_048 }) },
    ],
    measure: () => density(nodes),
  };
};

/** A third of a namespace's pods, 990, in Deployments of the same three sizes. */
const third = [1, 8, 100].map((count, i) => `workload.operations[1].phases[${i}].count=${count}`);

/** Seconds of processor time of a run with so many thirds of namespaces on so many nodes. */
function thirdsOf({ nodes, namespaces }) {
  const value = `{prefix: load-, from: 1, to: ${namespaces}}`;
  const places = [0, 1].flatMap((operation) =>
    [0, 1, 2].map((phase) => `workload.operations[${operation}].phases[${phase}].namespaces`),
  );
  const set = [
    `nodePools[0].count=${nodes}`,
    ...third,
    ...places.map((place) => `${place}=${value}`),
  ];
  return measuredRun(toFirstBarrier(set)).cpu;
}

/** Slope of a straight line through the logarithms: y grows as x to this power. */
function growthExponent(xs, ys) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const logs = [xs, ys].map((values) => values.map(Math.log));
  const [middleX, middleY] = logs.map(mean);
  const across = logs[0].map((x) => x - middleX);
  const product = across.reduce((sum, x, i) => sum + x * (logs[1][i] - middleY), 0);
  return product / across.reduce((sum, x) => sum + x * x, 0);
}

/** The exponent of processor time in a size, over rounds in one process that is warm. */
function growth(sizes, sizeOf, rounds) {
  thirdsOf(sizes[0]);
  const exponents = Array.from({ length: rounds }, () =>
    growthExponent(sizes.map(sizeOf), sizes.map(thirdsOf)),
  );
  return summaryOf(exponents);
}

const counts = [1, 2, 4];

export const cases = [
  ...[100, 500, 1_000, 2_500, 5_000].map(densityCase),
  {
    name: 'growth-in-pods',
    unit: 'exponent',
    atMost: 1.1,
    measure: () =>
      growth(
        counts.map((namespaces) => ({ nodes: 100, namespaces })),
        ({ namespaces }) => namespaces,
        1,
      ),
  },
  {
    name: 'growth-in-nodes',
    unit: 'exponent',
    atMost: 1.1,
    measure: () =>
      growth(
        counts.map((namespaces) => ({ nodes: 50 * namespaces, namespaces })),
        ({ nodes }) => nodes,
        1,
      ),
  },
];
