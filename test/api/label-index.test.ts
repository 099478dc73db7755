// Things with labels, found by what selectors demand.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { LabelIndex } from '../../src/api/label-index.js';
import { labelRequirements, matcherOf } from '../../src/api/label-selector.js';
import type { Labels } from '../../src/api/object-meta.js';

interface Thing {
  readonly labels: Labels | undefined;
}

const labels = fc.option(
  fc.record(
    { app: fc.constantFrom('web', 'db'), tier: fc.constantFrom('a', 'b') },
    {
      requiredKeys: [],
    },
  ),
  { nil: undefined },
);
const values = fc.uniqueArray(fc.constantFrom('web', 'db', 'a', 'none'), {
  minLength: 1,
  maxLength: 2,
});
const selector = fc.record({
  matchExpressions: fc.array(
    fc.record({
      key: fc.constantFrom('app', 'tier'),
      operator: fc.constantFrom('In' as const, 'NotIn' as const, 'Exists' as const),
      values,
    }),
    { maxLength: 2 },
  ),
});

describe('the candidates of a selector', () => {
  test('hold everything that it matches, once, whenever the selector came', () => {
    const step = fc.record({ labels, isRemoved: fc.boolean(), selector });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const index = new LabelIndex<Thing>();
        const all: Thing[] = [];
        for (const each of steps) {
          const first = all[0];
          if (each.isRemoved && first !== undefined) {
            index.remove(first);
            all.shift();
          } else {
            all.push({ labels: each.labels });
            index.add(all.at(-1) as Thing);
          }
          const requirements = labelRequirements(each.selector);
          const found = [...index.candidates({ requirements })];
          const matches = matcherOf(requirements);
          expect(new Set(found).size).toBe(found.length);
          expect(new Set(found.filter((item) => matches(item.labels)))).toEqual(
            new Set(all.filter((item) => matches(item.labels))),
          );
        }
      }),
    );
  });

  test('are not those that have another value of the label that it demands', () => {
    const index = new LabelIndex<Thing>();
    const web = { labels: { app: 'web' } };
    for (const item of [web, { labels: { app: 'db' } }, { labels: undefined }]) index.add(item);
    const demanding = { requirements: labelRequirements({ matchLabels: { app: 'web' } }) };
    expect([...index.candidates(demanding)]).toEqual([web]);
    index.remove(web);
    expect([...index.candidates(demanding)]).toEqual([]);
    expect([...index.candidates({ requirements: [] })]).toHaveLength(2);
  });
});
