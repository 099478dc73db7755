// What a cycle costs, term by term. How near that is to recorded cycles, see
// test/bench/recorded-cycles.test.ts.
import { describe, expect, test } from 'vitest';
import { schedulerConstants as costs } from '../../../src/control-plane/scheduler/constants.js';
import {
  cycleCost,
  cyclePhases,
  cycleTimes,
  sumOf,
} from '../../../src/control-plane/scheduler/cost-model.js';
import type { CycleWork } from '../../../src/control-plane/scheduler/framework/decision.js';
import type {
  PluginWalk,
  WalkName,
} from '../../../src/control-plane/scheduler/framework/plugin-walk.js';
import { DecisionCluster, makeNode, makePod } from './cluster-fixture.js';

const unchanged = { changedRows: 0, areListsChanged: false };
const nothing: CycleWork = {
  snapshotNodes: 0,
  examinedNodes: 0,
  scoredNodes: 0,
  walks: [],
  filters: [],
  scorers: [],
};

/** The cost of a cycle that did this, less that of one which did nothing. */
function extra(work: Partial<CycleWork>, result: 'scheduled' | 'unschedulable' = 'unschedulable') {
  const cost = cycleCost({ result, work: { ...nothing, ...work } }, unchanged, costs);
  const least = cycleCost({ result: 'unschedulable', work: nothing }, unchanged, costs);
  return {
    serialUs: cost.serialUs - least.serialUs,
    parallelUs: cost.parallelUs - least.parallelUs,
  };
}

describe('the cost of a cycle', () => {
  test('grows with the nodes that it examines, by the plugins that look at them', () => {
    const plain = ['NodeUnschedulable', 'TaintToleration', 'NodeResourcesFit'];
    expect(extra({ examinedNodes: 100, filters: plain }).serialUs).toBeCloseTo(91.8);
    expect(extra({ examinedNodes: 100, filters: plain }).parallelUs).toBe(0);
    expect(extra({ examinedNodes: 100, filters: ['NodeAffinity'] }).parallelUs).toBeCloseTo(80);
    expect(extra({ examinedNodes: 100, filters: ['PodTopologySpread'] }).parallelUs).toBeCloseTo(
      52,
    );
    expect(extra({ examinedNodes: 100, filters: ['InterPodAffinity'] }).parallelUs).toBeCloseTo(38);
    expect(extra({ examinedNodes: 100, filters: ['Mine', 'Yours'] }).parallelUs).toBeCloseTo(114);
  });

  test('grows with the nodes that it scores, by the plugins that score them', () => {
    const none = extra({ scoredNodes: 100 }).serialUs;
    expect(none).toBeCloseTo(76.5 + 102.7 + 0.75);
    expect(extra({ scoredNodes: 100, scorers: ['NodeResourcesFit'] }).serialUs).toBe(none);
    const affinity = extra({ scoredNodes: 100, scorers: ['InterPodAffinity'] }).serialUs;
    expect(affinity - none).toBeCloseTo(56.5);
    expect(extra({ scoredNodes: 100, scorers: ['Mine'] }).serialUs - none).toBeCloseTo(56.5);
  });

  test.each<[WalkName, serialUs: number, parallelUs: number]>([
    ['spreadPreFilter', 0, 1000 * 0.22 + 2000 * 0.13],
    ['spreadPreScore', 2000 * 0.092, 1000 * 0.22],
    ['ownAffinity', 300 * 0.5, 1000 * 0.076 + 2000 * 0.13],
    ['othersAntiAffinity', 2000 * 0.4, 2000 * 0.13],
    ['affinityPreScore', 300 * 0.24, 1000 * 0.076 + 2000 * 0.13 + 300 * 0.52],
  ])('grows with what plugins walk over: %s', (name, serialUs, parallelUs) => {
    const walk: PluginWalk = { name, nodes: 1000, pods: 2000, matches: 300 };
    const cost = extra({ walks: [walk] });
    expect(cost.serialUs).toBeCloseTo(serialUs);
    expect(cost.parallelUs).toBeCloseTo(parallelUs);
    expect(extra({ walks: [walk, walk] }).parallelUs).toBeCloseTo(2 * parallelUs);
  });

  test('grows with what the snapshot has to take over', () => {
    const work = { ...nothing, snapshotNodes: 1000 };
    const costUs = (changedRows: number, areListsChanged: boolean) =>
      cycleCost({ result: 'scheduled', work }, { changedRows, areListsChanged }, costs).serialUs;
    expect(costUs(3, false) - costUs(1, false)).toBeCloseTo(2 * 3.7);
    expect(costUs(1, true) - costUs(1, false)).toBeCloseTo(1000 * 0.05);
    expect(extra({ snapshotNodes: 1000 }).serialUs).toBeCloseTo(14);
  });

  test('of a failure has no scoring and no assumption in it', () => {
    const cluster = new DecisionCluster([makeNode('n')]);
    const decision = cluster.decide(makePod('p', { requests: { cpu: '9' } }));
    expect(cycleCost(decision, { ...unchanged, changedRows: 2 }, costs)).toEqual({
      serialUs: 2 * 3.7 + 0.014 + 64 + 0.918,
      parallelUs: 0,
    });
  });

  test('of a preemption grows with the nodes that it tried and the passes of the filters', () => {
    const postFilter = { dryRunNodes: 100, dryRunFilterPasses: 500 };
    const cost = extra({ filters: ['NodeResourcesFit', 'NodeAffinity'], postFilter });
    expect(cost.serialUs).toBeCloseTo(100 * 3.7 + 500 * 0.918);
    expect(cost.parallelUs).toBeCloseTo(500 * 0.8);
  });

  test('grows with the JSON that extenders are sent and answer', () => {
    // A megabyte at 10 ns a byte; the wait is no work.
    const extenders = { waitUs: 1_000_000, jsonBytes: 1_000_000 };
    expect(extra({ extenders })).toEqual({ serialUs: 10_000, parallelUs: 0 });
  });
});

