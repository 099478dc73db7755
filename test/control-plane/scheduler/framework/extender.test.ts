// Decisions with extenders: who is asked about what, what it costs, what a failure does.
import { describe, expect, test } from 'vitest';
import type { ExtenderConfiguration } from '../../../../src/control-plane/scheduler/configuration/scheduler-configuration.js';
import {
  Extender,
  type ExtenderOptions,
} from '../../../../src/control-plane/scheduler/framework/extender.js';
import { ExtenderChain } from '../../../../src/control-plane/scheduler/framework/extender-chain.js';
import type {
  FilterPlugin,
  PreFilterPlugin,
  PreFilterResult,
  ScorePlugin,
} from '../../../../src/control-plane/scheduler/framework/plugin.js';
import type { EnabledPlugin } from '../../../../src/control-plane/scheduler/framework/plugin-set.js';
import { type Status, status } from '../../../../src/control-plane/scheduler/framework/status.js';
import { DecisionCluster, makeNode, makePod } from '../cluster-fixture.js';
import { plainPlugins } from '../plain-plugins.js';

const nodes = (count: number) => Array.from({ length: count }, (_, i) => makeNode(`node-${i}`));
const pod = makePod('p', { requests: { cpu: '100m' } });

interface Wanted extends Partial<ExtenderConfiguration> {
  readonly plugin?: ExtenderOptions['plugin'];
  readonly latencyUs?: number;
}

const plain: ExtenderConfiguration = {
  urlPrefix: 'http://x/',
  filterVerb: 'filter',
  preemptVerb: '',
  prioritizeVerb: '',
  bindVerb: '',
  weight: 1,
  httpTimeoutUs: 5_000_000,
  nodeCacheCapable: false,
  ignorable: false,
  managedResources: [],
};

/** Nodes `node-0` … and extenders; `calls` notes who was asked what. */
function clusterWith(wanted: readonly Wanted[], size = 5, plugins?: readonly EnabledPlugin[]) {
  const calls: string[] = [];
  const extenders = wanted.map(({ plugin, latencyUs = 1000, ...configuration }) => {
    const { urlPrefix, ...rest } = { ...plain, ...configuration };
    return new Extender({
      configuration: { urlPrefix, ...rest },
      bytesPerSecond: 1e12,
      plugin,
      latencyUs: (uid, attempt, verb) => {
        calls.push(`${urlPrefix} ${verb} ${uid} ${attempt}`);
        return latencyUs;
      },
    });
  });
  const lastOne = (_totals: Float64Array, count: number): number => count - 1;
  const cluster = new DecisionCluster(nodes(size), [], plugins, (snapshot) => ({
    extenders: new ExtenderChain(extenders, snapshot, lastOne),
  }));
  return { cluster, calls };
}

/** Refuses the named nodes. */
function refusing(answer: Status, ...names: string[]): FilterPlugin {
  return {
    name: 'Mine',
    filter:
      (_state, _pod, { table }) =>
      (row) =>
        names.includes(table.names[row] as string) ? answer : undefined,
  };
}

const no = status('Unschedulable', 'too hot');
const never = status('UnschedulableAndUnresolvable', 'on fire');

