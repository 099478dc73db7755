// PodTopologySpread on small clusters whose skews and scores are worked out by hand.
import { beforeEach, describe, expect, test } from 'vitest';
import type { TopologySpreadConstraint } from '../../../../src/api/affinity.js';
import type { Node } from '../../../../src/api/node.js';
import type { ObjectMeta } from '../../../../src/api/object-meta.js';
import type { Pod, PodSpec } from '../../../../src/api/pod.js';
import { actions } from '../../../../src/control-plane/scheduler/framework/cluster-event.js';
import { CycleState } from '../../../../src/control-plane/scheduler/framework/cycle-state.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { PodTopologySpread } from '../../../../src/control-plane/scheduler/plugins/pod-topology-spread/pod-topology-spread.js';
import { makeNode, makePod } from '../cluster-fixture.js';
import { PlacementFixture } from '../placement-fixture.js';

const zone = 'topology.kubernetes.io/zone';
const host = 'kubernetes.io/hostname';
const skewed = "Unschedulable: node(s) didn't match pod topology spread constraints";
const unlabelled =
  "UnschedulableAndUnresolvable: node(s) didn't match pod topology spread constraints (missing required label)";

let fixture: PlacementFixture;
let plugin: PodTopologySpread;

beforeEach(() => {
  fixture = new PlacementFixture();
  plugin = new PodTopologySpread(
    { defaultingType: 'System', defaultConstraints: [] },
    fixture.listers,
  );
});

function node(name: string, inZone?: string, spec: Node['spec'] = {}): Node {
  return makeNode(name, { labels: { [host]: name, ...(inZone && { [zone]: inZone }) }, spec });
}

/** Nodes a1, a2 in zone a and b1 in zone b. */
function twoZones(): void {
  for (const [name, inZone] of [
    ['a1', 'a'],
    ['a2', 'a'],
    ['b1', 'b'],
  ] as const) {
    fixture.cache.addNode(node(name, inZone));
  }
}

let number = 0;

function web(nodeName: string, metadata: Partial<ObjectMeta> = {}): Pod {
  const pod = makePod(`web-${number++}`, { labels: { app: 'web' }, spec: { nodeName } });
  return { ...pod, metadata: { ...pod.metadata, ...metadata } };
}

function place(...nodeNames: string[]): void {
  for (const name of nodeNames) fixture.cache.addPod(new PodInfo(web(name)));
}

