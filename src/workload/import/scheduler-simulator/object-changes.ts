/**
 * What a user has changed of an object, between two states of it, as a merge patch.
 *
 * Left out: annotations, which mostly controllers write, and where a pod was bound.
 */

import { isTree, type Tree } from '../../../scenario/yaml-tree.js';

/** Fields that say where something went, and not what was wanted. */
const decided: ReadonlySet<string> = new Set(['nodeName', 'volumeName', 'claimRef']);

/** The patch from one state to the other; undefined: nothing that counts has changed. O(size). */
export function changesBetween(before: Tree, after: Tree): Tree | undefined {
  const patch = difference(comparable(before), comparable(after));
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function comparable({ metadata, spec, ...rest }: Tree): Tree {
  const labels = isTree(metadata) ? metadata['labels'] : undefined;
  const wanted = Object.entries(isTree(spec) ? spec : {}).filter(([key]) => !decided.has(key));
  return {
    ...rest,
    ...(labels !== undefined && { metadata: { labels } }),
    ...(spec !== undefined && { spec: Object.fromEntries(wanted) }),
  };
}

/** A merge patch: maps by their keys, whatever else as a whole; null is no more. */
function difference(before: Tree, after: Tree): Tree {
  const changed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(after)) {
    const old = before[key];
    if (isTree(old) && isTree(value)) {
      const inner = difference(old, value);
      if (Object.keys(inner).length > 0) changed[key] = inner;
    } else if (JSON.stringify(old) !== JSON.stringify(value)) changed[key] = value;
  }
  for (const key of Object.keys(before)) if (!(key in after)) changed[key] = null;
  return changed;
}
