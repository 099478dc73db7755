/**
 * Options that several commands share, and how their values are read.
 */

import type { Argv } from 'yargs';
import { quantityProblem, quantityValue } from '../api/quantity.js';
import { parseDuration } from '../scenario/duration.js';
import { UsageError } from './exit-code.js';
import { importValuesOf, withImportOptions } from './import-options.js';
import type { InputOptions } from './input.js';

/** Options of every command. */
export interface GlobalArguments {
  readonly output?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
  readonly debug?: boolean;
}

/** Options of the commands that load a scenario, as yargs gives them. */
export interface InputArguments extends GlobalArguments {
  readonly files: readonly string[];
  readonly seed?: string;
  readonly nodes?: string;
  readonly until?: string;
  readonly set?: string | readonly string[];
  readonly profile?: string;
  readonly schedulerConfig?: string;
  readonly plugin?: string | readonly string[];
  readonly strict?: boolean;
}

/** Names of the options that the environment can set, by what they take. */
export const environmentOptions = {
  texts: [
    'out',
    'output',
    'seed',
    'nodes',
    'until',
    'profile',
    'scheduler-config',
    'max-wall',
    'max-events',
    'max-memory',
  ],
  flags: ['json', 'quiet', 'color', 'debug', 'strict', 'verify'],
} as const;

/** Adds the FILE arguments and the options that change the input. */
export function withInput(yargs: Argv): Argv {
  return withImportOptions(withInputOptions(yargs), 'shared').positional('files', {
    type: 'string',
    describe:
      'A scenario, a performance-config.yaml of scheduler_perf, Kubernetes manifests (file, ' +
      'folder, pattern, - for standard input), or a format that import knows',
  });
}

/** Adds the options that change the input. */
export function withInputOptions(yargs: Argv): Argv {
  return yargs.options({
    seed: { type: 'string', describe: 'Seed of everything random', requiresArg: true },
    nodes: {
      type: 'string',
      describe: 'Nodes: N, or NxCPUxMEM such as 3x4cpu16Gi',
      requiresArg: true,
    },
    until: {
      type: 'string',
      describe: 'converged, or a duration such as 10m',
      requiresArg: true,
    },
    set: {
      type: 'string',
      describe: 'path=value: changes the spec; may be repeated',
      requiresArg: true,
    },
    profile: {
      type: 'string',
      describe: 'Values below the scenario: a profile that ships with kubeclock, or a file',
      requiresArg: true,
    },
    'scheduler-config': {
      type: 'string',
      describe: "A KubeSchedulerConfiguration instead of the scenario's",
      requiresArg: true,
    },
    plugin: {
      type: 'string',
      describe: 'Scheduler plugins of your own, a .ts or .js file; may be repeated',
      requiresArg: true,
    },
    strict: { type: 'boolean', describe: 'Warnings and unknown kinds are errors' },
  });
}

/** Adds the options that select workloads of a file of scheduler_perf. */
export function withWorkloads(yargs: Argv): Argv {
  return yargs.options({
    'test-case': {
      type: 'string',
      describe: 'scheduler_perf: this test case only',
      requiresArg: true,
    },
    workload: {
      type: 'string',
      describe: 'scheduler_perf: this workload [default: the smallest of every test case]',
      requiresArg: true,
    },
    label: {
      type: 'string',
      describe: 'scheduler_perf: all workloads with these labels, such as performance,-short',
      requiresArg: true,
    },
  });
}

/** The single value of an option that yargs collects into a list when it is repeated. */
export function single(name: string, value: unknown): string | undefined {
  if (Array.isArray(value)) throw new UsageError(`--${name} is given more than once.`);
  if (value === '') throw new UsageError(`--${name} is empty; give it a value or leave it out.`);
  return value === undefined ? undefined : String(value);
}

/** What the arguments say about the input. */
export function inputOptions(args: InputArguments): InputOptions {
  const { set, plugin, strict } = args;
  const found: Record<string, unknown> = {};
  for (const name of ['seed', 'nodes', 'until', 'profile', 'schedulerConfig'] as const) {
    const option = name === 'schedulerConfig' ? 'scheduler-config' : name;
    const value = single(option, args[name]);
    if (value !== undefined) found[name] = value;
  }
  if (set !== undefined) found['set'] = typeof set === 'string' ? [set] : set;
  if (plugin !== undefined) found['plugins'] = typeof plugin === 'string' ? [plugin] : plugin;
  if (strict === true) found['strict'] = true;
  const importValues = importValuesOf({ ...args });
  if (importValues.size > 0) found['importValues'] = importValues;
  return found;
}

/** How results are shown. @throws UsageError for a format that there is not. */
export function outputFormat({ output, json }: GlobalArguments): 'json' | 'table' {
  if (json === true) return 'json';
  const format = single('output', output) ?? 'table';
  if (format === 'json' || format === 'table') return format;
  throw new UsageError(`-o ${format}: the format is json or table.`);
}

/** Milliseconds of `--max-wall`. */
export function wallLimitMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const us = parseDuration(text);
  if (us === undefined || us === 0) {
    throw new UsageError(`--max-wall ${text}: write a duration such as 60s or 5m.`);
  }
  return us / 1000;
}

/** Whole number of `--max-events`; `2000000` and `2M` are the same. */
export function eventLimit(text: string | undefined): number | undefined {
  return amountLimit('--max-events', text, 'a number such as 2000000 or 2M');
}

/** Bytes of `--max-memory`. */
export function memoryLimitBytes(text: string | undefined): number | undefined {
  return amountLimit('--max-memory', text, 'a size such as 512Mi or 2Gi');
}

function amountLimit(name: string, text: string | undefined, what: string): number | undefined {
  if (text === undefined) return undefined;
  const value = quantityProblem(text) === undefined ? quantityValue(text) : 0;
  if (value <= 0) throw new UsageError(`${name} ${text}: write ${what}.`);
  return value;
}
