/**
 * `kubeclock compare`: one scenario under several scheduler policies, each with the same seeds.
 */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type ComparisonResult, replicate } from '../experiment/compare/replicate.js';
import { modelVersion } from '../experiment/run-scenario.js';
import { comparisonFiles } from '../report/comparison/comparison-files.js';
import { comparisonTable } from '../report/comparison/comparison-report.js';
import { formatCount } from '../report/number-format.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import { loadInput } from './input.js';
import { withMeta } from './meta-json.js';
import { type InputArguments, inputOptions, single } from './options.js';
import { printProblems, printRefusal } from './problem-output.js';
import { openDisplay } from './progress.js';
import { type LoadedPolicy, ReplicationPool } from './replication-pool.js';
import { openResultsFolder } from './results-folder.js';
import type { Terminal } from './terminal.js';

/** Options of `compare`. */
export interface CompareArguments extends InputArguments {
  /** NAME=FILE, or a name alone for the scheduler of the scenario. */
  readonly policy?: string | readonly string[];
  readonly seeds?: string;
  readonly workers?: string;
  readonly precision?: string;
  readonly out?: string;
}

/** A policy as it was named. */
interface NamedPolicy {
  readonly name: string;
  /** Undefined: the scheduler of the scenario. */
  readonly file: string | undefined;
}

const defaultSeeds = 20;
/** More would only show differences that nobody can notice. */
const mostSeeds = 1000;

const formats: Readonly<Record<string, string | undefined>> = {
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
  const format = args.json === true ? 'json' : (single('output', args.output) ?? 'table');
  if (format !== 'table' && formats[format] === undefined) {
    throw new UsageError(`-o ${format}: the format is table, json, csv or markdown.`);
  }
  const seeds = wholeNumber('seeds', args.seeds, defaultSeeds, mostSeeds);
  const workers = wholeNumber('workers', args.workers, availableParallelism(), 256);
  const precision = precisionOf(single('precision', args.precision));
  const policies = await loadPolicies(args, terminal);
  if (policies === undefined) return exitCode.invalidInput;
  const { name, seed } = (policies[0] as LoadedPolicy).scenario;
  const folder = openResultsFolder(single('out', args.out) ?? join('results', `${name}-compare`));
  process.once('exit', folder.discard);
  const start = performance.now();
  const pool = new ReplicationPool(policies, workers, entry);
  try {
    const plan = { policies: policies.map((each) => each.name), seed, seeds, precision };
    const result = await withProgress(plan, pool, terminal);
    const about = { scenario: name, modelVersion };
    const files = comparisonFiles(result, about);
    const traceHash = hashesOf(result);
    folder.commit(withMeta(files, { modelVersion, traceHash, wallMs: performance.now() - start }));
    const shown = formats[format];
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
  for (const { name, file } of namedPolicies(args)) {
    const options = inputOptions(args);
    const own = file === undefined ? options : { ...options, schedulerConfig: file };
    const { scenario, pluginPaths, problems, texts } = await loadInput(args.files, own);
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
function namedPolicies({ policy = [] }: CompareArguments): readonly NamedPolicy[] {
  const given = (typeof policy === 'string' ? [policy] : policy).map((text): NamedPolicy => {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const file = equals < 0 ? undefined : text.slice(equals + 1);
    if (name === '' || file === '') {
      throw new UsageError(`--policy ${text}: write NAME=FILE, or NAME for the scenario's own.`);
    }
    return { name, file };
  });
  if (given.length === 0) {
    throw new UsageError('Name what to compare: --policy NAME=FILE, once or more.');
  }
  const all = given.length === 1 ? [{ name: 'default', file: undefined }, ...given] : given;
  const names = all.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new UsageError(`--policy ${twice} is named twice.`);
  return all;
}

function wholeNumber(name: string, text: unknown, otherwise: number, most: number): number {
  const value = single(name, text);
  if (value === undefined) return otherwise;
  const number = /^\d+$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= most) return number;
  throw new UsageError(`--${name} ${value}: write a whole number from 1 to ${formatCount(most)}.`);
}

/** Part of the mean: 0.02 for `2%`. */
function precisionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = /^\d+(?:\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : 0;
  if (percent > 0) return percent / 100;
  throw new UsageError(`--precision ${text}: write a part of the mean, such as 2%.`);
}

async function withProgress(
  plan: Parameters<typeof replicate>[0],
  pool: ReplicationPool,
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
    return await replicate(plan, (jobs) => pool.run(jobs, () => display.update(++done)));
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
