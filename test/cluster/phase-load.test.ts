// The operation `phases`: which requests a load generator sends, when, and what it is told of them.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { Phase, PhasesOperation } from '../../src/cluster/phase-operation.js';
import type { TuningSet } from '../../src/cluster/tuning-set.js';
import { DriverBench } from './bench.js';
import { configMap, deployment } from './objects.js';

function phase(units: readonly (readonly KubernetesObject[])[], of: Partial<Phase> = {}): Phase {
  const kinds = new Map<string, number>();
  for (const { kind } of units.flat()) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const changes = [...kinds].map(([kind, objects]) => ({
    target: { kind, namespace: 'default', name: 'x-*' },
    objects,
  }));
  return { action: 'create', tuningSet: 'it', units, changes, ...of };
}

function phases(set: TuningSet, ...all: readonly Phase[]): PhasesOperation {
  const tuningSets = new Map([['it', set]]);
  return { op: 'phases', atUs: 1_000_000, source: 'operations[0]', phases: all, tuningSets };
}

const oneByOne: TuningSet = { kind: 'parallelism', limit: 1 };
const maps = (...names: readonly string[]) => names.map((name) => [configMap(name)]);

describe('phases', () => {
  test('begin their units when the tuning set says so, from when the operation began', () => {
    const set: TuningSet = { kind: 'qps', qps: 2 };
    const bench = new DriverBench().perform([phases(set, phase(maps('a', 'b', 'c')))]);
    expect(bench.wire.served.map(({ sentUs }) => sentUs)).toEqual([
      1_000_000, 1_500_000, 2_000_000,
    ]);
    expect(bench.changes.lines).toEqual([
      'start create ConfigMap/default/x-* x3',
      'accept 0 a',
      'accept 0 b',
      'accept 0 c',
    ]);
  });

  test('run side by side, and hold the next operation until the last is done', () => {
    const set: TuningSet = { kind: 'timeLimited', timeLimitUs: 2_000_000 };
    const after = { op: 'create', objects: [configMap('z')], atUs: 0, source: 'o' } as const;
    const bench = new DriverBench().perform([
      phases(set, phase(maps('a', 'b')), phase(maps('c'))),
      after,
    ]);
    const lines = bench.wire.served.map(({ line }) => line);
    expect(lines).toEqual([
      'create configmaps default/a 201',
      'create configmaps default/c 201',
      'create configmaps default/b 201',
      'create configmaps default/z 201',
    ]);
    expect(bench.wire.served.at(-1)?.sentUs).toBeGreaterThan(2_000_000);
  });

  test('send the objects of a unit one after the other, and units beside each other', () => {
    const units = [[configMap('a'), deployment('a', 1)], [configMap('b')]];
    const bench = new DriverBench().perform([
      phases({ kind: 'parallelism', limit: 2 }, phase(units)),
    ]);
    const [a, b, second] = bench.wire.served;
    expect([a?.line, b?.line, second?.line]).toEqual([
      'create configmaps default/a 201',
      'create configmaps default/b 201',
      'create deployments default/a 201',
    ]);
    expect(a?.sentUs).toBe(b?.sentUs);
    expect(second?.sentUs).toBeGreaterThanOrEqual(a?.servedUs ?? Number.NaN);
    expect(bench.changes.lines.slice(0, 2)).toEqual([
      'start create ConfigMap/default/x-* x2',
      'start create Deployment/default/x-* x1',
    ]);
  });

  test('have no more units under way than the tuning set allows', () => {
    const bench = new DriverBench().perform([phases(oneByOne, phase(maps('a', 'b', 'c')))]);
    const { served } = bench.wire;
    for (const [index, { sentUs }] of served.slice(1).entries()) {
      expect(sentUs).toBeGreaterThanOrEqual(served[index]?.servedUs ?? Number.NaN);
    }
  });

  test('that apply make what is missing and change what differs', () => {
    const units = [[configMap('new')], [configMap('same')], [configMap('old', { key: 'new' })]];
    const bench = new DriverBench([configMap('same'), configMap('old', { key: 'old' })]).perform([
      phases(oneByOne, phase(units, { action: 'apply' })),
    ]);
    expect(bench.requests).toEqual([
      'get configmaps default/new 404',
      'create configmaps default/new 201',
      'get configmaps default/same 200',
      'get configmaps default/old 200',
      'patch configmaps default/old 200',
    ]);
    expect(bench.changes.lines).toEqual([
      'start apply ConfigMap/default/x-* x3',
      'accept 0 new',
      'accept 0 same',
      'accept 0 old',
    ]);
  });

  test('that delete say what could not be deleted', () => {
    const bench = new DriverBench([configMap('a')]).perform([
      phases(oneByOne, phase(maps('a', 'b'), { action: 'delete' })),
    ]);
    expect(bench.stored('ConfigMap/a')).toBeUndefined();
    expect(bench.changes.lines[1]).toBe('accept 0 a');
    expect(bench.changes.lines[2]).toMatch(/^refuse 0 .*"b" not found/);
  });

  test('without units are over at once', () => {
    const bench = new DriverBench().perform([phases(oneByOne, phase([]))]);
    expect(bench.finishedUs).toBe(1_000_000);
    expect(bench.requests).toEqual([]);
  });
});
