// The figures of a window in perf-dash's form: throughput, the histograms of the scheduler, and how
// long the window was. Left out: the memory of the process, which is not modelled.
// Source: Kubernetes v1.36 test/integration/scheduler_perf/util.go (reference: scheduler 5.3).
import { sortedKeys } from '../../api/field-check.js';
import { bucketQuantile } from '../../stats/bucket-quantile.js';
import type { HistogramCounts } from '../../stats/histogram-counts.js';
import { mean } from '../../stats/mean.js';
import { nearestRank } from '../../stats/quantile.js';
import { sorted } from '../../stats/sorted.js';
import type { MetricSelection, PerfThreshold } from '../../workload/scheduler-perf/test-case.js';
import { type HistogramSelection, mergedHistograms } from '../merged-histograms.js';
import type { MetricSample } from '../run-result.js';
import type { DataItem, PerfMeasurement, PerfVerdict } from './perf-result.js';

/** What scheduler_perf collects unless a test case says otherwise. */
const defaultSelections: readonly HistogramSelection[] = [
  {
    metric: 'scheduler_framework_extension_point_duration_seconds',
    labels: [{ label: 'extension_point' }],
  },
  { metric: 'scheduler_scheduling_attempt_duration_seconds', labels: [{ label: 'result' }] },
  { metric: 'scheduler_pod_scheduling_duration_seconds', labels: [] },
  {
    metric: 'scheduler_plugin_execution_duration_seconds',
    labels: [{ label: 'plugin' }, { label: 'extension_point' }],
  },
  {
    metric: 'scheduler_queueing_hint_execution_duration_seconds',
    labels: [{ label: 'plugin' }, { label: 'event' }],
  },
  { metric: 'scheduler_event_handling_duration_seconds', labels: [{ label: 'event' }] },
];

/** perf-dash wants the same labels on every item. */
const unusedLabels = ['event', 'extension_point', 'plugin', 'result'];
const notApplicable = 'not applicable';

/** The items of one window; `histograms` have what was observed in it. */
export function dataItemsOf(
  workload: string,
  measurement: PerfMeasurement,
  histograms: readonly MetricSample[],
  selections: readonly MetricSelection[] | undefined,
): readonly DataItem[] {
  const name = `BenchmarkPerfScheduling/${workload}/${measurement.name}`;
  const item = (
    metric: string,
    labels: Readonly<Record<string, string>>,
    unit: string,
    data: Readonly<Record<string, number>>,
  ): DataItem => {
    const unused = unusedLabels.map((label) => [label, notApplicable]);
    const all = { ...Object.fromEntries(unused), ...labels, Metric: metric, Name: name };
    return { data, unit, labels: all };
  };
  const throughput = throughputData(measurement.samples);
  const seconds = (measurement.endUs - measurement.startUs) / 1_000_000;
  return [
    ...(throughput === undefined ? [] : [item('SchedulingThroughput', {}, 'pods/s', throughput)]),
    ...(selections ?? defaultSelections).flatMap((selection) =>
      mergedHistograms(selection, histograms).flatMap((histogram) => {
        const data = histogramData(histogram);
        return data === undefined ? [] : [item(selection.metric, histogram.labels, 'ms', data)];
      }),
    ),
    item('SchedulingDuration', {}, 's', { Duration: seconds }),
  ];
}

/** Percentiles are values of the sample: the smallest that so many per cent do not exceed. */
export function throughputData(
  samples: readonly number[],
): Readonly<Record<string, number>> | undefined {
  if (samples.length === 0) return undefined;
  const values = sorted(samples);
  return {
    Average: mean(values),
    Perc50: nearestRank(values, 50),
    Perc90: nearestRank(values, 90),
    Perc95: nearestRank(values, 95),
    Perc99: nearestRank(values, 99),
  };
}

/** Milliseconds; undefined when nothing was measured, as of what takes no time in the model. */
function histogramData({
  buckets,
  count,
  sum,
}: HistogramCounts): Readonly<Record<string, number>> | undefined {
  if (count === 0 || sum === 0) return undefined;
  const percentile = (p: number): number => bucketQuantile(buckets, count, p) * 1000;
  return {
    Average: (sum / count) * 1000,
    Perc50: percentile(0.5),
    Perc90: percentile(0.9),
    Perc95: percentile(0.95),
    Perc99: percentile(0.99),
  };
}

/** Judges the first item that the threshold is about, and adds the threshold to all of them. */
export function judge(
  items: readonly DataItem[],
  threshold: PerfThreshold | undefined,
): { readonly items: readonly DataItem[]; readonly verdict: PerfVerdict | undefined } {
  if (threshold === undefined) return { items, verdict: undefined };
  const { value: demanded, metric, labels, dataBucket, expectLower } = threshold;
  const isMeant = (item: DataItem): boolean =>
    item.labels['Metric'] === metric &&
    sortedKeys(labels).every((name) => item.labels[name] === labels[name]);
  const value = items.find(isMeant)?.data[dataBucket] ?? Number.NaN;
  const ok = expectLower ? value < demanded : value > demanded;
  const marked = items.map((item) =>
    isMeant(item)
      ? { ...item, data: { ...item.data, [`${dataBucket}Threshold`]: demanded } }
      : item,
  );
  const verdict = { threshold: demanded, metric, dataBucket, expectLower, value, ok };
  return { items: marked, verdict };
}