function hard(options: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint {
  const labelSelector = { matchLabels: { app: 'web' } };
  return {
    topologyKey: zone,
    maxSkew: 1,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector,
    ...options,
  };
}

function soft(options: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint {
  return { ...hard(options), whenUnsatisfiable: 'ScheduleAnyway' };
}

function incoming(
  topologySpreadConstraints: readonly TopologySpreadConstraint[],
  spec: Partial<PodSpec> = {},
  labels: Record<string, string> = { app: 'web' },
): Pod {
  return makePod('incoming', { labels, spec: { ...spec, topologySpreadConstraints } });
}

describe('a hard constraint', () => {
  test('keeps pods out of zones that are ahead by more than maxSkew', () => {
    twoZones();
    place('a1');
    expect(fixture.judge(plugin, incoming([hard()]))).toEqual({ a1: skewed, a2: skewed, b1: '' });
    expect(fixture.feasible(plugin, incoming([hard({ maxSkew: 2 })]))).toEqual(['a1', 'b1', 'a2']);
  });

  test('counts the pod itself only if its own labels match', () => {
    twoZones();
    place('a1');
    const other = incoming([hard()], {}, { app: 'db' });
    expect(fixture.feasible(plugin, other)).toEqual(['a1', 'b1', 'a2']);
  });

  test('refuses nodes without the key for good, and their pods do not count', () => {
    twoZones();
    fixture.cache.addNode(node('x'));
    place('x', 'x', 'x');
    const verdicts = fixture.judge(plugin, incoming([hard()]));
    expect(verdicts).toEqual({ a1: '', a2: '', b1: '', x: unlabelled });
  });

  test('counts nodes only if they have the keys of all hard constraints', () => {
    twoZones();
    fixture.cache.addNode(makeNode('c1', { labels: { [zone]: 'c' } }));
    place('a1', 'b1', 'c1', 'c1');
    const both = incoming([hard(), hard({ topologyKey: host, maxSkew: 5 })]);
    // Zone c does not exist for this pod: without its host name c1 counts for neither key.
    expect(fixture.judge(plugin, both)).toEqual({ a1: '', a2: '', b1: '', c1: unlabelled });
    // With the zone alone it does, and is ahead.
    expect(fixture.judge(plugin, incoming([hard()]))?.['c1']).toBe(skewed);
  });

  test('judges by the first constraint that fails', () => {
    twoZones();
    fixture.cache.addNode(makeNode('a3', { labels: { [zone]: 'a' } }));
    place('a1');
    const pod = incoming([hard(), hard({ topologyKey: host })]);
    expect(fixture.judge(plugin, pod)?.['a3']).toBe(skewed);
    const turned = incoming([hard({ topologyKey: host }), hard()]);
    expect(fixture.judge(plugin, turned)?.['a3']).toBe(unlabelled);
  });

  test('counts neither pods of other namespaces nor pods that are being deleted', () => {
    twoZones();
    fixture.cache.addPod(new PodInfo(web('a1', { namespace: 'other' })));
    fixture.cache.addPod(new PodInfo(web('a1', { deletionTimestamp: 5 })));
    expect(fixture.feasible(plugin, incoming([hard()]))).toEqual(['a1', 'b1', 'a2']);
  });

  test('neither an empty nor an absent selector counts pods; on trial the empty one does', () => {
    twoZones();
    place('a1', 'a1', 'a1');
    const trial = ['add', web('a1'), 'a1'] as const;
    const empty = incoming([hard({ labelSelector: {} })]);
    expect(fixture.feasible(plugin, empty)).toEqual(['a1', 'b1', 'a2']);
    expect(fixture.feasible(plugin, empty, [trial])).toEqual(['b1']);
    const { labelSelector: _, ...absent } = hard();
    expect(fixture.feasible(plugin, incoming([absent]), [trial])).toEqual(['a1', 'b1', 'a2']);
  });

  test('with fewer domains than minDomains takes the minimum for 0', () => {
    twoZones();
    place('a1', 'b1');
    expect(fixture.feasible(plugin, incoming([hard({ minDomains: 2 })]))).toHaveLength(3);
    expect(fixture.feasible(plugin, incoming([hard({ minDomains: 3 })]))).toEqual([]);
    expect(fixture.feasible(plugin, incoming([hard({ minDomains: 3, maxSkew: 2 })]))).toHaveLength(
      3,
    );
  });

  test('matchLabelKeys compares with pods of the same value only', () => {
    twoZones();
    place('a1', 'a1');
    const keyed = hard({ matchLabelKeys: ['pod-template-hash', 'absent'] });
    const revision = { app: 'web', 'pod-template-hash': '2' };
    expect(fixture.feasible(plugin, incoming([keyed], {}, revision))).toHaveLength(3);
    expect(fixture.feasible(plugin, incoming([keyed], {}, { app: 'web' }))).toEqual(['b1']);
  });

  test('is skipped where there is none', () => {
    twoZones();
    expect(fixture.judge(plugin, incoming([soft()]))).toBeUndefined();
    expect(fixture.judge(plugin, makePod('p'))).toBeUndefined();
  });
});

describe('node inclusion policies', () => {
  test('nodes that the pod cannot go to by affinity do not hold the minimum down', () => {
    twoZones();
    fixture.cache.addNode(node('c1', 'c'));
    place('a1', 'b1');
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: zone, operator: 'NotIn' as const, values: ['c'] }] },
        ],
      },
    };
    const spec = { affinity: { nodeAffinity } };
    expect(fixture.feasible(plugin, incoming([hard()], spec))).toContain('a1');
    const ignoring = hard({ nodeAffinityPolicy: 'Ignore' });
    expect(fixture.feasible(plugin, incoming([ignoring], spec))).toEqual(['c1']);
  });

  test('the same holds for a node selector', () => {
    twoZones();
    place('a1');
    const spec = { nodeSelector: { [zone]: 'a' } };
    expect(fixture.judge(plugin, incoming([hard()], spec))?.['a1']).toBe('');
  });

  test('tainted nodes count unless nodeTaintsPolicy says Honor and the taint is not tolerated', () => {
    twoZones();
    const taint = { key: 'dedicated', value: 'x', effect: 'NoSchedule' } as const;
    fixture.cache.addNode(node('c1', 'c', { taints: [taint] }));
    place('a1', 'b1');
    expect(fixture.feasible(plugin, incoming([hard()]))).toEqual(['c1']);
    const honoring = hard({ nodeTaintsPolicy: 'Honor' });
    expect(fixture.feasible(plugin, incoming([honoring]))).toContain('a1');
    const tolerations = [{ key: 'dedicated', operator: 'Exists' as const }];
    expect(fixture.feasible(plugin, incoming([honoring], { tolerations }))).toEqual(['c1']);
  });

  test('a taint that comes later takes the node out of the count', () => {
    twoZones();
    fixture.cache.addNode(node('c1', 'c'));
    place('a1', 'b1');
    const pod = incoming([hard({ nodeTaintsPolicy: 'Honor' })]);
    expect(fixture.feasible(plugin, pod)).toEqual(['c1']);
    fixture.cache.addNode(node('c1', 'c', { taints: [{ key: 'k', effect: 'NoExecute' }] }));
    expect(fixture.feasible(plugin, pod)).toContain('a1');
  });
});

