// How figures of benchmarks are chosen, summed up and compared with stored ones.
import { describe, expect, test } from 'vitest';
import { chosenCases } from '../../bench/cases.mjs';
import { comparedLine, type Figure, isWorse, timesAsGood } from '../../bench/comparison.mjs';
import { summaryOf } from '../../bench/measure.mjs';

const figure = (unit: string, value: number | null, calibration = 100): Figure => ({
  name: 'case',
  unit,
  value,
  spread: 0.01,
  calibration,
});

describe('a figure against a stored one', () => {
  test.each([
    ['requests/s', 200, 50],
    ['s', 50, 200],
    ['µs/event', 50, 200],
    ['x real time', 200, 50],
    ['x', 200, 50],
    ['bytes/pod', 50, 200],
    ['exponent', 1, 4],
  ])('in %s is better when it goes to %d and worse when to %d', (unit, good, bad) => {
    const then = figure(unit, unit === 'exponent' ? 2 : 100);
    expect(timesAsGood(figure(unit, good), then)).toBe(2);
    expect(timesAsGood(figure(unit, bad), then)).toBe(0.5);
    expect(comparedLine(figure(unit, good), then)).toMatch(/2\.00 x better$/);
    expect(comparedLine(figure(unit, bad), then)).toMatch(/0\.50 x WORSE$/);
  });

  test('is the same on a machine half as fast, if it is a rate or a time', () => {
    expect(timesAsGood(figure('requests/s', 50, 50), figure('requests/s', 100))).toBe(1);
    expect(timesAsGood(figure('ms', 200, 50), figure('ms', 100))).toBe(1);
    expect(timesAsGood(figure('bytes/pod', 100, 50), figure('bytes/pod', 100))).toBe(1);
  });

  test('may differ by a fifth, or by more where measurements spread', () => {
    const then = figure('s', 100);
    expect(isWorse(figure('s', 120), then)).toBe(false);
    expect(isWorse(figure('s', 130), then)).toBe(true);
    expect(isWorse({ ...figure('s', 130), spread: 0.1 }, then)).toBe(false);
  });

  test('is worse when it has failed, and neither when nothing is stored', () => {
    expect(isWorse(figure('s', null), undefined)).toBe(true);
    expect(comparedLine(figure('s', null), figure('s', 1))).toMatch(/failed$/);
    expect(isWorse(figure('s', 1), undefined)).toBe(false);
    expect(comparedLine(figure('s', 1), undefined)).toMatch(/new$/);
  });
});

describe('the cases that run', () => {
  const cases = [
    { name: 'density-100' },
    { name: 'density-500', isLong: true, figures: [{ name: 'density-500-peak' }] },
    { name: 'dispatch' },
  ];
  const names = (asked: readonly string[], isFull = false): readonly string[] =>
    chosenCases(cases, asked, isFull).map(({ name }) => name);

  test('are the short ones, or all', () => {
    expect(names([])).toEqual(['density-100', 'dispatch']);
    expect(names([], true)).toHaveLength(3);
  });

  test('are those that are named, by a beginning or by a figure, long or not', () => {
    expect(names(['density-*'])).toEqual(['density-100', 'density-500']);
    expect(names(['density-500-peak', 'dispatch'])).toEqual(['density-500', 'dispatch']);
    expect(names(['density'])).toEqual([]);
  });
});

test('samples are summed up by their median and the median distance from it', () => {
  expect(summaryOf([4, 1, 100, 5, 2])).toEqual({ value: 4, spread: 0.5 });
  expect(summaryOf([10, 20])).toEqual({ value: 15, spread: 1 / 3 });
});
