// The figures of a workload of scheduler_perf that tables and files show.
import { throughputData } from '../../metrics/scheduler-perf/data-items.js';
import type {
  PerfMeasurement,
  PerfWorkloadResult,
} from '../../metrics/scheduler-perf/perf-result.js';

/** One row a workload. Rates are pods a second; NaN where nothing was measured. */
export interface PerfRow {
  readonly result: PerfWorkloadResult;
  /** Pods that got a node while metrics were collected. */
  readonly scheduled: number;
  /** From the first of them to the last: what was scheduled before the first is not counted. */
  readonly seconds: number;
  /** Those after the first, a second of that time. */
  readonly podsPerSecond: number;
  /** By scheduler_perf's rule; NaN for runs that are too short for it. */
  readonly average: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
}

/** The row of a workload; several windows count together. */
export function perfRow(result: PerfWorkloadResult): PerfRow {
  const { measurements } = result;
  const sum = (of: (measurement: PerfMeasurement) => number): number =>
    measurements.reduce((total, each) => total + of(each), 0);
  const scheduled = sum((each) => each.scheduled);
  const us = sum(({ firstUs = 0, lastUs = 0 }) => lastUs - firstUs);
  const later = sum((each) => Math.max(0, each.scheduled - 1));
  const throughput = throughputData(measurements.flatMap(({ samples }) => samples));
  const figure = (name: string): number => throughput?.[name] ?? Number.NaN;
  return {
    result,
    scheduled,
    seconds: us === 0 ? Number.NaN : us / 1_000_000,
    podsPerSecond: us === 0 ? Number.NaN : (later * 1_000_000) / us,
    average: figure('Average'),
    p50: figure('Perc50'),
    p90: figure('Perc90'),
    p95: figure('Perc95'),
    p99: figure('Perc99'),
  };
}

/** How the throughput compares with upstream's floor. */
export function floorVerdict({ verdict }: PerfWorkloadResult): 'above' | 'below' | 'none' {
  if (verdict === undefined || Number.isNaN(verdict.value)) return 'none';
  return verdict.ok ? 'above' : 'below';
}
