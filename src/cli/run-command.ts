/**
 * `kubeclock run`: loads, simulates, writes the results folder, prints the summary.
 */

import { join } from 'node:path';
import { renderInputsJson } from '../report/inputs-json.js';
import type { RunInputs } from '../scenario/run-inputs.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import { type ExitCode, exitCode } from './exit-code.js';
import { loadInput } from './input.js';
import { withMeta } from './meta-json.js';
import {
  eventLimit,
  type InputArguments,
  inputOptions,
  memoryLimitBytes,
  outputFormat,
  single,
  wallLimitMs,
} from './options.js';
import { withSvg } from './plot-files.js';
import { printPluginFailure, printPluginNotices } from './plugin-output.js';
import { printNotes, printProblems, printRefusal } from './problem-output.js';
import { openProgress } from './progress.js';
import { reportAssets } from './report-assets.js';
import { inputsFile, openResultsFolder } from './results-folder.js';
import { shellWord } from './shell-word.js';
import { type SimulationEnd, simulateInThread } from './simulation.js';
import type { SimulationAnswer, SimulationRequest } from './simulation-protocol.js';
import type { Terminal } from './terminal.js';

/** Options of `run`. */
export interface RunArguments extends InputArguments {
  readonly out?: string;
  readonly svg?: boolean;
  readonly verify?: boolean;
  readonly maxWall?: string;
  readonly maxEvents?: string;
  readonly maxMemory?: string;
}

/**
 * Runs one scenario.
 *
 * @param entry the simulating thread; tests put another in its place.
 * @throws UsageError for arguments that contradict each other; Error of the file system.
 */
export async function runCommand(
  args: RunArguments,
  terminal: Terminal,
  entry?: URL,
): Promise<ExitCode> {
  const format = outputFormat(args);
  const limits = {
    maxWallMs: wallLimitMs(single('max-wall', args.maxWall)),
    maxEvents: eventLimit(single('max-events', args.maxEvents)),
    maxMemoryBytes: memoryLimitBytes(single('max-memory', args.maxMemory)),
  };
  const input = await loadInput(args.files, inputOptions(args));
  const { scenario, inputs, pluginPaths, problems, texts, importNotes } = input;
  printProblems(problems, texts, terminal);
  if (scenario === undefined || inputs === undefined) {
    printRefusal(problems, terminal);
    return exitCode.invalidInput;
  }

  printNotes(importNotes, terminal);
  printPluginNotices(scenario, terminal);
  const folder = openResultsFolder(single('out', args.out) ?? defaultFolder(scenario));
  // A second signal ends the process in the middle of a run.
  process.once('exit', folder.discard);
  try {
    const request = {
      scenario,
      pluginPaths,
      ...limits,
      verify: args.verify === true,
      width: terminal.width,
      color: terminal.outColors.isColorSupported,
      assets: reportAssets(),
      withPlots: args.svg === true,
    };
    const { end, wallMs } = await simulated(request, terminal, entry);
    folder.commit(await filesOf(end.answer, inputs, wallMs));
    showResults(end, folder.path, format, terminal);
    printPluginFailure(end.answer, scenario, args.debug === true, terminal);
    return verdictOf(end);
  } finally {
    folder.discard();
    process.off('exit', folder.discard);
  }
}

function defaultFolder({ outputs, name, seed }: LoadedScenario): string {
  // A seed may be any text; a folder name may not.
  const part = seed.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 64);
  return outputs.directory ?? join('results', `${name}-${part}`);
}

async function simulated(
  request: Omit<SimulationRequest, 'stopFlag'>,
  terminal: Terminal,
  entry: URL | undefined,
): Promise<{ end: SimulationEnd; wallMs: number }> {
  const progress = openProgress(terminal, request.scenario);
  const start = performance.now();
  try {
    const end = await simulateInThread(request, (each) => progress.update(each), entry);
    return { end, wallMs: performance.now() - start };
  } finally {
    progress.stop();
  }
}

/** The files of the run, its input, and the file that knows the clock and the host. */
async function filesOf(
  answer: SimulationAnswer,
  inputs: RunInputs,
  wallMs: number,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map([...(await withSvg(answer.files)), [inputsFile, renderInputsJson(inputs)]]);
  const { modelVersion, traceHash } = answer;
  return withMeta(files, { modelVersion, traceHash, wallMs });
}

function showResults(
  { answer }: SimulationEnd,
  path: string,
  format: 'json' | 'table',
  { out, err, errColors, isQuiet }: Terminal,
): void {
  out.write(format === 'json' ? (answer.files.get('summary.json') ?? '') : answer.table);
  const { outcome, traceHash, secondTraceHash } = answer;
  if (outcome.partial) err.write(`${errColors.yellow('partial:')} ${outcome.message}\n`);
  if (secondTraceHash !== undefined && secondTraceHash !== traceHash) {
    err.write(
      `${errColors.red('not reproducible:')} trace hash ${traceHash}, then ${secondTraceHash}\n`,
    );
  }
  if (isQuiet) return;
  err.write(`Results: ${path}\n`);
  const [first] = answer.refusedPods;
  if (first === undefined) return;
  const { length } = answer.refusedPods;
  const count = length === 1 ? '1 pod has' : `${length} pods have`;
  err.write(`${count} no node; why: kubeclock explain pod ${first} --run ${shellWord(path)}\n`);
}

function verdictOf({ answer, signal }: SimulationEnd): ExitCode {
  const { outcome, hasFailedThreshold, traceHash, secondTraceHash } = answer;
  if (signal !== undefined && outcome.partial) {
    return signal === 'SIGINT' ? exitCode.interrupted : exitCode.terminated;
  }
  if (outcome.end === 'limit') return exitCode.limitHit;
  if (outcome.end === 'failed') return exitCode.pluginFailed;
  if (secondTraceHash !== undefined && secondTraceHash !== traceHash)
    return exitCode.notReproducible;
  return hasFailedThreshold ? exitCode.thresholdFailed : exitCode.ok;
}
