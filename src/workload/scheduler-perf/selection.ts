// Which workloads of a file are run: those that are named, those with the right labels, or, when
// nothing is said, the smallest of every test case that can be run.
// Source for label filters: Kubernetes v1.36 test/integration/scheduler_perf, flag
// -perf-scheduling-label-filter.

import { didYouMean } from '../../api/did-you-mean.js';
import type { PerfConfig, PerfTestCase, PerfWorkload } from './test-case.js';

/** What is asked for. */
export interface PerfSelection {
  /** Name of a test case. */
  readonly testCase?: string | undefined;
  /** Name of a workload. */
  readonly workload?: string | undefined;
  /** `performance,-short`: labels that a workload must have, or, after a minus, must not have. */
  readonly label?: string | undefined;
}

/** What is run; `problem` when that is nothing. */
export interface SelectedWorkloads {
  readonly workloads: readonly PerfWorkload[];
  /** Test cases that would have been run if they could be. */
  readonly unsupported: readonly PerfTestCase[];
  readonly problem: string | undefined;
}

/** Selects. Linear in the number of workloads. */
export function selectWorkloads(config: PerfConfig, selection: PerfSelection): SelectedWorkloads {
  const { testCase: wanted, workload, label } = selection;
  const testCases = config.testCases.filter(({ name }) => wanted === undefined || name === wanted);
  const nothing = (problem: string): SelectedWorkloads => ({
    workloads: [],
    unsupported: [],
    problem,
  });
  if (testCases.length === 0) {
    const names = config.testCases.map(({ name }) => name);
    return nothing(`there is no test case "${wanted}"${advice(wanted ?? '', names)}`);
  }
  const isAsked = (each: PerfWorkload): boolean =>
    (workload === undefined || each.name === workload) &&
    (label === undefined || hasLabels(each.labels, label));
  const isAll = workload !== undefined || label !== undefined;
  const chosen = testCases.flatMap((testCase) => {
    const asked = testCase.workloads.filter(isAsked);
    const workloads = isAll ? asked : smallest(asked);
    return workloads.length === 0 ? [] : [{ testCase, workloads }];
  });
  if (chosen.length === 0) {
    const names = testCases.flatMap(({ workloads }) => workloads.map(({ name }) => name));
    return nothing(
      workload === undefined
        ? `no workload has the labels ${label}`
        : `there is no workload "${workload}"${advice(workload, [...new Set(names)])}`,
    );
  }
  const isRunnable = ({ testCase }: (typeof chosen)[number]): boolean =>
    testCase.unsupported.length === 0;
  const workloads = chosen.filter(isRunnable).flatMap((each) => each.workloads);
  const unsupported = chosen.filter((each) => !isRunnable(each)).map(({ testCase }) => testCase);
  if (workloads.length > 0) return { workloads, unsupported, problem: undefined };
  const reasons = unsupported.map((each) => `${each.name}: ${each.unsupported.join(', ')}`);
  return nothing(`no test case of these can be run: ${reasons.join('; ')}`);
}

function advice(word: string, names: readonly string[]): string {
  const near = didYouMean(word, names);
  return near === undefined ? `; there are ${names.join(', ')}` : `; did you mean "${near}"?`;
}

/** Whether labels pass a filter. */
export function hasLabels(labels: readonly string[], filter: string): boolean {
  return filter
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .every((each) =>
      each.startsWith('-')
        ? !labels.includes(each.slice(1))
        : labels.includes(each.replace(/^\+/, '')),
    );
}

/** The first of those with the fewest nodes and pods. */
function smallest(workloads: readonly PerfWorkload[]): readonly PerfWorkload[] {
  const [first, ...others] = workloads;
  if (first === undefined) return [];
  const size = ({ nodes, pods }: PerfWorkload): number => nodes + pods;
  return [others.reduce((best, each) => (size(each) < size(best) ? each : best), first)];
}
