/**
 * Formats of which one file is all there is.
 */

import type { Problem } from '../../api/problem.js';
import { problemAt } from '../../scenario/scenario-problems.js';
import { type ImportedScenario, type ImportFile, importProblemCodes } from './importer.js';

/** Reads the one file; several are a problem. `what`: `a SimKube trace`. */
export function oneFile(
  files: readonly ImportFile[],
  what: string,
  problems: Problem[],
  read: (file: ImportFile, problems: Problem[]) => ImportedScenario | undefined,
): ImportedScenario | undefined {
  const [file, second] = files;
  if (file === undefined || second !== undefined) {
    const place = { file: second?.path ?? 'command line', line: 1, column: 1 };
    const message = `${what} is one file, and there are ${files.length}`;
    problems.push(problemAt(place, importProblemCodes.notThisFormat, message));
    return undefined;
  }
  return read(file, problems);
}
