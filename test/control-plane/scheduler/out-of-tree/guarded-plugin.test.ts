// Users' plugins behind their guard: right answers pass, wrong ones are named.

import { describe, expect, test } from 'vitest';
import { clusterEvent } from '../../../../src/control-plane/scheduler/framework/cluster-event.js';
import { CycleState } from '../../../../src/control-plane/scheduler/framework/cycle-state.js';
import { NodeStatuses } from '../../../../src/control-plane/scheduler/framework/node-statuses.js';
import type { Plugin } from '../../../../src/control-plane/scheduler/framework/plugin.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { status } from '../../../../src/control-plane/scheduler/framework/status.js';
import type { AnyPlugin } from '../../../../src/control-plane/scheduler/out-of-tree/guard.js';
import { guardedPlugin } from '../../../../src/control-plane/scheduler/out-of-tree/guarded-plugin.js';
import { PluginFailure } from '../../../../src/control-plane/scheduler/out-of-tree/plugin-failure.js';
import { DecisionCluster, makeNode, makePod } from '../cluster-fixture.js';
import { plainPlugins } from '../plain-plugins.js';

const { cache } = new DecisionCluster([makeNode('n0'), makeNode('n1')]);
const snapshot = cache.updateSnapshot();
const state = new CycleState();
const pod = new PodInfo(makePod('p'));
const nodes = { rows: Int32Array.of(0, 1), count: 2 };
const scores = new Float64Array(4);
const request = { verb: 'get', resource: 'nodes', namespace: '', name: 'n0' };
const binding = (node: string) => ({
  ...request,
  body: { kind: 'Binding', target: { name: node } },
});

/** The guarded plugin of methods that TypeScript would partly refuse. */
function guarded(methods: object): Required<AnyPlugin> {
  return guardedPlugin({ name: 'Mine', ...methods } as Plugin) as Required<AnyPlugin>;
}

/** Calls each method as the framework does, with `answer` as what the plugin returns. */
const calls = {
  preEnqueue: (answer: unknown) => guarded({ preEnqueue: () => answer }).preEnqueue(pod.pod),
  less: (answer: unknown) => {
    const key = { info: pod, timestampUs: 0 };
    return guarded({ less: () => answer }).less(key, key);
  },
  preFilter: (answer: unknown) =>
    guarded({ preFilter: () => answer }).preFilter(state, pod, snapshot),
  filter: (answer: unknown) => guarded({ filter: () => answer }).filter(state, pod, snapshot),
  judge: (answer: unknown) =>
    guarded({ filter: () => () => answer }).filter(state, pod, snapshot)?.(1),
  verdictKey: (answer: unknown) =>
    guarded({ filter: () => undefined, verdictKey: () => answer }).verdictKey?.(pod),
  postFilter: (answer: unknown) =>
    guarded({ postFilter: () => answer }).postFilter(state, pod, new NodeStatuses(), snapshot),
  preScore: (answer: unknown) =>
    guarded({ preScore: () => answer }).preScore(state, pod, nodes, snapshot),
  reserve: (answer: unknown) => guarded({ reserve: () => answer }).reserve(state, pod, 'n0'),
  unreserve: (answer: unknown) => guarded({ unreserve: () => answer }).unreserve(state, pod, 'n0'),
  permit: (answer: unknown) => guarded({ permit: () => answer }).permit(state, pod, 'n0'),
  preBind: (answer: unknown) => guarded({ preBind: () => answer }).preBind(state, pod, 'n0'),
  isComplete: (answer: unknown) => {
    const work = { requests: [request], isComplete: () => answer };
    const made = guarded({ preBind: () => work }).preBind(state, pod, 'n0');
    return made !== undefined && 'requests' in made ? made.isComplete?.() : undefined;
  },
  bind: (answer: unknown) => guarded({ bind: () => answer }).bind(state, pod, 'n0'),
  postBind: (answer: unknown) => guarded({ postBind: () => answer }).postBind(state, pod, 'n0'),
  addPod: (answer: unknown) =>
    guarded({ addPod: () => answer }).addPod(state, pod, pod, 1, snapshot),
  removePod: (answer: unknown) =>
    guarded({ removePod: () => answer }).removePod(state, pod, pod, 1, snapshot),
  eventsToRegister: (answer: unknown) =>
    guarded({ eventsToRegister: () => answer }).eventsToRegister(),
  hint: (answer: unknown) => {
    const event = clusterEvent('Node', 'Add');
    const own = guarded({ eventsToRegister: () => [{ event, hint: () => answer }] });
    return own.eventsToRegister()[0]?.hint?.(pod.pod, undefined, undefined);
  },
} as const;

type Call = keyof typeof calls;

/** What the failure of a call says after the plugin's name. */
function failureOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    expect(error).toBeInstanceOf(PluginFailure);
    return (error as Error).message.replace(/^plugin Mine, /, '');
  }
  return 'no failure';
}

