// Whom preemption chooses, on which node, and what it says when it chooses nobody.
import { describe, expect, test } from 'vitest';
import type { Pod, PodCondition } from '../../../../src/api/pod.js';
import type { PreemptionTrial } from '../../../../src/control-plane/scheduler/framework/plugin.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { chooseCandidate } from '../../../../src/control-plane/scheduler/plugins/default-preemption/choose-candidate.js';
import { splitByDisruptionBudgets } from '../../../../src/control-plane/scheduler/plugins/default-preemption/disruption-budgets.js';
import { sortByImportance } from '../../../../src/control-plane/scheduler/plugins/default-preemption/pod-importance.js';
import { makeNode, makePod } from '../cluster-fixture.js';
import {
  budget,
  configWithArgs,
  nodeOf,
  PreemptionCluster,
  running,
  wanting,
} from '../preemption-fixture.js';

const preempted: PodCondition = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'PreemptionByScheduler',
};

function terminating(pod: Pod): Pod {
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: 5 } };
}

describe('victims of one node', () => {
  const four = [0, 1, 2, 3].map((i) => running(`p${i}`, 'n', i, { start: i }));

  test('are as few as possible, the least important ones', () => {
    const cluster = new PreemptionCluster([nodeOf('n'), ...four]);
    expect(cluster.plan(wanting('2', 10))).toBe('n: p1 p0');
  });

  test('have a lower priority than the pod', () => {
    const cluster = new PreemptionCluster([nodeOf('n'), ...four]);
    expect(cluster.plan(wanting('2', 2))).toBe('n: p1 p0');
    expect(cluster.decide(wanting('2', 1)).message).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, ' +
        'preemption: 0/1 nodes are available: 1 Insufficient cpu.',
    );
    expect(cluster.dryRun(wanting('2', 0))).toEqual([
      'n: No preemption victims found for incoming pod',
    ]);
  });

  test('that came later go first, to the second', () => {
    const at = (...starts: number[]) =>
      new PreemptionCluster([
        nodeOf('n', '2'),
        ...starts.map((start, i) => running(`p${i}`, 'n', 0, { start })),
      ]).plan(wanting('1', 1));
    expect(at(7, 9)).toBe('n: p1');
    expect(at(9, 7)).toBe('n: p0');
    // Both in second 7: the first one on the node stays.
    expect(at(7.9, 7.1)).toBe('n: p1');
  });

  test('that are on their way already are not deleted again', () => {
    const pods = [terminating(running('a', 'n', 0)), running('b', 'n', 0, { start: 1 })];
    const cluster = new PreemptionCluster([nodeOf('n', '2'), ...pods]);
    expect(cluster.plan(wanting('2', 1))).toBe('n: b');
    expect(cluster.dryRun(wanting('2', 1))).toEqual(['n: a b (0)']);
  });

  test('free their host ports, and only those', () => {
    const withPort = (hostPort: number) => ({
      containers: [{ name: 'main', ports: [{ containerPort: 80, hostPort }] }],
    });
    const cluster = new PreemptionCluster([
      nodeOf('n'),
      running('a', 'n', 0, { spec: withPort(80) }),
      running('b', 'n', 0, { spec: withPort(81) }),
      running('c', 'n', 9, { spec: withPort(82) }),
    ]);
    const incoming = (port: number) =>
      makePod('incoming', { spec: { ...withPort(port), priority: 5 } });
    expect(cluster.plan(incoming(81))).toBe('n: b');
    expect(cluster.decide(incoming(82)).victims).toEqual([]);
    expect(cluster.decide(incoming(83)).nodeName).toBe('n');
  });

  test('leave room for pods nominated to the node, if those are as important', () => {
    const waits = (priority: number) =>
      makePod('other', {
        requests: { cpu: '1' },
        spec: { priority },
        status: { nominatedNodeName: 'n' },
      });
    const plan = (priority: number) =>
      new PreemptionCluster([nodeOf('n'), ...four, waits(priority)]).plan(wanting('1', 10));
    expect(plan(10)).toBe('n: p1 p0');
    expect(plan(9)).toBe('n: p0');
  });
});