describe('the phases of a cycle', () => {
  const work: CycleWork = {
    ...nothing,
    snapshotNodes: 1000,
    examinedNodes: 421,
    scoredNodes: 420,
    filters: ['NodeAffinity'],
    walks: [
      { name: 'spreadPreFilter', nodes: 1000, pods: 500, matches: 0 },
      { name: 'affinityPreScore', nodes: 1000, pods: 500, matches: 100 },
    ],
  };
  const taken = { changedRows: 2, areListsChanged: true };
  const phases = cyclePhases({ result: 'scheduled', work }, taken, costs);

  test('add up to the cost of the cycle', () => {
    expect(sumOf(phases)).toEqual(cycleCost({ result: 'scheduled', work }, taken, costs));
    const own = Object.values(phases);
    const sum = own.reduce((total, each) => total + each.serialUs + each.parallelUs, 0);
    const { serialUs, parallelUs } = sumOf(phases);
    expect(sum).toBeCloseTo(serialUs + parallelUs);
  });

  test('are charged for what their plugins walk over', () => {
    const plain = cyclePhases({ result: 'scheduled', work: { ...work, walks: [] } }, taken, costs);
    expect(phases.preFilter.parallelUs).toBeGreaterThan(plain.preFilter.parallelUs);
    expect(phases.preScore.serialUs).toBeGreaterThan(plain.preScore.serialUs);
    expect(phases.filter).toEqual(plain.filter);
    expect(phases.score).toEqual(plain.score);
  });

  test('take longer alike when the machine has other work, waits apart', () => {
    const { serialUs, parallelUs } = sumOf(phases);
    const elapsedUs = 3 * (serialUs + parallelUs / 2) + 7000;
    const times = cycleTimes(phases, 2, elapsedUs, 7000);
    expect(times.totalUs).toBe(elapsedUs);
    const { filter, select } = phases;
    expect(times.filterUs).toBeCloseTo(3 * (filter.serialUs + filter.parallelUs / 2));
    expect(times.selectUs).toBeCloseTo(3 * select.serialUs);
  });

  test('are nothing where nothing was done', () => {
    const idle = cyclePhases({ result: 'unschedulable', work: nothing }, unchanged, costs);
    const free = { serialUs: 0, parallelUs: 0 };
    const { filter, extenders, postFilter, preScore, score, select } = idle;
    expect([filter, extenders, postFilter, preScore, score, select]).toEqual(Array(6).fill(free));
  });
});
