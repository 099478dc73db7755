// Arrival processes against their closed forms. Bounds are five standard errors of the estimate.
import { describe, expect, test } from 'vitest';
import {
  type ArrivalSpec,
  arrivalTimes,
  gammaFunction,
  meanRate,
} from '../../src/cluster/arrival-times.js';
import { RandomRoot } from '../../src/kernel/random-stream.js';

const stream = (name = 'arrivals') => new RandomRoot(1).stream(name);
const forSeconds = (seconds: number) => ({
  count: Number.POSITIVE_INFINITY,
  durationUs: seconds * 1e6,
});
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const variance = (values: readonly number[]) => {
  const m = mean(values);
  return values.reduce((sum, x) => sum + (x - m) * (x - m), 0) / (values.length - 1);
};

/** Arrivals in each of so many windows of a length. */
function countsOf(spec: ArrivalSpec, windows: number, seconds: number): readonly number[] {
  const counts = new Array<number>(windows).fill(0);
  for (const us of arrivalTimes(spec, forSeconds(windows * seconds), stream())) {
    const window = Math.min(windows - 1, Math.floor(us / (seconds * 1e6)));
    counts[window] = (counts[window] ?? 0) + 1;
  }
  return counts;
}

function gapsOf(spec: ArrivalSpec, count: number): readonly number[] {
  const times = arrivalTimes(spec, { count, durationUs: Number.POSITIVE_INFINITY }, stream());
  return [...times].slice(1).map((us, index) => (us - (times[index] as number)) / 1e6);
}

describe('arrivals', () => {
  test('ascend from 0, end before the duration and after the count', () => {
    const spec = { kind: 'poisson', perSecond: 100 } as const;
    const times = arrivalTimes(spec, forSeconds(20), stream());
    expect([...times]).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(20e6);
    expect(arrivalTimes(spec, { count: 7, durationUs: 20e6 }, stream())).toHaveLength(7);
    expect([...times].every(Number.isSafeInteger)).toBe(true);
  });

  test('are the same from the same stream and others from another', () => {
    const spec = { kind: 'weibull', perSecond: 3, shape: 0.6 } as const;
    const draw = (name: string) => [...arrivalTimes(spec, forSeconds(30), stream(name))];
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
  });

  test.each([
    ['a rate of zero', { kind: 'poisson', perSecond: 0 }],
    ['a shape of zero', { kind: 'weibull', perSecond: 1, shape: 0 }],
    ['bursts without length', { kind: 'bursts', perSecond: 1, onUs: 0, offUs: 1 }],
    [
      'an amplitude above 1',
      { kind: 'diurnal', perSecond: 1, amplitude: 2, periodUs: 1, peakUs: 0 },
    ],
  ] as const)('%s is refused', (_, spec) => {
    expect(() => arrivalTimes(spec, forSeconds(1), stream())).toThrow('arrivals');
  });
});

describe('closed forms', () => {
  test('Poisson: counts have their mean as variance', () => {
    const counts = countsOf({ kind: 'poisson', perSecond: 4 }, 20_000, 2);
    expect(Math.abs(mean(counts) - 8)).toBeLessThan(5 * Math.sqrt(8 / 20_000));
    expect(Math.abs(variance(counts) / 8 - 1)).toBeLessThan(5 * Math.sqrt(2.2 / 20_000));
  });

  test.each([0.5, 1, 2.5])('Weibull of shape %f: gaps have its mean and variance', (shape) => {
    const gaps = gapsOf({ kind: 'weibull', perSecond: 2, shape }, 100_000);
    const ratio = gammaFunction(1 + 2 / shape) / gammaFunction(1 + 1 / shape) ** 2 - 1;
    expect(mean(gaps)).toBeCloseTo(0.5, 1);
    expect(Math.abs(mean(gaps) / 0.5 - 1)).toBeLessThan(5 * Math.sqrt(ratio / 100_000));
    expect(Math.abs(variance(gaps) / (0.25 * ratio) - 1)).toBeLessThan(0.15);
  });

  test('bursts: mean rate and dispersion of long counts', () => {
    const spec = { kind: 'bursts', perSecond: 20, onUs: 1e6, offUs: 3e6 } as const;
    expect(meanRate(spec)).toBe(5);
    const counts = countsOf(spec, 4_000, 200);
    const dispersion = 1 + (2 * 20 * 1 * 3 ** 2) / (1 + 3) ** 2;
    expect(Math.abs(mean(counts) / 1_000 - 1)).toBeLessThan(0.02);
    expect(Math.abs(variance(counts) / mean(counts) / dispersion - 1)).toBeLessThan(0.12);
  });

  test('a day: its mean over whole periods, its highest rate at the peak', () => {
    const spec = {
      kind: 'diurnal',
      perSecond: 50,
      amplitude: 0.8,
      periodUs: 100e6,
      peakUs: 30e6,
    } as const;
    const quarters = countsOf(spec, 400, 25);
    const at = (quarter: number) => mean(quarters.filter((_, index) => index % 4 === quarter));
    expect(Math.abs(mean(quarters) / (50 * 25) - 1)).toBeLessThan(0.01);
    // The quarter around the peak, 17.5 s to 42.5 s, is nearest to the second one.
    expect(at(1)).toBeGreaterThan(1.4 * at(2));
    expect(Math.max(...[0, 1, 2, 3].map(at))).toBe(at(1));
    const total = quarters.reduce((sum, each) => sum + each, 0);
    expect(Math.abs(total - 500_000)).toBeLessThan(5 * Math.sqrt(500_000));
  });

  test('the gamma function', () => {
    for (const [x, value] of [
      [1, 1],
      [1.5, 0.886226925452758],
      [2, 1],
      [5, 24],
      [11, 3_628_800],
    ] as const) {
      expect(Math.abs(gammaFunction(x) / value - 1)).toBeLessThan(1e-12);
    }
  });
});
