import { describe, expect, test } from 'vitest';
import { figuresOf } from '../../../src/experiment/check/figures.js';
import { figureMetrics, metricOf, unknownFigure } from '../../../src/scenario/figure-metrics.js';
import { podRow, runResult, summaryRow } from '../../report/fixtures.js';

describe('the figures of a run', () => {
  const result = runResult({
    endUs: 12_345_678,
    events: 99,
    pods: [podRow(), podRow({ readyUs: undefined })],
    summary: [
      ...[...figureMetrics]
        .filter(([, { kind }]) => kind === 'distribution')
        .map(([metric]) => summaryRow({ metric, count: 2, p99: 1.000_000_49 })),
    ],
  });
  const figures = figuresOf(result);

  test('have names that tolerances know, and every metric has one', () => {
    for (const name of figures.keys()) expect(unknownFigure(name)).toBeUndefined();
    const metrics = new Set([...figures.keys()].map(metricOf));
    expect([...figureMetrics.keys()].filter((metric) => !metrics.has(metric))).toEqual([]);
  });

  test('have six places', () => {
    expect(figures.get('end_seconds')).toBe(12.345678);
    expect(figures.get('pod_startup_seconds.p99')).toBe(1);
    expect(figures.get('pods_ready')).toBe(1);
  });

  test('leave out what has no sample', () => {
    const empty = figuresOf({ ...result, pods: [], summary: [], nodes: [] });
    expect(empty.has('pod_startup_seconds.p99')).toBe(false);
    expect(empty.has('cpu_allocation_ratio')).toBe(false);
    expect(empty.get('pods')).toBe(0);
  });
});
