/**
 * A trace of arrivals: CSV with a header, `at_seconds` and, if wished, `run_seconds`; in order of
 * time. Values are plain decimals; nothing is quoted.
 */

import { type Problem, problemCodes } from '../api/problem.js';
import type { PodArrivals } from '../cluster/arrivals-operation.js';
import { problemAt } from './scenario-problems.js';

const decimal = /^\d+(?:\.\d*)?$|^\.\d+$/;

/** Problems beyond this many add nothing. */
const mostProblems = 20;

/** The arrivals of a file; undefined with errors among `problems`. Linear in its length. */
export function readArrivalTrace(
  text: string,
  file: string,
  problems: Problem[],
): PodArrivals | undefined {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const columns = (lines[0] ?? '').split(',').map((name) => name.trim());
  const found: Problem[] = [];
  const refuse = (line: number, column: number, message: string, expected: string): void => {
    const place = { file, line, column };
    if (found.length < mostProblems) {
      found.push(problemAt(place, problemCodes.invalid, message, { expected }));
    }
  };
  const [at, run] = [columns.indexOf('at_seconds'), columns.indexOf('run_seconds')];
  if (at < 0) refuse(1, 1, 'there is no column at_seconds', 'a header: at_seconds,run_seconds');
  const timesUs: number[] = [];
  const runTimesUs: (number | undefined)[] = [];
  for (const [index, line] of lines.slice(1).entries()) {
    if (line.trim() === '' || at < 0) continue;
    const fields = line.split(',');
    const read = (column: number): number => {
      const field = (fields[column] ?? '').trim();
      if (decimal.test(field)) return Math.round(Number(field) * 1_000_000);
      const start = fields.slice(0, column).join(',').length + (column > 0 ? 2 : 1);
      refuse(index + 2, start, `"${field}" is not a number of seconds`, 'such as 12.345678');
      return 0;
    };
    const atUs = read(at);
    const isBack = atUs < (timesUs.at(-1) ?? 0);
    if (isBack) refuse(index + 2, 1, `${fields[at]} comes after a later time`, 'times in order');
    timesUs.push(atUs);
    runTimesUs.push(run < 0 || (fields[run] ?? '').trim() === '' ? undefined : read(run));
  }
  if (found.length === 0 && timesUs.length === 0) refuse(1, 1, 'the trace is empty', 'a row a pod');
  problems.push(...found);
  return found.length > 0 ? undefined : { kind: 'times', timesUs, runTimesUs };
}
