// The index of placements: what it keeps, what it lets go, and when it begins.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Affinity } from '../../../../src/api/affinity.js';
import type { LabelRequirement } from '../../../../src/api/label-selector.js';
import { matcherOf } from '../../../../src/api/label-selector.js';
import type { Labels } from '../../../../src/api/object-meta.js';
import type { PodSelector } from '../../../../src/control-plane/scheduler/cache/pod-class.js';
import { SchedulerCache } from '../../../../src/control-plane/scheduler/cache/scheduler-cache.js';
import {
  missingValue,
  TopologyColumn,
} from '../../../../src/control-plane/scheduler/cache/topology-column.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { makeNode, makePod } from '../cluster-fixture.js';

let cache: SchedulerCache;

beforeEach(() => {
  cache = new SchedulerCache();
  for (const [name, zone] of [
    ['n0', 'a'],
    ['n1', 'a'],
    ['n2', 'b'],
  ] as const) {
    cache.addNode(makeNode(name, { labels: { zone } }));
  }
});

function app(value: string): PodSelector {
  const requirements: LabelRequirement[] = [{ key: 'app', operator: 'In', values: [value] }];
  return {
    key: value,
    requirements,
    includesNamespace: (namespace) => namespace === 'default',
    matches: matcherOf(requirements),
    includesTerminating: true,
  };
}

function place(name: string, nodeName: string, labels: Labels, affinity?: Affinity): void {
  const spec = { nodeName, ...(affinity && { affinity }) };
  cache.addPod(new PodInfo(makePod(name, { labels, spec })));
}

function countsOf(value: string): Record<string, number> {
  const { placements, table } = cache.updateSnapshot();
  const selected = placements.podsMatching(app(value));
  const column = placements.column('zone');
  const counts = selected.countsByValue(column);
  const rows = table.names.map((name, row) => [name, selected.rows.get(row)]);
  const zones = ['n0', 'n2'].map((name) => {
    const number = column.values[table.names.indexOf(name)] ?? missingValue;
    return [table.nodes[table.names.indexOf(name)]?.metadata.labels?.['zone'], counts.get(number)];
  });
  return Object.fromEntries([...rows, ...zones]);
}

describe('counts of pods', () => {
  test('include what was there before the first question', () => {
    place('p', 'n0', { app: 'web' });
    place('q', 'n1', { app: 'web' });
    place('r', 'n2', { app: 'db' });
    expect(countsOf('web')).toEqual({ n0: 1, n1: 1, n2: 0, a: 2, b: 0 });
  });

  test('follow pods that come, move and go', () => {
    expect(countsOf('web')).toEqual({ n0: 0, n1: 0, n2: 0, a: 0, b: 0 });
    place('p', 'n0', { app: 'web' });
    place('q', 'n1', { app: 'web' });
    expect(countsOf('web')).toEqual({ n0: 1, n1: 1, n2: 0, a: 2, b: 0 });
    place('p', 'n2', { app: 'web' });
    expect(countsOf('web')).toEqual({ n0: 0, n1: 1, n2: 1, a: 1, b: 1 });
    cache.removePod('uid-q');
    expect(countsOf('web')).toEqual({ n0: 0, n1: 0, n2: 1, a: 0, b: 1 });
  });

  test('follow new labels of pods', () => {
    place('p', 'n0', { app: 'web' });
    expect(countsOf('web')['n0']).toBe(1);
    place('p', 'n0', { app: 'db' });
    expect([countsOf('web')['n0'], countsOf('db')['n0']]).toEqual([0, 1]);
  });

  test('follow nodes that change zones', () => {
    place('p', 'n0', { app: 'web' });
    expect(countsOf('web')).toMatchObject({ a: 1, b: 0 });
    cache.addNode(makeNode('n0', { labels: { zone: 'b' } }));
    expect(countsOf('web')).toMatchObject({ n0: 1, b: 1 });
    cache.addNode(makeNode('n0', { labels: { zone: 'a' } }));
    expect(countsOf('web')).toMatchObject({ n0: 1, a: 1, b: 0 });
  });

  test('leave out pods of a node that is gone, until it returns', () => {
    place('p', 'n0', { app: 'web' });
    place('q', 'n1', { app: 'web' });
    cache.removeNode('n0');
    const { placements } = cache.updateSnapshot();
    const counts = placements.podsMatching(app('web')).countsByValue(placements.column('zone'));
    expect(counts.total).toBe(1);
    cache.addNode(makeNode('n0', { labels: { zone: 'b' } }));
    cache.updateSnapshot();
    expect(counts.total).toBe(2);
  });

  test('are the same object until they are forgotten', () => {
    const { placements } = cache.updateSnapshot();
    const first = placements.podsMatching(app('web'));
    expect(placements.podsMatching(app('web'))).toBe(first);
    expect(placements.column('zone')).toBe(placements.column('zone'));
  });

  test('are made again after too many have been asked for', () => {
    place('p', 'n0', { app: 'web' });
    const { placements } = cache.updateSnapshot();
    const all = placements.nodeSet('all', () => true);
    const first = placements.podsMatching(app('web'));
    for (let i = 0; i < 300; i++) placements.nodeSet(`none-${i}`, () => false);
    expect(placements.nodeSet('all', () => true)).not.toBe(all);
    const second = placements.podsMatching(app('web'));
    expect(second).not.toBe(first);
    place('q', 'n1', { app: 'web' });
    place('r', 'n1', { app: 'web', tier: 'new' });
    cache.updateSnapshot();
    expect([first.rows.total, second.rows.total]).toEqual([1, 3]);
  });
});

