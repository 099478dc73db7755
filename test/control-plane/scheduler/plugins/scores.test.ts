// Score plugins: values worked out by hand from the formulas (reference: scheduler 2 and 10).
import { describe, expect, test } from 'vitest';
import { CycleNotes } from '../../../../src/control-plane/scheduler/framework/cycle-notes.js';
import { defaultNormalizeScore } from '../../../../src/control-plane/scheduler/framework/normalize-score.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { DynamicResources } from '../../../../src/control-plane/scheduler/plugins/dynamic-resources/dynamic-resources.js';
import {
  ImageLocality,
  normalizedImageName,
} from '../../../../src/control-plane/scheduler/plugins/image-locality/image-locality.js';
import { NodeResourcesBalancedAllocation } from '../../../../src/control-plane/scheduler/plugins/node-resources-balanced-allocation/balance.js';
import {
  leastRequestedScore,
  percentageOf,
} from '../../../../src/control-plane/scheduler/plugins/node-resources-fit/least-allocated.js';
import { NodeResourcesFit } from '../../../../src/control-plane/scheduler/plugins/node-resources-fit/node-resources-fit.js';
import { TaintToleration } from '../../../../src/control-plane/scheduler/plugins/taint-toleration/taint-toleration.js';
import { DecisionCluster, makeNode, makePod } from '../cluster-fixture.js';
import { plainPlugins } from '../plain-plugins.js';

const small = { cpu: '100m', memory: '500Mi' };

describe('normalisation', () => {
  test.each<[string, number[], boolean, number[]]>([
    ['scales by the maximum, rounding down', [0, 1, 3], false, [0, 33, 100]],
    ['reverses after rounding', [0, 1, 3], true, [100, 67, 0]],
    ['leaves zeros', [0, 0], false, [0, 0]],
    ['makes zeros the best when reversed', [0, 0], true, [100, 100]],
  ])('%s', (_name, raw, reverse, expected) => {
    const scores = Float64Array.from([...raw, 77]);
    defaultNormalizeScore(scores, raw.length, reverse);
    expect([...scores]).toEqual([...expected, 77]);
  });
});

describe('NodeResourcesFit (LeastAllocated)', () => {
  const scoreOf = (
    pods = [] as ReturnType<typeof makePod>[],
    pod = makePod('p', { requests: small }),
  ) => new DecisionCluster([makeNode('n')], pods).scores(new NodeResourcesFit(), pod).raw[0];

  test('an empty node of 4 CPUs and 32 GiB is worth 97 to a pod of 100m and 500Mi', () => {
    expect(scoreOf()).toBe(97);
  });

  test('a pod that states nothing counts as 100m and 200 MiB', () => {
    // ⌊(97 + ⌊100·(32 GiB − 200 MiB) / 32 GiB⌋) / 2⌋ = ⌊(97 + 99) / 2⌋.
    expect(scoreOf([], makePod('p'))).toBe(98);
    // The first one on the node too: ⌊(95 + 98) / 2⌋.
    expect(scoreOf([makePod('e', { spec: { nodeName: 'n' } })], makePod('p'))).toBe(96);
  });

  test('a resource that would be overcommitted is worth nothing', () => {
    expect(leastRequestedScore(4001, 4000)).toBe(0);
    expect(leastRequestedScore(4000, 4000)).toBe(0);
    expect(leastRequestedScore(0, 4000)).toBe(100);
    expect(leastRequestedScore(0, 0)).toBe(0);
  });

  test('pod-level resources do not count for the incoming pod, as in kube-scheduler 1.36', () => {
    const spec = { resources: { requests: { cpu: '2', memory: '16Gi' } } };
    expect(scoreOf([], makePod('p', { requests: small, spec }))).toBe(97);
  });

  test('resources are weighted, and those a node lacks do not count', () => {
    const nodes = [
      makeNode('with', { allocatable: { 'example.com/gpu': '4' } }),
      makeNode('without'),
    ];
    const resources = [
      { name: 'cpu', weight: 1 },
      { name: 'example.com/gpu', weight: 3 },
    ];
    const scoringStrategy = { type: 'LeastAllocated', resources, shape: [] } as const;
    const plugin = new NodeResourcesFit({ scoringStrategy });
    const pod = makePod('p', { requests: { cpu: '1', 'example.com/gpu': '1' } });
    expect(new DecisionCluster(nodes).scores(plugin, pod).raw).toEqual([75, 75]);
    const plain = makePod('p', { requests: { cpu: '2' } });
    expect(new DecisionCluster(nodes).scores(plugin, plain).raw).toEqual([50, 50]);
  });

  test('is exact where 100 times the memory is no longer a safe integer', () => {
    const whole = 2 ** 50 + 1;
    expect(percentageOf(whole - 1, whole)).toBe(99);
    expect(percentageOf(whole, whole)).toBe(100);
    const nodes = [makeNode('n', { allocatable: { cpu: '4', memory: `${whole}` } })];
    const pod = makePod('p', { requests: { cpu: '0', memory: '1' } });
    expect(new DecisionCluster(nodes).scores(new NodeResourcesFit(), pod).raw).toEqual([99]);
  });
});

