// A CSV file as data: its columns with what they mean, and where its rows come from. docs/csv.md is
// written from the same declarations. RFC 4180 but for the line end, \n as in all our files.
import { stringify } from 'csv-stringify/sync';
import type { RunResult } from '../../metrics/run-result.js';
import { formatNumber, formatSeconds } from '../number-format.js';

/** What docs/csv.md says about a column. */
export interface CsvColumnDoc {
  /** snake_case, unit last. */
  readonly name: string;
  /** One sentence. */
  readonly description: string;
}

/** A column of rows of one type; `undefined` is an empty cell. */
export interface CsvColumn<Row> extends CsvColumnDoc {
  readonly cell: (row: Row) => string | undefined;
}

/** A file of a run. */
export interface CsvFile<Result = RunResult> {
  readonly name: string;
  /** What one row is. */
  readonly description: string;
  readonly csvColumns: readonly CsvColumnDoc[];
  /** The whole text, header first. O(rows × columns). */
  readonly render: (result: Result) => string;
}

/** A file with the same columns in every run. */
export function csvFile<Row, Result = RunResult>(
  name: string,
  description: string,
  csvColumns: readonly CsvColumn<Row>[],
  rowsOf: (result: Result) => readonly Row[],
): CsvFile<Result> {
  const render = (result: Result): string => renderCsv(csvColumns, rowsOf(result));
  return { name, description, csvColumns, render };
}

/** Rows handed to the writer at once; it holds all cells of a batch in memory. */
const batchRows = 5_000;

/** Header and rows as RFC 4180 text with \n at the end of every line. */
export function renderCsv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const parts = [writeRecords([columns.map((column) => column.name)])];
  for (let start = 0; start < rows.length; start += batchRows) {
    const batch = rows.slice(start, start + batchRows);
    parts.push(writeRecords(batch.map((row) => columns.map((column) => column.cell(row)))));
  }
  return parts.join('');
}

function writeRecords(records: readonly (readonly (string | undefined)[])[]): string {
  // The writer quotes what holds its own line end; RFC 4180 §2.6 asks the same for a lone CR.
  return stringify([...records], { record_delimiter: '\n', quoted_match: /\r/ });
}

/** A column of texts as they are. */
export function textColumn<Row>(
  name: string,
  description: string,
  read: (row: Row) => string,
): CsvColumn<Row> {
  return { name, description, cell: read };
}

/** A column of numbers; NaN, which means that there was no sample, is an empty cell. */
export function numberColumn<Row>(
  name: string,
  description: string,
  read: (row: Row) => number,
): CsvColumn<Row> {
  const cell = (row: Row): string | undefined => {
    const value = read(row);
    return Number.isNaN(value) ? undefined : formatNumber(value);
  };
  return { name, description, cell };
}

/** A column of seconds, from microseconds; NaN is an empty cell too. */
export function secondsColumn<Row>(
  name: string,
  description: string,
  readUs: (row: Row) => number | undefined,
): CsvColumn<Row> {
  const cell = (row: Row): string | undefined => {
    const us = readUs(row);
    return us === undefined || Number.isNaN(us) ? undefined : formatSeconds(us);
  };
  return { name, description, cell };
}
