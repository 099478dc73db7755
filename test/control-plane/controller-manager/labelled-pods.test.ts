// The pods of a namespace, found by what selectors demand of their labels.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Labels } from '../../../src/api/object-meta.js';
import type { Pod } from '../../../src/api/pod.js';
import {
  equalitySelector,
  LabelledPods,
} from '../../../src/control-plane/controller-manager/labelled-pods.js';

const web: Labels = { app: 'web', tier: 'front' };
const db: Labels = { app: 'db' };

function pod(name: string, labels?: Labels): Pod {
  const metadata = { name, namespace: 'default', ...(labels && { labels }) };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] } };
}

const namesOf = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata.name);

describe('pods by their labels', () => {
  test('are selected in the order in which they came, whatever their groups', () => {
    const pods = new LabelledPods<string>();
    pods.set(pod('c', { ...web }));
    pods.set(pod('a', web));
    pods.set(pod('x', db));
    pods.set(pod('b', { ...web }));
    expect(namesOf(pods.selected(equalitySelector({ app: 'web' })))).toEqual(['c', 'a', 'b']);
    expect(namesOf(pods.selected(equalitySelector({ app: 'web', tier: 'back' })))).toEqual([]);
    expect(pods.size).toBe(4);
  });

  test('are none for an empty selector, and pods without labels are in nobody’s way', () => {
    const pods = new LabelledPods<string>();
    pods.set(pod('bare'));
    pods.set(pod('a', web));
    expect(pods.selected(equalitySelector({}))).toEqual([]);
    expect(namesOf(pods.selected(equalitySelector({ tier: 'front' })))).toEqual(['a']);
  });

  test('share a group with what is known of it until the last of them goes', () => {
    const pods = new LabelledPods<string>();
    const group = pods.set(pod('a', web));
    group.known = 'seen';
    expect(pods.set(pod('b', web)).known).toBe('seen');
    expect(pods.delete('a')).toBe(group);
    expect(pods.groupOf('b')).toBe(group);
    expect(pods.delete('b')).toBe(group);
    expect(pods.delete('b')).toBeUndefined();
    expect(pods.set(pod('b', web)).known).toBeUndefined();
  });

  test('are what a look at every pod finds, after any changes', () => {
    const labels = [web, db, { app: 'web' }, { tier: 'front' }, undefined];
    const step = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      labels: fc.constantFrom(...labels),
      isGone: fc.boolean(),
    });
    const selector = fc.constantFrom({ app: 'web' }, { tier: 'front' }, web, { app: 'none' });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), selector, (steps, matchLabels) => {
        const pods = new LabelledPods<string>();
        const all = new Map<string, Pod>();
        const wanted = equalitySelector(matchLabels);
        for (const { name, labels: own, isGone } of steps) {
          if (isGone) {
            pods.delete(name);
            all.delete(name);
          } else {
            pods.set(pod(name, own));
            all.set(name, pod(name, own));
          }
          const expected = [...all.values()].filter(({ metadata }) =>
            wanted.matches(metadata.labels),
          );
          expect(namesOf(pods.selected(wanted))).toEqual(namesOf(expected));
        }
        expect(pods.size).toBe(all.size);
      }),
    );
  });
});
