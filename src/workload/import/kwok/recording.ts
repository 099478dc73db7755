/**
 * Recordings of KWOK: changes of a cluster, each with its time since the beginning. What is created
 * is applied, what is deleted is deleted, what is patched is updated; statuses are the simulator's.
 *
 * Source: KWOK action v1alpha1 ResourcePatch (`kwokctl snapshot export --record`).
 */

import { resourceKindOfResource } from '../../../api/resource-kinds.js';
import { formatDuration } from '../../../scenario/duration.js';
import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import { controllerRef } from '../cluster-dump/made-up-owners.js';
import type { ImportNotes } from '../import-notes.js';
import { asWritten, startable, withPods } from '../live-object.js';
import { withLifeCycle } from './life-cycle.js';
import type { Stage } from './stage.js';

/** The operations of a recording, in order of time. */
export function recordedOperations(
  patches: readonly Tree[],
  stages: readonly Stage[],
  notes: ImportNotes,
): readonly Tree[] {
  const timed = patches.map((patch, index) => ({ patch, index, us: timeOf(patch) }));
  timed.sort((a, b) => a.us - b.us || a.index - b.index);
  const present = new Set<string>();
  return timed.flatMap(({ patch, us }) => operationOf(patch, us, present, stages, notes));
}

/** The nodes that a recording creates. */
export function recordedNodes(patches: readonly Tree[]): readonly Tree[] {
  return patches.flatMap(({ resource, method, template }) => {
    const isNode = isTree(resource) && resource['resource'] === 'nodes' && method === 'create';
    return isNode && isTree(template) ? [{ kind: 'Node', ...template }] : [];
  });
}

function timeOf({ durationNanosecond }: Tree): number {
  return Math.max(0, Math.round(Number(durationNanosecond ?? 0) / 1_000));
}

function operationOf(
  patch: Tree,
  us: number,
  present: Set<string>,
  stages: readonly Stage[],
  notes: ImportNotes,
): readonly Tree[] {
  const { resource, target, method, template } = patch;
  const plural = isTree(resource) ? String(resource['resource']) : '';
  const kind = resourceKindOfResource(plural)?.kind;
  if (kind === undefined || kind === 'Node' || kind === 'Lease' || kind === 'Event') {
    notes.add(`{count} changes of ${plural} are left out.`);
    return [];
  }
  const { name = '', namespace } = isTree(target) ? target : {};
  const reference = { kind, ...(namespace !== undefined && { namespace }), name };
  const key = `${kind}/${String(namespace ?? '')}/${String(name)}`;
  const at = formatDuration(us);
  if (method === 'delete') {
    if (present.delete(key)) return [{ op: 'delete', at, targets: [reference] }];
    notes.add('{count} deletions of what the recording has not created are left out.');
    return [];
  }
  if (!isTree(template)) return [];
  if (method === 'create' && controllerRef(template) !== undefined) {
    notes.add('{count} objects that a controller makes are left to the controllers.');
    return [];
  }
  if (method === 'create') {
    present.add(key);
    const object = withPods(asWritten(template), startable);
    return [{ op: 'apply', at, objects: [withLifeCycle(object, stages)] }];
  }
  const { spec } = template;
  if (!isTree(spec) || !present.has(key)) {
    notes.add('{count} patches of statuses and metadata are left out.');
    return [];
  }
  return [{ op: 'update', at, target: reference, patch: { spec } }];
}
