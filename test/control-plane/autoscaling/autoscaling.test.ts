// What autoscalers decide, without a cluster around them: the scheduler's filters on nodes that are
// thought of, bin packing, expanders, backoff, pods that keep their nodes.
import { describe, expect, test } from 'vitest';
import type { DaemonSet } from '../../../src/api/daemon-set.js';
import type { Node } from '../../../src/api/node.js';
import type { Pod } from '../../../src/api/pod.js';
import type { PodDisruptionBudget } from '../../../src/api/pod-disruption-budget.js';
import { FilterSimulation } from '../../../src/cluster/filter-simulation.js';
import {
  type ExpanderName,
  expanderNames,
} from '../../../src/control-plane/autoscaling/cluster-autoscaler/autoscaler-settings.js';
import { bestOption } from '../../../src/control-plane/autoscaling/cluster-autoscaler/expander.js';
import { NodeGroupStates } from '../../../src/control-plane/autoscaling/cluster-autoscaler/node-group-states.js';
import { readinessOf } from '../../../src/control-plane/autoscaling/cluster-autoscaler/node-readiness.js';
import { estimate } from '../../../src/control-plane/autoscaling/cluster-autoscaler/scale-up.js';
import { placeElsewhere } from '../../../src/control-plane/autoscaling/elsewhere.js';
import type {
  KarpenterNodePool,
  Offering,
} from '../../../src/control-plane/autoscaling/karpenter/karpenter-settings.js';
import { NodePlan } from '../../../src/control-plane/autoscaling/karpenter/node-plan.js';
import {
  keepsNode,
  keepsPod,
  staysWithNode,
} from '../../../src/control-plane/autoscaling/pod-removal.js';
import type { CloudInstance } from '../../../src/control-plane/cloud-provider.js';
import { defaultSchedulerConfiguration } from '../../../src/scenario/scheduler-config.js';

const second = 1_000_000;

function nodeOf(name: string, cpu: string, parts: Partial<Node> = {}): Node {
  const amounts = { cpu, memory: '8Gi', pods: '10' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: {},
    status: { capacity: amounts, allocatable: amounts },
    ...parts,
  };
}

let made = 0;

function podOf(cpu: string, parts: Partial<Pod['spec']> = {}, metadata: object = {}): Pod {
  const name = `pod-${made++}`;
  const resources = { requests: { cpu, memory: '100Mi' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs', controller: true },
      ],
      ...metadata,
    },
    spec: { containers: [{ name: 'c', image: 'i', resources }], ...parts },
  };
}

const simulation = (): FilterSimulation => new FilterSimulation(defaultSchedulerConfiguration());
const group = (cpu: string, name = 'g', parts: Partial<Node> = {}) => ({
  name,
  template: nodeOf('', cpu, parts),
  priority: 0,
  pricePerHour: undefined,
});

