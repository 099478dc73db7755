// InterPodAffinity on small clusters: who may go where, and who would like to.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Affinity, PodAffinityTerm } from '../../../../src/api/affinity.js';
import type { Labels } from '../../../../src/api/object-meta.js';
import type { Pod } from '../../../../src/api/pod.js';
import { actions } from '../../../../src/control-plane/scheduler/framework/cluster-event.js';
import { CycleState } from '../../../../src/control-plane/scheduler/framework/cycle-state.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { InterPodAffinity } from '../../../../src/control-plane/scheduler/plugins/inter-pod-affinity/inter-pod-affinity.js';
import { makeNode, makePod } from '../cluster-fixture.js';
import { makeNamespace, PlacementFixture } from '../placement-fixture.js';

const zone = 'zone';
const host = 'host';
const lonely = "UnschedulableAndUnresolvable: node(s) didn't match pod affinity rules";
const crowded = "Unschedulable: node(s) didn't match pod anti-affinity rules";
const unwelcome = "Unschedulable: node(s) didn't satisfy existing pods anti-affinity rules";

let fixture: PlacementFixture;
let plugin: InterPodAffinity;

beforeEach(() => {
  fixture = new PlacementFixture();
  plugin = pluginWith({});
  for (const [name, inZone] of [
    ['a1', 'a'],
    ['a2', 'a'],
    ['b1', 'b'],
  ] as const) {
    fixture.cache.addNode(makeNode(name, { labels: { [host]: name, [zone]: inZone } }));
  }
  fixture.cache.addNode(makeNode('x', { labels: { [host]: 'x' } }));
});

function pluginWith(args: {
  hardPodAffinityWeight?: number;
  ignorePreferredTermsOfExistingPods?: boolean;
}): InterPodAffinity {
  const defaults = { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false };
  return new InterPodAffinity({ ...defaults, ...args }, fixture.listers);
}

/** A term on pods of an app. */
function near(
  app: string,
  topologyKey = zone,
  more: Partial<PodAffinityTerm> = {},
): PodAffinityTerm {
  return { topologyKey, labelSelector: { matchLabels: { app } }, ...more };
}

const together = (...terms: PodAffinityTerm[]): Affinity => ({
  podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms },
});
const apart = (...terms: PodAffinityTerm[]): Affinity => ({
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms },
});
const weighted = (terms: readonly (readonly [number, PodAffinityTerm])[]) => ({
  preferredDuringSchedulingIgnoredDuringExecution: terms.map(([weight, podAffinityTerm]) => ({
    weight,
    podAffinityTerm,
  })),
});
const liking = (...terms: [number, PodAffinityTerm][]): Affinity => ({
  podAffinity: weighted(terms),
});
const avoiding = (...terms: [number, PodAffinityTerm][]): Affinity => ({
  podAntiAffinity: weighted(terms),
});

let number = 0;

function pod(app: string, affinity?: Affinity, namespace = 'default', more: Labels = {}): Pod {
  const made = makePod(`${app}-${number++}`, {
    labels: { app, ...more },
    ...(affinity && { spec: { affinity } }),
  });
  return { ...made, metadata: { ...made.metadata, namespace } };
}

function place(nodeName: string, placed: Pod): Pod {
  const { spec } = placed;
  const bound = { ...placed, spec: { ...spec, nodeName } };
  fixture.cache.addPod(new PodInfo(bound));
  return bound;
}

