// The figures of a window as perf-dash reads them.
import { describe, expect, test } from 'vitest';
import type { MetricSample } from '../../../src/metrics/run-result.js';
import {
  dataItemsOf,
  judge,
  throughputData,
} from '../../../src/metrics/scheduler-perf/data-items.js';
import { histogramsSince } from '../../../src/metrics/scheduler-perf/histograms-since.js';
import type { PerfMeasurement } from '../../../src/metrics/scheduler-perf/perf-result.js';

const measurement: PerfMeasurement = {
  name: 'namespace-2',
  startUs: 1_000_000,
  endUs: 4_500_000,
  scheduled: 60,
  firstUs: 1_100_000,
  lastUs: 4_400_000,
  samples: [10, 30, 20],
};

function histogram(
  name: string,
  labels: Readonly<Record<string, string>>,
  counts: readonly number[],
  sum: number,
): MetricSample {
  const bounds = [0.001, 0.002, 0.004];
  let count = 0;
  const buckets = bounds.map((bound, index): [number, number] => {
    count += counts[index] ?? 0;
    return [bound, count];
  });
  return { name, help: '', type: 'histogram', labels: Object.entries(labels), buckets, sum, count };
}

const extensionPoints = 'scheduler_framework_extension_point_duration_seconds';
const attempts = 'scheduler_scheduling_attempt_duration_seconds';

describe('percentiles of throughput', () => {
  test('are samples: the smallest that so many per cent do not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(throughputData(hundred)).toEqual({
      Average: 50.5,
      Perc50: 50,
      Perc90: 90,
      Perc95: 95,
      Perc99: 99,
    });
    expect(throughputData([10, 30, 20])).toMatchObject({ Perc50: 20, Perc90: 30 });
  });

  test('are absent without samples', () => {
    expect(throughputData([])).toBeUndefined();
    const items = dataItemsOf('A/B', { ...measurement, samples: [] }, [], undefined);
    expect(items.map(({ labels }) => labels['Metric'])).toEqual(['SchedulingDuration']);
  });
});

describe('items', () => {
  test('name the workload and the window, and have every label', () => {
    const [throughput, duration] = dataItemsOf('A/B', measurement, [], undefined);
    expect(throughput).toEqual({
      data: { Average: 20, Perc50: 20, Perc90: 30, Perc95: 30, Perc99: 30 },
      unit: 'pods/s',
      labels: {
        Metric: 'SchedulingThroughput',
        Name: 'BenchmarkPerfScheduling/A/B/namespace-2',
        event: 'not applicable',
        extension_point: 'not applicable',
        plugin: 'not applicable',
        result: 'not applicable',
      },
    });
    expect(duration).toMatchObject({ data: { Duration: 3.5 }, unit: 's' });
  });

  test('of histograms are one for each value of the labels, in ms', () => {
    const items = dataItemsOf(
      'A/B',
      measurement,
      [
        histogram(extensionPoints, { extension_point: 'Score', profile: 'p' }, [1, 1, 0], 0.003),
        histogram(extensionPoints, { extension_point: 'Filter', profile: 'p' }, [4, 0, 0], 0.002),
        histogram(extensionPoints, { extension_point: 'Filter', profile: 'q' }, [0, 0, 4], 0.014),
      ],
      undefined,
    ).slice(1, -1);
    expect(items.map(({ labels }) => labels['extension_point'])).toEqual(['Filter', 'Score']);
    expect(items[0]).toMatchObject({ unit: 'ms', labels: { Metric: extensionPoints } });
    expect(items[0]?.data['Average']).toBeCloseTo(2, 12);
    expect(items[0]?.data['Perc50']).toBeCloseTo(1, 12);
    expect(items[0]?.data['Perc90']).toBeCloseTo(3.6, 12);
  });

  test('of histograms are those that the test case selects', () => {
    const observed = ['scheduled', 'unschedulable', 'error'].map((result) =>
      histogram(attempts, { profile: 'p', result }, [1, 0, 0], 0.001),
    );
    const chosen = (labels: readonly { label: string; values: readonly string[] }[]) =>
      dataItemsOf('A/B', measurement, observed, [{ metric: attempts, labels }])
        .slice(1, -1)
        .map(({ labels: { result } }) => result);
    expect(chosen([{ label: 'result', values: ['scheduled', 'error'] }])).toEqual([
      'error',
      'scheduled',
    ]);
    expect(chosen([])).toEqual(['not applicable']);
    expect(chosen([{ label: 'nothing', values: ['x'] }])).toEqual([]);
  });

  test('leave out what was not observed, or takes no time', () => {
    const observed = [
      histogram(attempts, { result: 'error' }, [0, 0, 0], 0),
      histogram('scheduler_event_handling_duration_seconds', { event: 'PodAdd' }, [9, 0, 0], 0),
    ];
    const items = dataItemsOf('A/B', measurement, observed, undefined);
    expect(items).toHaveLength(2);
  });
});

describe('histograms since an earlier look', () => {
  const before = [histogram(attempts, { result: 'scheduled' }, [2, 1, 0], 0.004)];

  test('have what came after it', () => {
    const now = [
      histogram(attempts, { result: 'scheduled' }, [2, 3, 1], 0.011),
      histogram(attempts, { result: 'error' }, [1, 0, 0], 0.001),
    ];
    const [scheduled, error] = histogramsSince(before, now);
    expect(scheduled).toMatchObject({
      count: 3,
      buckets: [
        [0.001, 0],
        [0.002, 2],
        [0.004, 3],
      ],
    });
    expect(scheduled?.sum).toBeCloseTo(0.007, 12);
    expect(error).toMatchObject({ count: 1, sum: 0.001 });
  });

  test('are no counters and no gauges', () => {
    const counter = { name: 'c', help: '', type: 'counter', labels: [], value: 3 } as const;
    expect(histogramsSince([], [counter])).toEqual([]);
  });
});

describe('the verdict', () => {
  const items = dataItemsOf('A/B', measurement, [], undefined);
  const threshold = {
    value: 15,
    metric: 'SchedulingThroughput',
    labels: {},
    dataBucket: 'Average',
    expectLower: false,
  };

  test.each([
    ['above the floor', {}, { value: 20, ok: true }],
    ['below the floor', { value: 25 }, { value: 20, ok: false }],
    ['equal to the floor, which is not above it', { value: 20 }, { value: 20, ok: false }],
    ['lower than the ceiling', { value: 25, expectLower: true }, { value: 20, ok: true }],
    ['of another bucket', { dataBucket: 'Perc90' }, { value: 30, ok: true }],
    ['of nothing', { metric: 'Nothing' }, { value: Number.NaN, ok: false }],
    ['of other labels', { labels: { result: 'error' } }, { value: Number.NaN, ok: false }],
  ])('%s', (_, change, expected) => {
    expect(judge(items, { ...threshold, ...change }).verdict).toMatchObject(expected);
  });

  test('stands beside the value', () => {
    const { items: marked } = judge(items, threshold);
    expect(marked[0]?.data).toMatchObject({ Average: 20, AverageThreshold: 15 });
    expect(marked[1]).toBe(items[1]);
  });

  test('is not given where nothing is demanded', () => {
    expect(judge(items, undefined)).toEqual({ items, verdict: undefined });
  });
});