describe('trials', () => {
  test('pods that are added and removed count where they are', () => {
    twoZones();
    place('a1', 'b1');
    const pod = incoming([hard()]);
    expect(fixture.feasible(plugin, pod, [['add', web('a1'), 'a1']])).toEqual(['b1']);
    expect(fixture.feasible(plugin, pod, [['remove', web('a1'), 'a1']])).toEqual(['a1', 'a2']);
  });

  test('leave the cycle as it was', () => {
    twoZones();
    place('a1', 'b1');
    const pod = incoming([hard()]);
    fixture.feasible(plugin, pod, [['add', web('a1'), 'a1']]);
    expect(fixture.feasible(plugin, pod)).toEqual(['a1', 'b1', 'a2']);
  });

  test('do not touch a pod of another namespace or a node that is left out', () => {
    twoZones();
    fixture.cache.addNode(node('x'));
    const pod = incoming([hard()]);
    const other = web('a1', { namespace: 'other' });
    expect(fixture.feasible(plugin, pod, [['add', other, 'a1']])).toEqual(['a1', 'b1', 'a2']);
    expect(fixture.feasible(plugin, pod, [['add', web('x'), 'x']])).toEqual(['a1', 'b1', 'a2']);
  });

  test('know only the two emptiest values, so that two changes may overrate the minimum', () => {
    for (const name of ['a', 'b', 'c']) fixture.cache.addNode(node(`${name}1`, name));
    const pod = incoming([hard()]);
    const full = ['add', web('a1'), 'a1'] as const;
    const other = ['add', web('b1'), 'b1'] as const;
    // Zone c is empty still, but the two remembered zones have a pod each: the minimum is 1.
    expect(fixture.feasible(plugin, pod, [full, other])).toEqual(['a1', 'b1', 'c1']);
  });
});