describe('required affinity', () => {
  test('wants a pod of the kind in the same zone', () => {
    place('a1', pod('db'));
    expect(fixture.judge(plugin, pod('web', together(near('db'))))).toEqual({
      a1: '',
      a2: '',
      b1: lonely,
      x: lonely,
    });
  });

  test('wants one pod that all terms mean, not one for each', () => {
    place('a1', pod('db', undefined, 'default', { tier: 'back' }));
    const tier = { topologyKey: host, labelSelector: { matchLabels: { tier: 'back' } } };
    const both = pod('web', together(near('db'), tier));
    expect(fixture.feasible(plugin, both)).toEqual(['a1']);
    place('b1', pod('db'));
    place('b1', pod('mq', undefined, 'default', { tier: 'back' }));
    expect(fixture.feasible(plugin, both)).toEqual(['a1']);
  });

  test('lets the first pod of its own kind in wherever the keys are', () => {
    const first = pod('web', together(near('web')));
    expect(fixture.feasible(plugin, first)).toEqual(['a1', 'a2', 'b1']);
    expect(fixture.feasible(plugin, pod('web', together(near('db'))))).toEqual([]);
    place('b1', pod('web'));
    expect(fixture.feasible(plugin, first)).toEqual(['b1']);
  });

  test('takes a pod on a node without the key for none', () => {
    place('x', pod('web'));
    expect(fixture.feasible(plugin, pod('web', together(near('web'))))).toEqual(['a1', 'a2', 'b1']);
  });

  test('counts pods that are being deleted', () => {
    const leaving = pod('db');
    place('a1', { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: 1 } });
    expect(fixture.feasible(plugin, pod('web', together(near('db', host))))).toEqual(['a1']);
  });

  test('a term without selector means nobody, one with an empty selector everybody', () => {
    place('a1', pod('db'));
    const { labelSelector: _, ...silent } = near('');
    expect(fixture.feasible(plugin, pod('web', together(silent)))).toEqual([]);
    const anyone = near('', zone, { labelSelector: {} });
    expect(fixture.feasible(plugin, pod('web', together(anyone)))).toEqual(['a1', 'a2']);
  });
});

describe('required anti-affinity', () => {
  test('keeps away from pods that any term means', () => {
    place('a1', pod('web'));
    place('b1', pod('db'));
    const affinity = apart(near('web', host), near('db'));
    expect(fixture.judge(plugin, pod('web', affinity))).toEqual({
      a1: crowded,
      a2: '',
      b1: crowded,
      x: '',
    });
  });

  test('of pods on nodes binds the pods that it means', () => {
    place('a1', pod('web', apart(near('db'))));
    expect(fixture.judge(plugin, pod('db'))).toEqual({
      a1: unwelcome,
      a2: unwelcome,
      b1: '',
      x: '',
    });
    expect(fixture.judge(plugin, pod('mq'))).toBeUndefined();
  });

  test('comes after affinity, its own before that of others', () => {
    place('a1', pod('web', apart(near('web'))));
    expect(fixture.judge(plugin, pod('web', apart(near('web'))))?.['a1']).toBe(crowded);
    expect(fixture.judge(plugin, pod('web', together(near('none'))))?.['a1']).toBe(lonely);
  });

  test('of a pod on a node without the key concerns nobody', () => {
    place('x', pod('web', apart(near('db'))));
    expect(fixture.judge(plugin, pod('db'))).toBeUndefined();
  });

  test('ends when its pod goes, or its node loses the key', () => {
    const guard = place('a1', pod('web', apart(near('db'))));
    expect(fixture.feasible(plugin, pod('db'))).toEqual(['b1', 'x']);
    fixture.cache.addNode(makeNode('a1', { labels: { [host]: 'a1' } }));
    expect(fixture.judge(plugin, pod('db'))).toBeUndefined();
    fixture.cache.addNode(makeNode('a1', { labels: { [zone]: 'b' } }));
    expect(fixture.feasible(plugin, pod('db'))).toEqual(['a2', 'x']);
    fixture.cache.removePod(new PodInfo(guard).uid);
    expect(fixture.judge(plugin, pod('db'))).toBeUndefined();
  });
});

