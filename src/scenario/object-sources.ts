/**
 * Objects as a scenario states them: in files, in place, or as text.
 */

import type { FieldPath } from '../api/field-path.js';
import type { ObjectReader, ScenarioObject } from './objects.js';
import { type Place, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { Tree, YamlTree } from './yaml-tree.js';

/** Where objects come from. */
export interface ObjectSources {
  readonly manifests?: string | readonly string[] | undefined;
  readonly objects?: readonly Tree[] | undefined;
  readonly yaml?: string | undefined;
}

/** What reading needs: who reads, the scenario, and where its values stand. */
export interface SourceContext {
  readonly reader: ObjectReader;
  readonly tree: YamlTree;
  readonly placeOf: (path: FieldPath) => Place;
}

/** The objects of all sources, in their order; none at all is a problem. `what`: who wants them. */
export function objectsFrom(
  { manifests = [], objects = [], yaml }: ObjectSources,
  path: FieldPath,
  what: string,
  { reader, tree, placeOf }: SourceContext,
): readonly ScenarioObject[] {
  const found: ScenarioObject[] = [];
  const before = reader.mentions;
  const patterns = typeof manifests === 'string' ? [manifests] : manifests;
  for (const [index, pattern] of patterns.entries()) {
    const at = [...path, 'manifests', ...(typeof manifests === 'string' ? [] : [index])];
    found.push(...reader.fromFiles(pattern, placeOf(at), at));
  }
  for (const [index, object] of objects.entries()) {
    found.push(...reader.fromTree(object, tree, [...path, 'objects', index]));
  }
  if (yaml !== undefined) found.push(...reader.fromYaml(yaml, tree, [...path, 'yaml']));
  if (patterns.length === 0 && objects.length === 0 && yaml === undefined) {
    const message = `${what} has no objects`;
    const expected = 'manifests (files), objects (in place) or yaml (text)';
    const { impossible } = scenarioProblemCodes;
    reader.problems.push(problemAt(placeOf(path), impossible, message, { path, expected }));
  } else if (found.length === 0 && reader.mentions === before) {
    const named = [...patterns, ...(yaml === undefined ? [] : ['yaml'])].join(', ');
    const message = `${named} holds no Kubernetes objects`;
    const { notAnInput } = scenarioProblemCodes;
    reader.problems.push(problemAt(placeOf(path), notAnInput, message));
  }
  return found;
}
