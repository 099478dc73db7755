// One attempt replayed, field by field, against recordings made by hand.

import { describe, expect, it } from 'vitest';
import { registry } from '../../../src/control-plane/scheduler/plugins/registry.js';
import { compareCase } from '../../../src/experiment/conformance/compare-case.js';
import type { JsonObject, RecordedCase } from '../../../src/experiment/conformance/recording.js';
import { replayCase } from '../../../src/experiment/conformance/replay-case.js';
import { fittingCase, node, pod } from './hand-made.js';

const replay = (changes: Partial<RecordedCase> = {}): JsonObject =>
  replayCase({ ...fittingCase, ...changes }, registry);

const differs = (expected: JsonObject): string | undefined =>
  compareCase(expected, replay())?.field;

describe('a replayed case', () => {
  it('has every field of its recording, with the values worked out by hand', () => {
    expect(replay()).toEqual(fittingCase.expected);
    expect(compareCase(fittingCase.expected, replay())).toBeUndefined();
  });

  it('tells why a pod fits nowhere', () => {
    const got = replay({ pod: pod('new', '9') });
    expect(got).toMatchObject({
      feasibleNodes: [],
      skippedScorePlugins: [],
      scores: {},
      total: {},
      schedulePod: { selectedHost: null, evaluatedNodes: 3, feasibleNodes: 0 },
      fitErrorMessage: '0/3 nodes are available: 3 Insufficient cpu.',
      postFilter: null,
    });
  });

  it('takes the only node that fits without scoring, but records its score', () => {
    const got = replay({ pod: pod('new', '5') });
    expect(got).toMatchObject({
      feasibleNodes: ['b'],
      scores: { NodeResourcesFit: { b: { raw: 37, normalized: 37 } } },
      total: { b: 111 },
      schedulePod: { selectedHost: 'b', evaluatedNodes: 3, feasibleNodes: 1 },
    });
  });

  it('records a gated pod as if it were not', () => {
    const got = replay({ pod: pod('new', '2', { schedulingGates: [{ name: 'x' }] }) });
    expect(got['preEnqueue']).toEqual({
      code: 'UnschedulableAndUnresolvable',
      plugin: 'SchedulingGates',
      reasons: ['waiting for scheduling gates: [x]'],
    });
    expect(got['schedulePod']).toEqual(fittingCase.expected['schedulePod']);
  });

  it('names the nodes that PreFilter left out', () => {
    const nodeSelectorTerms = ['b', 'gone'].map((name) => ({
      matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }],
    }));
    const required = { nodeSelectorTerms };
    const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: required };
    const got = replay({ pod: pod('new', '2', { affinity: { nodeAffinity } }) });
    expect(got['preFilter']).toEqual({
      code: 'Success',
      plugin: '',
      reasons: [],
      nodeNames: ['b', 'gone'],
      unschedulablePlugins: ['NodeAffinity'],
    });
    expect(got['filter']).toEqual({
      a: { code: 'NotEvaluated', reasons: [] },
      b: null,
      tiny: { code: 'NotEvaluated', reasons: [] },
    });
    expect(got['perPluginFilter']).toMatchObject({ NodeAffinity: { a: {}, tiny: {} } });
  });

  it('counts pods that are nominated, but for a plugin alone', () => {
    const nominated = {
      ...pod('waiting', '7', { priority: 5 }),
      status: { nominatedNodeName: 'b' },
    };
    const cluster = { ...fittingCase.cluster, pods: [nominated] };
    const got = replay({ cluster });
    expect(got['filter']).toMatchObject({
      a: null,
      b: { code: 'Unschedulable', plugin: 'NodeResourcesFit', reasons: ['Insufficient cpu'] },
    });
    expect(got['perPluginFilter']).toEqual(fittingCase.expected['perPluginFilter']);
  });

  it('sorts the reasons of scalar resources, which Go has in any order', () => {
    const requests = { 'z.io/z': '1', cpu: '9', 'a.io/a': '1' };
    const containers = [{ name: 'c', resources: { requests } }];
    const got = replay({ pod: pod('new', '1', { containers }) });
    expect(got['filter']).toMatchObject({
      b: { reasons: ['Insufficient cpu', 'Insufficient a.io/a', 'Insufficient z.io/z'] },
    });
  });

  it('replays a cluster without nodes', () => {
    const got = replay({ cluster: { nodes: null, pods: [] } });
    expect(got['feasibleNodes']).toEqual([]);
    expect(got['filter']).toEqual({});
  });

  it('reads timestamps and other objects of the cluster', () => {
    const status = { startTime: '2026-01-01T00:00:05Z' };
    const cluster = {
      nodes: [node('a', '4')],
      pods: [{ ...pod('old', '1', { nodeName: 'a' }), status }],
      services: [{ metadata: { name: 's', namespace: 'default' }, spec: { selector: { a: 'b' } } }],
    };
    expect(replay({ cluster })['feasibleNodes']).toEqual(['a']);
  });

  it('refuses a configuration that kube-scheduler would refuse', () => {
    expect(() => replay({ config: { parallelism: 0 } })).toThrow(
      'the recorded configuration is refused: parallelism: Invalid value: 0',
    );
    expect(() => replay({ pod: pod('new', '1', { schedulerName: 'other' }) })).toThrow(
      'no profile is named "other"',
    );
  });
});

describe('the comparison of a case', () => {
  const expected = fittingCase.expected as Readonly<Record<string, JsonObject>>;

  it.each(Object.keys(fittingCase.expected))('looks at %s', (field) => {
    const changed = { ...fittingCase.expected, [field]: 'something else' };
    expect(differs(changed)).toBe(field);
  });

  it('looks at fields that it does not know', () => {
    expect(differs({ ...fittingCase.expected, newField: 1 })).toBe('newField');
  });

  it('leaves out what was not recorded', () => {
    expect(differs({ feasibleNodes: ['a', 'b'] })).toBeUndefined();
    expect(differs({})).toBeUndefined();
  });

  it('names the earliest step of the cycle, not the earliest letter', () => {
    const scores = { NodeResourcesFit: { a: { raw: 1, normalized: 0 } } };
    const schedulePod = { ...expected['schedulePod'], selectedHost: 'a' };
    const changed = { ...fittingCase.expected, schedulePod, scores, fitErrorMessage: 'x' };
    expect(differs(changed)).toBe('scores.NodeResourcesFit.a.raw');
  });

  it('takes any node of several that the real choice may fall on, and no other', () => {
    const choice = (anyOf: string[]): JsonObject => ({
      schedulePod: { ...expected['schedulePod'], selectedHost: null, anyOf },
    });
    expect(differs(choice(['a', 'b']))).toBeUndefined();
    expect(differs(choice(['a', 'tiny']))).toBe('schedulePod.anyOf');
  });

  it('finds an error of the scores that was not recorded', () => {
    const got = { ...fittingCase.expected, scoreError: 'boom' };
    expect(compareCase(fittingCase.expected, got)).toEqual({
      field: 'scoreError',
      expected: undefined,
      got: 'boom',
    });
  });

  it('compares a dry run only where there is a recording of it', () => {
    const result = { code: 'Unschedulable', message: 'm' };
    const got = { postFilter: { ...result, candidates: { a: { victims: [] } } } };
    expect(compareCase({ postFilter: result }, got)).toBeUndefined();
    const recorded = { postFilter: { ...result, candidates: {} } };
    expect(compareCase(recorded, got)?.field).toBe('postFilter.candidates.a');
    expect(compareCase({ postFilter: { ...result, dryRunStatus: {} } }, got)).toBeDefined();
  });
});
