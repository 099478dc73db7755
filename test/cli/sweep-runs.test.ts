import { describe, expect, test } from 'vitest';
import type { ReplicationInput } from '../../src/cli/replication-pool.js';
import { makeRuns } from '../../src/cli/sweep-runs.js';
import type { RunRecord } from '../../src/experiment/sweep/run-record.js';

/** Stands for the input of a cell; nothing looks into it. */
const inputs = [0, 1, 2].map((cell) => ({ cell }) as unknown as ReplicationInput);
const jobs = [0, 0, 0, 1, 1, 1, 2, 2, 2].map((cell, index) => ({
  cell,
  digest: `d${cell}`,
  seed: String(index),
}));

/** Makes the runs with a pool that answers as `answer` says. */
async function made(
  workers: number,
  answer: (seed: string, pool: { signal: 'SIGINT' | undefined }) => Promise<unknown>,
) {
  const records: RunRecord[] = [];
  const loaded: number[] = [];
  const pool = { signal: undefined as 'SIGINT' | undefined };
  let running = 0;
  let most = 0;
  await makeRuns(jobs, {
    pool: {
      get signal() {
        return pool.signal;
      },
      async run(_input, seed) {
        most = Math.max(most, ++running);
        try {
          return (await answer(seed, pool)) as Awaited<ReturnType<typeof this.run>>;
        } finally {
          running--;
        }
      },
    },
    workers,
    inputOf: async (cell) => {
      loaded.push(cell);
      return inputs[cell];
    },
    onRecord: (record) => records.push(record),
  });
  return { records, loaded, most };
}

const fine = async (seed: string) => ({ values: [Number(seed)], traceHash: seed });

describe('the runs of a sweep', () => {
  test('are all made, at most so many at once, each cell loaded once', async () => {
    const { records, loaded, most } = await made(2, fine);
    expect(records.map(({ seed }) => seed).sort()).toEqual(jobs.map(({ seed }) => seed));
    expect(loaded).toEqual([0, 1, 2]);
    expect(most).toBe(2);
  });

  test('end one by one: an error is the record of its run, and the others go on', async () => {
    const { records } = await made(2, async (seed) => {
      if (seed === '4') throw new RangeError('out of memory');
      const failure = { type: 'failed', name: 'PluginFailure', message: 'oops', stack: 'at x' };
      return seed === '5' ? { failure } : fine(seed);
    });
    expect(records).toHaveLength(9);
    const failed = records.filter((record) => 'failure' in record);
    expect(failed).toEqual([
      { cell: 'd1', seed: '4', failure: { name: 'RangeError', message: 'out of memory' } },
      { cell: 'd1', seed: '5', failure: { name: 'PluginFailure', message: 'oops' } },
    ]);
  });

  test('that were stopped leave no record, and no other begins', async () => {
    const { records } = await made(1, async (seed, pool) => {
      if (seed !== '3') return fine(seed);
      pool.signal = 'SIGINT';
      return undefined;
    });
    expect(records.map(({ seed }) => seed)).toEqual(['0', '1', '2']);
  });

  test('have no value where a measure is infinite or undefined', async () => {
    const { records } = await made(1, async (seed) => ({
      values: [Number.POSITIVE_INFINITY, Number.NaN, 1],
      traceHash: seed,
    }));
    expect(records[0]).toMatchObject({ values: [Number.NaN, Number.NaN, 1] });
  });
});
