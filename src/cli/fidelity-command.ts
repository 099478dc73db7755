/**
 * `kubeclock fidelity DIR`: simulates the inputs of recorded runs and compares every headline
 * figure with the recording.
 */

import { compareGroup, type FidelityRow, scoreOf } from '../experiment/fidelity/fidelity.js';
import { readRecording } from '../experiment/fidelity/recording.js';
import {
  fidelityCsv,
  fidelityJson,
  fidelityMarkdown,
  fidelityTable,
} from '../report/fidelity-report.js';
import { filesIn } from '../scenario/files.js';
import { checkProfile } from '../scenario/load.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import { readProfile } from './input.js';
import type { GlobalArguments } from './options.js';
import { printProblems, printRefusal } from './problem-output.js';
import { recordedFilesIn } from './recorded-files.js';
import type { Terminal } from './terminal.js';

export interface FidelityArguments extends GlobalArguments {
  readonly folder: string;
  /** A group of runs, or the letter of a scenario. */
  readonly only?: string;
  /** The machine: a profile that ships with kubeclock, or a file. */
  readonly profile?: string;
}

/** The machine on which the timelines were recorded. */
const defaultProfile = 'recorded-2core';

const renderers: Readonly<Record<string, (rows: readonly FidelityRow[]) => string>> = {
  table: fidelityTable,
  json: fidelityJson,
  csv: fidelityCsv,
  markdown: fidelityMarkdown,
};

/**
 * Simulates and reports; exit code 3 when fewer than 90 % of the figures match.
 *
 * @throws UsageError when nothing is selected.
 */
export function fidelityCommand(args: FidelityArguments, terminal: Terminal): ExitCode {
  const { folder, only, profile: name = defaultProfile } = args;
  const format = args.json === true ? 'json' : (args.output ?? 'table');
  const render = renderers[format];
  if (render === undefined) {
    throw new UsageError(`-o ${format}: the format is table, json, csv or markdown.`);
  }
  const { groups, problems } = readRecording(recordedFilesIn(folder), only);
  for (const problem of problems) terminal.err.write(`${problem}\n`);
  if (problems.length > 0) return exitCode.invalidInput;
  if (groups.length === 0) {
    const what = only === undefined ? 'no recorded runs' : `no recorded runs named "${only}"`;
    throw new UsageError(`${folder} holds ${what}; a run is a folder with a run.json.`);
  }
  const profile = readProfile(name);
  const checked = checkProfile(profile.text, profile.file, filesIn('.'));
  if (checked.scenario === undefined) {
    printProblems(checked.problems, checked.texts, terminal);
    printRefusal(checked.problems, terminal);
    return exitCode.invalidInput;
  }
  const rows = groups.flatMap((group) => {
    if (!terminal.isQuiet) terminal.err.write(`${group.name} ×${group.repeats}\n`);
    return compareGroup(group, profile);
  });
  terminal.out.write(render(rows));
  return scoreOf(rows).ok ? exitCode.ok : exitCode.thresholdFailed;
}
