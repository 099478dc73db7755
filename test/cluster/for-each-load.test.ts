// The operation `forEach`: a client lists objects, chooses by label, and does something to each.
import { describe, expect, test } from 'vitest';
import type { ConfigMap } from '../../src/api/config-map.js';
import type { ForEachOperation } from '../../src/cluster/phase-operation.js';
import { DriverBench } from './bench.js';
import { configMap } from './objects.js';

function labelled(name: string, group: string): ConfigMap {
  const map = configMap(name, { key: 'old' });
  return { ...map, metadata: { ...map.metadata, labels: { group } } };
}

function forEach(of: Partial<ForEachOperation>): ForEachOperation {
  return {
    op: 'forEach',
    atUs: 0,
    source: 'operations[0]',
    action: 'patch',
    kind: 'ConfigMap',
    namespace: 'default',
    labels: [['group', 'a']],
    times: 1,
    patches: [{ data: { key: 'new' } }],
    tuningSet: { kind: 'parallelism', limit: 1 },
    ...of,
  };
}

const there = [labelled('a1', 'a'), labelled('b1', 'b'), labelled('a2', 'a')];

describe('forEach', () => {
  test('patches the objects that have the labels, and no others', () => {
    const bench = new DriverBench(there).perform([forEach({})]);
    expect(bench.requests).toEqual([
      'list configmaps default/ 200',
      'patch configmaps default/a1 200',
      'patch configmaps default/a2 200',
    ]);
    expect(bench.stored('ConfigMap/a2')).toMatchObject({ data: { key: 'new' } });
    expect(bench.stored('ConfigMap/b1')).toMatchObject({ data: { key: 'old' } });
    expect(bench.changes.lines).toEqual([
      'start patch ConfigMap/default/* x2',
      'accept 0 a1',
      'accept 0 a2',
    ]);
  });

  test('gives every object its turn once a time, each time with its own patch', () => {
    const patches = [{ data: { key: 'one' } }, { data: { key: 'two' } }];
    const bench = new DriverBench(there).perform([forEach({ times: 2, patches })]);
    expect(bench.requests.slice(1).map((line) => line.slice(-6))).toEqual([
      'a1 200',
      'a2 200',
      'a1 200',
      'a2 200',
    ]);
    expect(bench.stored('ConfigMap/a1')).toMatchObject({ data: { key: 'two' } });
  });

  test('a list is a JSON patch; one that does not apply is refused, and the others go on', () => {
    const [first, ...others] = there as [ConfigMap, ...ConfigMap[]];
    const bench = new DriverBench([{ ...first, data: {} }, ...others]).perform([
      forEach({ patches: [[{ op: 'replace', path: '/data/key', value: 'new' }]] }),
    ]);
    expect(bench.requests.slice(1)).toEqual([
      'patch configmaps default/a1 422',
      'patch configmaps default/a2 200',
    ]);
    expect(bench.stored('ConfigMap/a1')).toMatchObject({ data: {} });
    expect(bench.stored('ConfigMap/a2')).toMatchObject({ data: { key: 'new' } });
  });

  test('reads without asking for a change, at its pace', () => {
    const tuningSet = { kind: 'qps', qps: 1 } as const;
    const bench = new DriverBench(there).perform([
      forEach({ action: 'get', times: 2, patches: [], tuningSet }),
    ]);
    const [list, ...gets] = bench.wire.served;
    expect(gets.map(({ line }) => line)).toEqual(
      ['a1', 'a2', 'a1', 'a2'].map((name) => `get configmaps default/${name} 200`),
    );
    const begin = gets[0]?.sentUs ?? 0;
    expect(begin).toBeGreaterThan(list?.sentUs ?? Number.NaN);
    expect(gets.map(({ sentUs }) => sentUs - begin)).toEqual([0, 1e6, 2e6, 3e6]);
    expect(bench.changes.lines).toEqual([]);
  });

  test('deletes, and lets the next operation begin when the last is answered', () => {
    const next = { op: 'create', objects: [configMap('z')], atUs: 0, source: 'o' } as const;
    const bench = new DriverBench(there).perform([
      forEach({ action: 'delete', labels: [], patches: [] }),
      next,
    ]);
    expect(bench.requests.at(-1)).toBe('create configmaps default/z 201');
    expect(bench.requests).toHaveLength(5);
    expect(bench.stored('ConfigMap/b1')).toBeUndefined();
  });

  test('that finds nothing is over', () => {
    const bench = new DriverBench(there).perform([forEach({ labels: [['group', 'c']] })]);
    expect(bench.requests).toEqual(['list configmaps default/ 200']);
    expect(bench.finishedUs).toBeDefined();
    expect(bench.changes.lines).toEqual([]);
  });
});
