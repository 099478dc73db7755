/**
 * What is wrong with cells of a sweep, said once however many cells have it.
 */

import type { Problem } from '../api/problem.js';
import { cellLabel, type Parameter } from '../experiment/sweep/parameter.js';
import { formatCount } from '../report/number-format.js';
import { printNotes, printProblems, printRefusal } from './problem-output.js';
import type { LoadedCell } from './sweep-cells.js';
import type { Terminal } from './terminal.js';

/** A problem and the cells that have it. */
interface SharedProblem {
  readonly problem: Problem;
  readonly cells: LoadedCell[];
}

/** Prints errors of all cells, and warnings and notes of the first; true when no cell can be run. */
export function printCellProblems(
  cells: readonly LoadedCell[],
  parameters: readonly Parameter[],
  terminal: Terminal,
): boolean {
  const [first] = cells;
  const warnings = first?.problems.filter(({ severity }) => severity === 'warning') ?? [];
  printProblems(warnings, first?.texts ?? new Map(), terminal);
  printNotes(first?.notes ?? [], terminal);
  const shared = sharedProblems(cells);
  for (const { problem, cells: having } of shared) {
    const [example] = having;
    if (having.length < cells.length && example !== undefined) {
      terminal.err.write(`${cellsText(having, parameters)}:\n`);
    }
    printProblems([problem], example?.texts ?? new Map(), terminal);
  }
  const areAllWrong = cells.every(({ input }) => input === undefined);
  if (areAllWrong)
    printRefusal(
      shared.map(({ problem }) => problem),
      terminal,
    );
  return areAllWrong;
}

function cellsText(cells: readonly LoadedCell[], parameters: readonly Parameter[]): string {
  const label = cellLabel(parameters, cells[0]?.planned.values ?? []);
  const others = cells.length - 1;
  if (others === 0) return `cell ${label} cannot be run`;
  return `cell ${label} and ${formatCount(others)} more cannot be run`;
}

/** In the order in which cells have them. */
function sharedProblems(cells: readonly LoadedCell[]): readonly SharedProblem[] {
  const found = new Map<string, SharedProblem>();
  for (const cell of cells) {
    for (const problem of cell.problems.filter(({ severity }) => severity === 'error')) {
      const { file, line, column, code, path, message } = problem;
      const key = JSON.stringify([file, line, column, code, path, message]);
      const known = found.get(key);
      if (known === undefined) found.set(key, { problem, cells: [cell] });
      else known.cells.push(cell);
    }
  }
  return [...found.values()];
}
