// A folder of recordings: what is replayed, how it is counted, which difference is shown.

import { describe, expect, it } from 'vitest';
import { registry } from '../../../src/control-plane/scheduler/plugins/registry.js';
import {
  type FamilyResult,
  type RecordingSource,
  runConformance,
} from '../../../src/experiment/conformance/conformance.js';
import { firstDifference } from '../../../src/experiment/conformance/difference.js';
import type { Json, RecordedCase } from '../../../src/experiment/conformance/recording.js';
import { replayVectors } from '../../../src/experiment/conformance/replay-vectors.js';
import { fittingCase, folderOf, smallProfile } from './hand-made.js';

const wrongCase: RecordedCase = {
  ...fittingCase,
  id: 'hand-2',
  expected: { feasibleNodes: ['b'] },
};
const brokenCase: RecordedCase = { ...fittingCase, id: 'hand-3', config: { parallelism: 0 } };

const run = (source: RecordingSource, only?: string): readonly FamilyResult[] =>
  runConformance(source, { registry, ...(only !== undefined && { only }) });

const countsOf = (results: readonly FamilyResult[]): Record<string, number[]> =>
  Object.fromEntries(
    results.map(({ family, passed, failed, skipped }) => [family, [passed, failed, skipped]]),
  );

const nodesYaml = `
apiVersion: v1
kind: Node
metadata: {name: a}
status: {allocatable: {cpu: "4", memory: 8Gi, pods: "10"}}
`;
const podsYaml = `
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  schedulerName: small
  containers: [{name: c, resources: {requests: {cpu: "1"}}}]
---
`;
const realSequence: Json = {
  id: '11-real',
  config: smallProfile,
  cluster: { nodesFile: 'nodes.yaml', podsFile: 'pods.yaml' },
  expected: [{ pod: 'p', node: 'a', evaluatedNodes: 1, feasibleNodes: 1 }],
  final: { nodes: 1, pods: 1, unschedulable: 0 },
};

const folder = folderOf({
  'README.md': 'not a recording',
  'plugins/hand.ndjson': [fittingCase, wrongCase, brokenCase],
  'sequences/11-real.json': realSequence,
  'vectors/host-choice.json': [
    { scores: [4, 1, 4, 4], winner: 0 },
    { scores: [1, 3, 4], winner: 1 },
  ],
  'vectors/unheard-of.json': [],
});

describe('a folder of recordings', () => {
  it('is counted family by family', () => {
    expect(countsOf(run(folder))).toEqual({
      hand: [1, 2, 0],
      sequences: [0, 0, 1],
      'host-choice': [1, 1, 0],
      'unheard-of': [0, 0, 1],
    });
  });

  it('shows the first case that disagrees, and where', () => {
    const [hand, , hosts] = run(folder);
    expect(hand?.firstFailure).toEqual({
      id: 'hand-2',
      field: 'feasibleNodes[0]',
      expected: 'b',
      got: 'a',
    });
    expect(hosts?.firstFailure).toEqual({ id: 'host-choice[1]', field: '', expected: 1, got: 2 });
  });

  it('counts a replay that throws as a difference, and goes on', () => {
    const [broken] = run(folderOf({ 'plugins/x.ndjson': [brokenCase, fittingCase] }));
    expect(broken).toMatchObject({ passed: 1, failed: 1 });
    expect(broken?.firstFailure).toMatchObject({ id: 'hand-3', field: 'replay' });
    expect(broken?.firstFailure?.got).toContain('the recorded configuration is refused');
  });

  it('says why something is skipped', () => {
    const reasons = run(folder).map(({ skipReason }) => skipReason);
    expect(reasons).toEqual([
      '',
      'nodes.yaml is not there: name its folder with --inputs',
      '',
      'a table named unheard-of is not known',
    ]);
  });

  it('replays manifests of a sequence in document order, where they are there', () => {
    const inputs = { 'nodes.yaml': nodesYaml, 'pods.yaml': podsYaml };
    const source = folderOf({ 'sequences/11-real.json': realSequence }, inputs);
    expect(countsOf(run(source))).toEqual({ sequences: [1, 0, 0] });
    const listed = nodesYaml.replaceAll('\n', '\n  ').replace('  apiVersion', '- apiVersion');
    const asList = { ...inputs, 'nodes.yaml': `apiVersion: v1\nkind: List\nitems:${listed}` };
    expect(countsOf(run({ ...source, readInput: (name) => asList[name as 'nodes.yaml'] }))).toEqual(
      {
        sequences: [1, 0, 0],
      },
    );
  });

  it('tells of every file as it is done', () => {
    const told: string[] = [];
    runConformance(folder, { registry, onFamily: ({ family }) => told.push(family) });
    expect(told).toEqual(['hand', 'sequences', 'host-choice', 'unheard-of']);
  });

  it('sums up families that lie in several files', () => {
    const source = folderOf({ 'plugins/a.ndjson': [fittingCase], 'plugins/b.ndjson': [wrongCase] });
    const [hand, ...others] = run(source);
    expect(others).toEqual([]);
    expect(hand).toMatchObject({ passed: 1, failed: 1, firstFailure: { id: 'hand-2' } });
  });
});

