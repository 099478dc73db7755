/**
 * How the options of `sweep` are read.
 */

import { findMeasure, parseCondition, unknownMeasure } from '../experiment/sweep/condition.js';
import {
  countCells,
  type Parameter,
  parseListParameter,
  parseScanParameter,
  policyParameter,
} from '../experiment/sweep/parameter.js';
import { parseGoal, type Search } from '../experiment/sweep/search.js';
import type { Shard } from '../experiment/sweep/sweep-plan.js';
import { formatCount } from '../report/number-format.js';
import { UsageError } from './exit-code.js';
import { importValuesOf } from './import-options.js';
import { type InputArguments, single } from './options.js';
import {
  allOf,
  mostSeeds,
  type NamedPolicy,
  namedPolicies,
  namesOf,
  refuseTwice,
  wholeNumber,
} from './study-options.js';
import { measureNames, type SweptParameter } from './sweep-cells.js';

/** Options of `sweep`. */
export interface SweepArguments extends InputArguments {
  /** `path=a,b,c`. */
  readonly list?: string | readonly string[];
  /** `path=from:to:step`. */
  readonly scan?: string | readonly string[];
  /** NAME=FILE, or a name alone for the scheduler of the scenario. */
  readonly policy?: string | readonly string[];
  readonly seeds?: string;
  readonly workers?: string;
  /** Names with commas. */
  readonly measures?: string | readonly string[];
  /** `max:path=from:to:step`, `min:...`. */
  readonly find?: string;
  /** `measure<value`. */
  readonly where?: string | readonly string[];
  /** `i/n`. */
  readonly shard?: string;
  /** Sweeps of any size are run. */
  readonly yes?: boolean;
  readonly out?: string;
  /** Pods of the Job that is printed. */
  readonly manifest?: string;
  readonly image?: string;
}

/** A search of every combination of the other parameters. */
export type AskedSearch = Pick<Search, 'goal' | 'conditions'>;

/** What is asked for. */
export interface SweepRequest {
  /** Undefined: all combinations. */
  readonly search: AskedSearch | undefined;
  /** The goal of a search is the last one. */
  readonly parameters: readonly SweptParameter[];
  readonly policies: readonly NamedPolicy[];
  /** Runs of each cell. */
  readonly seeds: number;
  /** Names of the measures in tables; none: those that say something. */
  readonly measures: readonly string[];
  readonly shard: Shard | undefined;
}

const defaultSeeds = 5;

/** Larger sweeps are run only on `--yes`. */
const mostRuns = 10_000;
/** Larger ones are not: all cells are held at once. */
const mostCells = 1_000_000;

/** Reads the options. @throws UsageError for what cannot be meant. */
export function sweepRequest(
  args: SweepArguments,
  env: Readonly<Record<string, string | undefined>>,
): SweepRequest {
  if (args.schedulerConfig !== undefined) {
    throw new UsageError('--scheduler-config is for one policy: write --policy NAME=FILE.');
  }
  const policies = namedPolicies(args.policy);
  refuseTwice(policies);
  const search = searchOf(args);
  const searched = search === undefined ? [] : [{ ...search.goal, option: '--find' }];
  const grid = [...policyParameters(policies), ...pathParameters(args)];
  const parameters = [...grid, ...searched];
  refuseSamePath(parameters);
  if (parameters.length === 0) {
    throw new UsageError(
      'Name what to vary: -L path=a,b,c, --scan path=from:to:step, --policy NAME=FILE or --find.',
    );
  }
  const seeds = wholeNumber('seeds', args.seeds, defaultSeeds, mostSeeds);
  refuseTooMany(grid, seeds, args.yes === true);
  const measures = namesOf(args.measures).map(measureNamed);
  const shard = shardOf(args, env);
  if (search !== undefined && shard !== undefined && shard.count > 1) {
    throw new UsageError('A search has rounds that depend on each other: it has no shards.');
  }
  return { search, parameters, policies, seeds, measures, shard };
}

function searchOf({ find, where }: SweepArguments): AskedSearch | undefined {
  const text = single('find', find);
  const conditions = allOf(where).map((each) =>
    meant('--where', each, parseCondition(each, measureNames)),
  );
  if (text === undefined) {
    if (conditions.length === 0) return undefined;
    throw new UsageError('--where says when a value of --find holds: write both.');
  }
  const goal = meant('--find', text, parseGoal(text));
  if (conditions.length > 0) return { goal, conditions };
  throw new UsageError(
    "Say with --where when a value holds, such as --where 'pod_startup_p99<5s'.",
  );
}

