import { describe, expect, test } from 'vitest';
import type { SearchAnswer } from '../../../src/experiment/sweep/search.js';
import { sweepResult } from '../../../src/experiment/sweep/sweep-result.js';
import { searchJson, searchLines } from '../../../src/report/sweep/search-text.js';
import { sweepFiles } from '../../../src/report/sweep/sweep-files.js';
import { sweepTable } from '../../../src/report/sweep/sweep-table.js';
import { examplePlan, exampleRecords } from '../../experiment/sweep/example-sweep.js';
import { assets } from '../assets.js';

const search = {
  goal: { direction: 'max', name: 'nodePools[0].count', values: ['1', '2'] },
  conditions: [{ measure: 'pod_startup_p99_seconds', comparison: '<', bound: 1.5 }],
  bases: [['nvme'], ['hdd']],
  measures: examplePlan.measures,
} as const;
const result = sweepResult(examplePlan, exampleRecords(), search);

const answer: SearchAnswer = {
  values: ['nvme'],
  value: '5',
  failing: '6',
  exceptions: [],
  isPartial: false,
  probes: [],
};

const lineOf = (changed: Partial<SearchAnswer>): string | undefined =>
  searchLines({ ...result, search: { search, answers: [{ ...answer, ...changed }] } })[1];

describe('the answer', () => {
  test('names the value and the one beside it that does not hold', () => {
    expect(lineOf({})).toBe('disk=nvme: 5 (6 does not hold)');
  });

  test('says when an end of the range is no boundary', () => {
    expect(lineOf({ failing: undefined })).toBe(
      'disk=nvme: 5, the end of 1 to 2: all hold that were looked at',
    );
    expect(lineOf({ value: undefined })).toBe('disk=nvme: none of 1 to 2: 6 does not hold');
  });

  test('does not hide that values hold beyond the boundary, or that it is not known yet', () => {
    expect(lineOf({ exceptions: ['8', '9'] })).toContain(
      'NOT MONOTONE: 8, 9 hold although 6 does not',
    );
    expect(lineOf({ exceptions: ['8'] })).toContain('8 holds although');
    expect(lineOf({ isPartial: true })).toBe('disk=nvme: 5 (6 does not hold); not finished');
    expect(lineOf({ value: undefined, failing: undefined })).toContain('no run was made');
  });
});

test('the table has the answers, and how many runs of each cell hold', () => {
  const table = sweepTable(result, [], 100);
  expect(table).toContain(
    'Largest nodePools[0].count with pod_startup_p99_seconds<1.5 in all of 3 runs:\n' +
      '  disk=nvme: 1 (2 does not hold)\n',
  );
  expect(table).toMatch(/nvme +2 +1\/3 +1\.50 s/);
});

test('files have them too', () => {
  const files = sweepFiles(result, [], assets);
  expect(files.get('cells.csv')).toContain('runs,holding,problem');
  expect(files.get('cells.csv')).toContain('2,nvme,2,3,1,,');
  expect(JSON.parse(files.get('sweep.json') ?? '').search).toMatchObject({
    direction: 'max',
    parameter: 'nodePools[0].count',
    answers: [{ values: ['nvme'], value: '1', failing: '2', monotone: true }, { values: ['hdd'] }],
  });
  expect(searchJson(undefined)).toBeNull();
});
