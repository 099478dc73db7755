import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMeasure,
  formatNumber,
  formatPercent,
  formatSeconds,
} from '../../src/report/number-format.js';

describe('formatNumber', () => {
  test.each([
    [0, '0'],
    [-0, '0'],
    [-0.0000001, '0'],
    [1, '1'],
    [-3, '-3'],
    [0.25, '0.25'],
    [1 / 3, '0.333333'],
    [2.5000001, '2.5'],
    [1e-7, '0'],
    [1e-6, '0.000001'],
    [100, '100'],
    [1e20, '100000000000000000000'],
    [2 ** 53, '9007199254740992'],
    [0.1 + 0.2, '0.3'],
  ])('writes %d as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test('rounds to the places asked for and keeps the zeros of whole numbers', () => {
    expect(formatNumber(99.96, 1)).toBe('100');
    expect(formatNumber(199.6, 0)).toBe('200');
  });

  test('refuses what a file could not hold', () => {
    expect(() => formatNumber(Number.NaN)).toThrow('finite');
    expect(() => formatNumber(Number.POSITIVE_INFINITY)).toThrow('finite');
    expect(() => formatNumber(1e21)).toThrow('exponent');
    expect(() => formatNumber(-1e21)).toThrow('exponent');
  });
});

describe('formatSeconds', () => {
  test.each([
    [0, '0'],
    [-0, '0'],
    [1, '0.000001'],
    [10, '0.00001'],
    [999_999, '0.999999'],
    [1_000_000, '1'],
    [1_500_000, '1.5'],
    [10_000_000, '10'],
    [86_400_000_001, '86400.000001'],
    [-1_250_000, '-1.25'],
    [0.4, '0'],
    [-0.4, '0'],
    [1.6, '0.000002'],
  ])('writes %d µs as %s', (us, text) => {
    expect(formatSeconds(us)).toBe(text);
  });

  test('is exact up to the last microsecond that a run can reach', () => {
    expect(formatSeconds(Number.MAX_SAFE_INTEGER)).toBe('9007199254.740991');
  });

  test('refuses what is no time', () => {
    expect(() => formatSeconds(Number.NaN)).toThrow('exact time');
    expect(() => formatSeconds(2 ** 54)).toThrow('exact time');
  });

  test('agrees with a division wherever a double is exact enough', () => {
    for (let us = 1; us < 1e12; us = us * 3 + 7) {
      expect(Number(formatSeconds(us))).toBe(us / 1_000_000);
    }
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0 µs'],
    [1.25, '1.3 µs'],
    [850, '850 µs'],
    [999.6, '1.00 ms'],
    [1_234, '1.23 ms'],
    [12_345, '12.3 ms'],
    [100_000, '100 ms'],
    [999_600, '1.00 s'],
    [4_214_000, '4.21 s'],
    [59_960_000, '60.0 s'],
    [119_900_000, '120 s'],
    [119_960_000, '2 min 0 s'],
    [123_400_000, '2 min 3.4 s'],
    [3_600_000_000, '60 min 0 s'],
    [7_260_000_000, '2 h 1 min'],
    [-2_500_000, '-2.50 s'],
  ])('writes %d µs as %s', (us, text) => {
    expect(formatDuration(us)).toBe(text);
  });
});

describe('counts, shares, sizes', () => {
  test('puts commas between thousands', () => {
    expect([0, 999, 1_000, 1_234_567, -12_345].map(formatCount)).toEqual([
      '0',
      '999',
      '1,000',
      '1,234,567',
      '-12,345',
    ]);
  });

  test('writes shares as percentages that line up', () => {
    expect([0, 0.256, 0.8, 1, 1.5].map(formatPercent)).toEqual([
      '0.0 %',
      '25.6 %',
      '80.0 %',
      '100.0 %',
      '150.0 %',
    ]);
  });

  test('writes bytes in binary units', () => {
    expect([0, 1023, 1024, 1536, 16 * 2 ** 30, 2 ** 60].map(formatBytes)).toEqual([
      '0 B',
      '1023 B',
      '1 KiB',
      '1.5 KiB',
      '16 GiB',
      '1024 PiB',
    ]);
  });
});

describe('formatMeasure', () => {
  test.each([
    ['pod_startup_seconds', 0.799, '799 ms'],
    ['pod_startup_seconds{namespace=prod}', 4.2, '4.20 s'],
    ['etcd_db_total_size_in_bytes', 1_572_864, '1.5 MiB'],
    ['apiserver_cpu_cores', 0.5, '0.500'],
    ['pods_unready', 12_000, '12,000'],
    ['apiserver_requests_per_second', 1234.56, '1234.6'],
    ['pod_startup_seconds', Number.NaN, 'no sample'],
  ])('writes %s = %d as %s', (metric, value, text) => {
    expect(formatMeasure(metric, value)).toBe(text);
  });
});
