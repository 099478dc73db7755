/**
 * The run that a command asks about: one that was made (`--run`), which is made again and must come
 * out the same, or a scenario as it runs now.
 */

import type { LoadedScenario } from '../scenario/scenario.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import { type LoadedInput, loadInput, loadKeptInput } from './input.js';
import { type InputArguments, inputOptions } from './options.js';
import { perfFileAmong } from './perf-input.js';
import { openProgress } from './progress.js';
import { isResultsFolder, type RecordedRun, readRun } from './recorded-run.js';
import { runInThread, type ThreadEnd } from './simulation.js';
import type { Terminal } from './terminal.js';

/**
 * The run that a results folder holds.
 *
 * @throws UsageError when something else is named beside it, and for a folder that is no run.
 */
export function recordedRun(folder: string, args: InputArguments): RecordedRun {
  const { strict: _strict, ...changes } = inputOptions(args);
  const [change] = Object.keys(changes);
  if (args.files.length > 0 || change !== undefined) {
    const what =
      args.files[0] ?? `--${change?.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UsageError(`--run ${folder} has its own input, so ${what} has no place beside it.`);
  }
  return readRun(folder);
}

/**
 * Loads what is to be run. `purpose`: what becomes of scenarios, `explained`.
 *
 * @throws UsageError when nothing is named, or something that is no scenario.
 */
export async function loadAsked(
  args: InputArguments,
  recorded: RecordedRun | undefined,
  purpose: string,
): Promise<LoadedInput> {
  if (recorded !== undefined) return loadKeptInput(recorded.inputs);
  if (args.files.length === 0) {
    throw new UsageError(
      'Name a run that was made (--run results/quickstart-1), or what is to be run: a scenario or ' +
        'manifests.',
    );
  }
  const perf = perfFileAmong(args.files);
  if (perf !== undefined) {
    throw new UsageError(`${perf} is a file of scheduler_perf; only scenarios can be ${purpose}.`);
  }
  const results = args.files.find(isResultsFolder);
  if (results !== undefined) {
    throw new UsageError(`${results} holds the results of a run; write --run ${results}.`);
  }
  return loadInput(args.files, inputOptions(args));
}

/** Makes a run in a thread, whose entry answers for it, while the progress is shown. */
export async function runShown<Answer>(
  request: { readonly scenario: LoadedScenario },
  terminal: Terminal,
  entry: URL,
): Promise<ThreadEnd<Answer>> {
  const progress = openProgress(terminal, request.scenario);
  try {
    return await runInThread<Answer>(request, (each) => progress.update(each), entry);
  } finally {
    progress.stop();
  }
}

/** Says that the run was made by something else than this program with this input. */
export function sayAnother(
  folder: string,
  { trace }: RecordedRun,
  { traceHash, modelVersion }: { readonly traceHash: string; readonly modelVersion: string },
  purpose: string,
  { err, errColors }: Terminal,
): ExitCode {
  const versions =
    trace.modelVersion === modelVersion
      ? 'the model has the same version, so it was changed in between'
      : `it was made with model ${trace.modelVersion}, this is model ${modelVersion}`;
  err.write(
    `${errColors.red('not reproducible:')} ${folder} has trace hash ${trace.traceHash}, and running ` +
      `its input again gives ${traceHash}: ${versions}. Run it again to have it ${purpose}.\n`,
  );
  return exitCode.notReproducible;
}
