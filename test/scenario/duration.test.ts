import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationPattern, formatDuration, parseDuration } from '../../src/scenario/duration.js';

describe('parseDuration', () => {
  test.each([
    ['0', 0],
    ['0s', 0],
    ['500ms', 500_000],
    ['1m30s', 90_000_000],
    ['2h', 7_200_000_000],
    ['1.5h', 5_400_000_000],
    ['.5s', 500_000],
    ['1.s', 1_000_000],
    ['250us', 250],
    ['250µs', 250],
    ['1500ns', 2],
    ['1h2m3s4ms5us', 3_723_004_005],
  ])('reads %s', (text, us) => {
    expect(parseDuration(text)).toBe(us);
  });

  test.each(['', '5', '-1s', '1 s', '1d', 's', '1s2', '1m-30s', '1e3s', '.s', '1S', 'converged'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
      expect(durationPattern.test(text)).toBe(false);
    },
  );

  test('refuses what the clock cannot count, though it is written well', () => {
    expect(parseDuration('9999999999h')).toBeUndefined();
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0s'],
    [1, '1us'],
    [1_500, '1.5ms'],
    [1_500_000, '1.5s'],
    [90_000_000, '1m30s'],
    [3_600_000_000, '1h'],
    [3_600_000_001, '1h1us'],
  ])('writes %d µs as %s', (us, text) => {
    expect(formatDuration(us)).toBe(text);
  });

  test('writes what parseDuration reads back, for any time', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000_000), (us) => {
        expect(parseDuration(formatDuration(us))).toBe(us);
      }),
    );
  });
});
