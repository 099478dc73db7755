import { expect, test } from 'vitest';
import { findingsIn } from '../../src/metrics/findings.js';
import type { EventRow } from '../../src/metrics/run-result.js';

const event = (reason: string, involved: string): EventRow => ({
  timeUs: 0,
  namespace: 'default',
  involved,
  type: 'Normal',
  reason,
  message: '',
  source: 'cidrAllocator',
  count: 1,
});

test('nodes without a range are named once, and only counted when they are many', () => {
  const nodes = ['a', 'b', 'a'].map((name) => event('CIDRNotAvailable', `Node/${name}`));
  expect(findingsIn([event('Scheduled', 'Pod/p'), ...nodes])).toEqual([
    'No range for pods was left in the clusterCIDR (CIDRNotAvailable) for a, b.',
  ]);
  const many = Array.from({ length: 8 }, (_, i) => event('CIDRNotAvailable', `Node/n${i}`));
  expect(findingsIn(many)[0]).toContain('for n0, n1, n2, n3, n4 and 3 more.');
});

test('a run without such Events has no findings', () => {
  expect(findingsIn([event('Scheduled', 'Pod/p')])).toEqual([]);
});
