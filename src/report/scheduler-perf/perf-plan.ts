// What `kubeclock plan` shows of a file of scheduler_perf: every workload, and whether it can be
// run.
import type { PerfConfig } from '../../workload/scheduler-perf/test-case.js';
import { formatCount } from '../number-format.js';
import { stableJson } from '../stable-json.js';
import { alignRows } from '../text-table.js';

const header = ['TEST CASE', 'WORKLOAD', 'NODES', 'PODS', 'FLOOR', 'LABELS'];

/** A table with one row a workload. Names are not cut, however narrow the terminal is. */
export function perfPlanTable({ testCases }: PerfConfig): string {
  const rows = testCases.flatMap(({ name, unsupported, workloads }) =>
    workloads.map((workload) => [
      name,
      workload.name,
      formatCount(workload.nodes),
      formatCount(workload.pods),
      workload.threshold === undefined ? '–' : String(workload.threshold.value),
      unsupported.length === 0
        ? workload.labels.join(' ')
        : `not supported: ${unsupported.join(', ')}`,
    ]),
  );
  const width = Number.MAX_SAFE_INTEGER;
  return `${alignRows([header, ...rows], { align: 'llrrrl', width }).join('\n')}\n`;
}

/** The same for machines. */
export function perfPlanJson({ topic, testCases }: PerfConfig): string {
  return stableJson({
    schemaVersion: 1,
    topic,
    testCases: testCases.map(({ name, unsupported, workloads }) => ({
      name,
      unsupported,
      workloads: workloads.map(({ name: workload, labels, nodes, pods, threshold, notices }) => ({
        name: workload,
        labels,
        nodes,
        pods,
        floor: threshold?.value ?? null,
        notices,
      })),
    })),
  });
}
