/**
 * `kubeclock run` and `kubeclock plan` of a file of scheduler_perf: its workloads one after the
 * other, each on a cluster of its own.
 */

import { join } from 'node:path';
import type { Problem } from '../api/problem.js';
import { formatCount, formatSeconds } from '../report/number-format.js';
import { perfFiles, perfSummaryJson } from '../report/scheduler-perf/perf-files.js';
import { perfPlanJson, perfPlanTable } from '../report/scheduler-perf/perf-plan.js';
import { perfTable } from '../report/scheduler-perf/perf-table.js';
import { type PerfSelection, selectWorkloads } from '../workload/scheduler-perf/selection.js';
import type { PerfConfig } from '../workload/scheduler-perf/test-case.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import { withMeta } from './meta-json.js';
import { eventLimit, memoryLimitBytes, outputFormat, single, wallLimitMs } from './options.js';
import {
  loadPerfFile,
  loadPerfMachine,
  type PerfArguments,
  perfFolderName,
  perfSelection,
} from './perf-input.js';
import type { PerfAnswer, PerfRequest, PerfThreadProgress } from './perf-protocol.js';
import { printPluginNotices } from './plugin-output.js';
import { printProblems, printRefusal } from './problem-output.js';
import { openDisplay } from './progress.js';
import { openResultsFolder } from './results-folder.js';
import type { RunArguments } from './run-command.js';
import { runInThread, type ThreadEnd } from './simulation.js';
import type { Terminal } from './terminal.js';

/** Options of `run`. */
export interface RunPerfArguments extends RunArguments, PerfArguments {}

/** The thread's entry. */
const perfWorker: URL = new URL('./perf-worker.js', import.meta.url);

/**
 * Runs the selected workloads of `file`.
 *
 * @throws UsageError for options that select nothing; Error of the file system.
 */
export async function runPerfCommand(
  args: RunPerfArguments,
  file: string,
  terminal: Terminal,
): Promise<ExitCode> {
  const format = outputFormat(args);
  const limits = {
    maxWallMs: wallLimitMs(single('max-wall', args.maxWall)),
    maxEvents: eventLimit(single('max-events', args.maxEvents)),
    maxMemoryBytes: memoryLimitBytes(single('max-memory', args.maxMemory)),
  };
  const { config, texts, problems } = loadPerfFile(file);
  const loaded = await loadPerfMachine(args);
  const all = judged([...problems, ...loaded.problems], args);
  printProblems(all, new Map([...texts, ...loaded.texts]), terminal);
  const { scenario } = loaded;
  if (config === undefined || scenario === undefined || isRefused(all)) {
    printRefusal(all, terminal);
    return exitCode.invalidInput;
  }
  if (args.svg === true) throw new UsageError('--svg: a file of scheduler_perf has no plots.');
  const selection = perfSelection(args);
  selected(config, selection);
  printPluginNotices(scenario, terminal);
  const request = {
    file,
    texts,
    selection,
    scenario,
    isSchedulerConfigured: args.schedulerConfig !== undefined || scenario.plugins.length > 0,
    ...limits,
    verify: args.verify === true,
  };
  const path = single('out', args.out) ?? join('results', perfFolderName(file, scenario.seed));
  const folder = openResultsFolder(path);
  process.once('exit', folder.discard);
  try {
    const { end, wallMs } = await computed(request, terminal);
    const { result } = end.answer;
    const traceHash = result.workloads.map((workload) => workload.traceHash).join(' ');
    const { modelVersion } = result;
    folder.commit(withMeta(perfFiles(result), { modelVersion, traceHash, wallMs }));
    showResults(end, folder.path, format, terminal);
    return verdictOf(end);
  } finally {
    folder.discard();
    process.off('exit', folder.discard);
  }
}

/** Prints the selected workloads of `file`, whether they can be run or not. */
export function planPerfCommand(args: PerfArguments, file: string, terminal: Terminal): ExitCode {
  const format = outputFormat(args);
  const { config, texts, problems } = loadPerfFile(file);
  const all = judged(problems, args);
  printProblems(all, texts, terminal);
  if (config === undefined || isRefused(all)) {
    printRefusal(all, terminal);
    return exitCode.invalidInput;
  }
  const chosen = selectedForPlan(config, perfSelection(args));
  terminal.out.write(format === 'json' ? perfPlanJson(chosen) : perfPlanTable(chosen));
  return exitCode.ok;
}