describe('terms of pods', () => {
  const labelSelector = { matchLabels: { app: 'web' } };
  const avoiding: Affinity = {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector }],
    },
  };
  const found = (labels: Labels) =>
    cache
      .updateSnapshot()
      .placements.termsMeaning('requiredAntiAffinity', 'default', undefined, labels)
      .map((holders) => holders.rows.total);

  test('of equal content are one, however many pods and labels have them', () => {
    place('p', 'n0', { app: 'db' }, avoiding);
    place('q', 'n1', { app: 'db' }, { ...avoiding });
    place('r', 'n2', { app: 'mq' }, avoiding);
    expect(found({ app: 'web' })).toEqual([3]);
    expect(found({ app: 'db' })).toEqual([]);
  });

  test('are let go with the last pod that has them', () => {
    place('p', 'n0', { app: 'db' }, avoiding);
    place('q', 'n0', { app: 'mq' }, avoiding);
    expect(found({ app: 'web' })).toEqual([2]);
    cache.removePod('uid-p');
    expect(found({ app: 'web' })).toEqual([1]);
    cache.removePod('uid-q');
    expect(found({ app: 'web' })).toEqual([]);
    place('p', 'n0', { app: 'db' }, avoiding);
    expect(found({ app: 'web' })).toEqual([1]);
  });
});

describe('a topology column', () => {
  test('numbers values, and gives a number away only when no node has its value', () => {
    const column = new TopologyColumn('zone');
    column.set(0, { zone: 'a' });
    column.set(1, { zone: 'a' });
    column.set(2, { zone: 'b' });
    column.set(0, { zone: 'c' });
    expect(new Set(column.values.subarray(0, 3)).size).toBe(3);
    const freed = column.values[1];
    column.set(1, { zone: 'c' });
    expect(column.values[1]).toBe(column.values[0]);
    column.set(1, { zone: 'd' });
    expect(column.values[1]).toBe(freed);
    column.set(3, { zone: 'e' });
    expect(new Set(column.values.subarray(0, 4)).size).toBe(4);
    expect(column.limit).toBe(5);
  });

  test('tells no label from an empty one', () => {
    const column = new TopologyColumn('zone');
    column.set(100, {});
    column.set(101, undefined);
    expect([column.values[100], column.values[101], column.emptyValue]).toEqual([0, 0, 0]);
    column.set(100, { zone: '' });
    expect(column.values[100]).not.toBe(missingValue);
    expect(column.emptyValue).toBe(column.values[100]);
    column.set(100, undefined);
    expect(column.emptyValue).toBe(missingValue);
  });
});