describe('answers that the framework can use', () => {
  test.each<[Call, unknown]>([
    ['preEnqueue', status('UnschedulableAndUnresolvable', 'gated')],
    ['less', true],
    ['judge', status('Unschedulable', 'no')],
    ['verdictKey', [1, 'a']],
    ['verdictKey', undefined],
    ['preScore', status('Skip')],
    ['reserve', status('Error', 'lost')],
    ['isComplete', false],
    ['bind', binding('n0')],
    ['hint', 'QueueSkip'],
  ])('%s: what the plugin has returned arrives as it is', (name, answer) => {
    expect(calls[name](answer)).toBe(answer);
  });

  test.each<[Call, object]>([
    ['preFilter', { status: undefined, nodeNames: new Set(['n0']) }],
    ['postFilter', { status: undefined, nominatedNodeName: 'n1', victims: [pod] }],
    ['permit', { status: status('Wait', 'the others'), timeoutUs: 1 }],
    ['preBind', { requests: [request] }],
  ])('%s: an object arrives with the same content', (name, answer) => {
    expect(calls[name](answer)).toEqual(answer);
  });

  test.each<Call>(['preEnqueue', 'judge', 'preScore', 'reserve', 'preBind'])(
    '%s: a status of Success is the same as none',
    (name) => {
      expect(calls[name](status('Success'))).toBeUndefined();
      expect(calls[name](undefined)).toBeUndefined();
    },
  );

  test('a plugin keeps its own fields, and has no method that it had not', () => {
    const plugin = guarded({
      count: 41,
      preEnqueue(this: { count: number }) {
        return status('Pending', String(++this.count));
      },
    });
    expect(plugin.preEnqueue(pod.pod)?.reasons).toEqual(['42']);
    expect(Object.keys(plugin).sort()).toEqual(['name', 'preEnqueue']);
  });
});

describe('answers that the framework cannot use', () => {
  test.each<[Call, unknown, string]>([
    ['preEnqueue', 'no', 'PreEnqueue of pod default/p: returned "no", expected undefined, or a'],
    ['preEnqueue', status('Skip'), 'returned a status with the code "Skip", expected undefined'],
    ['less', 1, 'QueueSort of pod default/p: returned 1, expected true or false'],
    ['preFilter', undefined, 'PreFilter of pod default/p: returned undefined, expected an object'],
    ['preFilter', { nodeNames: ['n0'] }, 'returned a list, expected nodeNames as a Set of names'],
    ['filter', true, 'Filter of pod default/p: returned true, expected undefined, or a function'],
    ['judge', false, 'Filter of pod default/p on node n1: returned false, expected undefined, or'],
    ['judge', { code: 'Bad', reasons: [] }, 'returned a status with the code "Bad", expected'],
    ['judge', { code: 'Error', reasons: 'x' }, 'whose reasons are not a list of texts'],
    ['judge', status('Wait'), 'returned a status with the code "Wait"'],
    ['verdictKey', 3, 'VerdictKey of pod default/p: returned 3, expected undefined, or a list of'],
    ['postFilter', { nominatedNodeName: 'n9' }, 'returned "n9", expected nominatedNodeName: \'\''],
    ['postFilter', { victims: [pod] }, 'returned victims without the nominatedNodeName'],
    ['postFilter', { nominatedNodeName: 'n0', victims: ['p'] }, 'expected victims: pods of'],
    ['postFilter', { work: { dryRunNodes: -1 } }, 'expected work: {dryRunNodes'],
    ['preScore', status('Unschedulable'), 'PreScore of pod default/p: returned a status with'],
    ['reserve', {}, 'Reserve of pod default/p on node n0: returned an object, expected'],
    ['permit', undefined, 'Permit of pod default/p on node n0: returned undefined, expected an'],
    ['permit', { status: status('Wait') }, 'returned timeoutUs undefined, expected timeoutUs: a'],
    ['permit', { status: status('Wait'), timeoutUs: 0.5 }, 'returned timeoutUs 0.5'],
    ['preBind', { requests: [{}] }, 'expected requests: a list of {verb, resource'],
    ['preBind', { requests: [], timeoutUs: Number.NaN }, 'returned timeoutUs NaN'],
    ['isComplete', 'yes', 'PreBind of pod default/p on node n0: returned "yes"'],
    ['bind', { verb: 'create' }, 'Bind of pod default/p on node n0: returned an object, expected'],
    ['bind', binding('n1'), 'binds default/p to n1, a node that was not chosen'],
    ['eventsToRegister', {}, 'EventsToRegister: returned an object, expected a list of {event'],
    ['eventsToRegister', [{ event: 'NodeAdd' }], 'EventsToRegister: returned a list, expected'],
    ['hint', 'Skip', 'QueueingHint of pod default/p: returned "Skip", expected "Queue" or'],
  ])('%s returns %j', (name, answer, text) => {
    expect(failureOf(() => calls[name](answer))).toContain(text);
  });

  test.each(Object.keys(calls) as Call[])('%s returns a promise', (name) => {
    expect(failureOf(() => calls[name](Promise.resolve()))).toContain('returned a promise');
  });
});

