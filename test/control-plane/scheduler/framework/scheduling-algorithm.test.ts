// Whole decisions: rotation, sampling, narrowing, nominations, messages, no overcommitted node.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../../src/api/node.js';
import type { Pod } from '../../../../src/api/pod.js';
import type {
  FilterPlugin,
  NodeList,
  Plugin,
  PostFilterPlugin,
  PreFilterPlugin,
  PreFilterResult,
  ScorePlugin,
} from '../../../../src/control-plane/scheduler/framework/plugin.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { type Status, status } from '../../../../src/control-plane/scheduler/framework/status.js';
import { DecisionCluster, makeNode, makePod } from '../cluster-fixture.js';
import { plainPlugins } from '../plain-plugins.js';

const small = makePod('p', { requests: { cpu: '100m', memory: '500Mi' } });

function nodes(count: number): Node[] {
  return Array.from({ length: count }, (_, i) => makeNode(`node-${i}`));
}

function withPlugins(...extra: Plugin[]) {
  return [...plainPlugins(), ...extra.map((plugin) => ({ plugin }))];
}

function named(name: string, ...values: string[]): Pod {
  const nodeSelectorTerms = [
    { matchFields: [{ key: 'metadata.name', operator: 'In' as const, values }] },
  ];
  const requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms };
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution } };
  return makePod(name, { spec: { affinity } });
}

describe('a plain decision', () => {
  test('adds up the weighted scores: 471 for a small pod on an empty node', () => {
    // Fit 97 · 1 + balance 74 · 1 + taints 100 · 3.
    const cluster = new DecisionCluster(nodes(2));
    expect(cluster.decide(small)).toMatchObject({
      result: 'scheduled',
      nodeName: 'node-0',
      evaluatedNodes: 2,
    });
    expect([...cluster.algorithm.totals]).toEqual([471, 471]);
  });

  test('with one feasible node scores nothing', () => {
    const cluster = new DecisionCluster([
      makeNode('a'),
      makeNode('b', { spec: { unschedulable: true } }),
    ]);
    const decision = cluster.decide(small);
    expect(decision).toMatchObject({ nodeName: 'a', evaluatedNodes: 2, feasibleNodes: 1 });
    expect(decision.work).toMatchObject({ examinedNodes: 2, scoredNodes: 0, scorers: [] });
  });

  test('reports what it looked at', () => {
    const cluster = new DecisionCluster(nodes(3));
    expect(cluster.decide(small).work).toEqual({
      snapshotNodes: 3,
      examinedNodes: 3,
      scoredNodes: 3,
      walks: [],
      filters: ['NodeResourcesFit'],
      scorers: [
        'TaintToleration',
        'NodeResourcesFit',
        'NodeResourcesBalancedAllocation',
        'ImageLocality',
      ],
    });
  });

  test('spreads equal pods over equal nodes in turn', () => {
    const cluster = new DecisionCluster(nodes(3));
    const places = ['a', 'b', 'c'].map(
      (name) => cluster.place(makePod(name, { requests: { cpu: '1' } })).nodeName,
    );
    expect(new Set(places).size).toBe(3);
  });
});