describe('a selection', () => {
  it.each([
    ['hand', { hand: [1, 2, 0] }],
    ['hand-1', { hand: [1, 0, 0] }],
    ['sequences', { sequences: [0, 0, 1] }],
    ['11-real', { sequences: [0, 0, 1] }],
    ['host-choice', { 'host-choice': [1, 1, 0] }],
    ['host-choice[1]', { 'host-choice': [0, 1, 0] }],
    ['nothing', {}],
  ])('of %s replays no more', (only, counts) => {
    expect(countsOf(run(folder, only))).toEqual(counts);
  });

  it('does not read runs that are not selected', () => {
    const read: string[] = [];
    const watched: RecordingSource = {
      ...folder,
      read: (file) => {
        read.push(file);
        return folder.read(file);
      },
    };
    run(watched, 'host-choice');
    expect(read).toEqual(['plugins/hand.ndjson', 'vectors/host-choice.json']);
  });
});

describe('the first difference', () => {
  it.each<[Json | undefined, Json | undefined, string]>([
    [1, 2, ''],
    [null, undefined, ''],
    [{ a: 1 }, { a: 1, b: 2 }, 'b'],
    [{ b: 1, a: [1, { c: 2 }] }, { b: 2, a: [1, { c: 3 }] }, 'a[1].c'],
    [[1, 2], [1], '[1]'],
    [{ a: [] }, { a: {} }, 'a'],
    ['1', 1, ''],
  ])('of %j and %j is at "%s"', (expected, got, field) => {
    expect(firstDifference(expected, got)?.field).toBe(field);
  });

  it('is none between equal trees, whatever the order of their keys', () => {
    const left = { a: [1, null, { x: 'y' }], b: true };
    const right = { b: true, a: [1, null, { x: 'y' }] };
    expect(firstDifference(left, right)).toBeUndefined();
    expect(firstDifference(0, -0)).toBeUndefined();
  });
});

describe('vectors', () => {
  const disagreeing = (name: string, table: Json): number =>
    (replayVectors(name, table) ?? []).filter(
      ({ expected, got }) => firstDifference(expected, got) !== undefined,
    ).length;

  it('of logarithms compare all 64 bits', () => {
    const bits = ['fff0000000000000', '0000000000000000', '3fe62e42fefa39ef', '3ff193ea7aad030a'];
    expect(disagreeing('ln', { bits })).toBe(0);
    expect(disagreeing('ln', { bits: bits.with(3, '3ff193ea7aad030b') })).toBe(1);
  });

  it('of feasible nodes take the percentage of the profile, where it has one', () => {
    const entries = [
      { nodes: 1000, global: 0, profile: null, want: 420 },
      { nodes: 1000, global: 10, profile: 50, want: 500 },
      { nodes: 1000, global: 10, profile: null, want: 100 },
      { nodes: 1000, global: 10, profile: 50, want: 100 },
    ];
    expect(disagreeing('num-feasible-nodes', entries)).toBe(1);
  });

  const quantity = (text: string, value: string, milliValue: string, rest: object): Json => ({
    in: text,
    value,
    milliValue,
    ...rest,
  });

  it('of quantities compare amounts, formats and texts', () => {
    const decimal = { format: 'DecimalSI' };
    const good = [
      quantity('1500m', '2', '1500', { ...decimal, canonical: '1500m' }),
      quantity('0.5', '1', '500', { ...decimal, canonical: '500m' }),
      quantity('2.637', '3', '2637', { ...decimal, canonical: '2.637' }),
      quantity('1Pi', '1125899906842624', '1125899906842624000', {
        format: 'BinarySI',
        canonical: '1Pi',
      }),
      { in: 'x', error: true },
    ];
    expect(disagreeing('quantities', good)).toBe(0);
    const bad = [
      quantity('1500m', '1', '1500', { ...decimal, canonical: '1500m' }),
      quantity('1500m', '2', '1501', { ...decimal, canonical: '1500m' }),
      quantity('1500m', '2', '1500', { ...decimal, canonical: '2' }),
      quantity('0.5', '1', '500', { ...decimal, canonical: '0.5' }),
      quantity('1500m', '2', '1500', { format: 'BinarySI', canonical: '1500m' }),
      { in: '1', error: true },
      quantity('x', '1', '1', { ...decimal, canonical: 'x' }),
    ];
    expect(disagreeing('quantities', bad)).toBe(bad.length);
  });

  it('of amounts that the simulation does not count compare what Go makes of them', () => {
    const huge = (milliValue: string): Json =>
      quantity('1E', '1000000000000000000', milliValue, { format: 'DecimalSI', canonical: '1E' });
    expect(disagreeing('quantities', [huge('0')])).toBe(0);
    expect(disagreeing('quantities', [huge('1000000000000000000000')])).toBe(1);
  });
});