describe('a filtering extender', () => {
  test('that no plugin stands for lets all pass, and costs its answer and the JSON', () => {
    const { cluster, calls } = clusterWith([{}]);
    const decision = cluster.decide(pod);
    expect(decision).toMatchObject({ result: 'scheduled', feasibleNodes: 5, evaluatedNodes: 5 });
    expect(calls).toEqual(['http://x/ filter uid-p 1']);
    const nodeBytes = JSON.stringify(makeNode('node-0')).length;
    const jsonBytes = JSON.stringify(pod).length + 2 * 5 * nodeBytes;
    expect(decision.work.extenders).toEqual({ waitUs: 1000, jsonBytes });
  });

  test('that caches nodes is sent their names', () => {
    const { cluster } = clusterWith([{ nodeCacheCapable: true }]);
    const { extenders } = cluster.decide(pod).work;
    expect(extenders?.jsonBytes).toBe(JSON.stringify(pod).length + 2 * 5 * 'node-0'.length);
  });

  test('is asked about the nodes that the plugins have left', () => {
    const list = [...nodes(3), makeNode('off', { spec: { unschedulable: true } })];
    const whole = clusterWith([{ nodeCacheCapable: true }], 3).cluster.decide(pod);
    const { cluster } = clusterWith([{ nodeCacheCapable: true }], 0);
    for (const node of list) cluster.cache.addNode(node);
    expect(cluster.decide(pod).work.extenders).toEqual(whole.work.extenders);
  });

  test('refuses nodes with its own reasons, and wakes the pod with every event', () => {
    const all = ['node-0', 'node-1', 'node-2', 'node-3', 'node-4'];
    const { cluster } = clusterWith([{ plugin: refusing(no, ...all) }]);
    expect(cluster.decide(pod)).toMatchObject({
      result: 'unschedulable',
      message: '0/5 nodes are available: 5 too hot.',
      unschedulablePlugins: ['Extender'],
      evaluatedNodes: 5,
      feasibleNodes: 0,
    });
    expect(cluster.algorithm.statuses.get(2)).toEqual(no);
  });

  test('can say that preemption would not help', () => {
    const { cluster } = clusterWith([{ plugin: refusing(never, 'node-1') }]);
    expect(cluster.decide(pod)).toMatchObject({ nodeName: 'node-4', feasibleNodes: 4 });
    expect(cluster.algorithm.statuses.get(1)?.code).toBe('UnschedulableAndUnresolvable');
  });

  test('moves the start of the next search no further than the plugins have come', () => {
    const { cluster } = clusterWith([{ plugin: refusing(no, 'node-3', 'node-7') }], 250);
    expect(cluster.decide(pod).feasibleNodes).toBe(118);
    expect(cluster.algorithm.nextStartNodeIndex).toBe(120);
  });

  test('is not asked when nothing is left, nor for pods that use nothing it manages', () => {
    const managedResources = [{ name: 'example.com/gpu', ignoredByScheduler: true }];
    const { cluster, calls } = clusterWith([{ managedResources }]);
    expect(cluster.decide(pod).work.extenders).toEqual({ waitUs: 0, jsonBytes: 0 });
    cluster.decide(makePod('big', { requests: { cpu: '99' } }));
    expect(calls).toEqual([]);
    const resources = { limits: { 'example.com/gpu': '1' } };
    const initContainers = [{ name: 'i', resources }];
    cluster.decide(makePod('q', { spec: { initContainers, containers: [{ name: 'c' }] } }));
    expect(calls).toEqual(['http://x/ filter uid-q 1']);
  });

  test('judges after the one before, which has taken nodes away', () => {
    const first = { urlPrefix: 'a', plugin: refusing(no, 'node-0'), ignorable: true };
    const second = { urlPrefix: 'b', plugin: refusing(never, 'node-0', 'node-1'), latencyUs: 500 };
    const { cluster, calls } = clusterWith([first, second]);
    expect(cluster.decide(pod)).toMatchObject({
      feasibleNodes: 3,
      work: { extenders: { waitUs: 1500 } },
    });
    // The ignorable one is asked last, so that the other one has refused node-0.
    expect(calls.map((call) => call[0])).toEqual(['b', 'a']);
    expect(cluster.algorithm.statuses.get(0)).toEqual(never);
  });

  test('lets a PreFilter speak for all nodes, or name them', () => {
    const preFilter = (result: PreFilterResult): PreFilterPlugin & FilterPlugin => ({
      ...refusing(no, 'node-2'),
      preFilter: () => result,
    });
    const decide = (result: PreFilterResult) =>
      clusterWith([{ plugin: preFilter(result) }]).cluster.decide(pod).feasibleNodes;
    expect(decide({})).toBe(4);
    expect(decide({ status: status('Skip') })).toBe(5);
    expect(decide({ status: no })).toBe(0);
    expect(decide({ nodeNames: new Set(['node-2', 'node-3']) })).toBe(1);
  });

  test('looks at a nominated node alone', () => {
    const nominated = makePod('n', { status: { nominatedNodeName: 'node-3' } });
    const { cluster, calls } = clusterWith([{ plugin: refusing(no, 'node-3') }]);
    expect(cluster.decide(nominated)).toMatchObject({ nodeName: 'node-4', feasibleNodes: 4 });
    expect(calls).toHaveLength(2);
    expect(clusterWith([{}]).cluster.decide(nominated)).toMatchObject({ nodeName: 'node-3' });
  });
});

