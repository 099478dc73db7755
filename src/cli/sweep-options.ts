/**
 * How the options of `sweep` are read.
 */

import { didYouMean } from '../api/did-you-mean.js';
import {
  countCells,
  type Parameter,
  parseListParameter,
  parseScanParameter,
  policyParameter,
} from '../experiment/sweep/parameter.js';
import type { Shard } from '../experiment/sweep/sweep-plan.js';
import { formatCount } from '../report/number-format.js';
import { UsageError } from './exit-code.js';
import { type InputArguments, single } from './options.js';
import {
  allOf,
  mostSeeds,
  type NamedPolicy,
  namedPolicies,
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
  readonly measure?: string | readonly string[];
  /** `i/n`. */
  readonly shard?: string;
  /** Sweeps of any size are run. */
  readonly yes?: boolean;
  readonly out?: string;
}

/** What is asked for. */
export interface SweepRequest {
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
  const parameters = [...policyParameters(policies), ...pathParameters(args)];
  refuseSamePath(parameters);
  if (parameters.length === 0) {
    throw new UsageError(
      'Name what to vary: -L path=a,b,c, --scan path=from:to:step or --policy NAME=FILE.',
    );
  }
  const seeds = wholeNumber('seeds', args.seeds, defaultSeeds, mostSeeds);
  if (args.yes !== true) refuseTooMany(parameters, seeds);
  const measures = allOf(args.measure).map(measureNamed);
  return { parameters, policies, seeds, measures, shard: shardOf(args, env) };
}

function policyParameters(policies: readonly NamedPolicy[]): readonly SweptParameter[] {
  if (policies.length === 0) return [];
  const values = policies.map(({ name }) => name);
  return [{ name: policyParameter, values, option: '--policy' }];
}

function pathParameters({ list, scan }: SweepArguments): readonly SweptParameter[] {
  return [
    ...allOf(list).map((text) => parameter('-L', text, parseListParameter)),
    ...allOf(scan).map((text) => parameter('--scan', text, parseScanParameter)),
  ];
}

function parameter(
  option: string,
  text: string,
  parse: (text: string) => Parameter | string,
): SweptParameter {
  const found = parse(text);
  if (typeof found === 'string') throw new UsageError(`${option} ${text}: ${found}.`);
  return { ...found, option };
}

function refuseSamePath(parameters: readonly SweptParameter[]): void {
  const names = parameters.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new UsageError(`${twice} is varied twice.`);
}

function refuseTooMany(parameters: readonly Parameter[], seeds: number): void {
  const cells = countCells(parameters);
  if (cells * seeds <= mostRuns) return;
  const sizes = parameters.map(({ values }) => values.length).join(' × ');
  throw new UsageError(
    `${sizes} values are ${formatCount(cells)} cells, with ${seeds} seeds ` +
      `${formatCount(cells * seeds)} runs. More than ${formatCount(mostRuns)} are made on --yes only.`,
  );
}

/** The name of a measure, with or without its unit. @throws UsageError when there is none. */
export function measureNamed(text: string): string {
  const found = measureNames.find((name) => name === text || name === `${text}_seconds`);
  if (found !== undefined) return found;
  const near = didYouMean(text, measureNames);
  const hint = near === undefined ? `one of ${measureNames.join(', ')}` : `did you mean ${near}?`;
  throw new UsageError(`There is no measure "${text}"; ${hint}`);
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
  const named: Readonly<Record<string, string | readonly string[] | undefined>> = {
    '--policy': args.policy,
    '-L': args.list,
    '--scan': args.scan,
    '--seeds': args.seeds,
    '--set': args.set,
    '--seed': args.seed,
    '--nodes': args.nodes,
    '--until': args.until,
    '--profile': args.profile,
    '--plugin': args.plugin,
  };
  const options = Object.entries(named).flatMap(([name, value]) =>
    allOf(value).flatMap((each) => [name, each]),
  );
  return ['kubeclock', 'sweep', ...args.files, ...options];
}
