// The files of a sweep: a row a cell (cells.csv) and a row a run (runs.csv), all of it as JSON, and
// the table as Markdown. Equal runs give equal bytes, whoever made them and in whatever order.
import type { Replication } from '../../experiment/compare/comparison.js';
import { holdingRuns } from '../../experiment/sweep/search.js';
import {
  type CellFigures,
  type CellResult,
  problemOf,
  type SweepResult,
} from '../../experiment/sweep/sweep-result.js';
import { type CsvColumn, numberColumn, renderCsv, textColumn } from '../csv/csv-file.js';
import type { ReportAssets } from '../html/page-frame.js';
import { type JsonValue, stableJson } from '../stable-json.js';
import { searchJson } from './search-text.js';
import { sweepPage } from './sweep-page.js';
import { sweepMarkdown } from './sweep-table.js';

/** Names of all files that a sweep can have. */
export const sweepFileNames: readonly string[] = [
  'sweep.json',
  'cells.csv',
  'runs.csv',
  'sweep.md',
  'report.html',
];

/** A cell or a run of it. */
interface NumberedCell {
  readonly number: number;
  readonly result: CellResult;
}

interface CellRun extends NumberedCell {
  readonly run: Replication;
}

/** Number and parameters, which rows of both files begin with. */
function cellColumns<Row extends NumberedCell>({ parameters }: SweepResult): CsvColumn<Row>[] {
  return [
    numberColumn('cell', 'Number of the cell, from 1.', ({ number }) => number),
    ...parameters.map(({ name }, index) =>
      textColumn<Row>(name, 'Its value.', ({ result }) => result.cell.values[index] ?? ''),
    ),
  ];
}

const numbered = ({ cells }: SweepResult): readonly NumberedCell[] =>
  cells.map((result, index) => ({ number: index + 1, result }));

/** cells.csv: medians over the runs of every cell. */
function cellsCsv(result: SweepResult): string {
  const columns: CsvColumn<NumberedCell>[] = [
    ...cellColumns<NumberedCell>(result),
    numberColumn('runs', 'Runs that came to an end.', (row) => row.result.runs.length),
    ...holdingColumn(result),
    textColumn('problem', 'What is wrong with it.', (row) => problemOf(row.result) ?? ''),
    ...result.measures.map((name, index) =>
      numberColumn<NumberedCell>(name, 'Median.', (row) => medianOf(row.result, index)),
    ),
  ];
  return renderCsv(columns, numbered(result));
}

/** Only of a search. */
function holdingColumn({ search }: SweepResult): readonly CsvColumn<NumberedCell>[] {
  if (search === undefined) return [];
  const holding = (row: NumberedCell): number => holdingRuns(row.result, search.search);
  return [numberColumn('holding', 'Runs that keep all conditions.', holding)];
}

function medianOf({ figures }: CellResult, index: number): number {
  return figures[index]?.median ?? Number.NaN;
}

/** runs.csv: every run that came to an end. */
function sweptRunsCsv(result: SweepResult): string {
  const columns: CsvColumn<CellRun>[] = [
    ...cellColumns<CellRun>(result),
    textColumn('seed', 'Seed of the run.', ({ run }) => run.seed),
    textColumn('trace_hash', 'Hash of its trace.', ({ run }) => run.traceHash),
    ...result.measures.map((name, index) =>
      numberColumn<CellRun>(name, 'Its value.', ({ run }) => run.values[index] ?? Number.NaN),
    ),
  ];
  const rows = numbered(result).flatMap((row) => row.result.runs.map((run) => ({ ...row, run })));
  return renderCsv(columns, rows);
}

/** Everything in one versioned object. */
function sweepJson(result: SweepResult): string {
  const { scenario, modelVersion, measures, parameters, seeds, isPartial } = result;
  return stableJson({
    schemaVersion: 1,
    kind: 'Sweep',
    scenario,
    modelVersion,
    partial: isPartial,
    search: searchJson(result.search),
    seeds,
    parameters: parameters.map(({ name, values }) => ({ name, values })),
    cells: result.cells.map((each) => cellJson(each, measures)),
  });
}

function cellJson(each: CellResult, measures: readonly string[]): JsonValue {
  const { cell, runs, failures, missing, figures } = each;
  return {
    values: cell.values,
    digest: 'digest' in cell ? cell.digest : null,
    problem: problemOf(each) ?? null,
    runs: runs.map(({ seed, traceHash }) => ({ seed, traceHash })),
    failures: failures.map(({ seed, name, message }) => ({ seed, name, message })),
    missing,
    measures: measures.map((measure, index) => ({ measure, ...figuresJson(figures[index]) })),
  };
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function figuresJson(figures: CellFigures | undefined): Readonly<Record<string, JsonValue>> {
  if (figures === undefined) return {};
  const { count, median, mean, min, max } = figures;
  return {
    runs: count,
    median: orNull(median),
    mean: orNull(mean),
    min: orNull(min),
    max: orNull(max),
  };
}

/** All files by name. `shown` are names of the measures in the table. */
export function sweepFiles(
  result: SweepResult,
  shown: readonly string[],
  assets: ReportAssets,
): ReadonlyMap<string, string> {
  return new Map([
    ['sweep.json', sweepJson(result)],
    ['cells.csv', cellsCsv(result)],
    ['runs.csv', sweptRunsCsv(result)],
    ['sweep.md', sweepMarkdown(result, shown)],
    ['report.html', sweepPage(result, shown, assets)],
  ]);
}