describe('namespaces', () => {
  test('a term that says nothing means its own namespace', () => {
    place('a1', pod('db', undefined, 'other'));
    expect(fixture.feasible(plugin, pod('web', together(near('db'))))).toEqual([]);
    const listed = near('db', zone, { namespaces: ['other'] });
    expect(fixture.feasible(plugin, pod('web', together(listed)))).toEqual(['a1', 'a2']);
  });

  test('pods of two namespaces may share one affinity object', () => {
    place('a1', pod('db'));
    const affinity = together(near('db'));
    expect(fixture.feasible(plugin, pod('web', affinity))).toEqual(['a1', 'a2']);
    expect(fixture.feasible(plugin, pod('web', affinity, 'other'))).toEqual([]);
  });

  test('a namespaceSelector means the namespaces with such labels, an empty one all', () => {
    fixture.listers.all = [makeNamespace('other', { team: 'x' }), makeNamespace('default')];
    place('a1', pod('db', undefined, 'other'));
    const ofTeam = (team: string) =>
      near('db', zone, { namespaceSelector: { matchLabels: { team } } });
    expect(fixture.feasible(plugin, pod('web', together(ofTeam('x'))))).toEqual(['a1', 'a2']);
    expect(fixture.feasible(plugin, pod('web', together(ofTeam('y'))))).toEqual([]);
    const all = near('db', zone, { namespaceSelector: {} });
    expect(fixture.feasible(plugin, pod('web', together(all)))).toEqual(['a1', 'a2']);
  });

  test('a namespace that gets the label is taken in', () => {
    place('a1', pod('db', undefined, 'other'));
    const ofTeam = near('db', zone, { namespaceSelector: { matchLabels: { team: 'x' } } });
    const web = pod('web', apart(ofTeam));
    fixture.listers.all = [makeNamespace('other')];
    expect(fixture.feasible(plugin, web)).toHaveLength(4);
    fixture.listers.all = [makeNamespace('other', { team: 'x' })];
    expect(fixture.feasible(plugin, web)).toEqual(['b1', 'x']);
  });

  test('a selector that accepts missing labels means every namespace, as in 1.36', () => {
    fixture.listers.all = [makeNamespace('other', { team: 'x' })];
    place('a1', pod('db', undefined, 'other'));
    const namespaceSelector = {
      matchExpressions: [{ key: 'team', operator: 'NotIn' as const, values: ['x'] }],
    };
    const term = near('db', zone, { namespaceSelector });
    expect(fixture.feasible(plugin, pod('web', together(term)))).toEqual(['a1', 'a2']);
  });

  test('terms of pods on nodes look at the labels of the namespace itself', () => {
    fixture.listers.all = [makeNamespace('other', { team: 'x' }), makeNamespace('default')];
    const ofTeam = near('db', zone, { namespaceSelector: { matchLabels: { team: 'x' } } });
    place('a1', pod('web', apart(ofTeam)));
    expect(fixture.feasible(plugin, pod('db', undefined, 'other'))).toEqual(['b1', 'x']);
    expect(fixture.judge(plugin, pod('db'))).toBeUndefined();
  });
});

describe('trials', () => {
  test('pods that are added count for and against', () => {
    place('b1', pod('guard', apart(near('web', host))));
    const web = pod('web', { ...together(near('db')), ...apart(near('mq', host)) });
    expect(fixture.feasible(plugin, web)).toEqual([]);
    const db = ['add', pod('db'), 'a1'] as const;
    expect(fixture.feasible(plugin, web, [db])).toEqual(['a1', 'a2']);
    expect(fixture.feasible(plugin, web, [db, ['add', pod('mq'), 'a2']])).toEqual(['a1']);
    const guard = ['add', pod('guard', apart(near('web', host))), 'a1'] as const;
    expect(fixture.feasible(plugin, web, [db, guard])).toEqual(['a2']);
  });

  test('pods that are removed make room, or end the company', () => {
    const db = place('a1', pod('db'));
    const guard = place('a2', pod('guard', apart(near('web', host))));
    const web = pod('web', together(near('db')));
    expect(fixture.feasible(plugin, web)).toEqual(['a1']);
    expect(fixture.feasible(plugin, web, [['remove', guard, 'a2']])).toEqual(['a1', 'a2']);
    expect(fixture.feasible(plugin, web, [['remove', db, 'a1']])).toEqual([]);
    expect(fixture.feasible(plugin, web)).toEqual(['a1']);
  });

  test('without the last pod of its kind the incoming one is the first', () => {
    const web = place('a1', pod('web'));
    const next = pod('web', together(near('web')));
    expect(fixture.feasible(plugin, next)).toEqual(['a1', 'a2']);
    expect(fixture.feasible(plugin, next, [['remove', web, 'a1']])).toEqual(['a1', 'a2', 'b1']);
  });
});

