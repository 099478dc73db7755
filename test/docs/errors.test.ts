// docs/errors.md knows every code of a problem and every exit code, and no others.
import { expect, test } from 'vitest';
import { problemCodes } from '../../src/api/problem.js';
import { exitCode } from '../../src/cli/exit-code.js';
import { scenarioProblemCodes } from '../../src/scenario/scenario-problems.js';
import { importProblemCodes } from '../../src/workload/import/importer.js';
import { perfProblemCodes } from '../../src/workload/scheduler-perf/perf-problems.js';
import { documentAt } from './documents.js';

const { text } = documentAt('docs/errors.md');

test('every code of a problem has a row with its cause and its cure', () => {
  const tables = [problemCodes, scenarioProblemCodes, perfProblemCodes, importProblemCodes];
  const codes = tables.flatMap((table): string[] => Object.values(table)).sort();
  const rows = [...text.matchAll(/^\| (KUBECLOCK\d+) \| [^|]+ \| [^|]+ \|$/gm)];
  expect(rows.map(([, code]) => code)).toEqual(codes);
});

test('every exit code has a row', () => {
  const [table = ''] = text.split('\n## How problems');
  const codes = [...table.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, cell = '']) =>
    cell.split(', ').map(Number),
  );
  expect(codes).toEqual([...new Set(Object.values(exitCode))].sort((a, b) => a - b));
});
