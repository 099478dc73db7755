/**
 * The nodes of formats that say nothing of nodes: as many as the user asks for.
 */

import type { Problem } from '../../api/problem.js';
import { parseNodes } from '../../scenario/node-pools.js';
import { problemAt } from '../../scenario/scenario-problems.js';
import type { Tree } from '../../scenario/yaml-tree.js';
import type { ImportNotes } from './import-notes.js';
import { type ImportOptions, importProblemCodes } from './importer.js';

/** The pool that `--nodes` describes, or `usual` where it is absent; undefined for a bad one. */
export function poolOf(
  { values }: ImportOptions,
  usual: string,
  notes: ImportNotes,
  problems: Problem[],
): (Tree & { readonly count: number }) | undefined {
  const text = values.get('nodes')?.[0];
  const parsed = parseNodes(text ?? usual);
  if (parsed === undefined) {
    const place = { file: '--nodes', line: 1, column: 1 };
    const message = `"${text}" is no number of nodes`;
    const expected = '100 or 100x4cpu16Gi';
    problems.push(problemAt(place, importProblemCodes.badOption, message, { expected }));
    return undefined;
  }
  const { count, cpu = 4, memory = '16Gi' } = parsed;
  const size = `${count} nodes of ${cpu} CPU and ${memory}`;
  const hint = text === undefined ? '; --nodes says otherwise' : '';
  notes.add(`The test runs on ${size}${hint}.`);
  return { name: 'nodes', count, cpu, memory };
}
