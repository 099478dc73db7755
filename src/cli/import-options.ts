/**
 * Options that foreign formats take beside their files. All of them are options of every command
 * that loads a scenario; those of other formats than the one at hand are refused there.
 */

import type { Argv } from 'yargs';
import { formatOptions } from '../workload/import/format-options.js';

/** Values by name of the option. */
export type ImportValues = ReadonlyMap<string, readonly string[]>;

/** Options that mean something for every scenario, so that they are declared elsewhere. */
const shared: ReadonlySet<string> = new Set(['nodes', 'seed', 'until']);

/** Adds the options of all formats to a command that has the shared ones, or has not. */
export function withImportOptions(yargs: Argv, has: 'shared' | 'none'): Argv {
  const group = 'Options of formats that are imported:';
  let command = yargs;
  for (const { name } of formatOptions) {
    if (has === 'shared' && shared.has(name)) continue;
    const takers = formatOptions.filter((each) => each.name === name);
    const describe = takers.map((each) => `${each.format}: ${each.describe}`).join('; ');
    command = command.option(name, { type: 'string', requiresArg: true, group, describe });
  }
  return command;
}

/** What was given of them. */
export function importValuesOf(args: Readonly<Record<string, unknown>>): ImportValues {
  const found = new Map<string, readonly string[]>();
  for (const { name } of formatOptions) {
    const value = args[name] ?? args[camelCase(name)];
    if (value === undefined) continue;
    found.set(name, Array.isArray(value) ? value.map(String) : [String(value)]);
  }
  return found;
}

/** The first of the given options that a format does not take; undefined format: no format. */
export function refusedOption(values: ImportValues, format?: string): string | undefined {
  const isTaken = (name: string): boolean =>
    formatOptions.some((each) => each.name === name && each.format === format);
  return [...values.keys()].find((name) => !shared.has(name) && !isTaken(name));
}

function camelCase(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
