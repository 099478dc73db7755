// The figures of a window in perf-dash's form: throughput, the histograms of the scheduler, and how
// long the window was. Left out: the memory of the process, which is not modelled.
// Source: Kubernetes v1.36 test/integration/scheduler_perf/util.go (reference: scheduler 5.3).
import { sortedKeys } from '../../api/field-check.js';
import { bucketQuantile, type CumulativeBuckets } from '../../stats/bucket-quantile.js';
import { mean } from '../../stats/mean.js';
import { sorted } from '../../stats/sorted.js';
import type { MetricSelection, PerfThreshold } from '../../workload/scheduler-perf/test-case.js';
import type { MetricSample } from '../run-result.js';
import type { DataItem, PerfMeasurement, PerfVerdict } from './perf-result.js';

/** Without `values`, each value that occurs. */
interface Selection {
  readonly metric: string;
  readonly labels: readonly { readonly label: string; readonly values?: readonly string[] }[];
}

/** What scheduler_perf collects unless a test case says otherwise. */
const defaultSelections: readonly Selection[] = [
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
      histogramsOf(selection, histograms).map(({ labels, data }) =>
        item(selection.metric, labels, 'ms', data),
      ),
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
  const percentile = (p: number): number =>
    values[Math.ceil((values.length * p) / 100) - 1] as number;
  return {
    Average: mean(values),
    Perc50: percentile(50),
    Perc90: percentile(90),
    Perc95: percentile(95),
    Perc99: percentile(99),
  };
}

interface MergedHistogram {
  readonly labels: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, number>>;
}

/** One for every combination of label values that has been observed, in order of the values. */
function histogramsOf(
  { metric, labels }: Selection,
  histograms: readonly MetricSample[],
): MergedHistogram[] {
  const groups = new Map<string, { labels: [string, string][]; members: MetricSample[] }>();
  for (const sample of histograms) {
    if (sample.name !== metric) continue;
    const values = labels.map(({ label, values: wanted }): [string, string] | undefined => {
      const value = sample.labels.find(([name]) => name === label)?.[1];
      const isWanted = value !== undefined && (wanted === undefined || wanted.includes(value));
      return isWanted ? [label, value] : undefined;
    });
    const found = values.filter((value) => value !== undefined);
    if (found.length < values.length) continue;
    const key = JSON.stringify(found);
    const group = groups.get(key) ?? { labels: found, members: [] };
    group.members.push(sample);
    groups.set(key, group);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => {
      const data = histogramData(group.members);
      return data === undefined ? [] : [{ labels: Object.fromEntries(group.labels), data }];
    });
}

/** Milliseconds. */
function histogramData(
  members: readonly MetricSample[],
): Readonly<Record<string, number>> | undefined {
  const total = (of: (member: MetricSample) => number): number =>
    members.reduce((sum, member) => sum + of(member), 0);
  const count = total((member) => member.count ?? 0);
  const sum = total((member) => member.sum ?? 0);
  // What takes no time in the model has not been measured.
  if (count === 0 || sum === 0) return undefined;
  const [first] = members;
  const buckets: CumulativeBuckets = (first?.buckets ?? []).map(([bound], index) => [
    bound,
    total((member) => member.buckets?.[index]?.[1] ?? 0),
  ]);
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
