import { describe, expect, test } from 'vitest';
import { mean } from '../../src/stats/mean.js';
import { NeumaierSum, neumaierSum } from '../../src/stats/neumaier-sum.js';
import { vectors } from './vectors.js';

describe('neumaierSum', () => {
  for (const { name, values, sum } of vectors.samples) {
    test(`has the digits of an exact sum on ${name}`, () => {
      expect(Math.abs(neumaierSum(values) - sum)).toBeLessThanOrEqual(Math.abs(sum) * 2 ** -52);
    });
  }

  test('keeps what a plain sum loses, whichever of the two is larger', () => {
    expect(neumaierSum([1, 1e100, 1, -1e100])).toBe(2);
    expect(neumaierSum([1e16, 1, 1, -1e16, 0.5])).toBe(2.5);
  });

  test('sums ten tenths to one', () => {
    expect(neumaierSum(new Array(10).fill(0.1))).toBe(1);
  });

  test('is 0 without values', () => {
    expect(neumaierSum([])).toBe(0);
  });

  test('can be read while it grows', () => {
    const sum = new NeumaierSum();
    expect(sum.value).toBe(0);
    sum.add(2.5);
    expect(sum.value).toBe(2.5);
    sum.add(-1);
    expect(sum.value).toBe(1.5);
  });
});

describe('mean', () => {
  for (const { name, values, mean: expected } of vectors.samples) {
    test(`agrees with an exact sum on ${name}`, () => {
      expect(Math.abs(mean(values) - expected)).toBeLessThanOrEqual(Math.abs(expected) * 2 ** -52);
    });
  }

  test('is NaN without values', () => {
    expect(mean([])).toBeNaN();
  });
});