describe('the search', () => {
  test('stops when it has found one more than it wants, and goes on from there', () => {
    const cluster = new DecisionCluster(nodes(250));
    const starts: number[] = [];
    const firsts: number[] = [];
    for (let cycle = 0; cycle < 4; cycle++) {
      const decision = cluster.decide(small);
      expect(decision).toMatchObject({ evaluatedNodes: 120, feasibleNodes: 120 });
      expect(decision.work.examinedNodes).toBe(121);
      firsts.push(cluster.algorithm.feasible[0]!);
      starts.push(cluster.algorithm.nextStartNodeIndex);
    }
    expect(starts).toEqual([120, 240, 110, 230]);
    expect(firsts).toEqual([0, 120, 240, 110]);
  });

  test('that looks at all nodes starts where it did before', () => {
    const cluster = new DecisionCluster(nodes(50));
    cluster.decide(small);
    expect(cluster.algorithm.nextStartNodeIndex).toBe(0);
  });

  test('counts refused nodes for the next start', () => {
    const some = nodes(150).map((node, i) =>
      i < 20 ? makeNode(`x-${i}`, { spec: { unschedulable: true } }) : node,
    );
    const cluster = new DecisionCluster(some);
    expect(cluster.decide(small)).toMatchObject({ feasibleNodes: 100, evaluatedNodes: 120 });
    expect(cluster.algorithm.nextStartNodeIndex).toBe(120);
  });

  test('obeys percentageOfNodesToScore', () => {
    const cluster = new DecisionCluster(nodes(300));
    Object.assign(cluster.framework, { percentageOfNodesToScore: 70 });
    expect(cluster.decide(small).feasibleNodes).toBe(210);
  });

  test('of named nodes looks at nothing else, but moves the start of the next one', () => {
    const cluster = new DecisionCluster(nodes(150));
    expect(cluster.decide(named('ds', 'node-77'))).toMatchObject({
      nodeName: 'node-77',
      evaluatedNodes: 1,
    });
    expect(cluster.algorithm.nextStartNodeIndex).toBe(1);
    cluster.decide(small);
    expect(cluster.algorithm.feasible[0]).toBe(1);
  });

  test('ignores names that no node has', () => {
    const cluster = new DecisionCluster(nodes(3));
    const decision = cluster.decide(named('ds', 'gone'));
    expect(decision.message).toBe(
      "0/3 nodes are available: 3 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    );
    expect(decision.unschedulablePlugins).toEqual(['NodeAffinity']);
  });

  test('wants a single node when nothing scores', () => {
    const isScorer = ({ plugin }: { plugin: Plugin }) => 'score' in plugin && !('filter' in plugin);
    const plugins = plainPlugins().filter(
      (each) =>
        !isScorer(each) &&
        !['TaintToleration', 'NodeAffinity', 'NodeResourcesFit'].includes(each.plugin.name),
    );
    const cluster = new DecisionCluster(nodes(10), [], plugins);
    expect(cluster.decide(small)).toMatchObject({ nodeName: 'node-0', feasibleNodes: 1 });
    expect(cluster.decide(small).nodeName).toBe('node-1');
  });
});

describe('messages', () => {
  test('count reasons and order them as text', () => {
    const tainted = { taints: [{ key: 'k', effect: 'NoSchedule' as const }] };
    const few = [
      ...nodes(10).map(({ metadata }) =>
        makeNode(metadata.name, { allocatable: { cpu: '1', memory: '1Mi' } }),
      ),
      makeNode('t-0', { spec: tainted }),
      makeNode('t-1', { spec: tainted }),
    ];
    const pod = makePod('p', { requests: { cpu: '2', memory: '1Gi' } });
    const decision = new DecisionCluster(few).decide(pod);
    expect(decision.message).toBe(
      '0/12 nodes are available: 10 Insufficient cpu, 10 Insufficient memory, 2 node(s) had untolerated taint(s).',
    );
    expect(decision.unschedulablePlugins).toEqual(['NodeResourcesFit', 'TaintToleration']);
    expect(decision).toMatchObject({
      result: 'unschedulable',
      nodeName: '',
      evaluatedNodes: 12,
      feasibleNodes: 0,
    });
  });

  test('of a pod that PreFilter rejects give its reason only', () => {
    const conflicting = named('p', 'a');
    const terms =
      conflicting.spec.affinity!.nodeAffinity!.requiredDuringSchedulingIgnoredDuringExecution!;
    const [term] = terms.nodeSelectorTerms;
    const twice = {
      matchFields: [
        ...term!.matchFields!,
        { key: 'metadata.name', operator: 'In' as const, values: ['b'] },
      ],
    };
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [twice] },
      },
    };
    const decision = new DecisionCluster(nodes(4)).decide(makePod('p', { spec: { affinity } }));
    expect(decision.message).toBe('0/4 nodes are available: pod affinity terms conflict.');
    expect(decision.unschedulablePlugins).toEqual(['NodeAffinity']);
  });

  test('of an empty cluster name no plugin', () => {
    expect(new DecisionCluster([]).decide(small)).toMatchObject({
      result: 'unschedulable',
      message: 'no nodes available to schedule pods',
      unschedulablePlugins: [],
    });
  });

  test('end in what the PostFilter plugins say', () => {
    const saying = (
      name: string,
      answer: Status,
      nominatedNodeName?: string,
    ): PostFilterPlugin => ({
      name,
      postFilter: () => ({
        status: answer,
        ...(nominatedNodeName !== undefined && { nominatedNodeName }),
      }),
    });
    const first = saying('First', status('Unschedulable', 'no new claims to deallocate'));
    const second = saying('Second', status('Unschedulable', 'preemption: not helpful'), '');
    const pod = makePod('p', { requests: { cpu: '9' } });
    const decision = new DecisionCluster(nodes(1), [], withPlugins(first, second)).decide(pod);
    expect(decision.message).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not helpful',
    );
    expect(decision.nominatedNodeName).toBe('');
  });
});

