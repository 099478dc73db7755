// Cycles of kube-scheduler against recorded ones, and throughput against the thresholds of
// scheduler_perf. Absolute thresholds depend on the machines that run the tests, ratios do not.

import {
  recordedKinds,
  recordedRatios,
  testCases,
  throughputOf,
} from '../scheduler-throughput.mjs';

/** Cores of the default control plane. */
const CORES = 4;

const memo = new Map();

function throughput(name) {
  if (!memo.has(name)) memo.set(name, throughputOf(name, CORES));
  return memo.get(name);
}

const meanRatio = (ratios) =>
  Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);

const basic = 'SchedulingBasic';

export const checks = [
  ...recordedKinds.map((kind) => ({
    name: `cycle of a ${kind} pod`,
    unit: 'x',
    expected: 1,
    tolerance: 0.15,
    measure: () => meanRatio(recordedRatios(kind)),
    source: 'modelled / recorded mean, 9 sizes',
  })),
  {
    name: basic,
    unit: 'pods/s',
    expected: testCases[basic].floor,
    factor: 1.5,
    measure: () => throughput(basic),
    source: 'scheduler_perf, least of 250 runs',
  },
  ...Object.entries(testCases)
    .filter(([name]) => name !== basic)
    .map(([name, { floor }]) => ({
      name: `${name} / Basic`,
      unit: 'x',
      expected: floor / testCases[basic].floor,
      factor: 1.5,
      measure: () => throughput(name) / throughput(basic),
      source: `scheduler_perf, ${floor} / ${testCases[basic].floor} pods/s`,
    })),
];
