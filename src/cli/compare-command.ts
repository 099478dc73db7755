/**
 * `kubeclock compare`: one scenario under several scheduler policies, each with the same seeds.
 */

import { join } from 'node:path';
import type { Replication } from '../experiment/compare/comparison.js';
import { UnknownColumn } from '../experiment/compare/measures.js';
import { type ComparisonResult, type Job, replicate } from '../experiment/compare/replicate.js';
import { modelVersion } from '../experiment/run-scenario.js';
import { comparisonFiles } from '../report/comparison/comparison-files.js';
import { comparisonTable } from '../report/comparison/comparison-report.js';
import { formatCount } from '../report/number-format.js';
import {
  type ComparedMeasures,
  comparedMeasures,
  type MeasureArguments,
} from './compared-measures.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import { loadInput, onceReadDisk } from './input.js';
import { withMeta } from './meta-json.js';
import { type InputArguments, inputOptions, single } from './options.js';
import { printProblems, printRefusal } from './problem-output.js';
import { openDisplay } from './progress.js';
import { type ReplicationInput, ReplicationPool } from './replication-pool.js';
import { openResultsFolder } from './results-folder.js';
import { SimulationFailure } from './simulation.js';
import {
  mostSeeds,
  type NamedPolicy,
  namedPolicies,
  refuseTwice,
  type StudyFormat,
  studyFormat,
  wholeNumber,
  workerCount,
} from './study-options.js';
import type { Terminal } from './terminal.js';

/** Options of `compare`. */
export interface CompareArguments extends InputArguments, MeasureArguments {
  /** NAME=FILE, or a name alone for the scheduler of the scenario. */
  readonly policy?: string | readonly string[];
  readonly seeds?: string;
  readonly workers?: string;
  readonly precision?: string;
  readonly out?: string;
}

/** One policy as it is run. */
interface LoadedPolicy extends ReplicationInput {
  readonly name: string;
}

const defaultSeeds = 20;

type RunJob = (job: Job) => Promise<Replication | undefined>;

const formats: Readonly<Record<StudyFormat, string | undefined>> = {
  table: undefined,
  json: 'comparison.json',
  csv: 'comparison.csv',
  markdown: 'comparison.md',
};

/**
 * Runs and compares.
 *
 * @param entry the simulating thread; tests put another in its place.
 * @throws UsageError for arguments that contradict each other; Error of the file system.
 */
export async function compareCommand(
  args: CompareArguments,
  terminal: Terminal,
  entry?: URL,
): Promise<ExitCode> {
  const format = studyFormat(args);
  const seeds = wholeNumber('seeds', args.seeds, defaultSeeds, mostSeeds);
  const workers = workerCount(args.workers);
  const precision = precisionOf(single('precision', args.precision));
  const policies = await loadPolicies(args, terminal);
  if (policies === undefined) return exitCode.invalidInput;
  const { scenario } = policies[0] as LoadedPolicy;
  const { name, seed } = scenario;
  const by = comparedMeasures(args, scenario);
  const shown = formats[format];
  const folder = openResultsFolder(single('out', args.out) ?? join('results', `${name}-compare`));
  process.once('exit', folder.discard);
  const start = performance.now();
  const pool = new ReplicationPool(workers, entry);
  try {
    const names = policies.map((each) => each.name);
    const plan = { policies: names, seed, seeds, precision, measures: by.chosen };
    const result = await withProgress(plan, runnerOf(policies, pool, by), terminal);
    const weighed = by.pareto.length === 0 ? {} : { pareto: by.pareto };
    const about = { scenario: name, modelVersion, ...weighed };
    const files = comparisonFiles(result, about);
    const traceHash = hashesOf(result);
    folder.commit(withMeta(files, { modelVersion, traceHash, wallMs: performance.now() - start }));
    terminal.out.write(
      shown === undefined ? comparisonTable(result, about) : (files.get(shown) as string),
    );
    if (result.isPartial) terminal.err.write('partial: not every run was made\n');
    if (!terminal.isQuiet) terminal.err.write(`Results: ${folder.path}\n`);
    if (!result.isPartial) return exitCode.ok;
    return pool.signal === 'SIGTERM' ? exitCode.terminated : exitCode.interrupted;
  } finally {
    await pool.close();
    folder.discard();
    process.off('exit', folder.discard);
  }
}

/** Loads the scenario once a policy; undefined after a refusal, which it has printed. */
async function loadPolicies(
  args: CompareArguments,
  terminal: Terminal,
): Promise<readonly LoadedPolicy[] | undefined> {
  if (args.schedulerConfig !== undefined) {
    throw new UsageError('--scheduler-config is for one policy: write --policy NAME=FILE.');
  }
  const found: LoadedPolicy[] = [];
  const source = onceReadDisk();
  for (const { name, file } of comparedPolicies(args)) {
    const options = inputOptions(args);
    const own = file === undefined ? options : { ...options, schedulerConfig: file };
    const { scenario, pluginPaths, problems, texts } = await loadInput(args.files, own, source);
    // What is wrong with the scenario is the same for all policies: it is said once.
    if (found.length === 0 || scenario === undefined) printProblems(problems, texts, terminal);
    if (scenario === undefined) {
      printRefusal(problems, terminal);
      return undefined;
    }
    found.push({ name, scenario, pluginPaths });
  }
  return found;
}

/** At least two: the first is the one that the others are compared with. */
function comparedPolicies(args: CompareArguments): readonly NamedPolicy[] {
  const given = namedPolicies(args.policy);
  if (given.length === 0) {
    throw new UsageError('Name what to compare: --policy NAME=FILE, once or more.');
  }
  const all = given.length === 1 ? [{ name: 'default', file: undefined }, ...given] : given;
  refuseTwice(all);
  return all;
}

/** Part of the mean: 0.02 for `2%`. */
function precisionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = /^\d+(?:\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : 0;
  if (percent > 0) return percent / 100;
  throw new UsageError(`--precision ${text}: write a part of the mean, such as 2%.`);
}

/** Runs a job, or throws what has ended its run. */
function runnerOf(
  policies: readonly LoadedPolicy[],
  pool: ReplicationPool,
  { more, places }: ComparedMeasures,
): RunJob {
  return async ({ policy, seed }) => {
    const answer = await pool.run({ ...(policies[policy] as LoadedPolicy), more }, seed);
    if (answer === undefined) return undefined;
    if (!('failure' in answer)) {
      const { values, traceHash } = answer;
      return { seed, traceHash, values: places.map((place) => values[place] as number) };
    }
    const { name, message, stack } = answer.failure;
    if (name === UnknownColumn.name) throw new UsageError(message);
    throw new SimulationFailure(name, message, stack);
  };
}

async function withProgress(
  plan: Parameters<typeof replicate>[0],
  run: RunJob,
  terminal: Terminal,
): Promise<ComparisonResult> {
  const most = plan.seeds * plan.policies.length;
  let done = 0;
  const display = openDisplay<number>(terminal, {
    name: 'compare',
    fraction: (runs) => runs / most,
    describe: (runs) => `${formatCount(runs)} of ${formatCount(most)} runs`,
  });
  try {
    const runAndShow: RunJob = async (job) => {
      const found = await run(job);
      display.update(++done);
      return found;
    };
    return await replicate(plan, (jobs) => Promise.all(jobs.map(runAndShow)));
  } finally {
    display.stop();
  }
}

/** One text that differs when any run does. */
function hashesOf({ runs }: ComparisonResult): string {
  return runs
    .flatMap(({ replications }) => replications.map(({ traceHash }) => traceHash))
    .join(' ');
}