describe("plugins of one's own", () => {
  const preFilter = (name: string, result: PreFilterResult): PreFilterPlugin => ({
    name,
    preFilter: () => result,
  });

  test('may narrow the nodes together', () => {
    const left = preFilter('Left', { nodeNames: new Set(['node-0', 'node-1']) });
    const right = preFilter('Right', { nodeNames: new Set(['node-1', 'node-2']) });
    expect(new DecisionCluster(nodes(3), [], withPlugins(left, right)).decide(small).nodeName).toBe(
      'node-1',
    );
    const apart = preFilter('Apart', { nodeNames: new Set(['node-2']) });
    const decision = new DecisionCluster(nodes(3), [], withPlugins(left, apart)).decide(small);
    expect(decision.message).toBe(
      "0/3 nodes are available: node(s) didn't satisfy plugin(s) [Apart Left] simultaneously.",
    );
    expect(decision.unschedulablePlugins).toEqual(['Apart', 'Left']);
    const nothing = preFilter('Nothing', { nodeNames: new Set() });
    expect(new DecisionCluster(nodes(3), [], withPlugins(nothing)).decide(small).message).toBe(
      "0/3 nodes are available: node(s) didn't satisfy plugin Nothing.",
    );
  });

  test('that are unsure let the others speak, that are sure do not', () => {
    const seen: string[] = [];
    const watching: PreFilterPlugin = {
      name: 'W',
      preFilter: ({ skipFilterPlugins }) => {
        seen.push([...skipFilterPlugins].join());
        return {};
      },
    };
    const unsure = preFilter('Unsure', { status: status('Unschedulable', 'not now') });
    expect(
      new DecisionCluster(nodes(1), [], withPlugins(unsure, watching)).decide(small).message,
    ).toContain('not now.');
    const sure = preFilter('Sure', { status: status('UnschedulableAndUnresolvable', 'never') });
    new DecisionCluster(nodes(1), [], withPlugins(sure, watching)).decide(small);
    expect(seen).toHaveLength(1);
  });

  test('that fail stop the attempt with an error that blames nobody', () => {
    const broken = status('Error', 'boom');
    const filter: FilterPlugin = { name: 'F', filter: () => () => broken };
    expect(new DecisionCluster(nodes(2), [], withPlugins(filter)).decide(small)).toMatchObject({
      result: 'error',
      message: 'running "F" filter plugin: boom',
      unschedulablePlugins: [],
    });
    expect(
      new DecisionCluster(nodes(2), [], withPlugins(preFilter('P', { status: broken }))).decide(
        small,
      ).message,
    ).toBe('running PreFilter plugin "P": boom');
    const scorer: ScorePlugin = { name: 'S', score: () => broken };
    expect(new DecisionCluster(nodes(2), [], withPlugins(scorer)).decide(small).message).toBe(
      'running Score plugin "S": boom',
    );
  });

  test('must score within 0 and 100', () => {
    const of = (value: number): ScorePlugin => ({
      name: 'S',
      score: (_state, _pod, { count }: NodeList, _snapshot, scores) =>
        void scores.fill(value, 0, count),
    });
    const decide = (value: number) =>
      new DecisionCluster(nodes(2), [], withPlugins(of(value))).decide(small);
    expect(decide(100).result).toBe('scheduled');
    expect(decide(101).message).toBe(
      'plugin "S" returns an invalid score 101, it should in the range of [0, 100] after normalizing',
    );
    expect(decide(-1).result).toBe('error');
    expect(decide(Number.NaN).result).toBe('error');
  });

  test('that wait for something are told apart from those that reject', () => {
    const filter: FilterPlugin = {
      name: 'Waits',
      filter: () => () => status('Pending', 'a device is on its way'),
    };
    expect(new DecisionCluster(nodes(1), [], withPlugins(filter)).decide(small)).toMatchObject({
      result: 'unschedulable',
      unschedulablePlugins: [],
      pendingPlugins: ['Waits'],
    });
  });
});

