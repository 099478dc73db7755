// The buckets in which things with a label selector are found from labels.

import { describe, expect, test } from 'vitest';

import type { LabelRequirement } from '../../src/api/label-selector.js';
import { SelectorBuckets } from '../../src/api/selector-buckets.js';

describe('selectors by label', () => {
  const item = (...requirements: LabelRequirement[]) => ({ requirements });
  const oneOf = item({ key: 'app', operator: 'In', values: ['web', 'db'] });
  const both = item(
    { key: 'tier', operator: 'Exists', values: [] },
    { key: 'app', operator: 'In', values: ['web'] },
  );
  const any = item({ key: 'tier', operator: 'NotIn', values: ['x'] });

  test('are candidates if they demand a value that the labels have, or none', () => {
    const buckets = new SelectorBuckets<{ requirements: readonly LabelRequirement[] }>();
    for (const each of [oneOf, both, any]) buckets.add(each);
    expect(new Set(buckets.candidates({ app: 'web' }))).toEqual(new Set([oneOf, both, any]));
    expect(new Set(buckets.candidates({ app: 'db' }))).toEqual(new Set([oneOf, any]));
    expect(buckets.candidates({ app: 'mq' })).toEqual([any]);
    expect(buckets.candidates(undefined)).toEqual([any]);
  });

  test('are none any more once they are removed', () => {
    const buckets = new SelectorBuckets<{ requirements: readonly LabelRequirement[] }>();
    for (const each of [oneOf, both, any]) buckets.add(each);
    buckets.remove(oneOf);
    buckets.remove(any);
    expect(buckets.candidates({ app: 'web' })).toEqual([both]);
    buckets.clear();
    expect(buckets.candidates({ app: 'web' })).toEqual([]);
  });
});
