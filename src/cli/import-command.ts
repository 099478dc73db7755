/**
 * `kubeclock import`: files of a foreign format become a scenario that `run` takes.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { didYouMean } from '../api/did-you-mean.js';
import { diskFiles, RecordingFiles } from '../scenario/input-files.js';
import { importedFile } from '../workload/import/import-files.js';
import type { Importer } from '../workload/import/importer.js';
import { importers } from '../workload/import/importers.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import { filesNamed, importFiles } from './import-input.js';
import { importValuesOf } from './import-options.js';
import { type GlobalArguments, single } from './options.js';
import { printNotes, printProblems } from './problem-output.js';
import type { Terminal } from './terminal.js';

export interface ImportArguments extends GlobalArguments {
  readonly format: string;
  readonly files: readonly string[];
}

/** Imports files and writes the scenario. @throws UsageError for a format that there is not. */
export function importCommand(args: ImportArguments, terminal: Terminal): ExitCode {
  const importer = importerNamed(args.format);
  const files = new RecordingFiles(diskFiles);
  for (const path of args.files) {
    if (files.list('.', path).length === 0) throw new UsageError(`${path} does not exist.`);
  }
  const sources = filesNamed(args.files, files);
  const result = importFiles(importer, sources, importValuesOf({ ...args }), files);
  printProblems(result.problems, result.texts, terminal);
  if (result.scenario === undefined) {
    const errors = result.problems.filter(({ severity }) => severity === 'error').length;
    terminal.err.write(`${errors} ${errors === 1 ? 'error' : 'errors'}; nothing was written\n`);
    return exitCode.invalidInput;
  }
  printNotes(result.notes, terminal);
  writeScenario(result.scenario, single('output', args.output), terminal);
  return exitCode.ok;
}

function importerNamed(format: string): Importer {
  const found = importers.find((each) => each.format === format);
  if (found !== undefined) return found;
  if (/^scheduler.?perf$/i.test(format)) {
    throw new UsageError('Files of scheduler_perf are run as they are: kubeclock run FILE.');
  }
  const formats = importers.map((each) => each.format);
  const near = didYouMean(format, formats);
  const hint = near === undefined ? `Formats: ${formats.join(', ')}.` : `Did you mean ${near}?`;
  throw new UsageError(`There is no format "${format}". ${hint}`);
}

/** To a file or folder, or to stdout where the scenario needs no further files. */
function writeScenario(
  texts: ReadonlyMap<string, string>,
  output: string | undefined,
  { out, err, isQuiet }: Terminal,
): void {
  if (output === undefined) {
    if (texts.size > 1) {
      throw new UsageError(`The scenario has ${texts.size} files: name their folder, -o DIR.`);
    }
    out.write(texts.get(importedFile) ?? '');
    return;
  }
  const isFile = /\.ya?ml$/i.test(output);
  const folder = isFile ? dirname(output) : output;
  mkdirSync(folder, { recursive: true });
  const pathOf = (name: string): string =>
    isFile && name === importedFile ? output : join(folder, name);
  for (const [name, text] of texts) {
    mkdirSync(dirname(pathOf(name)), { recursive: true });
    writeFileSync(pathOf(name), text);
  }
  if (!isQuiet) err.write(`Scenario: ${pathOf(importedFile)}\n`);
}
