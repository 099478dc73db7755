/**
 * The run that a command asks about: one that was made (`--run`), which is made again and must come
 * out the same, or a scenario as it runs now.
 */

import type { LoadedScenario } from '../scenario/scenario.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import { type LoadedInput, loadInput, loadKeptInput } from './input.js';
import type { LookedRun } from './look-thread.js';
import { type InputArguments, inputOptions } from './options.js';
import { perfFileAmong } from './perf-input.js';
import { printPluginNotices } from './plugin-output.js';
import { printProblems, printRefusal } from './problem-output.js';
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

/** A question about a run. */
export interface Question {
  readonly args: InputArguments;
  /** `--run`, if it was given, and what it holds. */
  readonly folder: string | undefined;
  readonly recorded: RecordedRun | undefined;
  /** What becomes of scenarios, for messages: `explained`. */
  readonly purpose: string;
  /** What the thread is told beside the run. */
  readonly details: object;
  /** The thread's entry. */
  readonly entry: URL;
}

/** By what an answer is recognised as one about the run that was asked about. */
interface RunIdentity {
  readonly isSame: boolean;
  readonly modelVersion: string;
  readonly traceHash: string;
}

/**
 * Makes the run in a thread and returns what it answers; or the exit code, when the input is bad, a
 * signal came, or the run that was made before comes out another. Those are told.
 *
 * @throws UsageError when nothing is named that could be run.
 */
export async function askRun<Answer extends RunIdentity>(
  { args, folder, recorded, purpose, details, entry }: Question,
  terminal: Terminal,
): Promise<{ readonly answer: Answer } | { readonly code: ExitCode }> {
  const loaded = await loadAsked(args, recorded, purpose);
  const { scenario, pluginPaths, problems, texts } = loaded;
  printProblems(problems, texts, terminal);
  if (scenario === undefined) {
    printRefusal(problems, terminal);
    return { code: exitCode.invalidInput };
  }
  if (recorded === undefined) printPluginNotices(scenario, terminal);
  const run: LookedRun = { scenario, pluginPaths, earlier: recorded?.trace };
  const { answer, signal } = await runShown<Answer>({ ...run, ...details }, terminal, entry);
  if (signal !== undefined) {
    return { code: signal === 'SIGINT' ? exitCode.interrupted : exitCode.terminated };
  }
  if (answer.isSame || recorded === undefined) return { answer };
  return { code: sayAnother(folder ?? '', recorded, answer, purpose, terminal) };
}

/**
 * Loads what is to be run. `purpose`: what becomes of scenarios, `explained`.
 *
 * @throws UsageError when nothing is named, or something that is no scenario.
 */
async function loadAsked(
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
async function runShown<Answer>(
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
function sayAnother(
  folder: string,
  { trace }: RecordedRun,
  { traceHash, modelVersion }: RunIdentity,
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
