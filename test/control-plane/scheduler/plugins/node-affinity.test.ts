// NodeAffinity: nodeSelector, required and preferred terms, and what they do to the search.
import { describe, expect, test } from 'vitest';
import type { NodeSelectorRequirement, NodeSelectorTerm } from '../../../../src/api/affinity.js';
import type { Pod } from '../../../../src/api/pod.js';
import { CycleState } from '../../../../src/control-plane/scheduler/framework/cycle-state.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { NodeAffinity } from '../../../../src/control-plane/scheduler/plugins/node-affinity/node-affinity.js';
import { DecisionCluster, makeNode, makePod } from '../cluster-fixture.js';

const nodes = [
  makeNode('ssd-1', { labels: { disk: 'ssd', gen: '1' } }),
  makeNode('ssd-9', { labels: { disk: 'ssd', gen: '9' } }),
  makeNode('hdd', { labels: { disk: 'hdd' } }),
  makeNode('none'),
];
const refusal = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match Pod's node affinity/selector"],
};

function requiring(...nodeSelectorTerms: NodeSelectorTerm[]): Pod {
  const requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms };
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution };
  return makePod('p', { spec: { affinity: { nodeAffinity } } });
}

function expression(
  key: string,
  operator: NodeSelectorRequirement['operator'],
  ...values: string[]
): NodeSelectorTerm {
  return { matchExpressions: [{ key, operator, values }] };
}

const named = (...values: string[]): NodeSelectorTerm => ({
  matchFields: [{ key: 'metadata.name', operator: 'In', values }],
});

function feasible(pod: Pod, plugin = new NodeAffinity()): string[] {
  const cluster = new DecisionCluster(nodes);
  const refused = Object.keys(cluster.refusals(plugin, pod));
  return nodes.map(({ metadata }) => metadata.name).filter((name) => !refused.includes(name));
}

describe('Filter', () => {
  test.each<[string, Pod, string[]]>([
    ['In', requiring(expression('disk', 'In', 'ssd', 'nvme')), ['ssd-1', 'ssd-9']],
    [
      'NotIn also takes nodes without the label',
      requiring(expression('disk', 'NotIn', 'ssd')),
      ['hdd', 'none'],
    ],
    ['Exists', requiring(expression('disk', 'Exists')), ['ssd-1', 'ssd-9', 'hdd']],
    ['DoesNotExist', requiring(expression('disk', 'DoesNotExist')), ['none']],
    ['Gt compares integers', requiring(expression('gen', 'Gt', '5')), ['ssd-9']],
    ['Lt compares integers', requiring(expression('gen', 'Lt', '5')), ['ssd-1']],
    ['Gt of a word matches nothing', requiring(expression('disk', 'Gt', '5')), []],
    ['no label value matches nothing', requiring(expression('gen', 'Gt', '-4')), []],
    ['an empty term matches nothing', requiring({}), []],
    [
      'terms are alternatives',
      requiring(expression('gen', 'In', '1'), expression('disk', 'In', 'hdd')),
      ['ssd-1', 'hdd'],
    ],
    [
      'requirements of a term hold together',
      requiring({
        matchExpressions: [
          { key: 'disk', operator: 'In', values: ['ssd'] },
          { key: 'gen', operator: 'Gt', values: ['1'] },
        ],
      }),
      ['ssd-9'],
    ],
    ['fields', requiring(named('hdd')), ['hdd']],
    [
      'nodeSelector',
      makePod('p', { spec: { nodeSelector: { disk: 'ssd', gen: '1' } } }),
      ['ssd-1'],
    ],
  ])('%s', (_name, pod, expected) => {
    expect(feasible(pod)).toEqual(expected);
  });

  test('nodeSelector and affinity hold together', () => {
    const { spec } = requiring(expression('gen', 'Exists'));
    expect(feasible(makePod('p', { spec: { ...spec, nodeSelector: { gen: '9' } } }))).toEqual([
      'ssd-9',
    ]);
  });

  test('says why', () => {
    const pod = requiring(expression('disk', 'In', 'ssd'));
    expect(new DecisionCluster(nodes).refusals(new NodeAffinity(), pod)).toEqual({
      hdd: refusal,
      none: refusal,
    });
  });

  test('an affinity that the profile adds binds every pod, in its own words', () => {
    const added = requiring(expression('disk', 'Exists')).spec.affinity?.nodeAffinity;
    const plugin = new NodeAffinity(added);
    expect(feasible(makePod('p'), plugin)).toEqual(['ssd-1', 'ssd-9', 'hdd']);
    const cluster = new DecisionCluster(nodes);
    expect(cluster.refusals(plugin, makePod('p'))['none']?.reasons).toEqual([
      "node(s) didn't match scheduler-enforced node affinity",
    ]);
  });
});

