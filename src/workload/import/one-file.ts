/**
 * Formats of which one file is all there is.
 */

import type { Problem } from '../../api/problem.js';
import { problemAt } from '../../scenario/scenario-problems.js';
import {
  type ImportedScenario,
  type Importer,
  type ImportFile,
  type ImportOptions,
  importProblemCodes,
  textOf,
} from './importer.js';

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

/** The importer of a format whose files are told by their text. `what`: `a SimKube trace`. */
export function importerOfText(
  about: { readonly format: string; readonly title: string; readonly what: string },
  isOfFormat: (text: string) => boolean,
  read: (
    file: ImportFile,
    options: ImportOptions,
    problems: Problem[],
  ) => ImportedScenario | undefined,
): Importer {
  const { format, title, what } = about;
  return {
    format,
    title,
    recognises: (file) => isOfFormat(textOf(file)),
    read: (files, options, problems) =>
      oneFile(files, what, problems, (file) => read(file, options, problems)),
  };
}
