// What a run was made of, as rows that can be compared: so that a report can say what has changed
// in the input since the baseline was made.

import { createHash } from 'node:crypto';
import { leavesOf } from '../../scenario/layers.js';
import type { RunInputs } from '../../scenario/run-inputs.js';
import type { LoadedScenario } from '../../scenario/scenario.js';
import { readTree, valueAt } from '../../scenario/yaml-tree.js';
import { ascending } from '../../stats/ascending.js';

/** Values as text by path (`controlPlane.etcd.disk`) or, with `file ` before it, by file. */
export type InputRows = ReadonlyMap<string, string>;

/** One thing that has changed; undefined on the side where it is not stated. */
export interface InputChange {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Longer values are kept as a digest. */
const longestValue = 100;

/** The rows of a scenario file that was loaded. Defaults are left out: they belong to the model. */
export function inputRows(scenario: LoadedScenario, inputs: RunInputs): InputRows {
  const [file = ''] = inputs.files;
  const rows = new Map<string, string>();
  for (const { path, value, source } of scenario.provenance) {
    if (source !== 'default') rows.set(path, textOf(value));
  }
  const workload = valueAt(readTree(inputs.texts.get(file) ?? '', file).tree, ['spec', 'workload']);
  for (const [path, value] of leavesOf({ workload })) rows.set(path, textOf(value));
  const set = inputs.options.get('set');
  for (const each of Array.isArray(set) ? (set as readonly string[]) : []) {
    const [path = '', ...value] = each.split('=');
    if (path.startsWith('workload')) rows.set(path, value.join('='));
  }
  const others = [...inputs.texts].filter(
    ([name]) => name !== file && name !== inputs.options.get('profile'),
  );
  for (const [name, text] of others) rows.set(`file ${name}`, digest(text));
  return rows;
}

/** What differs, in order of the paths. */
export function inputChanges(before: InputRows, after: InputRows): readonly InputChange[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort(ascending);
  return paths
    .map((path) => ({ path, before: before.get(path), after: after.get(path) }))
    .filter((row) => row.before !== row.after);
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= longestValue ? text : digest(text);
}

function digest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}