describe('what a plugin throws', () => {
  const failing = (thrown: unknown) => {
    const fail = () => {
      throw thrown;
    };
    return guarded({ filter: () => fail, reserve: fail });
  };

  test('is named with the plugin, the extension point, the pod and the node', () => {
    const error = new TypeError('x is not a function');
    const judge = failing(error).filter(state, pod, snapshot);
    const text = 'Filter of pod default/p on node n0: threw TypeError: x is not a function';
    expect(failureOf(() => judge?.(0))).toBe(text);
  });

  test('keeps its stack, which leads into the file of the plugin', () => {
    const error = new Error('lost');
    expect(() => failing(error).reserve(state, pod, 'n1')).toThrow(
      expect.objectContaining({ stack: error.stack, cause: error }),
    );
  });

  test.each([
    ['a text', 'threw "a text"'],
    [undefined, 'threw undefined'],
    [{ a: 1 }, 'threw an object'],
    ['x'.repeat(99), `threw "${'x'.repeat(56)}...`],
  ])('may be anything: %j', (thrown, text) => {
    expect(failureOf(() => failing(thrown).reserve(state, pod, 'n1'))).toContain(text);
  });

  test('by a plugin inside another is told of the inner one', () => {
    const inner = failing(new Error('deep'));
    const outer = guardedPlugin({
      name: 'Outer',
      reserve: () => inner.reserve(state, pod, 'n1'),
    } as Plugin) as Required<AnyPlugin>;
    const text = 'plugin Mine, Reserve of pod default/p on node n1: threw Error: deep';
    expect(() => outer.reserve(state, pod, 'n1')).toThrow(text);
  });
});

describe('scores', () => {
  const scoring = (values: readonly number[], scaled?: readonly number[]) =>
    guarded({
      score: (...args: unknown[]) => void (args[4] as Float64Array).set(values),
      ...(scaled && { normalizeScore: (all: Float64Array) => all.set(scaled) }),
    });

  test.each([
    [[0, 100], undefined],
    [
      [-7, 12_345_678],
      [0, 100],
    ],
  ])('%j, scaled to %j, are taken', (values, scaled) => {
    const plugin = scoring(values, scaled);
    expect(plugin.score(state, pod, nodes, snapshot, scores)).toBeUndefined();
    plugin.normalizeScore?.(scores, 2);
    expect([...scores.subarray(0, 2)]).toEqual(scaled ?? values);
  });

  test.each([
    [[50, 101], undefined, 'Score of pod default/p on node n1: set the score 101; expected an int'],
    [[-1, 0], undefined, 'Score of pod default/p on node n0: set the score -1; expected an'],
    [[0.5, 0], undefined, 'set the score 0.5; expected an integer of 0..100'],
    [[Number.NaN, 0], undefined, 'on node n0: set no score, or NaN; expected'],
    [[1], undefined, 'on node n1: set no score, or NaN; expected an integer of 0..100'],
    [[0, Number.POSITIVE_INFINITY], [0, 0], 'set the score Infinity; expected an integer, which'],
    [[0, 1e300], [0, 0], 'set the score 1e+300; expected an integer, which normalizeScore'],
    [[0, 7], [0, 700], 'NormalizeScore of pod default/p on node n1: set the score 700; expected'],
    [[0, 7], [0, 0.1], 'NormalizeScore of pod default/p on node n1: set the score 0.1; expected'],
  ])('%j, scaled to %j, are not', (values, scaled, text) => {
    const plugin = scoring(values, scaled);
    const run = () => {
      plugin.score(state, pod, nodes, snapshot, scores);
      plugin.normalizeScore?.(scores, 2);
    };
    expect(failureOf(run)).toContain(text);
  });

  test('of another plugin are not taken for those of a plugin that sets none', () => {
    scores.set([3, 4]);
    const plugin = guarded({ score: () => undefined });
    const run = () => plugin.score(state, pod, nodes, snapshot, scores);
    expect(failureOf(run)).toContain('set no score');
  });

  test('a plugin that answers with an Error need not set them', () => {
    const refusal = status('Error', 'no prices');
    const plugin = guarded({ score: () => refusal });
    expect(plugin.score(state, pod, nodes, snapshot, scores)).toBe(refusal);
  });
});

test('a decision with a guarded plugin is that of the plugin itself', () => {
  const plugin = {
    name: 'Mine',
    filter: () => (row: number) => (row === 0 ? status('Unschedulable', 'not here') : undefined),
    score: (...args: unknown[]) => void (args[4] as Float64Array).set([10, 90]),
  } as Plugin;
  const machines = ['a', 'b', 'c'].map((name) => makeNode(name));
  const decide = (mine: Plugin) =>
    new DecisionCluster(machines, [], [...plainPlugins(), { plugin: mine, weight: 5 }]).decide(
      makePod('p'),
    );
  const own = decide(guardedPlugin(plugin));
  expect(own).toEqual(decide(plugin));
  expect([own.nodeName, own.feasibleNodes]).toEqual(['c', 2]);
});