describe('NodeResourcesBalancedAllocation', () => {
  const plugin = new NodeResourcesBalancedAllocation();

  test('an empty node loses one point of balance and is worth 74', () => {
    const cluster = new DecisionCluster([makeNode('n')]);
    expect(cluster.scores(plugin, makePod('p', { requests: small })).raw).toEqual([74]);
  });

  test('a pod that evens out the use scores above 75, one that adds to the imbalance below', () => {
    const busyCpu = makePod('e', { requests: { cpu: '3' }, spec: { nodeName: 'n' } });
    const cluster = new DecisionCluster([makeNode('n')], [busyCpu]);
    // Shares 0.75 and 0: balance 62. With 24 GiB: 0.75 and 0.75: 100. 50 + ⌊(50 + 38) / 2⌋.
    expect(cluster.scores(plugin, makePod('p', { requests: { memory: '24Gi' } })).raw).toEqual([
      94,
    ]);
    // With one more CPU: 1 and 0: 50. 50 + ⌊(50 − 12) / 2⌋.
    expect(cluster.scores(plugin, makePod('p', { requests: { cpu: '1' } })).raw).toEqual([69]);
  });

  test('uses the population standard deviation for three resources', () => {
    const resources = ['cpu', 'memory', 'example.com/gpu'].map((name) => ({ name, weight: 1 }));
    const cluster = new DecisionCluster([
      makeNode('n', { allocatable: { 'example.com/gpu': '4' } }),
    ]);
    const pod = makePod('p', { requests: { cpu: '4', 'example.com/gpu': '2' } });
    // Shares 1, 0, 0.5: deviation 0.408…, balance 59; before 100. 50 + ⌊(50 − 41) / 2⌋.
    expect(cluster.scores(new NodeResourcesBalancedAllocation(resources), pod).raw).toEqual([54]);
  });

  test('the two ways to compute two resources agree', () => {
    const pods = [makePod('e', { requests: { cpu: '1', memory: '3Gi' }, spec: { nodeName: 'n' } })];
    const cluster = new DecisionCluster([makeNode('n')], pods);
    const pod = makePod('p', { requests: small });
    const three = ['cpu', 'memory', 'example.com/absent'].map((name) => ({ name, weight: 1 }));
    const slow = cluster.scores(new NodeResourcesBalancedAllocation(three), pod);
    expect(cluster.scores(plugin, pod)).toEqual(slow);
  });
});

describe('TaintToleration', () => {
  const soft = (key: string) => ({ key, effect: 'PreferNoSchedule' }) as const;

  test('prefers nodes with fewer soft taints that the pod does not tolerate', () => {
    const cluster = new DecisionCluster([
      makeNode('none'),
      makeNode('one', { spec: { taints: [soft('a')] } }),
      makeNode('three', { spec: { taints: [soft('a'), soft('b'), soft('c')] } }),
      makeNode('hard', { spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } }),
    ]);
    const scores = cluster.scores(new TaintToleration(), makePod('p'));
    expect(scores).toEqual({ raw: [0, 1, 3, 0], normalized: [100, 67, 0, 100] });
    const tolerations = [{ key: 'a', operator: 'Exists' }] as const;
    const tolerant = makePod('p', { spec: { tolerations } });
    expect(cluster.scores(new TaintToleration(), tolerant).raw).toEqual([0, 0, 2, 0]);
  });

  test('tolerations of other effects do not help', () => {
    const cluster = new DecisionCluster([makeNode('n', { spec: { taints: [soft('a')] } })]);
    const tolerations = [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }] as const;
    const pod = makePod('p', { spec: { tolerations } });
    expect(cluster.scores(new TaintToleration(), pod).raw).toEqual([1]);
  });
});

