import { describe, expect, test } from 'vitest';
import { exponentialBuckets, Histogram } from '../../src/stats/histogram.js';
import { neumaierSum } from '../../src/stats/neumaier-sum.js';
import { vectors } from './vectors.js';

describe('Histogram', () => {
  for (const { name, bounds, values, counts } of vectors.histograms) {
    test(`counts ${name} as a plain comparison does`, () => {
      const histogram = new Histogram(bounds);
      for (const value of values) histogram.observe(value);
      expect(histogram.cumulative()).toEqual(bounds.map((bound, i) => [bound, counts[i]]));
      expect(histogram.count).toBe(values.length);
      expect(histogram.sum).toBe(neumaierSum(values));
    });
  }

  test('puts a value that equals a bound at or below it', () => {
    const histogram = new Histogram([1, 2]);
    histogram.observe(1);
    histogram.observe(1.0000000000000002);
    expect(histogram.cumulative()).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test('counts values above all bounds in the total only', () => {
    const histogram = new Histogram([1]);
    histogram.observe(5);
    expect(histogram.cumulative()).toEqual([[1, 0]]);
    expect(histogram.count).toBe(1);
  });

  test('works without bounds, as a plain sum and count', () => {
    const histogram = new Histogram([]);
    histogram.observe(5);
    expect(histogram.cumulative()).toEqual([]);
    expect([histogram.count, histogram.sum]).toEqual([1, 5]);
  });

  test('refuses bounds that do not ascend or are infinite', () => {
    expect(() => new Histogram([1, 1])).toThrow('ascend');
    expect(() => new Histogram([2, 1])).toThrow('ascend');
    expect(() => new Histogram([1, Number.POSITIVE_INFINITY])).toThrow('implied');
    expect(() => new Histogram([Number.NaN])).toThrow('implied');
  });
});

describe('exponentialBuckets', () => {
  test('multiplies from bound to bound', () => {
    expect(exponentialBuckets(0.5, 2, 5)).toEqual([0.5, 1, 2, 4, 8]);
    expect(exponentialBuckets(3, 10, 1)).toEqual([3]);
  });

  test('refuses bounds that would not ascend', () => {
    expect(() => exponentialBuckets(0, 2, 3)).toThrow('start > 0');
    expect(() => exponentialBuckets(1, 1, 3)).toThrow('factor > 1');
    expect(() => exponentialBuckets(1, 2, 0)).toThrow('count >= 1');
  });
});
