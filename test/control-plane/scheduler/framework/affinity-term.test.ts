// Terms of pod affinity: when two of them are one, and which pods they mean.
import { describe, expect, test } from 'vitest';
import type { Affinity, PodAffinityTerm } from '../../../../src/api/affinity.js';
import type { LabelSelector } from '../../../../src/api/label-selector.js';
import type { Pod } from '../../../../src/api/pod.js';
import {
  affinityTermsOf,
  requirementsKey,
  selectorOf,
  termMatches,
} from '../../../../src/control-plane/scheduler/framework/affinity-term.js';
import { makePod } from '../cluster-fixture.js';

const web: LabelSelector = { matchLabels: { app: 'web' } };

function podIn(namespace: string, affinity?: Affinity): Pod {
  const pod = makePod('p', affinity && { spec: { affinity } });
  return { ...pod, metadata: { ...pod.metadata, namespace } };
}

function together(...terms: PodAffinityTerm[]): Affinity {
  return { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } };
}

function termOf(term: PodAffinityTerm, namespace = 'default') {
  const [found] = affinityTermsOf(podIn(namespace, together(term))).requiredAffinity;
  if (found === undefined) throw new Error('the pod has a term');
  return found;
}

describe('the terms of a pod', () => {
  test('are none without pod affinity, whatever it says of nodes', () => {
    for (const affinity of [undefined, {}, { nodeAffinity: {} }]) {
      expect(affinityTermsOf(podIn('default', affinity))).toMatchObject({
        key: '',
        requiredAffinity: [],
        requiredAntiAffinity: [],
        preferredAffinity: [],
        preferredAntiAffinity: [],
      });
    }
  });

  test('lie in four lists', () => {
    const term = (topologyKey: string): PodAffinityTerm => ({ topologyKey, labelSelector: web });
    const terms = affinityTermsOf(
      podIn('default', {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [term('a')],
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 7, podAffinityTerm: term('b') },
          ],
        },
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [term('c')],
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 9, podAffinityTerm: term('d') },
          ],
        },
      }),
    );
    expect(terms.requiredAffinity.map((each) => each.topologyKey)).toEqual(['a']);
    expect(terms.requiredAntiAffinity.map((each) => each.topologyKey)).toEqual(['c']);
    const weighted = [...terms.preferredAffinity, ...terms.preferredAntiAffinity];
    expect(weighted.map((each) => [each.weight, each.term.topologyKey])).toEqual([
      [7, 'b'],
      [9, 'd'],
    ]);
  });

  test('are read once for an affinity and a namespace', () => {
    const affinity = together({ topologyKey: 'zone', labelSelector: web });
    const terms = affinityTermsOf(podIn('default', affinity));
    expect(affinityTermsOf(podIn('default', affinity))).toBe(terms);
    expect(affinityTermsOf(podIn('other', affinity)).key).not.toBe(terms.key);
  });
});

describe('two terms', () => {
  const base: PodAffinityTerm = { topologyKey: 'zone', labelSelector: web };

  test('are one if they say the same in other words', () => {
    const written: LabelSelector = {
      matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }],
    };
    expect(termOf({ ...base, labelSelector: written }).key).toBe(termOf(base).key);
    expect(termOf({ ...base, namespaces: [] }).key).toBe(termOf(base).key);
    expect(termOf({ ...base, namespaces: ['default'] }).key).toBe(termOf(base).key);
    const [ab, ba] = [
      ['a', 'b'],
      ['b', 'a'],
    ].map((namespaces) => termOf({ ...base, namespaces }));
    expect(ab?.key).toBe(ba?.key);
  });

  test('mean the same pods if only their topology keys differ', () => {
    const other = termOf({ ...base, topologyKey: 'host' });
    expect(other.key).not.toBe(termOf(base).key);
    expect(other.podsKey).toBe(termOf(base).podsKey);
  });

  test.each<[string, PodAffinityTerm, string?]>([
    ['labels', { ...base, labelSelector: { matchLabels: { app: 'db' } } }],
    ['no selector', { topologyKey: 'zone' }],
    ['an empty selector', { topologyKey: 'zone', labelSelector: {} }],
    ['namespaces', { ...base, namespaces: ['other'] }],
    ['a namespace selector', { ...base, namespaceSelector: {} }],
    ['the namespace of the pod', base, 'other'],
  ])('differ by %s', (_name, term, namespace) => {
    expect(termOf(term, namespace).podsKey).not.toBe(termOf(base).podsKey);
  });
});

describe('a term means a pod', () => {
  const labelSelector = web;
  const topologyKey = 'zone';
  const team = { matchLabels: { team: 'x' } };

  test.each<[string, PodAffinityTerm, boolean[]]>([
    // Pods: in its own namespace; in another one with the label; in one that is not labelled.
    [
      'in its own namespace if it says nothing',
      { topologyKey, labelSelector },
      [true, false, false],
    ],
    [
      'in namespaces that it lists',
      { topologyKey, labelSelector, namespaces: ['bare'] },
      [false, false, true],
    ],
    [
      'in namespaces that it selects',
      { topologyKey, labelSelector, namespaceSelector: team },
      [false, true, false],
    ],
    [
      'in both',
      { topologyKey, labelSelector, namespaces: ['bare'], namespaceSelector: team },
      [false, true, true],
    ],
    [
      'anywhere, for an empty selector',
      { topologyKey, labelSelector, namespaceSelector: {} },
      [true, true, true],
    ],
  ])('%s', (_name, term, expected) => {
    const parsed = termOf(term);
    const labels = { app: 'web' };
    expect([
      termMatches(parsed, 'default', {}, labels),
      termMatches(parsed, 'labelled', { team: 'x' }, labels),
      termMatches(parsed, 'bare', undefined, labels),
    ]).toEqual(expected);
    expect(termMatches(parsed, 'default', { team: 'x' }, { app: 'db' })).toBe(false);
  });
});

describe('a selector', () => {
  test('that is absent selects nothing, an empty one everything', () => {
    expect(selectorOf(undefined).matches({ app: 'web' })).toBe(false);
    expect(selectorOf({}).matches(undefined)).toBe(true);
    expect(requirementsKey(selectorOf(undefined).requirements)).not.toBe(
      requirementsKey(selectorOf({}).requirements),
    );
  });

  test('has a key that tells requirements apart', () => {
    const keys = [
      [{ key: 'a', operator: 'In' as const, values: ['b', 'c'] }],
      [{ key: 'a', operator: 'In' as const, values: ['b,c'] }],
      [{ key: 'a', operator: 'NotIn' as const, values: ['b', 'c'] }],
      [{ key: 'a', operator: 'Exists' as const, values: [] }],
    ].map(requirementsKey);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
