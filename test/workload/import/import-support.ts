// Reading files of foreign formats in tests, without a disk.
import { encode } from '@msgpack/msgpack';
import { expect } from 'vitest';
import type { Problem } from '../../../src/api/problem.js';
import { loadScenario } from '../../../src/scenario/load.js';
import type { LoadedScenario } from '../../../src/scenario/scenario.js';
import { importedFile, importedTexts } from '../../../src/workload/import/import-files.js';
import type {
  ImportedScenario,
  Importer,
  ImportFile,
} from '../../../src/workload/import/importer.js';

/** A file of text, or of MessagePack where it is not text. */
export function importFile(path: string, content: unknown): ImportFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : encode(content);
  return { path, bytes };
}

/** What an importer makes of files beside others, with everything that it finds wrong. */
export function read(
  importer: Importer,
  files: readonly ImportFile[],
  values: Readonly<Record<string, readonly string[]>> = {},
  others: readonly ImportFile[] = [],
): { imported: ImportedScenario | undefined; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const beside = (path: string) => others.find((file) => file.path === path);
  const options = { values: new Map(Object.entries(values)), beside };
  return { imported: importer.read(files, options, problems), problems };
}

/** The scenario of files that are right, as a run is given it. */
export function loaded(
  importer: Importer,
  files: readonly ImportFile[],
  values: Readonly<Record<string, readonly string[]>> = {},
  others: readonly ImportFile[] = [],
): { scenario: LoadedScenario; notes: readonly string[] } {
  const { imported, problems } = read(importer, files, values, others);
  expect(problems).toEqual([]);
  const texts = importedTexts(imported as ImportedScenario, importer, ['file']);
  const result = loadScenario(texts.get(importedFile) ?? '', importedFile, {
    list: (name) => (texts.has(name) ? [name] : []),
    read: (name) => texts.get(name) ?? '',
  });
  expect(result.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return { scenario: result.scenario as LoadedScenario, notes: imported?.notes ?? [] };
}