describe('ImageLocality', () => {
  const mebibyte = 1_048_576;
  const withImages = (name: string, images: Record<string, number>) =>
    makeNode(name, {
      status: {
        images: Object.entries(images).map(([image, mib]) => ({
          names: [image],
          sizeBytes: mib * mebibyte,
        })),
      },
    });
  const podOf = (...images: string[]) =>
    makePod('p', { spec: { containers: images.map((image, i) => ({ name: `c${i}`, image })) } });
  const scoresOf = (nodes: ReturnType<typeof makeNode>[], pod: ReturnType<typeof makePod>) =>
    new DecisionCluster(nodes).scores(new ImageLocality(), pod).raw;

  test('images are known by name with tag', () => {
    expect(normalizedImageName('nginx')).toBe('nginx:latest');
    expect(normalizedImageName('registry:5000/nginx')).toBe('registry:5000/nginx:latest');
    expect(normalizedImageName('registry:5000/nginx:1.27')).toBe('registry:5000/nginx:1.27');
  });

  test('an image on half of the nodes counts half', () => {
    // 1000 MiB · 1/2 = 500 MiB: ⌊100 · 477 / 977⌋.
    const nodes = [withImages('a', { 'app:1': 1000 }), makeNode('b')];
    expect(scoresOf(nodes, podOf('app:1'))).toEqual([48, 0]);
  });

  test('an image on all nodes counts fully, up to 1000 MiB a container', () => {
    expect(scoresOf([withImages('a', { 'app:1': 5000 })], podOf('app:1'))).toEqual([100]);
    expect(scoresOf([withImages('a', { 'app:1': 5000 })], podOf('app:1', 'x:1'))).toEqual([100]);
    expect(scoresOf([withImages('a', { 'app:1': 1000 })], podOf('app:1', 'x:1'))).toEqual([49]);
  });

  test('small images count nothing', () => {
    expect(scoresOf([withImages('a', { 'app:1': 23 })], podOf('app:1'))).toEqual([0]);
  });

  test('the size is what the first node reported', () => {
    const nodes = [withImages('a', { 'app:1': 100 }), withImages('b', { 'app:1': 900 })];
    expect(scoresOf(nodes, podOf('app:1'))).toEqual([7, 7]);
  });

  test('a node keeps the spread of its last snapshot until it changes itself', () => {
    const cluster = new DecisionCluster([withImages('a', { 'app:1': 1000 }), makeNode('b')]);
    const score = () => cluster.scores(new ImageLocality(), podOf('app:1')).raw;
    expect(score()).toEqual([48, 0]);
    cluster.cache.addNode(withImages('b', { 'app:1': 1000 }));
    expect(score()).toEqual([48, 100]);
    cluster.cache.addPod(podInfoOn('a'));
    expect(score()).toEqual([100, 100]);
  });
});

function podInfoOn(nodeName: string): PodInfo {
  return new PodInfo(makePod('other', { spec: { nodeName } }));
}

describe('a score that follows from the node alone', () => {
  const image = { names: ['registry.example/web:1'], sizeBytes: 900 * 1024 * 1024 };
  const soft = { key: 'k', effect: 'PreferNoSchedule' } as const;
  const clusters = {
    plain: [makeNode('a'), makeNode('b', { allocatable: { cpu: '8' } })],
    'with a soft taint': [makeNode('a'), makeNode('b', { spec: { taints: [soft] } })],
    'with an image': [makeNode('a'), makeNode('b', { status: { images: [image] } })],
  };
  const container = { name: 'main', image: 'registry.example/web:1' };
  const pod = makePod('p', { spec: { containers: [container] } });
  const plugins = () => [
    new TaintToleration(),
    new ImageLocality(),
    new DynamicResources(),
    new NodeResourcesFit(),
    new NodeResourcesBalancedAllocation(),
  ];

  test.each(Object.entries(clusters))('is what scoring would say: %s', (_name, nodes) => {
    const cluster = new DecisionCluster(nodes);
    for (const plugin of plugins()) {
      const { normalized } = cluster.scores(plugin, pod);
      const known = plugin.rowScore(new PodInfo(pod), cluster.cache.snapshot);
      if (known !== undefined) expect(normalized).toEqual([0, 1].map(known.scoreOf));
      else expect(normalized[0]).not.toBe(normalized[1]);
    }
  });

  test('counts with its weight in every total, noted or not', () => {
    const cluster = new DecisionCluster([makeNode('a'), makeNode('b')]);
    const info = new PodInfo(makePod('p', { requests: small }));
    cluster.decide(info.pod);
    // Fit 97, balance 74, tolerations 3 × 100 (reference: scheduler 10.3).
    expect([...cluster.algorithm.totals]).toEqual([471, 471]);
    const notes = new CycleNotes();
    cluster.algorithm.decide(cluster.framework, info, 1, notes);
    const noted = notes.scores.find(({ plugin }) => plugin === 'TaintToleration');
    expect(noted?.normalized).toEqual(Float64Array.of(100, 100));
    expect([...cluster.algorithm.totals]).toEqual([471, 471]);
  });

  test('ends the attempt when it is out of range, again for the next pod', () => {
    const wild = {
      name: 'Wild',
      score: (...[, , nodes, , scores]: Parameters<NodeResourcesFit['score']>) => {
        for (let i = 0; i < nodes.count; i++) scores[i] = nodes.rows[i] === 1 ? 101 : 1;
        return undefined;
      },
      rowScore: () => ({ key: [], scoreOf: (row: number) => (row === 1 ? 101 : 1) }),
    };
    const nodes = [makeNode('a'), makeNode('b')];
    const cluster = new DecisionCluster(nodes, [], [...plainPlugins(), { plugin: wild }]);
    const decisions = [cluster.decide(pod), cluster.decide(pod)];
    for (const { message } of decisions) {
      expect(message).toContain('plugin "Wild" returns an invalid score 101');
    }
  });
});