describe('PreFilter', () => {
  const preFilter = (pod: Pod, plugin = new NodeAffinity()) =>
    plugin.preFilter(new CycleState(), new PodInfo(pod));

  test('skips pods without constraints', () => {
    expect(preFilter(makePod('p')).status?.code).toBe('Skip');
    const added = requiring(expression('disk', 'Exists')).spec.affinity?.nodeAffinity;
    expect(preFilter(makePod('p'), new NodeAffinity(added))).toEqual({});
  });

  test('narrows the search to named nodes: the union over the terms', () => {
    const both = {
      matchFields: [...(named('a', 'b').matchFields ?? []), ...(named('b', 'c').matchFields ?? [])],
    };
    expect(preFilter(requiring(named('x'), both)).nodeNames).toEqual(new Set(['x', 'b']));
  });

  test('does not narrow when a term leaves the name open', () => {
    expect(
      preFilter(requiring(named('x'), expression('disk', 'Exists'))).nodeNames,
    ).toBeUndefined();
  });

  test('rejects names that exclude each other', () => {
    const none = {
      matchFields: [...(named('a').matchFields ?? []), ...(named('b').matchFields ?? [])],
    };
    expect(preFilter(requiring(none)).status).toEqual({
      code: 'UnschedulableAndUnresolvable',
      reasons: ['pod affinity terms conflict'],
    });
  });
});

describe('Score', () => {
  const preferring = (...terms: [number, NodeSelectorTerm][]): Pod => {
    const preferredDuringSchedulingIgnoredDuringExecution = terms.map(([weight, preference]) => ({
      weight,
      preference,
    }));
    const nodeAffinity = { preferredDuringSchedulingIgnoredDuringExecution };
    return makePod('p', { spec: { affinity: { nodeAffinity } } });
  };

  test('adds up the weights of the terms that match, relative to the best node', () => {
    const pod = preferring(
      [30, expression('disk', 'In', 'ssd')],
      [10, expression('gen', 'Gt', '1')],
    );
    expect(new DecisionCluster(nodes).scores(new NodeAffinity(), pod)).toEqual({
      raw: [30, 40, 0, 0],
      normalized: [75, 100, 0, 0],
    });
  });

  test('an empty term counts for nothing', () => {
    const pod = preferring([30, {}], [7, expression('disk', 'In', 'hdd')]);
    expect(new DecisionCluster(nodes).scores(new NodeAffinity(), pod).raw).toEqual([0, 0, 7, 0]);
  });

  test('preferences of the profile come on top', () => {
    const added = preferring([5, expression('disk', 'Exists')]).spec.affinity?.nodeAffinity;
    const pod = preferring([1, expression('gen', 'Exists')]);
    expect(new DecisionCluster(nodes).scores(new NodeAffinity(added), pod).raw).toEqual([
      6, 6, 5, 0,
    ]);
  });

  const preScore = (pod: Pod, plugin = new NodeAffinity()) =>
    plugin.preScore(new CycleState(), new PodInfo(pod));

  test('is skipped without preferences, not for preferences that count for nothing', () => {
    expect(preScore(makePod('p'))?.code).toBe('Skip');
    const empty = preferring([2, {}]);
    expect(preScore(empty)).toBeUndefined();
    expect(preScore(makePod('p'), new NodeAffinity(empty.spec.affinity?.nodeAffinity))).toBe(
      undefined,
    );
  });

  test('an operand that is no label value spoils the attempt, as in kube-scheduler 1.36', () => {
    const wrong = expression('gen', 'Gt', '-4');
    const answer = preScore(preferring([1, expression('disk', 'Exists')], [5, wrong]));
    expect(answer?.code).toBe('Error');
    expect(answer?.reasons[0]).toMatch(
      /^\[1\]\.matchExpressions\[0\]\.values\[0\]\[gen\]: Invalid value: "-4": a valid label/,
    );
    expect(preScore(preferring([1, wrong], [1, wrong]))?.reasons[0]).toMatch(
      /^\[\[0\]\.matchExpressions.*, \[1\]\.matchExpressions.*\]$/,
    );
    expect(preScore(preferring([0, wrong]))).toBeUndefined();
  });
});