describe('the simulation of the scheduler', () => {
  test('fits a pod on the first node that its filters let pass', () => {
    const sim = simulation();
    sim.setNode(nodeOf('a', '1'));
    sim.setNode(nodeOf('b', '2'));
    expect(sim.firstFit(podOf('1500m'), ['a', 'b'])).toBe('b');
    expect(sim.firstFit(podOf('3'), ['a', 'b'])).toBeUndefined();
    expect(sim.refusal(podOf('3'), 'a')).toBe('Insufficient cpu');
    expect(sim.refusal(podOf('500m'), 'a')).toBe('');
  });

  test('counts assumed pods until they are forgotten', () => {
    const sim = simulation();
    sim.setNode(nodeOf('a', '1'));
    const pod = podOf('800m');
    sim.assume(pod, 'a');
    expect(sim.sharesOf('a').cpu).toBeCloseTo(0.8);
    expect(sim.firstFit(podOf('800m'), ['a'])).toBeUndefined();
    sim.forget(pod);
    expect(sim.firstFit(podOf('800m'), ['a'])).toBe('a');
  });

  test('follows bound pods until they end', () => {
    const sim = simulation();
    sim.setNode(nodeOf('a', '1'));
    const pod = podOf('800m', { nodeName: 'a' });
    sim.setPod(pod);
    expect(sim.podsOf('a')).toEqual([pod]);
    sim.setPod({ ...pod, status: { phase: 'Succeeded' } });
    expect(sim.podsOf('a')).toEqual([]);
  });

  test('heeds taints and affinity as the scheduler does', () => {
    const sim = simulation();
    sim.setNode(nodeOf('a', '4', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }));
    expect(sim.firstFit(podOf('1'), ['a'])).toBeUndefined();
    expect(
      sim.firstFit(podOf('1', { tolerations: [{ key: 'k', operator: 'Exists' }] }), ['a']),
    ).toBe('a');
    expect(sim.firstFit(podOf('1', { nodeSelector: { disk: 'ssd' } }), ['a'])).toBeUndefined();
  });

  test('says where all pods of a node would fit, and counts nothing where they do not', () => {
    const sim = simulation();
    sim.setNode(nodeOf('a', '1'));
    expect(placeElsewhere(sim, [podOf('600m'), podOf('500m')], ['a'])).toBeUndefined();
    expect(sim.sharesOf('a').cpu).toBe(0);
    const moved = placeElsewhere(sim, [podOf('600m'), podOf('300m')], ['a']);
    expect([moved?.placed.length, moved?.left.length]).toEqual([2, 0]);
    expect(sim.sharesOf('a').cpu).toBeCloseTo(0.9);
  });
});

describe('an estimate', () => {
  test('packs the pods that ask for most first', () => {
    const pods = ['500m', '500m', '1500m', '1500m'].map((cpu) => podOf(cpu));
    const { option } = estimate(simulation(), group('2'), pods, [], 10);
    expect(option?.nodes).toBe(2);
    expect(option?.pods).toHaveLength(4);
    // all CPU and 200 of 8192 MiB are used
    expect(option?.waste).toBeCloseTo(1 - 200 / 8192, 3);
  });

  test('helps as many pods as the greatest size allows', () => {
    const pods = Array.from({ length: 5 }, () => podOf('2'));
    const { option } = estimate(simulation(), group('2'), pods, [], 3);
    expect([option?.nodes, option?.pods.length]).toEqual([3, 3]);
  });

  test('says why nobody is helped', () => {
    const { option, refusals } = estimate(simulation(), group('2'), [podOf('4')], [], 3);
    expect(option).toBeUndefined();
    expect(refusals).toEqual(['Insufficient cpu']);
  });

  test('leaves room for the pods of DaemonSets that new nodes would get', () => {
    const set: DaemonSet = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent', namespace: 'kube-system' },
      spec: { selector: {}, template: { metadata: {}, spec: podOf('1').spec } },
    };
    const pods = [podOf('1'), podOf('1')];
    expect(estimate(simulation(), group('2'), pods, [], 9).option?.nodes).toBe(1);
    expect(estimate(simulation(), group('2'), pods, [set], 9).option?.nodes).toBe(2);
  });

  test('leaves the simulation as it was', () => {
    const sim = simulation();
    const pods = [podOf('1'), podOf('1')];
    const first = estimate(sim, group('2'), pods, [], 9);
    expect(estimate(sim, group('2'), pods, [], 9)).toEqual(first);
  });
});

describe('an expander', () => {
  const option = (name: string, nodes: number, pods: number, waste: number, price?: number) => ({
    group: { ...group('1', name), priority: nodes, pricePerHour: price },
    nodes,
    pods: Array.from({ length: pods }, () => podOf('1')),
    waste,
  });
  const options = [
    option('few', 1, 2, 0.9, 5),
    option('snug', 2, 4, 0.1, 2),
    option('many', 3, 9, 0.5),
  ];
  const chosen = (name: ExpanderName, random: number): string =>
    bestOption(name, options, { uniform: () => 0, below: () => random }).group.name;

  test.each([
    ['least-nodes', 'few'],
    ['least-waste', 'snug'],
    ['most-pods', 'many'],
    ['price', 'snug'],
    ['priority', 'many'],
  ] as const)('%s takes %s', (name, wanted) => {
    expect(chosen(name, 0)).toBe(wanted);
  });

  test('random takes any', () => {
    expect([0, 1, 2].map((draw) => chosen('random', draw))).toEqual(['few', 'snug', 'many']);
    expect(expanderNames).toContain('random');
  });
});