describe('an extender that fails', () => {
  const late = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';

  test('by answering too late fails the attempt after its timeout', () => {
    const { cluster } = clusterWith([{ latencyUs: 7_000_000 }]);
    expect(cluster.decide(pod)).toMatchObject({
      result: 'error',
      message: `Post "http://x/filter": ${late}`,
      unschedulablePlugins: [],
      work: { extenders: { waitUs: 5_000_000 } },
    });
  });

  test('is passed over when it is ignorable', () => {
    const { cluster } = clusterWith([{ latencyUs: 7_000_000, ignorable: true }]);
    expect(cluster.decide(pod)).toMatchObject({ result: 'scheduled', feasibleNodes: 5 });
  });

  test('in the middle of its judgement leaves the nodes as they were', () => {
    const broken = status('Error', 'boom');
    const plugin: FilterPlugin = {
      name: 'Mine',
      filter: () => (row) => (row === 1 ? no : row === 3 ? broken : undefined),
    };
    const ignored = clusterWith([{ plugin, ignorable: true }]).cluster;
    ignored.decide(pod);
    expect([...ignored.algorithm.feasible]).toEqual([0, 1, 2, 3, 4]);
    expect(clusterWith([{ plugin }]).cluster.decide(pod)).toMatchObject({
      result: 'error',
      message: 'boom',
    });
  });

  test('to judge a nominated node is not the end: the others are looked at', () => {
    let isFirst = true;
    const plugin: FilterPlugin = {
      name: 'Mine',
      filter: () => {
        const answer = isFirst ? status('Error', 'boom') : undefined;
        isFirst = false;
        return () => answer;
      },
    };
    const nominated = makePod('n', { status: { nominatedNodeName: 'node-3' } });
    const { cluster } = clusterWith([{ plugin }]);
    expect(cluster.decide(nominated)).toMatchObject({ result: 'scheduled', feasibleNodes: 5 });
  });

  test('to score gives no score, and nobody minds', () => {
    const failing = { filterVerb: '', prioritizeVerb: 'p', latencyUs: 7_000_000 };
    const { cluster } = clusterWith([failing]);
    expect(cluster.decide(pod)).toMatchObject({
      nodeName: 'node-0',
      work: { extenders: { waitUs: 5_000_000 } },
    });
  });
});

describe('a prioritising extender', () => {
  const scoring = (scores: Record<string, number>): ScorePlugin => ({
    name: 'Mine',
    score: (_state, _pod, { rows, count }, { table }, out) => {
      for (let i = 0; i < count; i++) out[i] = scores[table.names[rows[i]!] as string] ?? 0;
    },
  });
  const verbs = { filterVerb: '', prioritizeVerb: 'p', nodeCacheCapable: true };

  test('adds a tenth of its score, in whole steps, times its weight and ten', () => {
    const before = new DecisionCluster(nodes(5));
    before.decide(pod);
    const plugin = scoring({ 'node-0': 100, 'node-1': 59, 'node-2': 9 });
    const { cluster } = clusterWith([{ ...verbs, weight: 3, plugin }]);
    cluster.decide(pod);
    const added = [...cluster.algorithm.totals].map(
      (total, i) => total - before.algorithm.totals[i]!,
    );
    expect(added).toEqual([300, 150, 0, 0, 0]);
  });

  test('makes equal nodes be taken at random, as any interested extender does', () => {
    expect(clusterWith([verbs]).cluster.decide(pod).nodeName).toBe('node-4');
    expect(clusterWith([{}]).cluster.decide(pod).nodeName).toBe('node-4');
    const managedResources = [{ name: 'example.com/gpu', ignoredByScheduler: true }];
    expect(clusterWith([{ managedResources }]).cluster.decide(pod).nodeName).toBe('node-0');
  });

  test('works at the same time as others: the slowest counts', () => {
    const { cluster, calls } = clusterWith([
      { ...verbs, latencyUs: 300 },
      { ...verbs, latencyUs: 800 },
    ]);
    expect(cluster.decide(pod).work.extenders?.waitUs).toBe(800);
    expect(calls).toEqual(['http://x/ prioritize uid-p 1', 'http://x/ prioritize uid-p 1']);
  });

  test('is not asked about a single node', () => {
    const { cluster, calls } = clusterWith([verbs], 1);
    cluster.decide(pod);
    expect(calls).toEqual([]);
  });
});

test('without any score a scheduler with extenders still looks for enough nodes', () => {
  const plugins = plainPlugins().filter(({ plugin }) => !('score' in plugin));
  expect(clusterWith([{}], 10, plugins).cluster.decide(pod).feasibleNodes).toBe(10);
  const decision = new DecisionCluster(nodes(10), [], plugins).decide(pod);
  expect(decision.feasibleNodes).toBe(1);
});
