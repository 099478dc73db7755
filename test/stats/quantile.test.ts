import { describe, expect, test } from 'vitest';
import { ascending } from '../../src/stats/ascending.js';
import { quantile } from '../../src/stats/quantile.js';
import { vectors } from './vectors.js';

describe('quantile', () => {
  for (const { name, values, quantiles } of vectors.samples) {
    test(`agrees with numpy's linear method on ${name}`, () => {
      const sorted = Float64Array.from(values).sort(ascending);
      for (const [p, expected] of quantiles) {
        const scale = Math.max(1e-300, Math.abs(expected));
        expect(Math.abs(quantile(sorted, p) - expected) / scale, `p = ${p}`).toBeLessThan(1e-14);
      }
    });
  }

  test('interpolates between neighbours by the R-7 rule', () => {
    const sorted = Float64Array.of(10, 20, 40, 80);
    expect(quantile(sorted, 0.5)).toBe(30);
    expect(quantile(sorted, 0.25)).toBe(17.5);
    expect(quantile(sorted, 2 / 3)).toBe(40);
  });

  test('gives the ends of the sample exactly', () => {
    const sorted = Float64Array.of(-0.1, 0.2, 0.3);
    expect(quantile(sorted, 0)).toBe(-0.1);
    expect(quantile(sorted, 1)).toBe(0.3);
  });

  test('is NaN for an empty sample', () => {
    expect(quantile(new Float64Array(0), 0.5)).toBeNaN();
  });

  test('refuses fractions outside 0..1, as when a percentage is passed', () => {
    const sorted = Float64Array.of(1, 2);
    expect(() => quantile(sorted, 99)).toThrow('fraction in 0..1');
    expect(() => quantile(sorted, -0.1)).toThrow('fraction in 0..1');
    expect(() => quantile(sorted, Number.NaN)).toThrow('fraction in 0..1');
  });
});
