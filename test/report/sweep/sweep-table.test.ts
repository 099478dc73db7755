import { describe, expect, test } from 'vitest';
import { runKey } from '../../../src/experiment/sweep/run-record.js';
import { sweepResult } from '../../../src/experiment/sweep/sweep-result.js';
import { sweepMarkdown, sweepTable } from '../../../src/report/sweep/sweep-table.js';
import { examplePlan, exampleRecords } from '../../experiment/sweep/example-sweep.js';

const result = sweepResult(examplePlan, exampleRecords());
const startup = 'pod_startup_p99_seconds';

describe('the table', () => {
  test('shows cells by the measures in which they differ, and names those that failed', () => {
    expect(sweepTable(result, [], 100).split('\n')).toEqual([
      'SWEEP shop',
      '  disk  nodePools[0].count  pod_startup_p99',
      '  nvme  1                            125 ms',
      '  nvme  2                            1.50 s',
      '  hdd   1                            failed',
      '  hdd   2                            3.88 s',
      '  failed: disk=hdd nodePools[0].count=1: no such disk',
      '',
      'Medians of 3 seeds in 4 cells.',
      '',
    ]);
  });

  test('shows the measures that are asked for, whether they differ or not', () => {
    const table = sweepTable(result, ['nodes_in_use', startup], 20);
    expect(table).toContain('nodes_in_use  pod_startup_p99');
    expect(table).toMatch(/hdd +2 +4 +3\.88 s/);
  });

  test('in a narrow terminal has those that differ most, and counts the others', () => {
    const values = (cell: string) => [cell === 'aa' ? 1 : 1.1, cell === 'aa' ? 1 : 5];
    const records = [...exampleRecords().values()].map((each) => ({
      ...each,
      traceHash: '',
      values: values(each.cell),
    }));
    const narrow = sweepResult(examplePlan, new Map(records.map((each) => [runKey(each), each])));
    const table = sweepTable(narrow, [], 40);
    expect(table).toContain('  nodes_in_use\n');
    expect(table).toContain('; 1 more in cells.csv (--measures chooses).');
    expect(sweepTable(narrow, [], 80)).toContain('pod_startup_p99  nodes_in_use\n');
  });

  test('of cells that all do the same has every measure there is', () => {
    const first = { ...examplePlan, cells: examplePlan.cells.slice(0, 1) };
    expect(sweepTable(sweepResult(first, exampleRecords()), [], 100)).toContain(
      'pod_startup_p99  nodes_in_use',
    );
  });

  test('says what was not run', () => {
    const table = sweepTable(sweepResult(examplePlan, new Map()), [startup], 100);
    expect(table).toMatch(/nvme +1 +not run/);
    expect(table).toContain('Not every run was made: the same command makes the rest.');
  });
});

test('Markdown has the same rows, and bars in values do not end a cell', () => {
  const plan = {
    ...examplePlan,
    cells: [{ values: ['a|b', '1'], digest: 'aa', seed: '7' }],
  };
  expect(sweepMarkdown(sweepResult(plan, exampleRecords()), [startup]).split('\n')).toEqual([
    '### shop: disk, nodePools[0].count',
    '',
    '| disk | nodePools[0].count | pod_startup_p99 |',
    '| --- | --- | ---: |',
    '| a\\|b | 1 | 125 ms |',
    '',
    'Medians of 3 seeds in 1 cell.',
    '',
  ]);
});
