// Sequences and churn, replayed against recordings made by hand.

import { describe, expect, it } from 'vitest';
import { registry } from '../../../src/control-plane/scheduler/plugins/registry.js';
import type {
  RecordedAttempt,
  RecordedChurn,
  RecordedOperation,
  RecordedSequence,
} from '../../../src/experiment/conformance/recording.js';
import {
  expandSequence,
  expandTemplate,
  replayChurn,
  replaySequence,
} from '../../../src/experiment/conformance/replay-run.js';
import { node, pod, smallProfile } from './hand-made.js';

describe('a template', () => {
  it('takes the number and its remainders into every string', () => {
    const template = {
      name: 'n-{i}',
      list: ['z{i%3}', 7, null],
      deep: { a: '{i%10}-{i}' },
      on: true,
    };
    expect(expandTemplate(template, 14)).toEqual({
      name: 'n-14',
      list: ['z2', 7, null],
      deep: { a: '4-14' },
      on: true,
    });
    expect(template.name).toBe('n-{i}');
  });
});

/** Nodes of 2 CPU and pods of 1: two nodes take four pods, the fifth fits nowhere. */
const sequence: RecordedSequence = {
  id: 'hand-sequence',
  config: smallProfile,
  cluster: { nodeTemplates: [{ template: node('n-{i}', '2'), count: 2, start: 4 }] },
  podTemplates: [pod('p-{i}', '1'), pod('q-{i}', '1')],
  podSequence: [
    [0, 2],
    [1, 2],
    [0, 1],
  ],
  expected: [
    { pod: 'p-0', node: 'n-4', evaluatedNodes: 2, feasibleNodes: 2 },
    { pod: 'p-1', node: 'n-5', evaluatedNodes: 2, feasibleNodes: 2 },
    { pod: 'q-2', node: 'n-4', evaluatedNodes: 2, feasibleNodes: 2 },
    { pod: 'q-3', node: 'n-5', evaluatedNodes: 2, feasibleNodes: 1 },
    {
      pod: 'p-4',
      node: null,
      evaluatedNodes: 2,
      feasibleNodes: 0,
      message: '0/2 nodes are available: 2 Insufficient cpu.',
    },
  ],
  final: {
    maxPodsOnANode: 2,
    nextStartNodeIndex: 0,
    nodes: 2,
    nodesUsed: 2,
    pods: 5,
    preemptions: 0,
    unschedulable: 1,
  },
};

const replay = (changes: Partial<RecordedSequence> = {}) => {
  const changed = { ...sequence, ...changes };
  return replaySequence(changed, expandSequence(changed), registry);
};

describe('a sequence', () => {
  it('is expanded in order, pods numbered through', () => {
    const { nodes, pods } = expandSequence(sequence);
    expect(nodes.map(({ metadata }) => metadata)).toEqual([{ name: 'n-4' }, { name: 'n-5' }]);
    expect(pods.map(({ metadata }) => (metadata as { name: string }).name)).toEqual([
      'p-0',
      'p-1',
      'q-2',
      'q-3',
      'p-4',
    ]);
  });

  it('agrees with what was worked out by hand', () => {
    expect(replay()).toBeUndefined();
  });

  it('names the first pod that goes elsewhere', () => {
    const expected = sequence.expected.with(1, {
      ...(sequence.expected[1] as RecordedAttempt),
      node: 'n-4',
    });
    expect(replay({ expected })).toEqual({
      field: 'expected[1].node',
      expected: 'n-4',
      got: 'n-5',
    });
  });

  it('compares the message of a pod that fits nowhere', () => {
    const expected = sequence.expected.with(4, {
      ...(sequence.expected[4] as RecordedAttempt),
      message: 'no',
    });
    expect(replay({ expected })?.field).toBe('expected[4].message');
  });

  it('misses attempts that were not recorded', () => {
    expect(replay({ expected: sequence.expected.slice(0, 4) })?.field).toBe('expected[4]');
  });

  it.each(Object.keys(sequence.final))('compares the final figure %s', (name) => {
    expect(replay({ final: { ...sequence.final, [name]: 99 } })?.field).toBe(`final.${name}`);
  });

  it('starts with the pods that are there already', () => {
    const cluster = { ...sequence.cluster, pods: [pod('old', '2', { nodeName: 'n-4' })] };
    expect(replay({ cluster })).toMatchObject({ field: 'expected[0].feasibleNodes', got: 1 });
  });
});

const churn = (...ops: RecordedOperation[]): RecordedChurn => ({
  id: 'hand-churn',
  config: smallProfile,
  ops,
  final: {},
});

const add = (name: string, cpu = '2'): RecordedOperation => ({
  op: 'addNode',
  node: node(name, cpu),
});

const schedule = (name: string, host: string, feasibleNodes: number): RecordedOperation => ({
  op: 'schedule',
  pod: pod(name, '1'),
  expected: { node: host, evaluatedNodes: 2, feasibleNodes, nextStartNodeIndex: 0 },
});

describe('churn', () => {
  it('follows nodes and pods as they come and go', () => {
    const run = churn(
      add('a'),
      add('b'),
      schedule('p-0', 'a', 2),
      schedule('p-1', 'b', 2),
      schedule('p-2', 'a', 2),
      { op: 'deletePod', name: 'p-0' },
      { op: 'check', nodes: ['a', 'b'], podsOnNode: { a: ['p-2'], b: ['p-1'] } },
      { op: 'removeNode', name: 'b' },
      add('c'),
      { op: 'check', nodes: ['a', 'c'], podsOnNode: { a: ['p-2'] } },
      { op: 'updateNode', node: node('a', '1') },
      schedule('p-3', 'c', 1),
    );
    expect(replayChurn(run, registry)).toBeUndefined();
  });

  it('keeps the order of a node, in which the last pod fills a gap', () => {
    const run = churn(
      add('a', '8'),
      ...['p-0', 'p-1', 'p-2'].map(
        (name): RecordedOperation => ({
          op: 'schedule',
          pod: pod(name, '1'),
          expected: { node: 'a', evaluatedNodes: 1, feasibleNodes: 1, nextStartNodeIndex: 0 },
        }),
      ),
      { op: 'deletePod', name: 'p-0', namespace: 'default' },
      { op: 'check', nodes: ['a'], podsOnNode: { a: ['p-2', 'p-1'] } },
    );
    expect(replayChurn(run, registry)).toBeUndefined();
  });

  it('says at which operation it went another way', () => {
    const wrongHost = churn(add('a'), add('b'), schedule('p-0', 'b', 2));
    expect(replayChurn(wrongHost, registry)).toEqual({
      field: 'ops[2].expected.node',
      expected: 'b',
      got: 'a',
    });
    const wrongOrder = churn(add('a'), add('b'), {
      op: 'check',
      nodes: ['b', 'a'],
      podsOnNode: {},
    });
    expect(replayChurn(wrongOrder, registry)?.field).toBe('ops[2].nodes[0]');
  });
});
