/**
 * The constants of the whole model, read from the modules of this program that declare them.
 */

import { readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Model, modelOf } from '../experiment/check/model-file.js';
import { modelVersion } from '../experiment/run-scenario.js';
import { ascending } from '../stats/ascending.js';
import { constantsTable } from '../stats/constants.js';

const root = new URL('../', import.meta.url);

/** The model of this program. Reads the names of its files. */
export async function ownModel(): Promise<Model> {
  const files = readdirSync(fileURLToPath(root), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?:^|[-/\\])constants\.[jt]s$/.test(file))
    .sort(ascending);
  const modules = await Promise.all(
    files.map((file): Promise<object> => import(pathToFileURL(fileURLToPath(root) + file).href)),
  );
  const rows = modules.flatMap((module) =>
    Object.values(module).flatMap((value) => constantsTable(value) ?? []),
  );
  return modelOf(modelVersion, rows);
}