describe('nominated pods', () => {
  const big = (name: string, priority: number, nominatedNodeName?: string) =>
    makePod(name, {
      requests: { cpu: '3' },
      spec: { priority },
      ...(nominatedNodeName !== undefined && { status: { nominatedNodeName } }),
    });

  test('keep their room from pods of the same or lower priority', () => {
    const cluster = new DecisionCluster(nodes(1));
    cluster.nominator.nominate(new PodInfo(big('waiting', 5)), 'node-0');
    expect(cluster.decide(big('low', 4)).message).toBe(
      '0/1 nodes are available: 1 Insufficient cpu.',
    );
    expect(cluster.decide(big('same', 5)).result).toBe('unschedulable');
    expect(cluster.decide(big('high', 6)).nodeName).toBe('node-0');
    expect(cluster.decide(big('waiting', 5)).nodeName).toBe('node-0');
  });

  test('leave no trace on the node', () => {
    const cluster = new DecisionCluster(nodes(1), [makePod('e', { spec: { nodeName: 'node-0' } })]);
    const before = cluster.cache.snapshot.table;
    const waiting = makePod('waiting', {
      requests: { cpu: '1' },
      spec: {
        priority: 5,
        containers: [{ name: 'c', ports: [{ containerPort: 1, hostPort: 1 }] }],
      },
    });
    cluster.nominator.nominate(new PodInfo(waiting), 'node-0');
    cluster.decide(small);
    expect(before.cpu.requested[0]).toBe(0);
    expect(before.pods[0]!.map(({ key }) => key)).toEqual(['default/e']);
    expect(before.hostPorts[0]).toBeUndefined();
  });

  test('go to their node without a look at others', () => {
    const cluster = new DecisionCluster(nodes(5));
    expect(cluster.decide(big('p', 1, 'node-3'))).toMatchObject({
      nodeName: 'node-3',
      evaluatedNodes: 1,
    });
    expect(cluster.algorithm.nextStartNodeIndex).toBe(0);
  });

  test('search everywhere when their node no longer fits', () => {
    const full = makePod('full', { requests: { cpu: '2' }, spec: { nodeName: 'node-3' } });
    const cluster = new DecisionCluster(nodes(5), [full]);
    expect(cluster.decide(big('p', 1, 'node-3'))).toMatchObject({
      evaluatedNodes: 5,
      feasibleNodes: 4,
    });
  });
});

describe('properties', () => {
  const amounts = fc.record({
    cpu: fc.integer({ min: 0, max: 3000 }).map((milli) => `${milli}m`),
    memory: fc.integer({ min: 0, max: 20 }).map((gib) => `${gib}Gi`),
  });
  const podSpecs = fc.array(amounts, { minLength: 1, maxLength: 60 });

  test('no node is ever overcommitted, and a pod is refused only when it fits nowhere', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), podSpecs, (count, requests) => {
        const cluster = new DecisionCluster(nodes(count));
        requests.forEach((each, i) => {
          const pod = makePod(`p-${i}`, { requests: each });
          const { table } = cluster.cache.snapshot;
          const { cpuMilli, memoryBytes } = new PodInfo(pod).requests;
          const decision = cluster.place(pod);
          let hasRoom = false;
          for (let row = 0; row < count; row++) {
            expect(table.cpu.requested[row]).toBeLessThanOrEqual(4000);
            expect(table.memory.requested[row]).toBeLessThanOrEqual(32 * 2 ** 30);
            const isFree = (used: number, wanted: number, whole: number) =>
              wanted === 0 || used + wanted <= whole;
            const fits =
              isFree(table.cpu.requested[row]!, cpuMilli, 4000) &&
              isFree(table.memory.requested[row]!, memoryBytes, 32 * 2 ** 30);
            if (fits) hasRoom = true;
          }
          if (decision.result === 'unschedulable') expect(hasRoom).toBe(false);
        });
      }),
      { numRuns: 60 },
    );
  });
});
