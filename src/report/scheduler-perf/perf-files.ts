// The files of a run of scheduler_perf's workloads: perf-dash's JSON, a CSV of the workloads, a CSV
// of the throughput second by second, and a summary for machines.
import type {
  PerfMeasurement,
  PerfResult,
  PerfWorkloadResult,
} from '../../metrics/scheduler-perf/perf-result.js';
import {
  type CsvColumn,
  type CsvFile,
  csvFile,
  numberColumn,
  textColumn,
} from '../csv/csv-file.js';
import { type JsonValue, stableJson } from '../stable-json.js';
import { floorVerdict, type PerfRow, perfRow } from './perf-rows.js';

/** Raised when a field of summary.json is renamed, removed or changes its meaning. */
const perfSummarySchemaVersion = 1;

/** Name of perf-dash's file: as scheduler_perf calls it, without the time of day. */
export function perfDataFile(topic: string): string {
  return `BenchmarkPerfScheduling_benchmark_${topic}.json`;
}

/** All files by name. */
export function perfFiles(result: PerfResult): ReadonlyMap<string, string> {
  return new Map([
    ['summary.json', perfSummaryJson(result)],
    [perfDataFile(result.topic), perfDataJson(result)],
    ...perfCsvFiles.map(({ name, render }) => [name, render(result)] as const),
  ]);
}

/** The data items of all workloads, as perf-dash reads them. */
export function perfDataJson({ workloads }: PerfResult): string {
  const dataItems = workloads.flatMap((workload) => workload.dataItems);
  return stableJson({
    version: 'v1',
    dataItems: dataItems.map(({ data, unit, labels }) => ({ data, unit, labels })),
  });
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** The summary, without clock, host or path. */
export function perfSummaryJson(result: PerfResult): string {
  const { workloads, unsupported, ...head } = result;
  return stableJson({
    schemaVersion: perfSummarySchemaVersion,
    ...head,
    unsupported: unsupported.map(({ testCase, reasons }) => ({ testCase, reasons })),
    workloads: workloads.map(summaryOf),
  });
}

function summaryOf(result: PerfWorkloadResult): JsonValue {
  const row = perfRow(result);
  const { verdict } = result;
  return {
    testCase: result.testCase,
    workload: result.workload,
    labels: result.labels,
    nodes: result.nodes,
    pods: result.pods,
    outcome: { ...result.outcome },
    failure: result.failure,
    notices: result.notices,
    scheduled: row.scheduled,
    seconds: orNull(row.seconds),
    podsPerSecond: orNull(row.podsPerSecond),
    throughput: {
      average: orNull(row.average),
      p50: orNull(row.p50),
      p90: orNull(row.p90),
      p95: orNull(row.p95),
      p99: orNull(row.p99),
    },
    floor: verdict === undefined ? null : { ...verdict, value: orNull(verdict.value) },
    endSeconds: result.endUs / 1_000_000,
    events: result.events,
    traceHash: result.traceHash,
  };
}

const workloadColumns: readonly CsvColumn<PerfRow>[] = [
  textColumn('test_case', 'Name of the test case.', ({ result }) => result.testCase),
  textColumn('workload', 'Name of the workload.', ({ result }) => result.workload),
  textColumn('labels', 'Its labels, with spaces between.', ({ result }) => result.labels.join(' ')),
  numberColumn('nodes', 'Nodes that createNodes makes.', ({ result }) => result.nodes),
  numberColumn('pods', 'Pods that createPods makes.', ({ result }) => result.pods),
  numberColumn(
    'pods_scheduled',
    'Pods that got a node while metrics were collected.',
    ({ scheduled }) => scheduled,
  ),
  numberColumn(
    'scheduling_seconds',
    'From the first of them to the last.',
    ({ seconds }) => seconds,
  ),
  numberColumn(
    'pods_per_second',
    'Those after the first, divided by scheduling_seconds.',
    ({ podsPerSecond }) => podsPerSecond,
  ),
  numberColumn(
    'throughput_average',
    'Pods a second, mean of the samples of throughput.csv.',
    ({ average }) => average,
  ),
  numberColumn('throughput_p50', 'Median of the samples.', ({ p50 }) => p50),
  numberColumn('throughput_p90', '90th percentile of the samples.', ({ p90 }) => p90),
  numberColumn('throughput_p95', '95th percentile of the samples.', ({ p95 }) => p95),
  numberColumn('throughput_p99', '99th percentile of the samples.', ({ p99 }) => p99),
  numberColumn(
    'floor',
    "The file's threshold: what upstream's CI demands of its machine.",
    ({ result }) => result.verdict?.threshold ?? Number.NaN,
  ),
  textColumn('verdict', '`above` or `below` the floor, or `none`.', ({ result }) =>
    floorVerdict(result),
  ),
  numberColumn('end_seconds', 'Simulated time of the whole workload.', ({ result }) => {
    return result.endUs / 1_000_000;
  }),
  textColumn('trace_hash', 'Hash of all events.', ({ result }) => result.traceHash),
  textColumn('failure', 'Why an operation failed; empty when none did.', ({ result }) => {
    return result.failure;
  }),
];

interface SampleRow {
  readonly workload: PerfWorkloadResult;
  readonly measurement: PerfMeasurement;
  readonly index: number;
  readonly rate: number;
}

function samplesOf(workload: PerfWorkloadResult): readonly SampleRow[] {
  return workload.measurements.flatMap((measurement) =>
    measurement.samples.map((rate, index) => ({ workload, measurement, index, rate })),
  );
}

const throughputColumns: readonly CsvColumn<SampleRow>[] = [
  textColumn('test_case', 'Name of the test case.', ({ workload }) => workload.testCase),
  textColumn('workload', 'Name of the workload.', ({ workload }) => workload.workload),
  textColumn(
    'collection',
    'Namespace, or name of the startCollectingMetrics.',
    ({ measurement }) => measurement.name,
  ),
  numberColumn('sample', 'Number of the sample, from 0; one a second.', ({ index }) => index),
  numberColumn('pods_per_second', 'Pods that got a node in that second.', ({ rate }) => rate),
];

/** Its CSV files. */
export const perfCsvFiles: readonly CsvFile<PerfResult>[] = [
  csvFile(
    'workloads.csv',
    'Of files of scheduler_perf: one row a workload, in the order of the file.',
    workloadColumns,
    ({ workloads }: PerfResult) => workloads.map(perfRow),
  ),
  csvFile(
    'throughput.csv',
    'Of files of scheduler_perf: one row a sample of the throughput.',
    throughputColumns,
    ({ workloads }: PerfResult) => workloads.flatMap(samplesOf),
  ),
];