describe('scores', () => {
  const raw = (of: Pod, by = plugin) => {
    const scores = fixture.scores(by, of);
    const names = fixture.cache.snapshot.names();
    return scores && Object.fromEntries(names.map((name, i) => [name, scores.raw[i]]));
  };

  test('sum up the weights of own terms for every pod that they mean', () => {
    place('a1', pod('db'));
    place('a1', pod('db'));
    place('b1', pod('mq'));
    const affinity = {
      ...liking([10, near('db')]),
      ...avoiding([3, near('db', host)], [5, near('mq')]),
    };
    expect(raw(pod('web', affinity))).toEqual({ a1: 14, a2: 20, b1: -5, x: 0 });
  });

  test('take in preferences of pods on nodes, and their required affinity by a weight', () => {
    place('a1', pod('db', liking([7, near('web')])));
    place('a2', pod('db', avoiding([2, near('web', host)])));
    place('b1', pod('db', together(near('web'))));
    expect(raw(pod('web'))).toEqual({ a1: 7, a2: 5, b1: 1, x: 0 });
    expect(raw(pod('web'), pluginWith({ hardPodAffinityWeight: 50 }))?.['b1']).toBe(50);
    expect(raw(pod('web'), pluginWith({ hardPodAffinityWeight: 0 }))?.['b1']).toBe(0);
  });

  test('ignore preferences of others on request, unless the pod has its own', () => {
    place('a1', pod('db', liking([7, near('web')])));
    const ignoring = pluginWith({ ignorePreferredTermsOfExistingPods: true });
    expect(raw(pod('web'), ignoring)).toBeUndefined();
    const own = pod('web', avoiding([1, near('none')]));
    expect(raw(own, ignoring)).toEqual({ a1: 7, a2: 7, b1: 0, x: 0 });
  });

  test('are skipped where no term meets a pod on a node with its key', () => {
    expect(raw(pod('web', liking([1, near('db')])))).toBeUndefined();
    place('x', pod('db'));
    expect(raw(pod('web', liking([1, near('db')])))).toBeUndefined();
    expect(raw(pod('web', liking([1, near('db', host)])))).toBeDefined();
  });

  test('are not skipped where weights cancel out', () => {
    place('a1', pod('db'));
    const torn = pod('web', { ...liking([5, near('db')]), ...avoiding([5, near('db')]) });
    expect(fixture.scores(plugin, torn)).toEqual({ raw: [0, 0, 0, 0], normalized: [0, 0, 0, 0] });
  });

  test('are spread from 0 to 100, rounded down', () => {
    place('a1', pod('db'));
    place('a2', pod('mq'));
    place('b1', pod('db'));
    place('b1', pod('mq'));
    const affinity = { ...liking([5, near('mq', host)]), ...avoiding([2, near('db', host)]) };
    // x gets 100 x 2/7 = 28.57.
    expect(fixture.scores(plugin, pod('web', affinity))).toEqual({
      raw: [-2, 5, 3, 0],
      normalized: [0, 100, 71, 28],
    });
  });

  test('are all 0 where the nodes are alike', () => {
    place('a1', pod('db'));
    const scores = fixture.scores(plugin, pod('web', liking([5, near('db')])), ['a1', 'a2']);
    expect(scores).toEqual({ raw: [5, 5], normalized: [0, 0] });
  });
});

describe('a profile with half of the extension points', () => {
  test('fails with the words of kube-scheduler', () => {
    const snapshot = fixture.cache.updateSnapshot();
    expect(plugin.filter(new CycleState())(0)).toEqual({
      code: 'Error',
      reasons: ['error reading "PreFilterInterPodAffinity" from cycleState: not found'],
    });
    const nodes = { rows: snapshot.order, count: snapshot.count };
    const answer = plugin.score(
      new CycleState(),
      new PodInfo(pod('web')),
      nodes,
      snapshot,
      new Float64Array(4),
    );
    expect(answer?.reasons).toEqual([
      'error reading "PreScoreInterPodAffinity" from cycleState: not found',
    ]);
  });
});