describe('the state of a group', () => {
  test('is left alone for 5 minutes after a failure, then twice as long, at most 30 minutes', () => {
    const states = new NodeGroupStates();
    const pauses: number[] = [];
    let now = 0;
    for (let failure = 0; failure < 5; failure++) {
      states.failed('g', now);
      let minutes = 0;
      while (states.isBackedOff('g', now + minutes * 60 * second)) minutes++;
      pauses.push(minutes);
      now += minutes * 60 * second;
    }
    expect(pauses).toEqual([5, 10, 20, 30, 30]);
  });

  test('is trusted again when its nodes have come', () => {
    const states = new NodeGroupStates();
    states.failed('g', 0);
    states.requested('g', 10);
    expect(states.waitedUs('g', 25)).toBe(15);
    states.fulfilled('g');
    expect(states.waitedUs('g', 25)).toBeUndefined();
    expect(states.isBackedOff('g', 25)).toBe(false);
  });

  test('counts nodes as upcoming until they are open for pods, and as lost after 15 minutes', () => {
    const instance = (nodeName: string, requestedUs: number): CloudInstance => ({
      id: nodeName,
      nodeName,
      pool: 'g',
      instanceType: 'm',
      zone: 'a',
      region: 'r',
      state: 'running',
      requestedUs,
    });
    const ready: Node['status'] = { conditions: [{ type: 'Ready', status: 'True' }] };
    const taints = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' as const }];
    const nodes = new Map([
      ['up', nodeOf('up', '1', { status: ready })],
      ['closed', nodeOf('closed', '1', { status: ready, spec: { taints } })],
    ]);
    const now = 1000 * second;
    const instances = [
      instance('up', 0),
      instance('closed', now),
      instance('boots', now),
      instance('never', 0),
    ].map((each) => each);
    const created = { ...nodes.get('closed')?.metadata, name: 'closed', creationTimestamp: now };
    nodes.set('closed', { ...(nodes.get('closed') as Node), metadata: created });
    const view = { name: 'g', targetSize: 5, minSize: 0, maxSize: 9, instances, failedLaunches: 0 };
    expect(readinessOf(view, (name) => nodes.get(name), now, 900 * second)).toEqual({
      ready: 1,
      unready: 0,
      upcoming: 3, // closed, boots, and one that is not launched yet
      lost: ['never'],
    });
  });
});

describe('a pod', () => {
  const budget = (disruptionsAllowed: number): PodDisruptionBudget => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } } },
    status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  });
  const web = podOf('1', {}, { labels: { app: 'web' } });

  test('may be moved when somebody makes another one in its place', () => {
    expect(keepsNode(podOf('1'), [])).toBe(false);
    expect(keepsNode(podOf('1', {}, { ownerReferences: [] }), [])).toBe(true);
    expect(keepsPod(podOf('1', {}, { ownerReferences: [] }), [])).toBe(true);
  });

  test('is kept by its disruption budget', () => {
    for (const keeps of [keepsNode, keepsPod]) {
      expect(keeps(web, [budget(1)])).toBe(false);
      expect(keeps(web, [budget(0)])).toBe(true);
      expect(keeps(podOf('1'), [budget(0)])).toBe(false);
    }
  });

  test('is kept by local storage and by kube-system, unless it says that it may go', () => {
    const volumes = [{ name: 'v', emptyDir: {} }];
    const safe = { annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true' } };
    expect(keepsNode(podOf('1', { volumes }), [])).toBe(true);
    expect(keepsNode(podOf('1', { volumes }, safe), [])).toBe(false);
    expect(keepsNode(podOf('1', {}, { namespace: 'kube-system' }), [])).toBe(true);
  });

  test('of a DaemonSet stays with its node', () => {
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      name: 'd',
      uid: 'd',
      controller: true,
    };
    expect(staysWithNode(podOf('1', {}, { ownerReferences: [owner] }))).toBe(true);
    expect(staysWithNode(podOf('1'))).toBe(false);
    expect(staysWithNode({ ...podOf('1'), status: { phase: 'Succeeded' } })).toBe(true);
  });
});

