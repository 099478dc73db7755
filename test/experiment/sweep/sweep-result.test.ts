import { expect, test } from 'vitest';
import { runKey } from '../../../src/experiment/sweep/run-record.js';
import { problemOf, sweepResult } from '../../../src/experiment/sweep/sweep-result.js';
import { examplePlan, exampleRecords } from './example-sweep.js';

test('a cell is summed up over its runs', () => {
  const { cells, isPartial } = sweepResult(examplePlan, exampleRecords());
  expect(isPartial).toBe(false);
  expect(cells.map(({ runs }) => runs.length)).toEqual([3, 3, 0, 3]);
  expect(cells[0]?.figures[0]).toEqual({ count: 3, median: 0.125, mean: 0.125, min: 0, max: 0.25 });
  expect(cells[0]?.figures[1]).toMatchObject({ median: 4, min: 4, max: 4 });
});

test('runs that were not made are missing, by seed, and make the sweep partial', () => {
  const records = exampleRecords();
  records.delete(runKey({ cell: 'bb', seed: '7#2' }));
  const { cells, isPartial } = sweepResult(examplePlan, records);
  expect(isPartial).toBe(true);
  expect(cells.map(({ missing }) => missing)).toEqual([[], ['7#2'], [], []]);
  expect(cells[1]?.runs.map(({ seed }) => seed)).toEqual(['7', '7#3']);
});

test('a cell that cannot be run, and one of which a run has failed, say why', () => {
  const records = exampleRecords();
  const failed = { cell: 'dd', seed: '7#3', failure: { name: 'ModelLimitError', message: 'no' } };
  records.set(runKey(failed), failed);
  const { cells, isPartial } = sweepResult(examplePlan, records);
  expect(isPartial).toBe(false);
  expect(cells.map(problemOf)).toEqual([undefined, undefined, 'no such disk', 'seed 7#3: no']);
  expect(cells[3]?.figures[0]?.count).toBe(2);
});

test('values without a sample are left out of the figures', () => {
  const records = exampleRecords();
  for (const seed of ['7', '7#2', '7#3']) {
    records.set(runKey({ cell: 'aa', seed }), {
      cell: 'aa',
      seed,
      traceHash: '',
      values: [Number.NaN, seed === '7' ? 5 : Number.NaN],
    });
  }
  const [cell] = sweepResult(examplePlan, records).cells;
  expect(cell?.figures[0]).toMatchObject({ count: 0, median: Number.NaN, max: Number.NaN });
  expect(cell?.figures[1]).toMatchObject({ count: 1, median: 5 });
});
