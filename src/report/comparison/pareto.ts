// Policies weighed by several measures at once: which of them no other is better than.
import type { ComparisonResult } from '../../experiment/compare/replicate.js';
import { type Direction, paretoFront } from '../../stats/pareto-front.js';
import { type CsvFile, csvFile, numberColumn, textColumn } from '../csv/csv-file.js';
import { formatMeasure } from '../number-format.js';
import { alignRows, printable } from '../text-table.js';

/** One policy. */
export interface ParetoRow {
  readonly policy: string;
  /** Mean over its runs, a value a measure; NaN without a sample. */
  readonly values: readonly number[];
  /** No other policy is at least as good by all measures and better by one. */
  readonly isOnFront: boolean;
}

/** One row a policy, in their order. `by`: names of measures of which one end is better. */
export function paretoRows(
  { runs, rows }: ComparisonResult,
  by: readonly string[],
): readonly ParetoRow[] {
  const found = by.map((name) => rows.find(({ measure }) => measure === name));
  const points = runs.map((_, policy) =>
    found.map((row) => row?.policies[policy]?.mean ?? Number.NaN),
  );
  const directions = found.map((row): Direction => row?.better ?? 'lower');
  const front = paretoFront(points, directions);
  return runs.map(({ name }, policy) => ({
    policy: name,
    values: points[policy] as readonly number[],
    isOnFront: front[policy] as boolean,
  }));
}

/** The rows as a table; `*` marks the front. */
export function paretoTable(result: ComparisonResult, by: readonly string[]): string {
  const cells = paretoRows(result, by).map(({ policy, values, isOnFront }) => [
    isOnFront ? '*' : '',
    printable(policy),
    ...values.map((value, index) => formatMeasure(by[index] as string, value)),
  ]);
  const lines = alignRows([['', 'policy', ...by], ...cells], {
    align: `ll${'r'.repeat(by.length)}`,
    width: Number.MAX_SAFE_INTEGER,
  });
  const footer = 'Means over the seeds. * no other policy is as good by all and better by one.';
  return ['PARETO FRONT', ...lines.map((line) => `  ${line}`), '', footer, ''].join('\n');
}

interface ParetoValue extends ParetoRow {
  readonly measure: string;
  readonly value: number;
}

/** pareto.csv: a row a policy and measure. */
export function paretoCsv(by: readonly string[]): CsvFile<ComparisonResult> {
  return csvFile<ParetoValue, ComparisonResult>(
    'pareto.csv',
    'One row for every policy and measure by which policies are weighed.',
    [
      textColumn('policy', 'Name of the policy.', (row) => row.policy),
      textColumn('measure', 'Name of the measure, unit last.', (row) => row.measure),
      numberColumn('mean', 'Mean over the runs; empty without a sample.', (row) => row.value),
      textColumn('on_front', '`true` where no other policy is better.', (row) =>
        String(row.isOnFront),
      ),
    ],
    (result) =>
      paretoRows(result, by).flatMap((row) =>
        by.map((measure, index) => ({ ...row, measure, value: row.values[index] as number })),
      ),
  );
}
