/**
 * Tables of numbers and words as CSV: a header, then a row a line, nothing quoted. What a cell
 * holds is asked for by the name of its column; what is wrong with it is a problem with its place.
 */

import type { Problem } from '../../api/problem.js';
import { problemAt } from '../../scenario/scenario-problems.js';
import { type ImportFile, importProblemCodes, textOf } from './importer.js';

const decimal = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/** Problems beyond this many with one file add nothing. */
const mostProblems = 20;

/** The columns of a file: its first line, split. */
export function headerOf(file: ImportFile): readonly string[] {
  const text = textOf(file);
  const end = text.search(/\r?\n/);
  return (end < 0 ? text : text.slice(0, end)).split(',').map((name) => name.trim());
}

/** One row. */
export class CsvRow {
  /** Of the file, from 1. */
  readonly line: number;
  readonly #fields: readonly string[];
  readonly #table: CsvTable;

  constructor(table: CsvTable, line: number, text: string) {
    this.#table = table;
    this.line = line;
    this.#fields = text.split(',');
  }

  /** The text of a cell; '' where there is none. */
  text(column: string): string {
    return (this.#fields[this.#table.columns.indexOf(column)] ?? '').trim();
  }

  /** The number of a cell from `least` up; a bad one is a problem, and `least`. */
  number(column: string, least = 0): number {
    const text = this.text(column);
    const value = decimal.test(text) ? Number(text) : Number.NaN;
    if (value >= least && Number.isFinite(value)) return value;
    const expected = least === Number.NEGATIVE_INFINITY ? 'a number' : `a number from ${least} up`;
    this.refuse(column, `${column} is "${text}"`, expected);
    return Math.max(0, least);
  }

  /** Says that a cell is wrong. */
  refuse(column: string, message: string, expected: string): void {
    const index = this.#table.columns.indexOf(column);
    const before = this.#fields.slice(0, Math.max(0, index)).join(',').length;
    this.#table.refuse(this.line, before + (index > 0 ? 2 : 1), message, expected);
  }
}

export class CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
  readonly #file: string;
  readonly #problems: Problem[];
  #refused = 0;

  constructor(file: ImportFile, problems: Problem[]) {
    this.#file = file.path;
    this.#problems = problems;
    this.columns = headerOf(file);
    const lines = textOf(file).split(/\r?\n/).slice(1);
    this.rows = lines.flatMap((text, index) =>
      text.trim() === '' ? [] : [new CsvRow(this, index + 2, text)],
    );
    if (this.rows.length === 0) this.refuse(1, 1, 'the table is empty', 'a row below the header');
  }

  refuse(line: number, column: number, message: string, expected: string): void {
    if (this.#refused++ >= mostProblems) return;
    const place = { file: this.#file, line, column };
    this.#problems.push(problemAt(place, importProblemCodes.badValue, message, { expected }));
  }
}
