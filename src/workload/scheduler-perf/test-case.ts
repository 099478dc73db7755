// The test cases of a file of scheduler_perf, ready to run: what `load.ts` makes.

import type { SchedulerSpec } from '../../cluster/cluster-spec.js';
import type { StatedGates } from '../../control-plane/scheduler/feature-gates.js';
import type { PerfOperation } from './operations.js';

/** Which figures of a metric make a data item each: one for every combination of label values. */
export interface MetricSelection {
  readonly metric: string;
  /** Empty: all series of the metric together. */
  readonly labels: readonly { readonly label: string; readonly values: readonly string[] }[];
}

/** What upstream's CI demands of a workload. */
export interface PerfThreshold {
  readonly value: number;
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly dataBucket: string;
  /** Whether lower values are better. */
  readonly expectLower: boolean;
}

/** One workload of a test case. */
export interface PerfWorkload {
  readonly testCase: string;
  readonly name: string;
  /** Those of the test case, then its own. */
  readonly labels: readonly string[];
  /** Created by createNodes. */
  readonly nodes: number;
  /** Created by createPods, without those that churn creates. */
  readonly pods: number;
  readonly operations: readonly PerfOperation[];
  readonly gates: StatedGates;
  readonly threshold: PerfThreshold | undefined;
  /** Undefined: the default ones. */
  readonly metrics: readonly MetricSelection[] | undefined;
  /** Undefined: that of the machine. */
  readonly scheduler: Pick<SchedulerSpec, 'configuration' | 'extenders'> | undefined;
  /** What the reader of its results must know. */
  readonly notices: readonly string[];
}

/** One test case. */
export interface PerfTestCase {
  readonly name: string;
  /** Why it cannot be run: `unsupported op createResourceDriver`; empty: it can. */
  readonly unsupported: readonly string[];
  readonly workloads: readonly PerfWorkload[];
}

/** A whole file. */
export interface PerfConfig {
  /** Name of the file's folder, as scheduler_perf names its results: `misc`. */
  readonly topic: string;
  readonly testCases: readonly PerfTestCase[];
}

/** `SchedulingBasic/5000Nodes`. */
export function nameOfWorkload({ testCase, name }: PerfWorkload): string {
  return `${testCase}/${name}`;
}
