// What a decision notes about itself: every figure is one that the decision was made with.
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../../src/api/node.js';
import type { Pod } from '../../../../src/api/pod.js';
import { CycleNotes } from '../../../../src/control-plane/scheduler/framework/cycle-notes.js';
import type { Decision } from '../../../../src/control-plane/scheduler/framework/decision.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { DecisionCluster, makeNode, makePod } from '../cluster-fixture.js';

const small = makePod('p', { requests: { cpu: '100m', memory: '500Mi' } });

function nodes(count: number): Node[] {
  return Array.from({ length: count }, (_, i) => makeNode(`node-${i}`));
}

function decideWithNotes(cluster: DecisionCluster, pod: Pod): [Decision, CycleNotes] {
  const notes = new CycleNotes();
  cluster.cache.updateSnapshot();
  return [cluster.algorithm.decide(cluster.framework, new PodInfo(pod), 1, notes), notes];
}

describe('the scores of a decision', () => {
  test('are noted raw, normalised and with their weight, and add up to the totals', () => {
    const taints = [{ key: 'k', value: 'v', effect: 'PreferNoSchedule' as const }];
    const cluster = new DecisionCluster([...nodes(2), makeNode('tainted', { spec: { taints } })]);
    const [{ nodeName }, { scores }] = decideWithNotes(cluster, small);
    expect(nodeName).toBe('node-0');
    const taint = scores.find(({ plugin }) => plugin === 'TaintToleration');
    expect(taint).toMatchObject({ weight: 3 });
    expect([...(taint?.raw ?? [])]).toEqual([0, 0, 1]);
    expect([...(taint?.normalized ?? [])]).toEqual([100, 100, 0]);
    const sums = [0, 1, 2].map((place) =>
      scores.reduce((sum, { weight, normalized }) => sum + weight * (normalized[place] ?? 0), 0),
    );
    expect(sums).toEqual([...cluster.algorithm.totals]);
  });

  test('are copies, which the next decision leaves alone', () => {
    const cluster = new DecisionCluster(nodes(2));
    const [, { scores }] = decideWithNotes(cluster, small);
    const before = scores.map(({ raw }) => [...raw]);
    cluster.decide(makePod('q', { requests: { cpu: '3', memory: '20Gi' } }));
    expect(scores.map(({ raw }) => [...raw])).toEqual(before);
  });

  test('are none when one node is feasible', () => {
    const cluster = new DecisionCluster(nodes(1));
    const [{ result }, { scores }] = decideWithNotes(cluster, small);
    expect([result, scores]).toEqual(['scheduled', []]);
  });
});

describe('the search of a decision', () => {
  test('is noted with its first node and the number that is enough', () => {
    const cluster = new DecisionCluster(nodes(250));
    expect(decideWithNotes(cluster, small)[1].searches).toEqual([
      { nodes: 250, start: 0, wanted: 120 },
    ]);
    expect(decideWithNotes(cluster, small)[1].searches).toEqual([
      { nodes: 250, start: 120, wanted: 120 },
    ]);
  });

  test('ends at the nominated node when that will do', () => {
    const cluster = new DecisionCluster(nodes(3));
    const nominated = makePod('p', { status: { nominatedNodeName: 'node-2' } });
    const [{ nodeName }, notes] = decideWithNotes(cluster, nominated);
    expect(nodeName).toBe('node-2');
    expect(notes).toMatchObject({ nominatedNodeName: 'node-2', searches: [{ nodes: 1 }] });
  });

  test('goes on with all nodes when the nominated one will not do', () => {
    const full = makePod('full', { requests: { cpu: '4' }, spec: { nodeName: 'node-2' } });
    const cluster = new DecisionCluster(nodes(3), [full]);
    const nominated = makePod('p', {
      requests: { cpu: '1' },
      status: { nominatedNodeName: 'node-2' },
    });
    const [, { searches }] = decideWithNotes(cluster, nominated);
    expect(searches.map((each) => each.nodes)).toEqual([1, 3]);
  });

  test('does not take place in an empty cluster', () => {
    const [{ result }, notes] = decideWithNotes(new DecisionCluster([]), small);
    expect(result).toBe('unschedulable');
    expect(notes).toMatchObject({ preFilter: undefined, searches: [], postFilter: undefined });
  });
});

describe('a decision with notes', () => {
  test.each([1, 3, 150])('is the one that it is without, on %i nodes', (count) => {
    const [plain, noted] = [new DecisionCluster(nodes(count)), new DecisionCluster(nodes(count))];
    for (let i = 0; i < 5; i++) {
      const expected = plain.decide(small);
      const [decision] = decideWithNotes(noted, small);
      expect(decision).toEqual(expected);
      expect(noted.algorithm.nextStartNodeIndex).toBe(plain.algorithm.nextStartNodeIndex);
    }
  });
});
