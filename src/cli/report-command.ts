/**
 * `kubeclock report DIR`: makes a run again from what its results folder has kept, and writes its
 * report anew, its plots as SVG files, and files for other programs.
 */

import { join } from 'node:path';
import { didYouMean } from '../api/did-you-mean.js';
import { type FormatName, formatNames } from '../report/formats/format-names.js';
import { askRun, recordedRun } from './asked-run.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import type { LookedRun } from './look-thread.js';
import { type GlobalArguments, outputFormat } from './options.js';
import { withSvg } from './plot-files.js';
import { reportAssets } from './report-assets.js';
import type { ReportAnswer, ReportRequest } from './report-worker.js';
import { addToResults } from './results-folder.js';
import type { Terminal } from './terminal.js';

/** Options of `report`. */
export interface ReportArguments extends GlobalArguments {
  /** A results folder. */
  readonly folder: string;
  readonly svg?: boolean;
  /** Names of formats with commas between. */
  readonly format?: string | readonly string[];
}

/** The thread's entry; tests put another in its place. */
const reportWorker: URL = new URL('./report-worker.js', import.meta.url);

/**
 * Writes the report of one run. Nothing is written when the run comes out another.
 *
 * @throws UsageError for a folder that is no run; Error of the file system.
 */
export async function reportCommand(
  args: ReportArguments,
  terminal: Terminal,
  entry: URL = reportWorker,
): Promise<ExitCode> {
  const format = outputFormat(args);
  const { folder, svg, format: given, ...others } = args;
  const formats = formatsOf(given);
  const input = { ...others, files: [] };
  const recorded = recordedRun(folder, input);
  const details: Omit<ReportRequest, keyof LookedRun> = {
    assets: reportAssets(),
    withPlots: svg === true,
    formats,
  };
  const question = { args: input, folder, recorded, purpose: 'reported', details, entry };
  const found = await askRun<ReportAnswer>(question, terminal);
  if ('code' in found) return found.code;
  const files = await withSvg(found.answer.files);
  addToResults(folder, files);
  const paths = [...files.keys()].map((name) => join(folder, name));
  terminal.out.write(
    format === 'json'
      ? `${JSON.stringify({ files: paths }, null, 2)}\n`
      : paths.map((path) => `${path}\n`).join(''),
  );
  if (!terminal.isQuiet) {
    for (const notice of found.answer.notices) terminal.err.write(`${notice}\n`);
  }
  return exitCode.ok;
}

/** The names that `--format` lists, each once. */
function formatsOf(given: string | readonly string[] | undefined): readonly FormatName[] {
  const names = [given ?? []].flat().flatMap((text) => text.split(','));
  return [...new Set(names.map(formatNamed))];
}

function formatNamed(text: string): FormatName {
  const found = formatNames.find((name) => name === text);
  if (found !== undefined) return found;
  const nearest = didYouMean(text, formatNames);
  const hint =
    nearest === undefined ? `Write one of ${formatNames.join(', ')}.` : `Did you mean ${nearest}?`;
  throw new UsageError(`--format ${text} is unknown. ${hint}`);
}
