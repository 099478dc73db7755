import { describe, expect, test } from 'vitest';
import { ascending } from '../../src/stats/ascending.js';
import { summarise } from '../../src/stats/summarise.js';
import { vectors } from './vectors.js';

describe('summarise', () => {
  for (const { name, values, mean, quantiles } of vectors.samples) {
    test(`agrees with numpy on ${name}`, () => {
      const summary = summarise(values);
      const at = new Map(quantiles);
      expect(summary.count).toBe(values.length);
      expect(summary.min).toBe(at.get(0));
      expect(summary.max).toBe(at.get(1));
      expect(summary.mean).toBeCloseTo(mean, 12);
      for (const key of ['p50', 'p90', 'p99'] as const) {
        const expected = at.get(Number(key.slice(1)) / 100)!;
        const difference = Math.abs(summary[key] - expected);
        expect(difference, key).toBeLessThanOrEqual(1e-14 * Math.abs(expected));
      }
    });
  }

  test('does not depend on the order of the values, to the last bit', () => {
    const { values } = vectors.samples.at(-1)!;
    expect(summarise([...values].reverse())).toEqual(summarise(values));
  });

  test('leaves its input as it was', () => {
    const values = Float64Array.of(3, 1, 2);
    summarise(values);
    expect([...values]).toEqual([3, 1, 2]);
  });

  test('counts an empty sample and says NaN for the rest', () => {
    const nothing = Number.NaN;
    expect(summarise([])).toEqual({
      count: 0,
      mean: nothing,
      min: nothing,
      p50: nothing,
      p90: nothing,
      p99: nothing,
      max: nothing,
    });
  });

  test('refuses values that are no finite numbers', () => {
    expect(() => summarise([1, Number.NaN])).toThrow('finite');
    expect(() => summarise([1, Number.POSITIVE_INFINITY])).toThrow('finite');
  });
});

describe('ascending', () => {
  test('orders numbers by value and texts by code units', () => {
    expect([10, 9, -1, 100].sort(ascending)).toEqual([-1, 9, 10, 100]);
    expect(['node-9', 'node-10', 'Node-1', 'é', 'z'].sort(ascending)).toEqual([
      'Node-1',
      'node-10',
      'node-9',
      'z',
      'é',
    ]);
    expect(ascending('a', 'a')).toBe(0);
  });
});
