// Modelled scheduling cycles beside recorded and published ones: real decisions at full size, each
// with the time that the cost model gives it, on a machine with nothing else to do.

import { DecisionCluster, podMaker, recordedCluster } from './decision-cluster.mjs';

/** Nodes and pods on them before the first cycle. */
const sizes = [
  [100, 0],
  [100, 2_000],
  [500, 0],
  [500, 2_000],
  [1_000, 0],
  [1_000, 2_000],
  [5_000, 0],
  [5_000, 2_000],
  [5_000, 10_000],
];

/**
 * Mean of 400 cycles of kube-scheduler v1.36.2 in µs, by kind of pod and in the order of `sizes`:
 * golden/scheduler/timing/cycles.json, the rows with parallelism 16 and GOMAXPROCS 2.
 */
const recordedUs = {
  plain: [371, 362, 696, 709, 1023, 942, 1219, 1092, 1201],
  'node-affinity': [344, 340, 947, 900, 1357, 1277, 1732, 1683, 1983],
  'hard-zone-spread': [511, 502, 812, 899, 1317, 1534, 2089, 1874, 2298],
  'preferred-zone-spread': [442, 486, 750, 797, 1160, 1125, 1617, 1835, 2679],
  'hostname-anti-affinity': [572, 796, 877, 1195, 1228, 1549, 1825, 2353, 3905],
  'zone-affinity': [434, 883, 1274, 1458, 2118, 2082, 4028, 2523, 5343],
};

export const recordedKinds = Object.keys(recordedUs);

const WARM_UP = 20;
const CYCLES = 400;

/** Modelled over recorded mean of the cycles of a kind, one ratio for each size. */
export function recordedRatios(kind) {
  return sizes.map(([nodes, existing], index) => {
    const { cluster, make } = recordedCluster(kind, nodes, existing);
    cluster.enqueue(make, WARM_UP + CYCLES);
    let us = 0;
    for (let i = 0; i < WARM_UP + CYCLES; i++) {
      const cycleUs = cluster.cycleUs(cluster.scheduleOne(), 2);
      if (i >= WARM_UP) us += cycleUs;
    }
    return us / CYCLES / recordedUs[kind][index];
  });
}

/**
 * Test cases of scheduler_perf with 5,000 nodes: pods before, measured pods, zones, and the least
 * pods a second of some 250 runs (Kubernetes master, May to August 2026; reference: scheduler 5.4).
 */
export const testCases = {
  SchedulingBasic: { before: [1_000, 'plain'], measured: [10_000, 'plain'], zones: 1, floor: 680 },
  SchedulingNodeAffinity: {
    before: [5_000, 'node-affinity'],
    measured: [10_000, 'node-affinity'],
    zones: 1,
    floor: 540,
  },
  TopologySpreading: {
    before: [5_000, 'plain'],
    measured: [5_000, 'hard-zone-spread'],
    zones: 3,
    floor: 460,
  },
  PreferredTopologySpreading: {
    before: [5_000, 'plain'],
    measured: [5_000, 'preferred-zone-spread'],
    zones: 3,
    floor: 340,
  },
  SchedulingPreferredPodAntiAffinity: {
    before: [5_000, 'preferred-hostname-anti-affinity'],
    measured: [5_000, 'preferred-hostname-anti-affinity'],
    zones: 1,
    floor: 190,
  },
  SchedulingPodAntiAffinity: {
    before: [1_000, 'hostname-anti-affinity'],
    measured: [2_000, 'hostname-anti-affinity'],
    zones: 1,
    floor: 180,
  },
  SchedulingPreferredPodAffinity: {
    before: [5_000, 'preferred-hostname-affinity'],
    measured: [5_000, 'preferred-hostname-affinity'],
    zones: 1,
    floor: 160,
  },
  SchedulingPodAffinity: {
    before: [5_000, 'zone-affinity'],
    measured: [5_000, 'zone-affinity'],
    zones: 1,
    floor: 70,
  },
};

/** Modelled pods a second of a test case: one over the mean time of a cycle. */
export function throughputOf(name, cores) {
  const { before, measured, zones } = testCases[name];
  const cluster = new DecisionCluster(5_000, zones);
  const makers = new Map([before[1], measured[1]].map((kind) => [kind, podMaker(kind)]));
  let us = 0;
  for (const [count, kind] of [before, measured]) {
    cluster.enqueue(makers.get(kind), count);
    us = 0;
    for (let i = 0; i < count; i++) us += cluster.cycleUs(cluster.scheduleOne(), cores);
  }
  return (measured[0] * 1e6) / us;
}
