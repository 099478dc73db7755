/**
 * Makes runs of a sweep in a pool of threads. An error ends its run and no other.
 */

import type { RunRecord } from '../experiment/sweep/run-record.js';
import type { SweepJob } from '../experiment/sweep/sweep-plan.js';
import { assert } from '../kernel/assert.js';
import type { ReplicationInput, ReplicationPool } from './replication-pool.js';

/** Where runs come from and go to. */
export interface SweepRuns {
  readonly pool: Pick<ReplicationPool, 'run' | 'signal'>;
  /** Runs at once. */
  readonly workers: number;
  /** What a cell is run with; asked again for a cell that has not been run for a while. */
  readonly inputOf: (cell: number) => Promise<ReplicationInput | undefined>;
  /** Called after each run, in the order in which they end. */
  readonly onRecord: (record: RunRecord) => void;
}

/** Makes all the runs, or those that a signal leaves time for. */
export async function makeRuns(jobs: readonly SweepJob[], runs: SweepRuns): Promise<void> {
  const inputOf = rememberingFew(runs.inputOf, runs.workers);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (runs.pool.signal === undefined) {
      const job = jobs[next++];
      if (job === undefined) return;
      const input = await inputOf(job.cell);
      assert(input !== undefined, 'A cell that can be run no longer can.');
      const record = await recordOf(job, input, runs.pool);
      if (record !== undefined) runs.onRecord(record);
    }
  };
  await Promise.all(Array.from({ length: runs.workers }, lane));
}

/** Jobs come cell by cell, so that few inputs are held at once, however many cells there are. */
function rememberingFew(inputOf: SweepRuns['inputOf'], count: number): SweepRuns['inputOf'] {
  const held = new Map<number, ReturnType<SweepRuns['inputOf']>>();
  return (cell) => {
    const known = held.get(cell);
    if (known !== undefined) return known;
    const input = inputOf(cell);
    held.set(cell, input);
    const [oldest] = held.keys();
    if (held.size > count && oldest !== undefined) held.delete(oldest);
    return input;
  };
}

/** Undefined: it was stopped. */
async function recordOf(
  { digest: cell, seed }: SweepJob,
  input: ReplicationInput,
  pool: SweepRuns['pool'],
): Promise<RunRecord | undefined> {
  try {
    const answer = await pool.run(input, seed);
    if (answer === undefined) return undefined;
    if ('failure' in answer) {
      const { name, message } = answer.failure;
      return { cell, seed, failure: { name, message } };
    }
    const values = answer.values.map((value) => (Number.isFinite(value) ? value : Number.NaN));
    return { cell, seed, traceHash: answer.traceHash, values };
  } catch (error) {
    // The thread itself has ended: it ran out of memory, say.
    const { name, message } = error as Error;
    return { cell, seed, failure: { name, message } };
  }
}
