/**
 * What a run was made of, so that it can be made again: the texts of all files, what folders and
 * patterns stood for, the arguments of the command. `inputs.json` in a results folder.
 */

import { z } from 'zod';

/** What a path or pattern stood for. */
export interface FileList {
  readonly folder: string;
  readonly pattern: string;
  readonly names: readonly string[];
}

/** An option's value as the command line has it. */
export type OptionValue = string | boolean | readonly string[];

/** The input of one run. Names of files are those of `portableNames`. */
export interface RunInputs {
  /** Of the scenario. */
  readonly name: string;
  /** The seed that was used, whoever gave it. */
  readonly seed: string;
  /** The FILE arguments. */
  readonly files: readonly string[];
  /** Options that change the input, by name; the seed is not among them. */
  readonly options: ReadonlyMap<string, OptionValue>;
  readonly lists: readonly FileList[];
  /** Texts by name of the file. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Raised when a field of inputs.json is renamed, removed or changes its meaning. */
export const inputsSchemaVersion = 1;

const optionValue = z.union([z.string(), z.boolean(), z.array(z.string())]);

const inputsFile = z.object({
  schemaVersion: z.literal(inputsSchemaVersion),
  name: z.string(),
  seed: z.string(),
  files: z.array(z.string()),
  options: z.record(z.string(), optionValue),
  lists: z.array(z.object({ folder: z.string(), pattern: z.string(), names: z.array(z.string()) })),
  texts: z.record(z.string(), z.string()),
});

/** Reads inputs.json; undefined for a text that this version did not write. */
export function parseRunInputs(text: string): RunInputs | undefined {
  const { data } = inputsFile.safeParse(parsedJson(text));
  if (data === undefined) return undefined;
  const { name, seed, files, options, lists, texts } = data;
  return {
    name,
    seed,
    files,
    lists,
    options: new Map(Object.entries(options)),
    texts: new Map(Object.entries(texts)),
  };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut short, or not ours: the schema refuses it.
    return undefined;
  }
}
