/**
 * FILE arguments that name files of a foreign format: which format it is, and the scenario that is
 * made of them, in memory.
 */

import type { Problem } from '../api/problem.js';
import type { InputFiles } from '../scenario/input-files.js';
import { isProfileText, isScenarioText } from '../scenario/recognition.js';
import { importedTexts, importerOf } from '../workload/import/import-files.js';
import { type Importer, type ImportFile, textOf } from '../workload/import/importer.js';
import { UsageError } from './exit-code.js';
import { type ImportValues, refusedOption } from './import-options.js';

/** What an import has led to. */
export interface ImportResult {
  /** The texts by name of file, the scenario's first; undefined when there are errors. */
  readonly scenario: ReadonlyMap<string, string> | undefined;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
  /** Of the files that were read, for excerpts. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Imports what the arguments name, when any of it is of a foreign format. */
export function importAmong(
  paths: readonly string[],
  values: ImportValues,
  files: InputFiles,
): ImportResult | undefined {
  const read = readableFiles(paths, files);
  const isOurs = read.some((file) => isText(file) && isOwnText(textOf(file)));
  const importer = isOurs ? undefined : importerOf(read);
  if (importer !== undefined) return importFiles(importer, read, values, files);
  const option = refusedOption(values);
  if (option === undefined) return undefined;
  throw new UsageError(`--${option} is an option of formats that are imported; no file is of one.`);
}

/** Every file that the arguments name, in their order; arguments that name nothing are left out. */
export function filesNamed(paths: readonly string[], files: InputFiles): readonly ImportFile[] {
  return paths
    .flatMap((path) => files.list('.', path))
    .map((path) => ({ path, bytes: files.bytes(path) }));
}

/** Those that can be read; whoever needs another one says why it cannot. */
function readableFiles(paths: readonly string[], files: InputFiles): readonly ImportFile[] {
  return paths.flatMap((path) => {
    try {
      return filesNamed([path], files);
    } catch {
      return [];
    }
  });
}

/** Imports files of a format. @throws UsageError for an option that the format does not take. */
export function importFiles(
  importer: Importer,
  sources: readonly ImportFile[],
  values: ImportValues,
  files: InputFiles,
): ImportResult {
  const refused = refusedOption(values, importer.format);
  if (refused !== undefined) {
    throw new UsageError(`--${refused} is no option of the format ${importer.format}.`);
  }
  const read = [...sources];
  const beside = (path: string): ImportFile | undefined => {
    if (files.kindOf(path) !== 'file') return undefined;
    const file = { path, bytes: files.bytes(path) };
    read.push(file);
    return file;
  };
  const problems: Problem[] = [];
  const imported = importer.read(sources, { values, beside }, problems);
  const named = new Set(problems.map(({ file }) => file));
  const shown = read.filter((file) => named.has(file.path) && isText(file));
  const isSound = imported !== undefined && problems.every((each) => each.severity === 'warning');
  const paths = sources.map(({ path }) => path);
  return {
    scenario: isSound ? importedTexts(imported, importer, paths) : undefined,
    notes: imported?.notes ?? [],
    problems,
    texts: new Map(shown.map((file) => [file.path, textOf(file)])),
  };
}

function isOwnText(text: string): boolean {
  return isScenarioText(text) || isProfileText(text);
}

/** Whether bytes are text: nothing that begins as text has a zero in it. */
function isText({ bytes }: ImportFile): boolean {
  return !bytes.subarray(0, 4096).includes(0) && (bytes[0] ?? 0) < 0x80;
}
