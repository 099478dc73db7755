// Durations, distributions and courses as annotations have them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  amountAt,
  firstAbove,
  parseCourse,
  parseDrawnDuration,
  parseDuration,
} from '../../src/api/behaviour-text.js';

const second = 1_000_000;

describe('durations in annotations', () => {
  test.each([
    ['30s', 30_000_000],
    ['1m30s', 90_000_000],
    ['250ms', 250_000],
    ['0.5s', 500_000],
    ['1h', 3_600_000_000],
    ['15us', 15],
    ['0s', 0],
    ['never', Number.POSITIVE_INFINITY],
  ])('%s is %f us', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  test.each(['', '30', 's', '-1s', '1 s', '1d', '1s2'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('drawn durations', () => {
  test.each([
    ['30s', { kind: 'constant', value: 30 * second }],
    ['never', { kind: 'constant', value: Number.POSITIVE_INFINITY }],
    ['10s..1m', { kind: 'uniform', low: 10 * second, high: 60 * second }],
    ['p50=5s,p99=40s', { kind: 'logNormal', p50: 5 * second, p99: 40 * second }],
    ['p50=5s, p99=40s', { kind: 'logNormal', p50: 5 * second, p99: 40 * second }],
    ['mean=20s', { kind: 'exponential', mean: 20 * second }],
  ])('%s', (text, spec) => {
    expect(parseDrawnDuration(text)).toEqual(spec);
  });

  test.each(['', '10s..', '..10s', '10s..5s', '1s..2s..3s', '1s..never', 'p50=0s,p99=1s'])(
    '"%s" is none',
    (text) => expect(parseDrawnDuration(text)).toBeUndefined(),
  );

  test.each(['p50=9s,p99=1s', 'p99=1s', 'mean=never', 'mean=', 'about 5s'])(
    '"%s" is none either',
    (text) => expect(parseDrawnDuration(text)).toBeUndefined(),
  );
});

describe('amounts over time', () => {
  const growing = parseCourse('10s=100,20s=300,30s=300,40s=0') ?? [];

  test('are one amount, or points in order of time', () => {
    expect(parseCourse('1Ki')).toEqual([{ atUs: 0, value: 1024 }]);
    expect(parseCourse('0s=1Ki, 1m=1Mi')).toEqual([
      { atUs: 0, value: 1024 },
      { atUs: 60 * second, value: 1_048_576 },
    ]);
  });

  test.each(['', 'much', '1s=', '5s=1Mi,5s=2Mi', '5s=1Mi,1s=2Mi', '-5Mi', 'never=1Mi'])(
    '"%s" is none',
    (text) => expect(parseCourse(text)).toBeUndefined(),
  );

  test('are level before the first point and after the last, and straight between', () => {
    const at = [0, 10, 15, 20, 25, 35, 40, 99].map((s) => amountAt(growing, s * second));
    expect(at).toEqual([100, 100, 200, 300, 300, 150, 0, 0]);
  });

  test('exceed a limit for the first time at one instant, or never', () => {
    expect(firstAbove(growing, 50)).toBe(0);
    expect(firstAbove(growing, 200)).toBe(15 * second);
    expect(firstAbove(growing, 300)).toBe(Number.POSITIVE_INFINITY);
    expect(firstAbove([], 0)).toBe(Number.POSITIVE_INFINITY);
  });

  test('are not above the limit before that instant, and are soon after', () => {
    const point = fc.tuple(fc.integer({ min: 1, max: 1_000 }), fc.nat(1_000));
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 1, maxLength: 6 }),
        fc.nat(1_000),
        (steps, limit) => {
          let atUs = -1;
          const course = steps.map(([step, value]) => {
            atUs += step;
            return { atUs, value };
          });
          const first = firstAbove(course, limit);
          const end = Math.min(first, atUs + 10);
          for (let t = 0; t < end; t++) expect(amountAt(course, t)).toBeLessThanOrEqual(limit);
          if (first === Number.POSITIVE_INFINITY) return;
          const later = [first, first + 1].map((t) => amountAt(course, t));
          expect(Math.max(...later)).toBeGreaterThanOrEqual(limit);
        },
      ),
      { seed: 3, numRuns: 200 },
    );
  });
});
