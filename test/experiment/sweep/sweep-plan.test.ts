import { describe, expect, test } from 'vitest';
import {
  jobsOf,
  jobsOfShard,
  parsePlan,
  planText,
  shardOf,
} from '../../../src/experiment/sweep/sweep-plan.js';
import { examplePlan } from './example-sweep.js';

describe('the runs of a plan', () => {
  test('are every cell that can be run with every seed, cell by cell', () => {
    expect(jobsOf(examplePlan).map(({ cell, seed }) => `${cell} ${seed}`)).toEqual([
      ...['0 7', '0 7#2', '0 7#3'],
      ...['1 7', '1 7#2', '1 7#3'],
      ...['3 7', '3 7#2', '3 7#3'],
    ]);
  });

  test.each([1, 2, 4, 20])('in %d shards are each in exactly one', (count) => {
    const jobs = jobsOf(examplePlan);
    const parts = Array.from({ length: count }, (_, i) =>
      jobsOfShard(jobs, { index: i + 1, count }),
    );
    expect(parts.flat().length).toBe(jobs.length);
    expect(new Set(parts.flat()).size).toBe(jobs.length);
    for (const [part, own] of parts.entries()) {
      for (const job of own) expect(shardOf(jobs.indexOf(job), count)).toBe(part + 1);
    }
  });
});

describe('plan.json', () => {
  test('gives the plan back', () => {
    expect(parsePlan(planText(examplePlan, ['kubeclock', 'sweep']))).toEqual(examplePlan);
  });

  test.each(['', '{', 'null', '{"kind":"Sweep","schemaVersion":1}', '{"kind":"SweepPlan"}'])(
    'is not %j',
    (text) => {
      expect(parsePlan(text)).toBeUndefined();
    },
  );
});
