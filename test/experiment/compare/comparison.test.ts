import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ComparisonRow,
  compareRuns,
  type Difference,
  fewestSeeds,
  isPrecise,
  type PolicyRuns,
} from '../../../src/experiment/compare/comparison.js';
import { measures } from '../../../src/experiment/compare/measures.js';

const seeds = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `seed-${i}`);

/** Runs of which every measure has the same value by seed. */
function runs(name: string, values: readonly number[]): PolicyRuns {
  return {
    name,
    replications: seeds(values.length).map((seed, i) => ({
      seed,
      traceHash: '0',
      values: measures.map(() => values[i] as number),
    })),
  };
}

const row = (rows: readonly ComparisonRow[], measure: string): ComparisonRow =>
  rows.find((each) => each.measure === measure) as ComparisonRow;

const differenceOf = (rows: readonly ComparisonRow[], measure: string): Difference =>
  row(rows, measure).policies[1]?.difference as Difference;

describe('a policy compared with itself', () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3];
  const rows = compareRuns([runs('a', values), runs('b', values)]);

  test('differs by exactly 0, and nothing is shown', () => {
    expect(rows).toHaveLength(measures.length);
    for (const { policies } of rows) {
      expect(policies[0]?.difference).toBeUndefined();
      expect(policies[1]?.difference).toMatchObject({
        pairs: 10,
        mean: 0,
        median: 0,
        interval: { low: 0, high: 0 },
        relative: 0,
        pValue: 1,
        correctedPValue: 1,
        effectSize: 0,
        verdict: '~',
      });
    }
  });

  test('is known precisely, however high the precision', () => {
    expect(isPrecise(rows, 1e-12)).toBe(true);
  });
});

describe('a policy that is slower by 1 % in every run', () => {
  const before = Array.from({ length: 20 }, (_, i) => 100 + ((i * 37) % 11));
  const rows = compareRuns([
    runs('base', before),
    runs(
      'slow',
      before.map((x) => x * 1.01),
    ),
  ]);

  test('is found worse where lower is better', () => {
    const found = differenceOf(rows, 'pod_startup_p50_seconds');
    expect(found.verdict).toBe('worse');
    expect(found.relative).toBeCloseTo(0.01, 12);
    expect(found.pValue).toBe(2 / 1_048_576);
    expect(found.correctedPValue).toBeCloseTo((2 * measures.length) / 1_048_576, 12);
    expect(found.interval.low).toBeGreaterThan(1);
    expect(found.interval.high).toBeLessThan(1.11);
    expect(found.effectSize).toBeGreaterThan(10);
  });

  test('is found better where higher is, and different where neither is', () => {
    expect(differenceOf(rows, 'pods_bound_per_second').verdict).toBe('better');
    expect(differenceOf(rows, 'nodes_in_use').verdict).toBe('different');
  });
});

test('with few seeds nothing can be shown, and it is said how many are needed', () => {
  const few = compareRuns([runs('a', [1, 2, 3]), runs('b', [2, 3, 4])]);
  for (const { policies } of few) expect(policies[1]?.difference?.verdict).toBe('~');
  const needed = fewestSeeds(few);
  const values = Array.from({ length: needed }, (_, i) => i + 1);
  const enough = compareRuns([
    runs('a', values),
    runs(
      'b',
      values.map((x) => x + 1),
    ),
  ]);
  expect(differenceOf(enough, 'api_requests').verdict).toBe('worse');
  const less = compareRuns([
    runs('a', values.slice(1)),
    runs(
      'b',
      values.slice(1).map((x) => x + 1),
    ),
  ]);
  expect(differenceOf(less, 'api_requests').verdict).toBe('~');
});

test('a measure in which no run differs does not make the others less certain', () => {
  const values = Array.from({ length: 6 }, (_, i) => i + 1);
  const other = runs('b', values);
  const onlyLast = {
    ...other,
    replications: other.replications.map((each) => ({
      ...each,
      values: each.values.map((x, i) => (i === measures.length - 1 ? x + 1 : x)),
    })),
  };
  const rows = compareRuns([runs('a', values), onlyLast]);
  expect(differenceOf(rows, 'api_requests')).toMatchObject({
    correctedPValue: 2 / 64,
    verdict: 'worse',
  });
});

test('seeds without a value on one side are no pairs, and a measure without values has no row', () => {
  const gaps = [1, Number.NaN, 3, 4];
  const rows = compareRuns([runs('a', gaps), runs('b', [1, 2, Number.NaN, 4])]);
  expect(row(rows, 'convergence_seconds').policies.map(({ count }) => count)).toEqual([3, 3]);
  expect(differenceOf(rows, 'convergence_seconds').pairs).toBe(2);
  expect(compareRuns([runs('a', [Number.NaN]), runs('b', [Number.NaN])])).toEqual([]);
});

test('runs of different seeds are not paired', () => {
  const other = runs('b', [1, 2]);
  const shifted = { ...other, replications: [...other.replications].reverse() };
  expect(() => compareRuns([runs('a', [1, 2]), shifted])).toThrow('has no pair in b');
});

test('precision is that of the widest interval beside the mean', () => {
  const rows = compareRuns([runs('a', [100, 100, 100, 100]), runs('b', [99, 101, 99, 101])]);
  const { low, high } = differenceOf(rows, 'api_requests').interval;
  const needed = (high - low) / 2 / 100;
  expect(isPrecise(rows, needed)).toBe(true);
  expect(isPrecise(rows, needed * 0.99)).toBe(false);
});

test('the order of the other policies changes nothing of any of them', () => {
  const sample = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 3, maxLength: 6 });
  fc.assert(
    fc.property(sample, sample, sample, (a, b, c) => {
      const length = Math.min(a.length, b.length, c.length);
      const of = (name: string, values: readonly number[]) => runs(name, values.slice(0, length));
      const one = compareRuns([of('a', a), of('b', b), of('c', c)]);
      const two = compareRuns([of('a', a), of('c', c), of('b', b)]);
      for (const [i, { policies }] of one.entries()) {
        expect(two[i]?.policies[2]).toEqual(policies[1]);
        expect(two[i]?.policies[1]).toEqual(policies[2]);
      }
    }),
    { numRuns: 10 },
  );
});
