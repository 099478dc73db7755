import { expect, test } from 'vitest';
import { steadyMean, warmUpLength } from '../../src/stats/warm-up.js';
import { vectors } from './vectors.js';

/** MSER-5 by its definition, cut by cut. */
function byDefinition(values: readonly number[]): number {
  const means: number[] = [];
  for (let at = 0; at + 5 <= values.length; at += 5) {
    means.push(values.slice(at, at + 5).reduce((sum, each) => sum + each, 0) / 5);
  }
  if (means.length < 4) return 0;
  let best = { cut: 0, error: Number.POSITIVE_INFINITY };
  for (let cut = 0; cut <= means.length / 2; cut++) {
    const rest = means.slice(cut);
    const average = rest.reduce((sum, each) => sum + each, 0) / rest.length;
    const squares = rest.reduce((sum, each) => sum + (each - average) ** 2, 0);
    const error = squares / rest.length ** 2;
    if (error < best.error - 1e-12) best = { cut, error };
  }
  return best.cut * 5;
}

/** Climbs to 10 in the first `climb` values, then alternates about it. */
const climbing = (climb: number, length: number): number[] =>
  Array.from({ length }, (_, i) =>
    i < climb ? (10 * i) / climb : 10 + (((i * 7919) % 13) - 6) / 10,
  );

test('the climb of a series is cut off', () => {
  expect(warmUpLength(climbing(40, 200))).toBe(40);
  expect(steadyMean(climbing(40, 200))).toBeCloseTo(10, 1);
});

test('agrees with the definition on series of several shapes', () => {
  for (const climb of [0, 5, 12, 33, 60]) {
    const values = climbing(climb, 163);
    expect(warmUpLength(values)).toBe(byDefinition(values));
  }
  const falling = climbing(30, 120).map((value) => 20 - value);
  expect(warmUpLength(falling)).toBe(byDefinition(falling));
});

test('never more than half is cut off, and nothing of a short series', () => {
  const growing = Array.from({ length: 100 }, (_, i) => i);
  expect(warmUpLength(growing)).toBe(50);
  expect(warmUpLength(growing.slice(0, 19))).toBe(0);
  expect(steadyMean([1, 2, 3])).toBe(2);
  expect(steadyMean([])).toBeNaN();
});

test.each(vectors.warmUp)(
  'agrees with numpy: $name',
  ({ values, length, steadyMean: expected }) => {
    expect(warmUpLength(values)).toBe(length);
    const error = Math.abs(steadyMean(values) - expected);
    expect(error).toBeLessThanOrEqual(1e-12 * Math.abs(expected));
  },
);
