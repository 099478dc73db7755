import { expect, test } from 'vitest';
import { runKey } from '../../../src/experiment/sweep/run-record.js';
import { sweepResult } from '../../../src/experiment/sweep/sweep-result.js';
import { sweepFileNames, sweepFiles } from '../../../src/report/sweep/sweep-files.js';
import { examplePlan, exampleRecords } from '../../experiment/sweep/example-sweep.js';
import { assets } from '../assets.js';

const records = exampleRecords();
const failed = { cell: 'dd', seed: '7#2', failure: { name: 'PluginFailure', message: 'oops' } };
records.set(runKey(failed), failed);
records.delete(runKey({ cell: 'bb', seed: '7' }));
const files = sweepFiles(sweepResult(examplePlan, records), [], assets);
const lines = (name: string): readonly string[] => files.get(name)?.trimEnd().split('\n') ?? [];

test('the files are those that a folder of a sweep may hold', () => {
  expect([...files.keys()]).toEqual(sweepFileNames);
});

test('cells.csv has a row a cell with its parameters, what is wrong, and the medians', () => {
  expect(lines('cells.csv')).toEqual([
    'cell,disk,nodePools[0].count,runs,problem,pod_startup_p99_seconds,nodes_in_use',
    '1,nvme,1,3,,0.125,4',
    '2,nvme,2,2,,1.5625,4',
    '3,hdd,1,0,no such disk,,',
    '4,hdd,2,2,seed 7#2: oops,3.875,4',
  ]);
});

test('runs.csv has a row for every run that came to an end', () => {
  expect(lines('runs.csv').slice(0, 2)).toEqual([
    'cell,disk,nodePools[0].count,seed,trace_hash,pod_startup_p99_seconds,nodes_in_use',
    '1,nvme,1,7,aa7,0,4',
  ]);
  expect(lines('runs.csv')).toHaveLength(1 + 3 + 2 + 2);
});

test('sweep.json has all of it, and null where there is no value', () => {
  const json = JSON.parse(files.get('sweep.json') ?? '');
  expect(json).toMatchObject({ schemaVersion: 1, kind: 'Sweep', partial: true, seeds: 3 });
  expect(json.cells.map(({ missing }: { missing: string[] }) => missing)).toEqual([
    ...[[], ['7'], [], []],
  ]);
  expect(json.cells[0].measures[0]).toEqual({
    measure: 'pod_startup_p99_seconds',
    ...{ runs: 3, median: 0.125, mean: 0.125, min: 0, max: 0.25 },
  });
  expect(json.cells[2]).toMatchObject({ digest: null, problem: 'no such disk', runs: [] });
  expect(json.cells[2].measures[0]).toMatchObject({ runs: 0, median: null, max: null });
  expect(json.cells[3].failures).toEqual([{ seed: '7#2', name: 'PluginFailure', message: 'oops' }]);
});
