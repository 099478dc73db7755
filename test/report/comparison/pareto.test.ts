import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { compareRuns } from '../../../src/experiment/compare/comparison.js';
import { measures } from '../../../src/experiment/compare/measures.js';
import type { ComparisonResult } from '../../../src/experiment/compare/replicate.js';
import { comparisonFiles } from '../../../src/report/comparison/comparison-files.js';
import { comparisonTable } from '../../../src/report/comparison/comparison-report.js';

const by = ['pods_unscheduled', 'pods_bound_per_second'];

function policy(name: string, unscheduled: number, perSecond: number) {
  const values = measures.map((each) =>
    each.name === by[0] ? unscheduled : each.name === by[1] ? perSecond : 1,
  );
  return { name, replications: [{ seed: '1', traceHash: name, values }] };
}

const runs = [policy('spread', 9, 50), policy('packed', 4, 40), policy('worst', 9, 40)];
const result: ComparisonResult = { measures, runs, rows: compareRuns(runs), isPartial: false };
const about = { scenario: 'shop', modelVersion: '0.1.0', pareto: by };

test('policies that no other is better than are marked in the table', () => {
  const lines = comparisonTable(result, about).split('\n');
  const from = lines.indexOf('PARETO FRONT');
  expect(lines.slice(from + 2, from + 5).map((line) => line.trim().split(/\s+/))).toEqual([
    ['*', 'spread', '9', '50'],
    ['*', 'packed', '4', '40'],
    ['worst', '9', '40'],
  ]);
});

test('the front is in JSON and CSV too, and only when it is asked for', () => {
  const files = comparisonFiles(result, about);
  expect(JSON.parse(files.get('comparison.json') ?? '').pareto).toEqual({
    measures: by,
    front: ['spread', 'packed'],
  });
  const rows: readonly Record<string, string>[] = parse(files.get('pareto.csv') ?? '', {
    columns: true,
  });
  expect(rows.map((row) => Object.values(row))).toContainEqual([
    'worst',
    'pods_unscheduled',
    '9',
    'false',
  ]);
  const { pareto: _unasked, ...plain } = about;
  expect(comparisonFiles(result, plain).has('pareto.csv')).toBe(false);
  expect(comparisonTable(result, plain)).not.toContain('PARETO');
});
