import { describe, expect, test } from 'vitest';
import type { Node, NodeCondition, Taint } from '../../../../src/api/node.js';
import {
  noExecuteChange,
  noScheduleChange,
  withTaints,
} from '../../../../src/control-plane/controller-manager/node-lifecycle/node-taints.js';

function node(
  conditions: Readonly<Record<string, NodeCondition['status']>>,
  taints: readonly Taint[] = [],
  unschedulable = false,
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    spec: { taints, ...(unschedulable && { unschedulable }) },
    status: {
      conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })),
    },
  };
}

const noSchedule = (key: string): Taint => ({
  key: `node.kubernetes.io/${key}`,
  effect: 'NoSchedule',
});

describe('NoSchedule taints', () => {
  test.each<[string, Node, readonly string[], readonly string[]]>([
    ['a healthy node needs none', node({ Ready: 'True', MemoryPressure: 'False' }), [], []],
    ['a node that is not ready', node({ Ready: 'False' }), ['not-ready'], []],
    ['a node of which nothing is known', node({ Ready: 'Unknown' }), ['unreachable'], []],
    [
      'every pressure has its own',
      node({ MemoryPressure: 'True', DiskPressure: 'True', PIDPressure: 'True' }),
      ['memory-pressure', 'disk-pressure', 'pid-pressure'],
      [],
    ],
    ['pressure of which nothing is known has none', node({ MemoryPressure: 'Unknown' }), [], []],
    ['a cordoned node', node({ Ready: 'True' }, [], true), ['unschedulable'], []],
    [
      'what has passed is removed, what is there is not added again',
      node({ Ready: 'Unknown' }, [noSchedule('not-ready'), noSchedule('unreachable')]),
      [],
      ['not-ready'],
    ],
    [
      'taints of others stay',
      node({ Ready: 'True' }, [{ key: 'gpu', effect: 'NoSchedule' }]),
      [],
      [],
    ],
  ])('%s', (_, of, added, removed) => {
    const change = noScheduleChange(of);
    expect(change.add).toEqual(added.map(noSchedule));
    expect(change.remove).toEqual(removed.map(noSchedule));
  });
});

describe('NoExecute taints', () => {
  test('follow the Ready condition and exclude each other', () => {
    const keys = (status: string) => {
      const { add, remove } = noExecuteChange(status);
      return [add, remove].map((list) => list.map(({ key }) => key.split('/')[1]));
    };
    expect(keys('True')).toEqual([[], ['not-ready', 'unreachable']]);
    expect(keys('False')).toEqual([['not-ready'], ['unreachable']]);
    expect(keys('Unknown')).toEqual([['unreachable'], ['not-ready']]);
  });
});

describe('a change of taints', () => {
  test('stamps what it adds, keeps the rest, and is nothing when there is nothing to do', () => {
    const before = node({}, [{ key: 'gpu', effect: 'NoSchedule' }, noSchedule('not-ready')]);
    const change = { add: [noSchedule('unreachable')], remove: [noSchedule('not-ready')] };
    const after = withTaints(before, change, 7);
    expect(after.spec?.taints).toEqual([
      { key: 'gpu', effect: 'NoSchedule' },
      { ...noSchedule('unreachable'), timeAdded: 7 },
    ]);
    expect(withTaints(after, change, 9)).toBe(after);
  });
});
