import { describe, expect, test } from 'vitest';
import { countUpTo } from '../../src/stats/count-up-to.js';
import { sorted } from '../../src/stats/sorted.js';
import { vectors } from './vectors.js';

describe('sorted', () => {
  test('orders by value, not as text, and leaves the input alone', () => {
    const values = [10, 9, -1, 100, 0.5];
    expect([...sorted(values)]).toEqual([-1, 0.5, 9, 10, 100]);
    expect(values).toEqual([10, 9, -1, 100, 0.5]);
  });

  test('puts NaN last, where a sum finds it', () => {
    expect([...sorted([Number.NaN, 1, Number.NEGATIVE_INFINITY])]).toEqual([
      Number.NEGATIVE_INFINITY,
      1,
      Number.NaN,
    ]);
  });
});

describe('countUpTo', () => {
  test('counts values at or below each bound', () => {
    expect(countUpTo(Float64Array.of(1, 2, 2, 5), [0, 1, 2, 4.9, 5, 6])).toEqual([
      0, 1, 3, 3, 4, 4,
    ]);
  });

  test('counts nothing in an empty sample, and everything below a high bound', () => {
    expect(countUpTo(new Float64Array(0), [0, 1])).toEqual([0, 0]);
    for (const { values } of vectors.samples) {
      expect(countUpTo(sorted(values), [Number.MAX_VALUE])).toEqual([values.length]);
    }
  });

  test('agrees with a plain comparison', () => {
    const { values } = vectors.samples.at(-1)!;
    const bounds = [0.001, 0.01, 0.02, 0.05];
    const counts = bounds.map((bound) => values.filter((value) => value <= bound).length);
    expect(countUpTo(sorted(values), bounds)).toEqual(counts);
  });
});