describe('PodDisruptionBudgets', () => {
  const web = (name: string, start: number) =>
    running(name, 'n', 0, { start, labels: { app: 'web' } });

  test('protect pods that are less important than others', () => {
    const pods = [running('other', 'n', 5), web('a', 1)];
    const plan = (...budgets: Parameters<PreemptionCluster['add']>[0][]) =>
      new PreemptionCluster([nodeOf('n', '2'), ...pods, ...budgets]).plan(wanting('1', 10));
    expect(plan()).toBe('n: a');
    expect(plan(budget('web', 0))).toBe('n: other');
    expect(plan(budget('web', 1))).toBe('n: a');
  });

  test('are broken when there is no other way, and that is counted', () => {
    const pods = [web('a', 0), web('b', 1), running('c', 'n', 0, { start: 2 })];
    const cluster = new PreemptionCluster([nodeOf('n', '3'), ...pods, budget('web', 1)]);
    // The budget is enough for the more important a; b violates it and is reprieved first.
    expect(cluster.dryRun(wanting('2', 1))).toEqual(['n: a c (0)']);
    expect(cluster.dryRun(wanting('3', 1))).toEqual(['n: a b c (1)']);
  });

  test('make a node without violations the better one, even with more important victims', () => {
    const cluster = new PreemptionCluster([
      nodeOf('n', '1'),
      nodeOf('m', '1'),
      web('a', 0),
      running('b', 'm', 9),
      budget('web', 0),
    ]);
    expect(cluster.plan(wanting('1', 10))).toBe('m: b');
  });

  test('are counted over all pods they select, each charged to every budget', () => {
    const pod = (name: string, labels: Record<string, string>, namespace = 'default') => {
      const made = makePod(name, { labels });
      return new PodInfo({ ...made, metadata: { ...made.metadata, namespace } });
    };
    const named = (pods: readonly PodInfo[]) => pods.map((info) => info.pod.metadata.name);
    const split = (budgets: ReturnType<typeof budget>[], ...pods: PodInfo[]) => {
      const podDisruptionBudgets = (namespace: string) =>
        budgets.filter(({ metadata }) => metadata.namespace === namespace);
      return named(splitByDisruptionBudgets(pods, { podDisruptionBudgets }).violating);
    };
    const web1 = pod('web-1', { app: 'web' });
    const web2 = pod('web-2', { app: 'web', tier: 'front' });
    const elsewhere = pod('web-3', { app: 'web' }, 'other');
    const bare = new PodInfo(makePod('bare'));
    const one = budget('web', 1);
    expect(split([one], web1, web2, elsewhere, bare)).toEqual(['web-2']);
    expect(split([budget('web', 0)], web1, web2)).toEqual(['web-1', 'web-2']);
    const front = { ...budget('x', 0), spec: { selector: { matchLabels: { tier: 'front' } } } };
    // web-1 uses up the budget of all, so web-2 breaks both.
    expect(split([budget('web', 2), front], web1, web2)).toEqual(['web-2']);
    expect(split([{ ...one, spec: { selector: {} } }], web1, web2)).toEqual([]);
    expect(split([{ ...one, spec: {} }], web1, web2)).toEqual([]);
    const counted = { ...one, status: { disruptionsAllowed: 0, disruptedPods: { 'web-1': 0 } } };
    expect(split([counted], web1, web2)).toEqual(['web-2']);
    const exceptFor = { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' as const }] };
    const { status: _status, ...unseen } = { ...one, spec: { selector: exceptFor } };
    expect(split([unseen], pod('free', { tier: 'x' }), web1, bare)).toEqual(['free']);
  });
});

describe('importance', () => {
  const ordered = (...pods: [name: string, priority: number, start?: number][]) => {
    const infos = pods.map(
      ([name, priority, start]) =>
        new PodInfo(
          makePod(name, {
            spec: { priority },
            ...(start !== undefined && { status: { startTime: start * 1_000_000 } }),
          }),
        ),
    );
    sortByImportance(infos);
    return infos.map((info) => info.pod.metadata.name).join('');
  };

  test('is priority, then age', () => {
    expect(ordered(['a', 1, 5], ['b', 2, 9], ['c', 1, 3])).toBe('bca');
  });

  test('of equal pods leaves their order alone', () => {
    expect(ordered(['a', 1, 5], ['b', 1, 5], ['c', 1, 5])).toBe('abc');
  });

  test('of pods that have not started is least, and turns their order around', () => {
    expect(ordered(['a', 1], ['b', 1, 5], ['c', 1], ['d', 1])).toBe('bdca');
  });
});

describe('the choice of a node', () => {
  type Victim = readonly [priority: number, start: number];

  function candidate(row: number, numPDBViolations: number, ...victims: Victim[]): PreemptionTrial {
    const infos = victims.map(
      ([priority, start], i) => new PodInfo(running(`v${row}-${i}`, 'n', priority, { start })),
    );
    return { row, victims: infos, numPDBViolations, status: undefined, plugin: '' };
  }

  test.each([
    [
      'the fewest violated budgets',
      'fewest PodDisruptionBudget violations',
      candidate(0, 1, [0, 0]),
      candidate(1, 0, [9, 0], [9, 0]),
    ],
    [
      'the lowest priority of the first victim',
      'lowest priority of the most important victim',
      candidate(0, 0, [5, 0]),
      candidate(1, 0, [4, 0], [4, 0]),
    ],
    [
      'the lowest sum of priorities',
      'lowest sum of priorities',
      candidate(0, 0, [5, 0], [3, 0]),
      candidate(1, 0, [5, 0], [2, 0]),
    ],
    [
      'fewer victims, also when some have negative priorities',
      'lowest sum of priorities',
      candidate(0, 0, [5, 0], [-3, 0]),
      candidate(1, 0, [5, 0]),
    ],
    [
      'the victim of highest priority that started last',
      'latest start of the longest-running victim of highest priority',
      candidate(0, 0, [5, 10], [3, 90]),
      candidate(1, 0, [5, 20], [3, 30]),
    ],
    [
      'the oldest of several victims of the highest priority',
      'latest start of the longest-running victim of highest priority',
      candidate(0, 0, [5, 10], [5, 50]),
      candidate(1, 0, [5, 20], [5, 20]),
    ],
  ])('goes by %s', (_text, rule, worse, better) => {
    expect(chooseCandidate([worse, better])).toEqual({ best: better, rule });
    expect(chooseCandidate([better, worse])).toEqual({ best: better, rule });
  });

  test('takes the first of equals', () => {
    const equals = [3, 1, 2].map((row) => candidate(row, 0, [5, 7]));
    expect(chooseCandidate(equals)).toEqual({ best: equals[0], rule: 'first in order' });
  });

  test('is none when there is one candidate', () => {
    const only = candidate(4, 2, [5, 7]);
    expect(chooseCandidate([only])).toEqual({ best: only, rule: 'only candidate' });
  });
});

describe('the search for candidates', () => {
  const many = (count: number) => [
    ...Array.from({ length: count }, (_, i) => nodeOf(`n${i}`, '1')),
    ...Array.from({ length: count }, (_, i) => running(`p${i}`, `n${i}`, 0)),
  ];

  test('starts where the random number of the pod says, among the nodes that may help', () => {
    const full = makeNode('full', { spec: { unschedulable: true } });
    const cluster = new PreemptionCluster([full, ...many(3)]);
    cluster.offset = 2;
    expect(cluster.plan(wanting('1', 1))).toBe('n2: p2');
    expect(cluster.draws).toEqual([['preemption/uid-incoming', 3]]);
  });

  test('stops at 100 candidates, or at the share of the nodes that is configured', () => {
    const count = (config?: unknown) => {
      const decision = new PreemptionCluster(many(150), config).decide(wanting('1', 1));
      return decision.work.postFilter;
    };
    expect(count()).toEqual({ dryRunNodes: 100, dryRunFilterPasses: 200 });
    const args = { minCandidateNodesPercentage: 20, minCandidateNodesAbsolute: 1 };
    expect(count(configWithArgs(args))?.dryRunNodes).toBe(30);
    const none = { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 1000 };
    expect(count(configWithArgs(none))?.dryRunNodes).toBe(150);
  });

  test('goes on until one candidate violates no budget', () => {
    const args = { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 2 };
    const pods = Array.from({ length: 6 }, (_, i) =>
      running(`p${i}`, `n${i}`, 0, { labels: { app: i === 4 ? 'free' : 'web' } }),
    );
    const nodes = pods.map((_, i) => nodeOf(`n${i}`, '1'));
    const cluster = new PreemptionCluster(
      [...nodes, ...pods, budget('web', 0)],
      configWithArgs(args),
    );
    const decision = cluster.decide(wanting('1', 1));
    expect(decision.nominatedNodeName).toBe('n4');
  });
});

describe('a pod that may not preempt', () => {
  const nodes = [nodeOf('n', '1'), running('p', 'n', 0)];
  const prefix = '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, ';

  test('by its policy is told so', () => {
    const cluster = new PreemptionCluster(nodes);
    const spec = { preemptionPolicy: 'Never' as const };
    const decision = cluster.decide(wanting('1', 1, { spec }));
    expect(decision.message).toBe(
      `${prefix}preemption: not eligible due to preemptionPolicy=Never.`,
    );
    expect(decision).toMatchObject({ nominatedNodeName: undefined, victims: [] });
  });

  test('waits for the victims of its last preemption', () => {
    const nominated = wanting('1', 1, { status: { nominatedNodeName: 'n' } });
    const victim = terminating(running('p', 'n', 0, { status: { conditions: [preempted] } }));
    const cluster = new PreemptionCluster([nodeOf('n', '1'), victim]);
    const decision = cluster.decide(nominated);
    expect(decision.message).toBe(
      `${prefix}preemption: not eligible due to a terminating pod on the nominated node.`,
    );
    expect(decision.nominatedNodeName).toBeUndefined();
  });

  test('does not wait for pods that somebody else deletes, or of higher priority', () => {
    const nominated = wanting('1', 1, { status: { nominatedNodeName: 'n' } });
    const deleted = new PreemptionCluster([nodeOf('n', '1'), terminating(running('p', 'n', 0))]);
    expect(deleted.plan(nominated)).toBe('n: ');
    const high = terminating(running('p', 'n', 5, { status: { conditions: [preempted] } }));
    const important = new PreemptionCluster([nodeOf('n', '1'), high]);
    expect(important.decide(nominated)).toMatchObject({ nominatedNodeName: '' });
  });

  test('looks elsewhere when its node has become impossible', () => {
    const nominated = wanting('1', 1, { status: { nominatedNodeName: 'n' } });
    const cordoned = makeNode('n', {
      allocatable: { cpu: '1' },
      spec: { unschedulable: true },
    });
    const victim = terminating(running('p', 'n', 0, { status: { conditions: [preempted] } }));
    const cluster = new PreemptionCluster([
      cordoned,
      victim,
      nodeOf('m', '1'),
      running('q', 'm', 0),
    ]);
    expect(cluster.plan(nominated)).toBe('m: q');
  });

  test('is judged by its newest state', () => {
    const victim = terminating(running('p', 'n', 0, { status: { conditions: [preempted] } }));
    const cluster = new PreemptionCluster([nodeOf('n', '1'), victim]);
    cluster.objects.set(wanting('1', 1, { status: { nominatedNodeName: 'n' } }));
    expect(cluster.decide(wanting('1', 1)).message).toContain('not eligible');
  });
});

describe('a preemption that helps nowhere', () => {
  test('says why for every node, and clears the nomination', () => {
    const cluster = new PreemptionCluster([
      nodeOf('a', '1'),
      nodeOf('b', '1'),
      nodeOf('c', '1'),
      makeNode('d', { spec: { unschedulable: true } }),
      running('high', 'a', 9),
      running('low', 'b', 0, { requests: { cpu: '500m' } }),
      running('high-2', 'b', 9, { requests: { cpu: '500m' } }),
      running('high-3', 'c', 9),
    ]);
    const decision = cluster.decide(wanting('1', 1));
    expect(decision.message).toBe(
      '0/4 nodes are available: 1 node(s) were unschedulable, 3 Insufficient cpu. ' +
        'no new claims to deallocate, preemption: 0/4 nodes are available: ' +
        '1 Insufficient cpu, 1 Preemption is not helpful for scheduling, ' +
        '2 No preemption victims found for incoming pod.',
    );
    expect(decision).toMatchObject({ result: 'unschedulable', nominatedNodeName: '', victims: [] });
    expect(decision.unschedulablePlugins).toEqual(['NodeResourcesFit', 'NodeUnschedulable']);
  });

  test('draws no random number when no node is worth a try', () => {
    const cluster = new PreemptionCluster([makeNode('n', { spec: { unschedulable: true } })]);
    expect(cluster.decide(wanting('1', 1)).message).toContain(
      'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    );
    expect(cluster.draws).toEqual([]);
  });

  test('is not tried when PreFilter ended before DynamicResources', () => {
    const matchFields = ['a', 'b'].map((name) => ({
      key: 'metadata.name',
      operator: 'In' as const,
      values: [name],
    }));
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
      },
    };
    const cluster = new PreemptionCluster([nodeOf('n', '1'), running('p', 'n', 0)]);
    const decision = cluster.decide(wanting('1', 1, { spec: { affinity } }));
    expect(decision).toMatchObject({
      result: 'unschedulable',
      message: '0/1 nodes are available: pod affinity terms conflict. not found',
      nominatedNodeName: undefined,
      victims: [],
    });
  });
});
