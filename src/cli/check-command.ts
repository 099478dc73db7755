/**
 * `kubeclock check`: runs scenarios, compares each with its baseline, says what has moved and why.
 */

import { join } from 'node:path';
import { judge } from '../experiment/check/judgement.js';
import { type Model, type ModelChange, modelChanges } from '../experiment/check/model-file.js';
import { modelVersion } from '../experiment/run-scenario.js';
import {
  type CheckedScenario,
  type CheckReport,
  failedThresholds,
} from '../report/check/check-report.js';
import { unknownFigure } from '../scenario/figure-metrics.js';
import { parseTolerance, type Tolerance, toleranceExpected } from '../scenario/tolerance.js';
import { type CheckInputs, type CheckItem, lineOfChange, loadCheckInputs } from './check-input.js';
import { reportersOf, writeReports } from './check-reporters.js';
import type { CheckAnswer, CheckTask } from './check-worker.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import { type InputArguments, inputOptions, single } from './options.js';
import { ownModel } from './own-model.js';
import { printProblems, printRefusal } from './problem-output.js';
import { openDisplay } from './progress.js';
import { workerCount } from './study-options.js';
import { TaskPool } from './task-pool.js';
import type { Terminal } from './terminal.js';
import { updateBaselines } from './update-baselines.js';

/** Options of `check`. */
export interface CheckArguments extends InputArguments {
  readonly baseline?: string;
  readonly update?: boolean;
  /** METRIC=TOLERANCE, or a tolerance for all metrics. */
  readonly tolerance?: string | readonly string[];
  readonly reporter?: string | readonly string[];
  readonly workers?: string;
}

/** What the process gives the command. */
export interface CheckHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The thread's entry; tests put another in its place. */
  readonly entry?: URL | undefined;
}

const defaultFolder = join('results', 'baselines');

const checkWorker: URL = new URL('./check-worker.js', import.meta.url);

/**
 * Checks scenarios.
 *
 * @throws UsageError for arguments that contradict each other; Error of the file system.
 */
export async function checkCommand(
  args: CheckArguments,
  terminal: Terminal,
  { env, entry = checkWorker }: CheckHost,
): Promise<ExitCode> {
  const reporters = reportersOf(args);
  const tolerances = tolerancesOf(args);
  const workers = workerCount(args.workers);
  const path = single('baseline', args.baseline) ?? defaultFolder;
  const folder = { path, isUpdate: args.update === true };
  const inputs = await loadCheckInputs(args.files, inputOptions(args), folder);
  printProblems(inputs.problems, inputs.texts, terminal);
  if (inputs.problems.some(({ severity }) => severity === 'error')) {
    printRefusal(inputs.problems, terminal);
    return exitCode.invalidInput;
  }
  const pool = new TaskPool<CheckTask, CheckAnswer>({
    module: entry,
    function: 'checkScenario',
    workers: Math.min(workers, inputs.items.length),
  });
  try {
    const answers = await answersOf(inputs.items, pool, terminal);
    const model = await ownModel();
    const updates = folder.isUpdate
      ? updateBaselines(path, inputs, answers, model, terminal)
      : undefined;
    const report = reportOf(inputs, answers, model, tolerances, updates);
    writeReports(report, reporters, terminal, env);
    if (pool.signal !== undefined) {
      return pool.signal === 'SIGTERM' ? exitCode.terminated : exitCode.interrupted;
    }
    return verdictOf(report);
  } finally {
    await pool.close();
  }
}

/** @throws UsageError for what is no tolerance, and for an unknown metric. */
function tolerancesOf({ tolerance = [] }: CheckArguments): readonly Tolerance[] {
  const given = typeof tolerance === 'string' ? [tolerance] : tolerance;
  return given.map((text) => {
    const equals = text.indexOf('=');
    const figure = equals < 0 ? 'all' : text.slice(0, equals);
    const found = parseTolerance(figure, text.slice(equals + 1));
    const unknown = unknownFigure(figure);
    if (unknown !== undefined) {
      throw new UsageError(`--tolerance ${text}: ${unknown.message}; ${unknown.expected}`);
    }
    if (found === undefined) {
      throw new UsageError(`--tolerance ${text}: write METRIC=TOLERANCE, ${toleranceExpected}.`);
    }
    return found;
  });
}

async function answersOf(
  items: readonly CheckItem[],
  pool: TaskPool<CheckTask, CheckAnswer>,
  terminal: Terminal,
): Promise<readonly CheckAnswer[]> {
  let done = 0;
  const display = openDisplay<number>(terminal, {
    name: 'check',
    fraction: (runs) => runs / items.length,
    describe: (runs) => `${runs} of ${items.length} scenarios`,
  });
  try {
    return await Promise.all(
      items.map(async ({ scenario, pluginPaths, input, baseline }) => {
        const answer = await pool.run({ scenario, pluginPaths, input, baseline });
        display.update(++done);
        return answer;
      }),
    );
  } finally {
    display.stop();
  }
}

function reportOf(
  { items, model: former }: CheckInputs,
  answers: readonly CheckAnswer[],
  model: Model,
  tolerances: readonly Tolerance[],
  updates: readonly CheckedScenario['update'][] | undefined,
): CheckReport {
  const changes = former === undefined ? [] : modelChanges(former, model);
  return {
    modelVersion,
    scenarios: items.map((item, index) =>
      checkedScenario(item, answers[index], changes, tolerances, updates?.[index]),
    ),
  };
}

function checkedScenario(
  item: CheckItem,
  answer: CheckAnswer,
  model: readonly ModelChange[],
  tolerances: readonly Tolerance[],
  update: CheckedScenario['update'],
): CheckedScenario {
  const { file, scenario, baseline } = item;
  const { name, seed } = scenario;
  const head = { name, file, seed, update, line: 1, difference: undefined };
  const nothing = { events: 0, traceHash: '', thresholds: [] };
  if (answer === undefined) {
    return { ...head, ...nothing, status: 'stopped', message: 'stopped before it was run' };
  }
  if ('failure' in answer) {
    return { ...head, ...nothing, status: 'failed', message: answer.failure };
  }
  const all = [...scenario.tolerances, ...tolerances];
  const { status, difference } = judge(baseline, answer, all, model);
  const { found, outcome, thresholds } = answer;
  return {
    ...head,
    status: outcome.end === 'failed' ? 'failed' : status,
    message: outcome.partial ? outcome.message : '',
    events: found.figures.get('events') ?? 0,
    traceHash: found.traceHash,
    difference,
    line: lineOfChange(item, difference?.input.map(({ path }) => path) ?? []),
    thresholds: thresholds.map((row, index) => {
      const before = thresholds.slice(0, index).filter(({ metric }) => metric === row.metric);
      return { ...row, line: item.lineOf(['thresholds', row.metric, before.length]) };
    }),
  };
}

/** What failed first in importance: a run, the model, a regression, a threshold. */
function verdictOf({ scenarios }: CheckReport): ExitCode {
  const has = (status: CheckedScenario['status']): boolean =>
    scenarios.some((each) => each.status === status);
  if (has('failed') || has('stopped')) return exitCode.internalError;
  const isUpdate = scenarios.some(({ update }) => update !== undefined);
  if (!isUpdate && has('modelChanged')) return exitCode.invalidInput;
  if (!isUpdate && has('regressed')) return exitCode.regressed;
  const isFailed = scenarios.some((each) => failedThresholds(each).length > 0);
  return isFailed ? exitCode.thresholdFailed : exitCode.ok;
}
