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

/** What the cells of a column are: text as it is, or a plain decimal. */
export type CellKind = 'text' | 'number';

/** A column of rows of one type; `undefined` is an empty cell. */
export interface CsvColumn<Row> extends CsvColumnDoc {
  readonly kind: CellKind;
  readonly cell: (row: Row) => string | undefined;
}

/** The columns and rows of a file, cell by cell. */
export interface CsvTable {
  readonly columns: readonly { readonly name: string; readonly kind: CellKind }[];
  readonly rowCount: number;
  /** The cells of the row at that index, from 0; `undefined` is empty. O(columns). */
  readonly cells: (row: number) => readonly (string | undefined)[];
}

/** A file of a run. */
export interface CsvFile<Result = RunResult> {
  readonly name: string;
  /** What one row is. */
  readonly description: string;
  readonly csvColumns: readonly CsvColumnDoc[];
  readonly table: (result: Result) => CsvTable;
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
  const table = (result: Result): CsvTable => tableOf(csvColumns, rowsOf(result));
  return {
    name,
    description,
    csvColumns,
    table,
    render: (result: Result): string => renderTable(table(result)),
  };
}

/** Rows as a table. */
export function tableOf<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): CsvTable {
  const cells = (row: number): readonly (string | undefined)[] =>
    columns.map((column) => column.cell(rows[row] as Row));
  return { columns, rowCount: rows.length, cells };
}

/** Rows handed to the writer at once; it holds all cells of a batch in memory. */
const batchRows = 5_000;

/** Header and rows as RFC 4180 text with \n at the end of every line. */
export function renderTable({ columns, rowCount, cells }: CsvTable): string {
  let text = '';
  const batch: Cells[] = [columns.map(({ name }) => name)];
  const write = (): void => {
    if (batch.length > 0) text += writeRecords(batch);
    batch.length = 0;
  };
  for (let row = 0; row < rowCount; row++) {
    const record = cells(row);
    const plain = plainLine(record);
    if (plain === undefined) batch.push(record);
    if (plain !== undefined || batch.length === batchRows) write();
    text += plain ?? '';
  }
  write();
  return text;
}

/** Rows of one type as such text. */
export function renderCsv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  return renderTable(tableOf(columns, rows));
}

type Cells = readonly (string | undefined)[];

/** What may have to be quoted. */
const special = /[",\r\n]/;

/** The line of a record of several cells without any of it, in a tenth of the writer's time. */
function plainLine(record: Cells): string | undefined {
  const isPlain = record.every((cell) => cell === undefined || !special.test(cell));
  return isPlain && record.length > 1 ? `${record.join(',')}\n` : undefined;
}

function writeRecords(records: readonly Cells[]): string {
  // The writer quotes what holds its own line end; RFC 4180 §2.6 asks the same for a lone CR.
  return stringify([...records], { record_delimiter: '\n', quoted_match: /\r/ });
}

/** A column of texts as they are. */
export function textColumn<Row>(
  name: string,
  description: string,
  read: (row: Row) => string,
): CsvColumn<Row> {
  return { name, description, kind: 'text', cell: read };
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
  return { name, description, kind: 'number', cell };
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
  return { name, description, kind: 'number', cell };
}