describe('soft constraints', () => {
  test('prefer emptier zones: the hand-checked example with ln 5', () => {
    for (const name of ['a', 'b', 'c']) fixture.cache.addNode(node(`${name}1`, name));
    place('b1', 'c1', 'c1');
    expect(fixture.scores(plugin, incoming([soft({ maxSkew: 5 })]))).toEqual({
      raw: [4, 6, 7],
      normalized: [100, 71, 57],
    });
  });

  test('count pods on nodes that are not feasible too', () => {
    twoZones();
    place('a2', 'a2', 'a2', 'b1');
    const among = ['a1', 'b1'];
    const scores = fixture.scores(plugin, incoming([soft()]), among);
    // Two values: weight ln 4 = 1.386; 3 pods in zone a, 1 in zone b.
    expect(scores?.raw).toEqual([4, 1]);
  });

  test('count host names on the node itself, whatever its zone', () => {
    twoZones();
    place('a1', 'a1', 'b1');
    const scores = fixture.scores(plugin, incoming([soft({ topologyKey: host })]));
    // Three nodes: weight ln 5 = 1.609; order a1, b1, a2.
    expect(scores).toEqual({ raw: [3, 2, 0], normalized: [0, 33, 100] });
  });

  test('give nodes without a declared key nothing', () => {
    twoZones();
    fixture.cache.addNode(node('x'));
    place('a1');
    const scores = fixture.scores(plugin, incoming([soft()]));
    // The order is a1, b1, x, a2.
    expect(scores).toEqual({ raw: [1, 0, 0, 1], normalized: [0, 100, 0, 0] });
  });

  test('give all nodes 100 where there is nothing to prefer', () => {
    twoZones();
    expect(fixture.scores(plugin, incoming([soft()]))?.normalized).toEqual([100, 100, 100]);
  });

  test('add up', () => {
    twoZones();
    place('a1');
    const pod = incoming([soft(), soft({ topologyKey: host })]);
    // a1: ln 4 + ln 5 = 2.996; a2: ln 4 = 1.386; b1: 0.
    expect(fixture.scores(plugin, pod)?.raw).toEqual([3, 0, 1]);
  });

  test('are skipped where there are none', () => {
    twoZones();
    expect(fixture.scores(plugin, incoming([hard()]))).toBeUndefined();
  });
});

