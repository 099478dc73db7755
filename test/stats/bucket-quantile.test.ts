// Quantiles of counted buckets, as Prometheus works them out.
import { describe, expect, test } from 'vitest';
import { bucketQuantile, type CumulativeBuckets } from '../../src/stats/bucket-quantile.js';

const buckets: CumulativeBuckets = [
  [1, 0],
  [2, 4],
  [4, 4],
  [8, 10],
];

describe('a quantile lies', () => {
  test.each([
    ['within its bucket, in proportion', 0.2, 1.5],
    ['at the end of a bucket that holds so many values', 0.4, 2],
    ['beyond empty buckets', 0.5, 4 + (4 * 1) / 6],
    ['at the end of the last bucket', 1, 8],
    ['at the beginning of the first bucket with values', 0, 1],
  ])('%s', (_, p, expected) => {
    expect(bucketQuantile(buckets, 10, p)).toBeCloseTo(expected, 12);
  });

  test('between 0 and the first bound', () => {
    expect(bucketQuantile([[2, 4]], 4, 0.25)).toBe(0.5);
  });

  test('at the last bound when the value is above all of them', () => {
    expect(bucketQuantile(buckets, 20, 0.9)).toBe(8);
    expect(bucketQuantile([], 3, 0.5)).toBe(0);
  });
});

test('without values there is none', () => {
  expect(bucketQuantile(buckets, 0, 0.5)).toBeNaN();
});

test('a percentage is refused', () => {
  expect(() => bucketQuantile(buckets, 10, 50)).toThrow('not by 50');
});
