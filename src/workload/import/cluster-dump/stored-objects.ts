/**
 * Objects of a dump as they are stored when a run begins: with their identity and their owners,
 * without times, which are of another calendar, and without what only foreign programs read.
 */

import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import type { ImportNotes } from '../import-notes.js';
import { nameOf, startable, withoutNulls, withPods } from '../live-object.js';
import { controllerRef } from './made-up-owners.js';

const kept: ReadonlySet<string> = new Set([
  'annotations',
  'labels',
  'name',
  'namespace',
  'ownerReferences',
  'uid',
]);

const dropped = /^(?:kubectl\.kubernetes\.io\/last-applied-configuration|kubernetes\.io\/config\.)/;

/** An object that is no pod. Those whose pods have revisions do not roll them out by themselves. */
export function storedObject(object: Tree): Tree {
  const { status, metadata, ...rest } = withoutNulls(object) as Tree;
  const state = isTree(status) ? stateOf(status) : {};
  const stored = {
    ...rest,
    metadata: storedMetadata(metadata as Tree),
    ...(Object.keys(state).length > 0 && { status: state }),
  };
  const isRevised = object['kind'] === 'StatefulSet' || object['kind'] === 'DaemonSet';
  const spec = rest['spec'];
  const own =
    isRevised && isTree(spec)
      ? { ...stored, spec: { ...spec, updateStrategy: { type: 'OnDelete' } } }
      : stored;
  return withPods(own, startable);
}

/** A pod: ended, running where it is bound, or waiting. */
export function storedPod(pod: Tree, notes: ImportNotes): Tree {
  const { status, metadata, ...rest } = startable(withoutNulls(pod) as Tree);
  const { phase, reason } = isTree(status) ? status : {};
  const isBound = isTree(pod['spec']) && pod['spec']['nodeName'] !== undefined;
  const hasEnded = phase === 'Succeeded' || phase === 'Failed';
  if (isBound && phase === 'Pending') notes.add('{count} bound pods that were starting run.');
  return {
    ...rest,
    metadata: storedMetadata(metadata as Tree),
    ...(hasEnded && { status: { phase, ...(reason !== undefined && { reason }) } }),
  };
}

/** Whether a pod has neither ended nor been asked to go. */
export function wasRunning({ status }: Tree): boolean {
  const phase = isTree(status) ? status['phase'] : undefined;
  return phase !== 'Succeeded' && phase !== 'Failed';
}

/** A static pod: its object in the dump, and the manifest that its kubelet has. */
export interface StaticPod {
  readonly original: Tree;
  readonly manifest: Tree;
}

/** The pods that kubelets run from files, by the name of the node. */
export function staticPodsOf(pods: readonly Tree[]): ReadonlyMap<string, readonly StaticPod[]> {
  const found = new Map<string, StaticPod[]>();
  for (const pod of pods) {
    if (controllerRef(pod)?.['kind'] !== 'Node') continue;
    const spec = startable(withoutNulls(pod) as Tree)['spec'] as Tree;
    const { nodeName, tolerations: _tolerations, ...rest } = spec;
    const node = String(nodeName);
    const { name = '', namespace = '' } = nameOf(pod) ?? {};
    const { labels } = pod['metadata'] as Tree;
    const metadata = {
      name: name.endsWith(`-${node}`) ? name.slice(0, -node.length - 1) : name,
      namespace,
      ...(isTree(labels) && { labels }),
    };
    const manifest = { apiVersion: 'v1', kind: 'Pod', metadata, spec: rest };
    const known = found.get(node);
    if (known === undefined) found.set(node, [{ original: pod, manifest }]);
    else known.push({ original: pod, manifest });
  }
  return found;
}

function storedMetadata(metadata: Tree): Tree {
  const entries = Object.entries(metadata).filter(([key]) => kept.has(key));
  const { annotations, ...rest } = Object.fromEntries(entries);
  const own = Object.entries(isTree(annotations) ? annotations : {}).filter(
    ([key]) => !dropped.test(key),
  );
  return { ...rest, ...(own.length > 0 && { annotations: Object.fromEntries(own) }) };
}

/** Numbers and words of a status; what a claim has got. No times, no conditions. */
function stateOf(status: Tree): Tree {
  const entries = Object.entries(status).filter(
    ([key, value]) =>
      (typeof value !== 'object' && !key.endsWith('Time')) ||
      key === 'accessModes' ||
      key === 'capacity',
  );
  const state = Object.fromEntries(entries);
  // Generations count anew.
  return 'observedGeneration' in state ? { ...state, observedGeneration: 1 } : state;
}
