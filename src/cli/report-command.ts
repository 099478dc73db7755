/**
 * `kubeclock report DIR`: makes a run again from what its results folder has kept, and writes its
 * report anew, and its plots as SVG files.
 */

import { join } from 'node:path';
import { askRun, recordedRun } from './asked-run.js';
import { type ExitCode, exitCode } from './exit-code.js';
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
  const { folder, svg, ...others } = args;
  const input = { ...others, files: [] };
  const recorded = recordedRun(folder, input);
  const details: Omit<ReportRequest, keyof LookedRun> = {
    assets: reportAssets(),
    withPlots: svg === true,
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
  return exitCode.ok;
}