/** Under --strict, warnings are errors. */
function judged(problems: readonly Problem[], { strict }: PerfArguments): readonly Problem[] {
  return strict === true ? problems.map((each) => ({ ...each, severity: 'error' })) : problems;
}

function isRefused(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** @throws UsageError when nothing is selected, or nothing of it can be run. */
function selected(config: PerfConfig, selection: PerfSelection): void {
  const { problem } = selectWorkloads(config, selection);
  if (problem !== undefined) throw new UsageError(asSentence(problem));
}

function asSentence(text: string): string {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return sentence.endsWith('?') ? sentence : `${sentence}.`;
}

/** Everything, unless something is selected. */
function selectedForPlan(config: PerfConfig, selection: PerfSelection): PerfConfig {
  const { testCase, workload, label } = selection;
  if (testCase === undefined && workload === undefined && label === undefined) return config;
  const isEverything = workload === undefined && label === undefined;
  const supported = config.testCases.map((each) => ({ ...each, unsupported: [] }));
  const { workloads, problem } = selectWorkloads(
    { ...config, testCases: supported },
    isEverything ? { testCase, label: '' } : selection,
  );
  if (problem !== undefined) throw new UsageError(asSentence(problem));
  const names = new Set(workloads.map((each) => `${each.testCase}/${each.name}`));
  const testCases = config.testCases.map((each) => ({
    ...each,
    workloads: each.workloads.filter(({ name }) => names.has(`${each.name}/${name}`)),
  }));
  return { ...config, testCases };
}

async function computed(
  request: Omit<PerfRequest, 'stopFlag'>,
  terminal: Terminal,
): Promise<{ end: ThreadEnd<PerfAnswer>; wallMs: number }> {
  const progress = openDisplay<PerfThreadProgress>(terminal, {
    name: 'scheduler_perf',
    fraction: ({ done, total, scheduled, pods }) =>
      (done + Math.min(1, scheduled / Math.max(1, pods))) / total,
    describe: ({ workload, done, total, scheduled, simulatedUs }) =>
      `${done + 1} of ${total}: ${workload}, ${formatCount(scheduled)} pods scheduled, ` +
      `${formatSeconds(simulatedUs)} s simulated`,
  });
  const start = performance.now();
  try {
    const update = (each: PerfThreadProgress): void => progress.update(each);
    const end = await runInThread<PerfAnswer, PerfThreadProgress>(request, update, perfWorker);
    return { end, wallMs: performance.now() - start };
  } finally {
    progress.stop();
  }
}

function showResults(
  { answer: { result, notReproducible } }: ThreadEnd<PerfAnswer>,
  path: string,
  format: 'json' | 'table',
  { out, err, outColors, errColors, isQuiet }: Terminal,
): void {
  const { bold, green, red } = outColors;
  const paint = { heading: bold, pass: green, fail: red };
  out.write(
    format === 'json'
      ? perfSummaryJson(result)
      : perfTable(result, (style, text) => paint[style](text)),
  );
  const last = result.workloads.at(-1)?.outcome;
  if (last?.end === 'limit' || last?.end === 'interrupted') {
    err.write(`${errColors.yellow('partial:')} ${last.message}\n`);
  }
  for (const name of notReproducible) {
    err.write(`${errColors.red('not reproducible:')} ${name} left another trace\n`);
  }
  if (!isQuiet) err.write(`Results: ${path}\n`);
}

function verdictOf({ answer, signal }: ThreadEnd<PerfAnswer>): ExitCode {
  const { workloads } = answer.result;
  const ends = new Set(workloads.map(({ outcome }) => outcome.end));
  if (signal !== undefined && ends.has('interrupted')) {
    return signal === 'SIGINT' ? exitCode.interrupted : exitCode.terminated;
  }
  if (ends.has('limit')) return exitCode.limitHit;
  if (answer.notReproducible.length > 0) return exitCode.notReproducible;
  const hasFailed = workloads.some(({ failure }) => failure !== '');
  return hasFailed ? exitCode.thresholdFailed : exitCode.ok;
}