describe('queueing hints', () => {
  const bound = (app: string, affinity?: Affinity): Pod => {
    const made = pod(app, affinity);
    return { ...made, spec: { ...made.spec, nodeName: 'a1' } };
  };
  const hints = () => plugin.eventsToRegister().map(({ hint }) => hint);
  const onPod = (waiting: Pod, before?: Pod, after?: Pod) => hints()[0]?.(waiting, before, after);
  const onNode = (waiting: Pod, before?: Labels, after?: Labels) =>
    hints()[1]?.(
      waiting,
      before && makeNode('n', { labels: before }),
      after && makeNode('n', { labels: after }),
    );
  const company = pod('web', together(near('db'), near('db', host)));
  const room = pod('web', apart(near('db')));

  test('are asked about pods and about nodes, but for what cannot matter', () => {
    const registered = plugin.eventsToRegister().map(({ event }) => [event.resource, event.action]);
    expect(registered).toEqual([
      ['Pod', actions.Add | actions.UpdatePodLabel | actions.Delete],
      ['Node', actions.Add | actions.UpdateNodeLabel],
    ]);
  });

  test('a pod that comes matters if all affinity terms mean it', () => {
    expect(onPod(company, undefined, bound('db'))).toBe('Queue');
    expect(onPod(company, undefined, bound('mq'))).toBe('QueueSkip');
    expect(onPod(room, undefined, bound('db'))).toBe('QueueSkip');
    expect(onPod(company, undefined, pod('db'))).toBe('QueueSkip');
  });

  test('a pod that goes matters if it was in the way, or did not want this one', () => {
    expect(onPod(room, bound('db'), undefined)).toBe('Queue');
    expect(onPod(room, bound('mq'), undefined)).toBe('QueueSkip');
    expect(onPod(pod('web'), bound('mq', apart(near('web'))), undefined)).toBe('Queue');
    expect(onPod(company, bound('db'), undefined)).toBe('QueueSkip');
    expect(onPod(room, pod('db'), undefined)).toBe('QueueSkip');
  });

  test('new labels matter if the pod becomes company, or is no longer in the way', () => {
    expect(onPod(company, bound('mq'), bound('db'))).toBe('Queue');
    expect(onPod(company, bound('db'), bound('mq'))).toBe('QueueSkip');
    expect(onPod(room, bound('db'), bound('mq'))).toBe('Queue');
    expect(onPod(room, bound('mq'), bound('db'))).toBe('QueueSkip');
  });

  test('new labels of its own matter, since others may no longer avoid it', () => {
    const own = pod('web');
    const relabelled = { ...own, metadata: { ...own.metadata, labels: { app: 'db' } } };
    expect(onPod(own, own, relabelled)).toBe('Queue');
    const { metadata } = relabelled;
    expect(onPod(own, own, { ...relabelled, metadata: { ...metadata, uid: 'uid-other' } })).toBe(
      'QueueSkip',
    );
  });

  test('a new node matters if it has a key of an affinity term, or for anti-affinity at all', () => {
    expect(onNode(company, undefined, { [zone]: 'a' })).toBe('Queue');
    expect(onNode(company, undefined, {})).toBe('QueueSkip');
    expect(onNode(room, undefined, {})).toBe('Queue');
  });

  test('a node that changes matters if it enters a zone to join, or leaves one to avoid', () => {
    expect(onNode(company, {}, { [zone]: 'a' })).toBe('Queue');
    expect(onNode(company, { [zone]: 'a' }, { [zone]: 'b' })).toBe('Queue');
    expect(onNode(company, { [zone]: 'a' }, {})).toBe('QueueSkip');
    expect(onNode(room, { [zone]: 'a' }, {})).toBe('Queue');
    expect(onNode(room, { [zone]: 'a' }, { [zone]: 'b' })).toBe('Queue');
    expect(onNode(room, {}, { [zone]: 'a' })).toBe('QueueSkip');
    expect(onNode(room, { [zone]: 'a' }, { [zone]: 'a', other: '1' })).toBe('QueueSkip');
  });
});
