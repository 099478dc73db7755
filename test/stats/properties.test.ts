import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exponentialBuckets, Histogram } from '../../src/stats/histogram.js';
import { mean } from '../../src/stats/mean.js';
import { neumaierSum } from '../../src/stats/neumaier-sum.js';
import { quantile } from '../../src/stats/quantile.js';
import { sorted } from '../../src/stats/sorted.js';
import { summarise } from '../../src/stats/summarise.js';

const integers = fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 60 });
const fraction = fc.double({ min: 0, max: 1, noNaN: true });

describe('for all samples', () => {
  test('a sum of integers is exact, and so is the mean times the count', () => {
    fc.assert(
      fc.property(integers, (values) => {
        const exact = Number(values.reduce((sum, value) => sum + BigInt(value), 0n));
        expect(neumaierSum(values) - exact).toBe(0);
        expect(mean(values)).toBe(exact / values.length + 0);
      }),
    );
  });

  test('quantiles lie within the sample and rise with the fraction', () => {
    fc.assert(
      fc.property(integers, fraction, fraction, (values, a, b) => {
        const sample = sorted(values);
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((p) => quantile(sample, p));
        expect(low).toBeGreaterThanOrEqual(sample[0]!);
        expect(low).toBeLessThanOrEqual(high! + 1e-6);
        expect(high).toBeLessThanOrEqual(sample.at(-1)!);
      }),
    );
  });

  test('a summary is ordered from min to max, with the mean between them', () => {
    fc.assert(
      fc.property(integers, (values) => {
        const { min, p50, p90, p99, max, mean: average, count } = summarise(values);
        expect(count).toBe(values.length);
        for (const [low, high] of [
          [min, p50],
          [p50, p90],
          [p90, p99],
          [p99, max],
          [min, average],
          [average, max],
        ] as const) {
          expect(low).toBeLessThanOrEqual(high + 1e-6);
        }
      }),
    );
  });

  test('a histogram counts what a comparison counts', () => {
    const bounds = exponentialBuckets(1, 3, 8);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5_000 })), (values) => {
        const histogram = new Histogram(bounds);
        for (const value of values) histogram.observe(value);
        for (const [bound, count] of histogram.cumulative()) {
          expect(count).toBe(values.filter((value) => value <= bound).length);
        }
        expect(histogram.count).toBe(values.length);
      }),
    );
  });
});
