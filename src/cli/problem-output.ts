/**
 * Problems for people: each with its place, the line, what was expected and what to write.
 */

import { formatProblem, type Problem } from '../api/problem.js';
import type { Terminal } from './terminal.js';

/** Problems of one kind beyond this many are counted, not shown. */
const shownProblems = 50;

/** Prints errors, and warnings unless quiet, to stderr. */
export function printProblems(
  problems: readonly Problem[],
  texts: ReadonlyMap<string, string>,
  { err, errColors, isQuiet }: Terminal,
): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const shown = isQuiet ? errors : problems;
  for (const problem of shown.slice(0, shownProblems)) {
    const [head = '', ...rest] = formatProblem(problem, texts.get(problem.file)).split('\n');
    const paint = problem.severity === 'error' ? errColors.red : errColors.yellow;
    err.write(`${[paint(head), ...rest].join('\n')}\n`);
  }
  const left = shown.length - shownProblems;
  if (left > 0) err.write(`... and ${left} more\n`);
}

/** Says how many errors there were, when they keep the command from running. */
export function printRefusal(problems: readonly Problem[], { err }: Terminal): void {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  err.write(`${errors} ${errors === 1 ? 'error' : 'errors'}; nothing was run\n`);
}

/** Says what an import has left out or assumed, unless quiet. */
export function printNotes(notes: readonly string[], { err, errColors, isQuiet }: Terminal): void {
  if (isQuiet) return;
  for (const note of notes) err.write(`${errColors.dim('note:')} ${note}\n`);
}
