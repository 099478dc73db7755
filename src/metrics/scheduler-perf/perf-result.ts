// What the run of one workload of scheduler_perf yields, as plain data.
import type { RunOutcome } from '../run-result.js';

/** A figure in perf-dash's form. */
export interface DataItem {
  /** `Average`, `Perc50`, `Perc90`, `Perc95`, `Perc99`, `Duration`, `AverageThreshold`. */
  readonly data: Readonly<Record<string, number>>;
  readonly unit: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Pods that got a node, counted every second while metrics were collected. */
export interface PerfMeasurement {
  /** A namespace, or the name of a startCollectingMetrics. */
  readonly name: string;
  readonly startUs: number;
  readonly endUs: number;
  /** Pods that got a node meanwhile. */
  readonly scheduled: number;
  /** When the first and the last of them got it; undefined when none did. */
  readonly firstUs: number | undefined;
  readonly lastUs: number | undefined;
  /** Pods a second, by scheduler_perf's rule; empty for a run of less than two seconds. */
  readonly samples: readonly number[];
}

/** The verdict on upstream's floor for a workload. */
export interface PerfVerdict {
  readonly threshold: number;
  readonly metric: string;
  readonly dataBucket: string;
  readonly expectLower: boolean;
  /** NaN when nothing was measured. */
  readonly value: number;
  readonly ok: boolean;
}

/** One workload, run once. */
export interface PerfWorkloadResult {
  readonly testCase: string;
  readonly workload: string;
  readonly labels: readonly string[];
  readonly nodes: number;
  readonly pods: number;
  readonly outcome: RunOutcome;
  /** Why an operation has failed; empty when none has. */
  readonly failure: string;
  readonly notices: readonly string[];
  readonly measurements: readonly PerfMeasurement[];
  readonly dataItems: readonly DataItem[];
  /** Undefined when the file demands nothing. */
  readonly verdict: PerfVerdict | undefined;
  readonly endUs: number;
  readonly events: number;
  readonly traceHash: string;
}

/** The workloads of one file that were run, and the test cases that were not. */
export interface PerfResult {
  readonly topic: string;
  readonly seed: string;
  readonly kubernetesVersion: string;
  readonly modelVersion: string;
  /** The machine in one line. */
  readonly cluster: string;
  readonly workloads: readonly PerfWorkloadResult[];
  readonly unsupported: readonly {
    readonly testCase: string;
    readonly reasons: readonly string[];
  }[];
}
