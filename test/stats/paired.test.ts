import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomRoot } from '../../src/kernel/random-stream.js';
import { bootstrapInterval } from '../../src/stats/bootstrap.js';
import { effectSize } from '../../src/stats/effect-size.js';
import { holm } from '../../src/stats/holm.js';
import { mean } from '../../src/stats/mean.js';
import { quantile } from '../../src/stats/quantile.js';
import { signFlipTest } from '../../src/stats/sign-flip-test.js';
import { sorted } from '../../src/stats/sorted.js';
import { vectors } from './vectors.js';

const stream = (name = 'test') => new RandomRoot('1').stream(name);
const median = (values: Float64Array): number => quantile(sorted(values), 0.5);
const near = (found: number, expected: number): void => {
  const scale = Math.max(1e-300, Math.abs(expected));
  expect(Math.abs(found - expected) / scale, `${found} for ${expected}`).toBeLessThan(1e-12);
};

/** A stream that draws what it is told. */
function told(draws: readonly number[]): { below: (limit: number) => number } {
  let next = 0;
  return { below: () => draws[next++] as number };
}

describe.each(vectors.paired)('paired differences: $name', (vector) => {
  const { values, draws } = vector;

  test("have scipy's p-value of the exact sign-flip test", () => {
    near(signFlipTest(values, stream()), vector.pValue);
  });

  test("have numpy's bootstrap intervals of mean and median over the same draws", () => {
    const options = { resamples: draws.length / values.length, confidence: 0.95 };
    for (const [statistic, [low, high]] of [
      [mean, vector.meanInterval],
      [median, vector.medianInterval],
    ] as const) {
      const interval = bootstrapInterval(values, statistic, told(draws), options);
      near(interval.low, low);
      near(interval.high, high);
    }
  });

  test("have Cohen's d", () => {
    if (vector.effectSize !== null) near(effectSize(values), vector.effectSize);
    else expect(Number.isFinite(effectSize(values))).toBe(false);
  });
});

describe('the sign-flip test', () => {
  test('finds nothing in differences of exactly 0, and in none at all', () => {
    expect(signFlipTest([0, 0, 0], stream())).toBe(1);
    expect(signFlipTest([], stream())).toBe(1);
  });

  test('gives the least p-value that so many differences can have when all agree', () => {
    expect(signFlipTest([1, 2, 3, 4, 5], stream())).toBe(2 / 32);
  });

  test('does not depend on the sign, the unit or the order', () => {
    const sample = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(sample, fc.integer({ min: 1, max: 1000 }), (values, unit) => {
        const p = signFlipTest(values, stream());
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
        expect(
          signFlipTest(
            values.map((each) => -each * unit),
            stream(),
          ),
        ).toBe(p);
        expect(signFlipTest([...values].reverse(), stream())).toBe(p);
      }),
    );
  });

  test('samples ways beyond 20 differences, to nearly what counting would give', () => {
    const many = Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? -1 : 1));
    // 20 against 10 of 30: twice the chance of at least 20 heads, 0.0987.
    expect(signFlipTest(many, stream())).toBeCloseTo(0.0987, 2);
    const clear = Array.from({ length: 30 }, () => 1);
    expect(signFlipTest(clear, stream())).toBe(1 / 100_000);
  });
});

describe('the bootstrap', () => {
  const options = { resamples: 500, confidence: 0.95 };

  test('gives the same interval for the same stream, within the sample', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    const first = bootstrapInterval(values, mean, stream('a'), options);
    expect(bootstrapInterval(values, mean, stream('a'), options)).toEqual(first);
    expect(first.low).toBeGreaterThan(1);
    expect(first.high).toBeLessThan(9);
    expect(first.low).toBeLessThan(mean(values));
    expect(first.high).toBeGreaterThan(mean(values));
  });

  test('gives no width to equal values', () => {
    expect(bootstrapInterval([2, 2, 2], mean, stream(), options)).toEqual({ low: 2, high: 2 });
  });

  test('is wider for more confidence', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    const narrow = bootstrapInterval(values, mean, stream(), { ...options, confidence: 0.5 });
    const wide = bootstrapInterval(values, mean, stream(), { ...options, confidence: 0.99 });
    expect(wide.high - wide.low).toBeGreaterThan(narrow.high - narrow.low);
  });

  test('refuses an empty sample and a confidence that is none', () => {
    expect(() => bootstrapInterval([], mean, stream(), options)).toThrow('empty sample');
    const certain = { ...options, confidence: 1 };
    expect(() => bootstrapInterval([1], mean, stream(), certain)).toThrow('confidence');
  });

  test('covers the mean of what the sample comes from about as often as it says', () => {
    const source = stream('source');
    const draws = stream('draws');
    let covered = 0;
    for (let trial = 0; trial < 300; trial++) {
      const values = Array.from({ length: 30 }, () => source.uniform());
      const { low, high } = bootstrapInterval(values, mean, draws, {
        resamples: 200,
        confidence: 0.9,
      });
      if (low <= 0.5 && high >= 0.5) covered++;
    }
    expect(covered / 300).toBeGreaterThan(0.84);
    expect(covered / 300).toBeLessThan(0.94);
  });
});

describe("Holm's correction", () => {
  test.each(vectors.holm)('of $values', ({ values, corrected }) => {
    for (const [i, p] of holm(values).entries()) near(p, corrected[i] as number);
  });

  test('never lowers a p-value, keeps their order, and stays at most 1', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (values) => {
        const corrected = holm(values);
        for (const [i, p] of corrected.entries()) {
          expect(p).toBeGreaterThanOrEqual(values[i] as number);
          expect(p).toBeLessThanOrEqual(1);
          for (const [k, other] of corrected.entries()) {
            if ((values[i] as number) < (values[k] as number)) expect(p).toBeLessThanOrEqual(other);
          }
        }
      }),
    );
  });
});

describe('the effect size', () => {
  test('is 0 of no differences, infinite of a constant one', () => {
    expect(effectSize([0, 0])).toBe(0);
    expect(effectSize([-2, -2])).toBe(Number.NEGATIVE_INFINITY);
  });
});
