/**
 * How the options are read that commands have in common which run a scenario many times.
 */

import { availableParallelism } from 'node:os';
import { formatCount } from '../report/number-format.js';
import { UsageError } from './exit-code.js';
import { type GlobalArguments, single } from './options.js';

/** A policy as it was named. */
export interface NamedPolicy {
  readonly name: string;
  /** Undefined: the scheduler of the scenario. */
  readonly file: string | undefined;
}

const studyFormats = ['table', 'json', 'csv', 'markdown'] as const;

/** A format of the results of a study. */
export type StudyFormat = (typeof studyFormats)[number];

/** More seeds would only show differences that nobody can notice. */
export const mostSeeds = 1000;

/** How results are shown. @throws UsageError for a format that there is not. */
export function studyFormat({ output, json }: GlobalArguments): StudyFormat {
  const format = json === true ? 'json' : (single('output', output) ?? 'table');
  const found = studyFormats.find((each) => each === format);
  if (found !== undefined) return found;
  throw new UsageError(`-o ${format}: the format is table, json, csv or markdown.`);
}

/** The values of an option that may be repeated. */
export function allOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** The names of an option that takes them with commas, each once. */
export function namesOf(value: string | readonly string[] | undefined): readonly string[] {
  const names = allOf(value).flatMap((each) => each.split(','));
  return [...new Set(names.map((each) => each.trim()).filter((each) => each !== ''))];
}

/** The policies of `--policy`, in order. @throws UsageError for one without name or file. */
export function namedPolicies(policy?: string | readonly string[]): readonly NamedPolicy[] {
  return allOf(policy).map((text) => {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const file = equals < 0 ? undefined : text.slice(equals + 1);
    if (name === '' || file === '') {
      throw new UsageError(`--policy ${text}: write NAME=FILE, or NAME for the scenario's own.`);
    }
    return { name, file };
  });
}

/** @throws UsageError when two policies have one name. */
export function refuseTwice(policies: readonly NamedPolicy[]): void {
  const names = policies.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new UsageError(`--policy ${twice} is named twice.`);
}

/** The number of an option from 1 to `most`. @throws UsageError for anything else. */
export function wholeNumber(name: string, text: unknown, otherwise: number, most: number): number {
  const value = single(name, text);
  if (value === undefined) return otherwise;
  const number = /^\d+$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= most) return number;
  throw new UsageError(`--${name} ${value}: write a whole number from 1 to ${formatCount(most)}.`);
}

/** Runs at once: those of `--workers`, or one a core. */
export function workerCount(text: unknown): number {
  return wholeNumber('workers', text, availableParallelism(), 256);
}
