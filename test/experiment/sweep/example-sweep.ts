// A sweep without its runs: two parameters, four cells of which one cannot be run, two measures.
import type { RunRecord } from '../../../src/experiment/sweep/run-record.js';
import { runKey } from '../../../src/experiment/sweep/run-record.js';
import { jobsOf, type SweepPlan } from '../../../src/experiment/sweep/sweep-plan.js';

export const examplePlan: SweepPlan = {
  scenario: 'shop',
  modelVersion: '1',
  measures: ['pod_startup_p99_seconds', 'nodes_in_use'],
  seeds: 3,
  parameters: [
    { name: 'disk', values: ['nvme', 'hdd'] },
    { name: 'nodePools[0].count', values: ['1', '2'] },
  ],
  cells: [
    { values: ['nvme', '1'], digest: 'aa', seed: '7' },
    { values: ['nvme', '2'], digest: 'bb', seed: '7' },
    { values: ['hdd', '1'], problem: 'no such disk' },
    { values: ['hdd', '2'], digest: 'dd', seed: '7' },
  ],
};

/** What runs come to: the first measure differs by cell and seed, the second by nothing. */
export function exampleRecords(): Map<string, RunRecord> {
  const records = jobsOf(examplePlan).map(({ cell, digest, seed }, index) => ({
    cell: digest,
    seed,
    traceHash: `${digest}${seed}`,
    values: [cell + index / 8, 4],
  }));
  return new Map(records.map((record) => [runKey(record), record]));
}
