// The model that a folder of baselines was made with: its version and every constant, so that a
// change of the model is told from a regression, and named.

import type { Problem } from '../../api/problem.js';
import { problemAt, scenarioProblemCodes } from '../../scenario/scenario-problems.js';
import { ascending } from '../../stats/ascending.js';
import type { ConstantRow } from '../../stats/constants.js';

/** The model of a program. */
export interface Model {
  readonly version: string;
  /** `100 µs` by `group.name`, in that order. */
  readonly constants: ReadonlyMap<string, string>;
}

/** One thing that has changed; undefined on the side where it is not there. */
export interface ModelChange {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Raised when the fields of model.json are renamed, removed or change their meaning. */
const modelSchemaVersion = 1;

/** The model of a version and its tables. */
export function modelOf(version: string, rows: readonly ConstantRow[]): Model {
  const constants = rows
    .map(({ group, name, value, unit }): [string, string] => [
      `${group}.${name}`,
      `${typeof value === 'object' ? JSON.stringify(value) : String(value)} ${unit}`.trim(),
    ])
    .sort(([a], [b]) => ascending(a, b));
  return { version, constants: new Map(constants) };
}

/** The text of model.json: a line for every constant, so that changes of several people merge. */
export function renderModel({ version, constants }: Model): string {
  const file = { schemaVersion: modelSchemaVersion, version, constants };
  return `${JSON.stringify({ ...file, constants: Object.fromEntries(constants) }, null, 1)}\n`;
}

/** The model of a text, or what is wrong with it. */
export function parseModel(text: string, file: string): Model | Problem {
  try {
    const { schemaVersion, version, constants } = JSON.parse(text);
    if (schemaVersion === modelSchemaVersion && typeof version === 'string') {
      return { version, constants: new Map(Object.entries(constants as Record<string, string>)) };
    }
  } catch {
    // Said below, as for any other file that is not ours.
  }
  return problemAt(
    { file, line: 1, column: 1 },
    scenarioProblemCodes.badBaseline,
    'this is not the model of a folder of baselines',
    { expected: 'a file that kubeclock check --update has written; let it write anew' },
  );
}

/** What differs between two models, in order of the names, the version first. */
export function modelChanges(before: Model, after: Model): readonly ModelChange[] {
  const names = [...new Set([...before.constants.keys(), ...after.constants.keys()])].sort(
    ascending,
  );
  const changed = names
    .map((name) => ({
      name,
      before: before.constants.get(name),
      after: after.constants.get(name),
    }))
    .filter((row) => row.before !== row.after);
  const { version } = after;
  if (before.version === version) return changed;
  return [{ name: 'version', before: before.version, after: version }, ...changed];
}
