/**
 * Finding objects that are declared twice, within a file or across files.
 *
 * It is no error: kubectl applies the later one over the earlier one.
 * Source: an API server holds one object for a kind, a namespace and a name.
 */

import type { ManifestObject } from './manifest-object.js';
import { type Problem, problemCodes } from './problem.js';
import { resourceKindNamed } from './resource-kinds.js';

/**
 * What identifies an object in a cluster; undefined for one whose name is still to be generated.
 */
function identityOf(entry: ManifestObject, namespace: string): string | undefined {
  const { kind, metadata } = entry.object;
  if (typeof metadata.name !== 'string' || metadata.name === '') return undefined;
  const isNamespaced = resourceKindNamed(kind)?.namespaced === true;
  const scope = isNamespaced ? (metadata.namespace ?? namespace) : '';
  return `${kind} ${scope}/${metadata.name}`;
}

/**
 * One problem at every object that an earlier one already declares, naming where that one is.
 * Linear in the number of objects.
 *
 * @param namespace where objects without a namespace go.
 */
export function findDuplicateObjects(
  objects: readonly ManifestObject[],
  namespace = 'default',
): readonly Problem[] {
  const first = new Map<string, ManifestObject>();
  const problems: Problem[] = [];
  for (const entry of objects) {
    const identity = identityOf(entry, namespace);
    if (identity === undefined) continue;
    const earlier = first.get(identity);
    if (earlier === undefined) {
      first.set(identity, entry);
      continue;
    }
    const { line, column } = entry.positionOf(['metadata', 'name']);
    problems.push({
      code: problemCodes.duplicateObject,
      severity: 'warning',
      file: entry.file,
      line,
      column,
      path: 'metadata.name',
      message:
        `${entry.object.kind} "${entry.object.metadata.name}" is already declared at ` +
        `${earlier.file}:${earlier.line}:${earlier.column}; this one is applied over it`,
    });
  }
  return problems;
}