describe('default constraints', () => {
  const service = (name: string, selector?: Record<string, string>) => ({
    apiVersion: 'v1' as const,
    kind: 'Service' as const,
    metadata: { name, namespace: 'default' },
    spec: { ...(selector && { selector }) },
  });
  const owned = (kind: string, apiVersion: string, name: string, labels = { app: 'web' }): Pod => {
    const pod = makePod('owned', { labels });
    const owner = { apiVersion, kind, name, uid: 'u', controller: true };
    return { ...pod, metadata: { ...pod.metadata, ownerReferences: [owner] } };
  };
  const plain = makePod('plain', { labels: { app: 'web', tier: 'front' } });

  test('spread the pods of a Service over hosts and zones', () => {
    twoZones();
    place('a1');
    fixture.listers.all = [service('web', { app: 'web' }), service('none')];
    // a1: ln 5 + 2 + ln 4 + 4 = 8.996; b1: 2 + 4; a2: 2 + ln 4 + 4 = 7.386.
    expect(fixture.scores(plugin, plain)?.raw).toEqual([9, 6, 7]);
  });

  test('need something that selects the pod', () => {
    twoZones();
    fixture.listers.all = [service('other', { app: 'db' }), service('none')];
    expect(fixture.scores(plugin, plain)).toBeUndefined();
    fixture.listers.all = [{ ...service('web', { app: 'web' }) }];
    const elsewhere = { ...plain, metadata: { ...plain.metadata, namespace: 'other' } };
    expect(fixture.scores(plugin, elsewhere)).toBeUndefined();
  });

  test('merge the selectors of all Services', () => {
    twoZones();
    place('a1');
    fixture.listers.all = [service('web', { app: 'web' }), service('front', { tier: 'front' })];
    // No pod on a node is of both.
    expect(fixture.scores(plugin, plain)?.normalized).toEqual([100, 100, 100]);
  });

  test.each([
    ['ReplicaSet', 'apps/v1', { matchLabels: { app: 'web' } }],
    ['StatefulSet', 'apps/v1', { matchExpressions: [{ key: 'app', operator: 'Exists' }] }],
    ['ReplicationController', 'v1', { app: 'web' }],
  ])('follow the %s that owns the pod', (kind, apiVersion, selector) => {
    twoZones();
    place('b1');
    const metadata = { name: 'mine', namespace: 'default' };
    fixture.listers.all = [{ apiVersion, kind, metadata, spec: { selector } } as never];
    const pod = owned(kind, apiVersion, 'mine');
    expect(fixture.scores(plugin, pod)?.normalized).toEqual([100, 66, 100]);
    expect(fixture.scores(plugin, owned(kind, apiVersion, 'other'))).toBeUndefined();
    expect(fixture.scores(plugin, owned(kind, 'example.com/v1', 'mine'))).toBeUndefined();
  });

  test('do not apply to a pod that declares any constraint', () => {
    twoZones();
    fixture.listers.all = [service('web', { app: 'web' })];
    expect(fixture.scores(plugin, incoming([hard()]))).toBeUndefined();
  });

  test('of the system let nodes without a zone take part', () => {
    twoZones();
    fixture.cache.addNode(node('x'));
    place('a1', 'x');
    fixture.listers.all = [service('web', { app: 'web' })];
    // Four nodes: ln 6; values a, b and none: ln 5. x has no zone to be scored by.
    // a1: 1.792 + 2 + 1.609 + 4; b1: 6; x: 1.792 + 2; a2: 2 + 1.609 + 4.
    expect(fixture.scores(plugin, plain)?.raw).toEqual([9, 6, 4, 8]);
  });

  test('of the system take an empty zone and none for one value, but score only the first', () => {
    twoZones();
    fixture.cache.addNode(makeNode('e', { labels: { [host]: 'e', [zone]: '' } }));
    fixture.cache.addNode(node('x'));
    place('x', 'x');
    fixture.listers.all = [service('web', { app: 'web' })];
    const scores = fixture.scores(plugin, plain);
    const names = fixture.cache.snapshot.names();
    // Five nodes: ln 7 = 1.946; values a, b and the empty one: ln 5 = 1.609.
    // e: 2 + 3.219 + 4, for the pods on x; x: 3.892 + 2; the others 2 + 4.
    const raw = Object.fromEntries(names.map((name, i) => [name, scores?.raw[i]]));
    expect(raw).toEqual({ a1: 6, a2: 6, b1: 6, e: 9, x: 6 });
  });

  test('of a list replace those of the system and may be hard', () => {
    const { labelSelector: _, ...bare } = hard();
    const listed = new PodTopologySpread(
      { defaultingType: 'List', defaultConstraints: [bare] },
      fixture.listers,
    );
    twoZones();
    place('a1');
    fixture.listers.all = [service('web', { app: 'web' })];
    expect(fixture.feasible(listed, plain)).toEqual(['b1']);
    expect(fixture.scores(listed, plain)).toBeUndefined();
  });
});

describe('a profile with half of the extension points', () => {
  test('fails with the words of kube-scheduler', () => {
    twoZones();
    const snapshot = fixture.cache.updateSnapshot();
    const filter = plugin.filter(new CycleState());
    expect(filter(0)).toEqual({
      code: 'Error',
      reasons: ['reading "PreFilterPodTopologySpread" from cycleState: not found'],
    });
    const nodes = { rows: snapshot.order, count: snapshot.count };
    const scores = new Float64Array(3);
    const answer = plugin.score(
      new CycleState(),
      new PodInfo(makePod('p')),
      nodes,
      snapshot,
      scores,
    );
    expect(answer?.code).toBe('Error');
  });
});

