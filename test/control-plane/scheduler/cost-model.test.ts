// What a cycle costs, and how far that is from the recorded means (basic and node-affinity pods,
// parallelism 16 on two cores; reference: golden/scheduler/timing).
import { describe, expect, test } from 'vitest';
import { schedulerConstants } from '../../../src/control-plane/scheduler/constants.js';
import { cycleCostUs } from '../../../src/control-plane/scheduler/cost-model.js';
import { DecisionCluster, makeNode, makePod } from './cluster-fixture.js';
import { plainPlugins } from './plain-plugins.js';

const scorers = [
  'TaintToleration',
  'NodeResourcesFit',
  'NodeResourcesBalancedAllocation',
  'ImageLocality',
];

function cost(
  nodes: number,
  examined: number,
  scored: number,
  filters: readonly string[],
  extra: string[] = [],
) {
  const work = {
    snapshotNodes: nodes,
    examinedNodes: examined,
    scoredNodes: scored,
    filters,
    scorers: [...scorers, ...extra],
  };
  return cycleCostUs({ result: 'scheduled', work }, 1, schedulerConstants);
}

describe('the cost of a cycle', () => {
  test.each([
    ['basic', 100, 100, 100, 371],
    ['basic', 500, 230, 230, 696],
    ['basic', 1000, 420, 420, 1023],
    ['basic', 5000, 500, 500, 1219],
    ['node-affinity', 500, 345, 230, 947],
    ['node-affinity', 1000, 630, 420, 1357],
    ['node-affinity', 5000, 750, 500, 1732],
  ])(
    '%s with %i nodes is within 15 % of the recorded mean',
    (kind, nodes, examined, scored, recordedUs) => {
      const filters =
        kind === 'basic' ? ['NodeResourcesFit'] : ['NodeAffinity', 'NodeResourcesFit'];
      const ratio = cost(nodes, examined, scored, filters) / recordedUs;
      expect(ratio).toBeGreaterThan(0.85);
      expect(ratio).toBeLessThan(1.15);
    },
  );

  test('grows with every plugin that has something to say', () => {
    const plain = cost(1000, 420, 420, ['NodeResourcesFit']);
    const { otherFilterNodeUs, otherScoreNodeUs } = schedulerConstants;
    expect(cost(1000, 420, 420, ['NodeResourcesFit', 'NodePorts']) - plain).toBeCloseTo(
      420 * otherFilterNodeUs,
    );
    expect(cost(1000, 420, 420, ['NodeResourcesFit'], ['Mine']) - plain).toBeCloseTo(
      420 * otherScoreNodeUs,
    );
  });

  test('of a failure has no scoring and no assumption in it', () => {
    const cluster = new DecisionCluster([makeNode('n')]);
    const decision = cluster.decide(makePod('p', { requests: { cpu: '9' } }));
    const { snapshotNodeUs, filterCycleUs, filterNodeUs, snapshotChangedNodeUs } =
      schedulerConstants;
    expect(cycleCostUs(decision, 2, schedulerConstants)).toBeCloseTo(
      2 * snapshotChangedNodeUs + snapshotNodeUs + filterCycleUs + filterNodeUs,
    );
  });

  test('of a preemption grows with the nodes that it tried and the passes of the filters', () => {
    const work = { snapshotNodes: 9, examinedNodes: 9, scoredNodes: 0, scorers: [] };
    const filters = ['NodeResourcesFit', 'NodeAffinity'];
    const costUs = (postFilter?: { dryRunNodes: number; dryRunFilterPasses: number }) =>
      cycleCostUs(
        { result: 'unschedulable', work: { ...work, filters, ...(postFilter && { postFilter }) } },
        0,
        schedulerConstants,
      );
    const { snapshotChangedNodeUs, filterNodeUs, nodeAffinityFilterNodeUs } = schedulerConstants;
    expect(costUs({ dryRunNodes: 100, dryRunFilterPasses: 500 }) - costUs()).toBeCloseTo(
      100 * snapshotChangedNodeUs + 500 * (filterNodeUs + nodeAffinityFilterNodeUs),
    );
  });

  test('grows with the JSON that extenders are sent and answer', () => {
    const work = { snapshotNodes: 9, examinedNodes: 9, scoredNodes: 0, filters: [], scorers: [] };
    const costUs = (jsonBytes: number) => {
      const extenders = { waitUs: 1_000_000, jsonBytes };
      const decision = { result: 'scheduled', work: { ...work, extenders } } as const;
      return cycleCostUs(decision, 0, schedulerConstants);
    };
    // A megabyte at 10 ns a byte; the wait is no work.
    expect(costUs(1_000_000) - costUs(0)).toBeCloseTo(10_000);
    expect(costUs(0)).toBe(cycleCostUs({ result: 'scheduled', work }, 0, schedulerConstants));
  });

  test('is known for all default plugins', () => {
    const names = plainPlugins().map(({ plugin }) => plugin.name);
    for (const name of scorers) expect(names).toContain(name);
  });
});
