import { describe, expect, test } from 'vitest';
import { betterOf, unknownFigure } from '../../src/scenario/figure-metrics.js';
import {
  isWithin,
  parseTolerance,
  type Tolerance,
  toleranceFor,
} from '../../src/scenario/tolerance.js';

const tolerance = (text: string | number): Tolerance => parseTolerance('all', text) as Tolerance;

describe('a tolerance', () => {
  test.each<[string | number, number, boolean]>([
    ['2%', 0.02, true],
    ['0.5 %', 0.005, true],
    ['3', 3, false],
    [0.25, 0.25, false],
    ['.5', 0.5, false],
    ['0%', 0, true],
  ])('%s is read', (text, bound, isRelative) => {
    expect(tolerance(text)).toMatchObject({ bound, isRelative, figure: 'all' });
  });

  test.each(['', '-2%', '2 percent', '1e3', 'NaN', '%', '5s', -1])('%s is refused', (text) => {
    expect(parseTolerance('all', text)).toBeUndefined();
  });

  test.each<[string, number, number, boolean]>([
    ['10%', 2.5, 2.75, true],
    ['10%', 2.5, 2.750001, false],
    ['10%', 2.5, 2.25, true],
    ['10%', 0, 0.000001, false],
    ['10%', -1, -1.1, true],
    ['0.1', 2.5, 2.6, true],
    ['0.1', 2.5, 2.600001, false],
    ['0', 7, 7, true],
  ])('%s around %d: %d is allowed: %s', (text, before, after, expected) => {
    expect(isWithin(tolerance(text), before, after)).toBe(expected);
  });

  test('of a figure wins over that of its metric, and that over all', () => {
    const all = ['all', 'events', 'pod_startup_seconds', 'pod_startup_seconds.p99'].map(
      (figure) => parseTolerance(figure, 1) as Tolerance,
    );
    expect(toleranceFor('pod_startup_seconds.p99', all)?.figure).toBe('pod_startup_seconds.p99');
    expect(toleranceFor('pod_startup_seconds.p50', all)?.figure).toBe('pod_startup_seconds');
    expect(toleranceFor('pods', all)?.figure).toBe('all');
    expect(toleranceFor('pods', all.slice(1))).toBeUndefined();
  });
});

describe('the name of a figure', () => {
  test.each([
    ['pod_startup_seconds.p98', 'pod_startup_seconds has no "p98"', 'pod_startup_seconds.p90'],
    ['events.p50', 'events is one number, so there is no "p50" of it', 'events'],
    ['evnts', 'there is no metric "evnts"', 'events'],
    ['zzzzzzzzzzzz', 'there is no metric "zzzzzzzzzzzz"', undefined],
  ])('%s is refused', (name, message, suggestion) => {
    expect(unknownFigure(name)).toMatchObject({ message, suggestion });
  });

  test('says which way is better, but for counts of samples', () => {
    expect(betterOf('pod_startup_seconds.p99')).toBe('lower');
    expect(betterOf('pod_startup_seconds.count')).toBeUndefined();
    expect(betterOf('pods_ready')).toBe('higher');
    expect(betterOf('nodes_in_use')).toBeUndefined();
  });
});