describe('queueing hints', () => {
  const pod = incoming([hard(), soft({ labelSelector: { matchLabels: { app: 'soft' } } })]);
  const hintOf = (index: 0 | 1, before: Pod | Node | undefined, after: Pod | Node | undefined) =>
    plugin.eventsToRegister()[index]?.hint?.(pod, before, after);
  const onPod = (before?: Pod, after?: Pod) => hintOf(0, before, after);
  const onNode = (before?: Node, after?: Node) => hintOf(1, before, after);
  const relabelled = (from: Pod, labels: Record<string, string>): Pod => ({
    ...from,
    metadata: { ...from.metadata, labels },
  });

  test('are asked about pods and about nodes, but for what cannot matter', () => {
    const registered = plugin.eventsToRegister().map(({ event }) => [event.resource, event.action]);
    expect(registered).toEqual([
      ['Pod', actions.Add | actions.UpdatePodLabel | actions.UpdatePodToleration | actions.Delete],
      ['Node', actions.Add | actions.Delete | actions.UpdateNodeLabel | actions.UpdateNodeTaint],
    ]);
  });

  test('a pod that comes or goes matters if a hard constraint counts it', () => {
    expect(onPod(undefined, web('a1'))).toBe('Queue');
    expect(onPod(web('a1'), undefined)).toBe('Queue');
    expect(onPod(undefined, relabelled(web('a1'), { app: 'db' }))).toBe('QueueSkip');
    expect(onPod(relabelled(web('a1'), { app: 'soft' }), undefined)).toBe('QueueSkip');
  });

  test('pods without a node, of other namespaces or on their way out do not matter', () => {
    expect(onPod(undefined, makePod('x', { labels: { app: 'web' } }))).toBe('QueueSkip');
    expect(onPod(undefined, web('a1', { namespace: 'other' }))).toBe('QueueSkip');
    expect(onPod(undefined, web('a1', { deletionTimestamp: 1 }))).toBe('QueueSkip');
  });

  test('new labels matter if they make a pod count, or no longer count', () => {
    const before = web('a1');
    expect(onPod(before, relabelled(before, { app: 'db' }))).toBe('Queue');
    expect(onPod(before, relabelled(before, { app: 'web', tier: 'x' }))).toBe('QueueSkip');
  });

  test('own tolerations matter under a constraint that honors taints', () => {
    const honoring = incoming([hard({ nodeTaintsPolicy: 'Honor' })]);
    const spec = { ...honoring.spec, tolerations: [{ operator: 'Exists' as const }] };
    const hint = plugin.eventsToRegister()[0]?.hint;
    expect(hint?.(honoring, honoring, { ...honoring, spec })).toBe('Queue');
    expect(onPod(pod, { ...pod, spec: { ...pod.spec, tolerations: spec.tolerations } })).toBe(
      'QueueSkip',
    );
  });

  test('a node matters if it has the keys of all hard constraints', () => {
    expect(onNode(undefined, node('n', 'a'))).toBe('Queue');
    expect(onNode(undefined, node('n'))).toBe('QueueSkip');
    expect(onNode(node('n', 'a'), undefined)).toBe('Queue');
    expect(onNode(node('n'), undefined)).toBe('QueueSkip');
  });

  test('a node that changes matters if it gains, loses or changes a key, or its taints', () => {
    const tainted = node('n', 'a', { taints: [{ key: 'k', effect: 'NoSchedule' }] });
    expect(onNode(node('n'), node('n', 'a'))).toBe('Queue');
    expect(onNode(node('n', 'a'), node('n'))).toBe('Queue');
    expect(onNode(node('n', 'a'), node('n', 'b'))).toBe('Queue');
    expect(onNode(node('n', 'a'), tainted)).toBe('Queue');
    expect(onNode(node('n', 'a'), node('n', 'a'))).toBe('QueueSkip');
    expect(onNode(node('n'), node('n', undefined, tainted.spec))).toBe('QueueSkip');
  });
});
