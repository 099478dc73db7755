// How plugins get to their extension points, and the small parts of the framework.
import { describe, expect, test } from 'vitest';
import {
  CycleState,
  type StateData,
} from '../../../../src/control-plane/scheduler/framework/cycle-state.js';
import { fitErrorMessage } from '../../../../src/control-plane/scheduler/framework/fit-error.js';
import { Framework, goList } from '../../../../src/control-plane/scheduler/framework/framework.js';
import { NodeStatuses } from '../../../../src/control-plane/scheduler/framework/node-statuses.js';
import { Nominator } from '../../../../src/control-plane/scheduler/framework/nominator.js';
import type {
  PreEnqueuePlugin,
  ReservePlugin,
} from '../../../../src/control-plane/scheduler/framework/plugin.js';
import {
  allPlugins,
  multiPoint,
} from '../../../../src/control-plane/scheduler/framework/plugin-set.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import {
  codeOf,
  isRejected,
  messageOf,
  type StatusCode,
  status,
} from '../../../../src/control-plane/scheduler/framework/status.js';
import { makePod } from '../cluster-fixture.js';
import { plainPlugins } from '../plain-plugins.js';

describe('multiPoint', () => {
  const set = multiPoint(plainPlugins());
  const names = (plugins: readonly { readonly name: string }[]) => plugins.map(({ name }) => name);

  test("puts the default plugins in Kubernetes' order at each extension point", () => {
    expect(names(set.preEnqueue)).toEqual(['SchedulingGates']);
    expect(set.queueSort.name).toBe('PrioritySort');
    expect(names(set.preFilter)).toEqual(['NodeAffinity', 'NodePorts', 'NodeResourcesFit']);
    expect(names(set.filter)).toEqual([
      'NodeUnschedulable',
      'NodeName',
      'TaintToleration',
      'NodeAffinity',
      'NodePorts',
      'NodeResourcesFit',
    ]);
    expect(names(set.preScore)).toEqual([
      'NodeAffinity',
      'NodeResourcesFit',
      'NodeResourcesBalancedAllocation',
    ]);
    expect(names(set.bind)).toEqual(['DefaultBinder']);
    expect([set.postFilter, set.reserve, set.permit, set.preBind, set.postBind].flat()).toEqual([]);
  });

  test('weighs them as Kubernetes does', () => {
    expect(set.score.map(({ plugin, weight }) => [plugin.name, weight])).toEqual([
      ['TaintToleration', 3],
      ['NodeAffinity', 2],
      ['NodeResourcesFit', 1],
      ['NodeResourcesBalancedAllocation', 1],
      ['ImageLocality', 1],
    ]);
  });

  test('gives a scorer without weight the weight 1', () => {
    const scorer = { name: 'S', score: () => undefined };
    const weights = [0, undefined].map((weight) => {
      const enabled = { plugin: scorer, ...(weight !== undefined && { weight }) };
      return multiPoint([...plainPlugins(), enabled]).score.at(-1)?.weight;
    });
    expect(weights).toEqual([1, 1]);
  });

  test('wants one order of the queue and a way to bind', () => {
    const without = (name: string) => plainPlugins().filter(({ plugin }) => plugin.name !== name);
    expect(() => multiPoint(without('PrioritySort'))).toThrow(
      'exactly one queueSort plugin, not: none',
    );
    expect(() => multiPoint(without('DefaultBinder'))).toThrow('at least one bind plugin');
    const twice = [...plainPlugins(), ...plainPlugins()];
    expect(() => multiPoint(twice)).toThrow('not: PrioritySort, PrioritySort');
  });

  test('knows every plugin once', () => {
    const all = names(allPlugins(set));
    expect(all).toHaveLength(plainPlugins().length);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('Framework', () => {
  const frameworkOf = (...plugins: (PreEnqueuePlugin | ReservePlugin)[]) =>
    new Framework({
      schedulerName: 's',
      plugins: multiPoint([...plainPlugins(), ...plugins.map((plugin) => ({ plugin }))]),
    });

  test('asks the plugin that has gated a pod first', () => {
    const asked: string[] = [];
    const gate = (name: string): PreEnqueuePlugin => ({
      name,
      preEnqueue: () => {
        asked.push(name);
        return status('UnschedulableAndUnresolvable', `${name} is closed`);
      },
    });
    const framework = frameworkOf(gate('A'), gate('B'));
    expect(framework.runPreEnqueue(makePod('p'), '').plugin).toBe('A');
    expect(framework.runPreEnqueue(makePod('p'), 'B').plugin).toBe('B');
    expect(asked).toEqual(['A', 'B']);
  });

  test('unreserves everywhere, in reverse order, when one plugin refuses', () => {
    const calls: string[] = [];
    const reserving = (name: string, isWilling: boolean): ReservePlugin => ({
      name,
      reserve: () => {
        calls.push(`reserve ${name}`);
        return isWilling ? undefined : status('Unschedulable', 'no');
      },
      unreserve: () => void calls.push(`unreserve ${name}`),
    });
    const framework = frameworkOf(
      reserving('A', true),
      reserving('B', false),
      reserving('C', true),
    );
    const answer = framework.runReserve(new CycleState(), new PodInfo(makePod('p')), 'n');
    expect(answer.plugin).toBe('B');
    expect(calls).toEqual(['reserve A', 'reserve B', 'unreserve C', 'unreserve B', 'unreserve A']);
  });

  test('prints lists as Go does', () => {
    expect(goList(['B', 'A'])).toBe('[A B]');
    expect(goList([])).toBe('[]');
  });
});

describe('CycleState', () => {
  class Counter implements StateData {
    value: number;
    constructor(value: number) {
      this.value = value;
    }
    clone(): Counter {
      return new Counter(this.value);
    }
  }

  test('a copy does not change the original', () => {
    const state = new CycleState();
    state.write('c', new Counter(1));
    state.skipFilterPlugins.add('A');
    const copy = state.clone();
    copy.read<Counter>('c')!.value = 2;
    copy.skipFilterPlugins.add('B');
    copy.skipScorePlugins.add('C');
    expect(state.read<Counter>('c')?.value).toBe(1);
    expect([...state.skipFilterPlugins]).toEqual(['A']);
    expect(state.skipScorePlugins.size).toBe(0);
    expect(state.read('absent')).toBeUndefined();
  });
});

describe('a status', () => {
  test.each<[StatusCode, boolean]>([
    ['Unschedulable', true],
    ['UnschedulableAndUnresolvable', true],
    ['Pending', true],
    ['Error', false],
    ['Skip', false],
    ['Wait', false],
  ])('%s is a rejection: %s', (code, expected) => {
    expect(isRejected(status(code))).toBe(expected);
  });

  test('that is absent is success', () => {
    expect([codeOf(undefined), messageOf(undefined), isRejected(undefined)]).toEqual([
      'Success',
      '',
      false,
    ]);
    expect(messageOf(status('Error', 'a', 'b'))).toBe('a, b');
  });
});

describe('the statuses of a cycle', () => {
  const refused = status('Unschedulable', 'x');

  test('count every reason of every node, and those of nodes left out', () => {
    const statuses = new NodeStatuses();
    statuses.set(3, status('Unschedulable', 'b', 'a'), 'P');
    statuses.set(7, status('Unschedulable', 'a'), 'Q');
    statuses.absent = status('UnschedulableAndUnresolvable', 'c');
    expect(fitErrorMessage(12, statuses, '', '')).toBe('0/12 nodes are available: 1 b, 10 c, 2 a.');
    expect(fitErrorMessage(2, statuses, '', 'more')).toBe(
      '0/2 nodes are available: 1 b, 2 a. more',
    );
    expect(fitErrorMessage(2, statuses, 'early', '')).toBe('0/2 nodes are available: early.');
    expect(statuses.get(4)?.reasons).toEqual(['c']);
    expect([statuses.pluginOf(7), statuses.pluginOf(4)]).toEqual(['Q', '']);
  });

  test('are forgotten with the cycle', () => {
    const statuses = new NodeStatuses();
    for (let row = 0; row < 200; row++) statuses.set(row, refused, 'P');
    expect(statuses.count).toBe(200);
    statuses.set(5, status('Unschedulable', 'y'), 'Q');
    expect([statuses.count, statuses.get(5)?.reasons]).toEqual([200, ['y']]);
    statuses.clear();
    expect([statuses.count, statuses.get(5)]).toEqual([0, undefined]);
    expect(fitErrorMessage(3, statuses, '', '')).toBe('0/3 nodes are available:');
  });
});

describe('the nominator', () => {
  const info = (name: string) => new PodInfo(makePod(name));

  test('knows one node for each pod', () => {
    const nominator = new Nominator();
    nominator.nominate(info('p'), 'a');
    nominator.nominate(info('q'), 'a');
    nominator.nominate(info('p'), 'b');
    expect(nominator.podsFor('a').map(({ key }) => key)).toEqual(['default/q']);
    expect([nominator.nodeOf('uid-p'), nominator.nodeOf('uid-x')]).toEqual(['b', '']);
  });

  test('forgets', () => {
    const nominator = new Nominator();
    nominator.nominate(info('p'), 'a');
    nominator.nominate(info('p'), '');
    expect([nominator.isEmpty, nominator.podsFor('a')]).toEqual([true, []]);
    nominator.remove('uid-unknown');
    nominator.update(info('unknown'));
    expect(nominator.isEmpty).toBe(true);
  });
});