/** What an option was read as. @throws UsageError with the sentence that says why it was not. */
function meant<Found>(option: string, text: string, found: Found | string): Found {
  if (typeof found === 'string') throw new UsageError(`${option} ${text}: ${found}.`);
  return found;
}

function policyParameters(policies: readonly NamedPolicy[]): readonly SweptParameter[] {
  if (policies.length === 0) return [];
  const values = policies.map(({ name }) => name);
  return [{ name: policyParameter, values, option: '--policy' }];
}

function pathParameters({ list, scan }: SweepArguments): readonly SweptParameter[] {
  return [
    ...allOf(list).map((text) => ({
      ...meant('-L', text, parseListParameter(text)),
      option: '-L',
    })),
    ...allOf(scan).map((text) => ({
      ...meant('--scan', text, parseScanParameter(text)),
      option: '--scan',
    })),
  ];
}

function refuseSamePath(parameters: readonly SweptParameter[]): void {
  const names = parameters.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new UsageError(`${twice} is varied twice.`);
}

function refuseTooMany(parameters: readonly Parameter[], seeds: number, isMeant: boolean): void {
  const cells = countCells(parameters);
  if (cells <= mostCells && (isMeant || cells * seeds <= mostRuns)) return;
  const sizes = parameters.map(({ values }) => formatCount(values.length)).join(' × ');
  const limit =
    cells > mostCells
      ? `More than ${formatCount(mostCells)} cells are too many.`
      : `More than ${formatCount(mostRuns)} are made on --yes only.`;
  throw new UsageError(
    `${sizes} values are ${formatCount(cells)} cells, with ${seeds} seeds ` +
      `${formatCount(cells * seeds)} runs. ${limit}`,
  );
}

/** The whole name of a measure. @throws UsageError when there is none. */
export function measureNamed(text: string): string {
  const found = findMeasure(text, measureNames);
  if (found !== undefined) return found;
  throw new UsageError(`--measures ${text}: ${unknownMeasure(text, measureNames)}.`);
}

/** Of `--shard`, or of the Indexed Job that this process is a part of. */
function shardOf(
  args: SweepArguments,
  env: Readonly<Record<string, string | undefined>>,
): Shard | undefined {
  const text = single('shard', args.shard);
  if (text !== undefined) return parseShard(text);
  const { JOB_COMPLETION_INDEX: index, JOB_COMPLETION_COUNT: count } = env;
  if (index === undefined) return undefined;
  if (count === undefined) {
    throw new UsageError(
      `JOB_COMPLETION_INDEX is ${index}: set JOB_COMPLETION_COUNT to the completions of the Job, ` +
        'or say --shard 1/1 to make the whole sweep here.',
    );
  }
  return parseShard(`${Number(index) + 1}/${count}`);
}

function parseShard(text: string): Shard {
  const [, index = 0, count = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count) return { index, count };
  throw new UsageError(`--shard ${text}: write the part and the number of parts, such as 2/8.`);
}

/** The words of the command again, without the options that do not change what is made. */
export function sweepWords(args: SweepArguments): readonly string[] {
  const named: readonly (readonly [string, string | readonly string[] | undefined])[] = [
    ['--policy', args.policy],
    ['-L', args.list],
    ['--scan', args.scan],
    ['--find', args.find],
    ['--where', args.where],
    ['--seeds', args.seeds],
    ['--set', args.set],
    ['--seed', args.seed],
    ['--nodes', args.nodes],
    ['--until', args.until],
    ['--profile', args.profile],
    ['--plugin', args.plugin],
  ];
  const known = new Set(named.map(([option]) => option));
  const imported = [...importValuesOf({ ...args })]
    .map(([name, values]) => [`--${name}`, values] as const)
    .filter(([option]) => !known.has(option));
  const options = [...named, ...imported].flatMap(([option, value]) =>
    allOf(value).flatMap((each) => [option, each]),
  );
  const flags = [
    ...(args.strict === true ? ['--strict'] : []),
    ...(args.yes === true ? ['-y'] : []),
  ];
  return ['kubeclock', 'sweep', ...args.files, ...options, ...flags];
}