describe('a plan of Karpenter', () => {
  const offering = (name: string, cpu: string, price?: number, zones = ['a']): Offering => ({
    pool: `k/${name}`,
    instanceType: name,
    template: nodeOf('', cpu, {
      metadata: { name: '', labels: { 'node.kubernetes.io/instance-type': name } },
    }),
    maxPods: 10,
    zones,
    pricePerHour: price,
  });
  const poolOf = (...offerings: Offering[]): KarpenterNodePool => ({
    name: 'k',
    weight: 0,
    offerings,
    limitCpuMilli: Number.POSITIVE_INFINITY,
    limitMemoryBytes: Number.POSITIVE_INFINITY,
    consolidationPolicy: 'WhenEmpty',
    consolidateAfterUs: 0,
    expireAfterUs: Number.POSITIVE_INFINITY,
    budgetShare: 1,
  });
  const planOf = (pods: readonly Pod[], pools: KarpenterNodePool[], missing = ''): string[] =>
    new NodePlan(simulation(), [], pools, ({ instanceType }) => instanceType !== missing)
      .make(pods)
      .map(
        ({ offering: { instanceType }, zone, pods: own }) =>
          `${instanceType} ${zone} ${own.length}`,
      );

  test('takes the cheapest type that has room for all pods of a node', () => {
    const pool = poolOf(offering('s', '2', 1), offering('m', '4', 1.5), offering('l', '16', 9));
    expect(planOf([podOf('1')], [pool])).toEqual(['s a 1']);
    expect(planOf([podOf('1'), podOf('1'), podOf('1')], [pool])).toEqual(['m a 3']);
    expect(planOf([podOf('9'), podOf('1')], [pool])).toEqual(['l a 2']);
  });

  test('opens another node when the largest type is full', () => {
    const pool = poolOf(offering('m', '4', 1));
    expect(planOf([podOf('3'), podOf('3'), podOf('1')], [pool])).toEqual(['m a 2', 'm a 1']);
  });

  test('heeds what pods say about nodes', () => {
    const pool = poolOf(offering('s', '8', 1, ['a']), offering('m', '8', 2, ['b']));
    const inB = podOf('1', { nodeSelector: { 'topology.kubernetes.io/zone': 'b' } });
    const onM = podOf('1', { nodeSelector: { 'node.kubernetes.io/instance-type': 'm' } });
    expect(planOf([inB], [pool])).toEqual(['m b 1']);
    expect(planOf([onM, podOf('1')], [pool])).toEqual(['m b 2']);
    expect(planOf([podOf('1', { nodeSelector: { gpu: 'yes' } })], [pool])).toEqual([]);
  });

  test('does without types that the cloud has not', () => {
    const pool = poolOf(offering('s', '2', 1), offering('m', '4', 5));
    expect(planOf([podOf('1')], [pool], 's')).toEqual(['m a 1']);
  });

  test('goes by size where no price is known', () => {
    const pool = poolOf(offering('l', '16'), offering('s', '2'));
    expect(planOf([podOf('1')], [pool])).toEqual(['s a 1']);
  });

  test('puts no more pods on a node than it may have', () => {
    const pool = poolOf(offering('l', '64', 1));
    const pods = Array.from({ length: 11 }, () => podOf('100m'));
    expect(planOf(pods, [pool])).toEqual(['l a 10', 'l a 1']);
  });
});
