/**
 * The state of a live cluster: its nodes as pools, static pods with them, and everything else as
 * objects that are there when a run begins.
 *
 * Left out: kinds that are not simulated, objects that the cluster makes by itself, pods on nodes
 * that are not among the objects, times, finalizers.
 */

import { resourceKindNamed } from '../../../api/resource-kinds.js';
import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import type { ImportNotes } from '../import-notes.js';
import { nameOf, priorityClassesOf } from '../live-object.js';
import { controllerRef, madeUpOwners } from './made-up-owners.js';
import { poolsOf } from './node-pools.js';
import type { DumpObject } from './read-objects.js';
import { staticPodsOf, storedObject, storedPod, wasRunning } from './stored-objects.js';

/** Kinds that a cluster makes again by itself, or that say what happened before. */
const remade: ReadonlySet<string> = new Set([
  'CSINode',
  'ControllerRevision',
  'EndpointSlice',
  'Endpoints',
  'Event',
  'FlowSchema',
  'Lease',
  'Node',
  'Pod',
  'PriorityLevelConfiguration',
  'VolumeAttachment',
]);

/** What a run of a live cluster begins with. */
export interface ClusterState {
  readonly nodePools: readonly Tree[];
  readonly objects: readonly Tree[];
}

/**
 * The state that objects of a cluster are in. `laterNodes` come to the pools of nodes like them;
 * `makesUpOwners`: controllers that the objects lack are made up from their pods.
 */
export function clusterState(
  found: readonly DumpObject[],
  laterNodes: readonly Tree[],
  makesUpOwners: boolean,
  notes: ImportNotes,
): ClusterState {
  const nodes = objectsOf(found, 'Node');
  const names = new Set(nodes.map((node) => nameOf(node)?.name));
  const pods = podsOn(objectsOf(found, 'Pod'), names, notes);
  return {
    nodePools: poolsOf([...nodes, ...laterNodes], pods.statics, notes),
    objects: storedOf(found, pods.stored, makesUpOwners, notes),
  };
}

/** Those of one kind, in their order. */
export function objectsOf(found: readonly DumpObject[], wanted: string): readonly Tree[] {
  return found.flatMap(({ kind, object }) => (kind === wanted ? [object] : []));
}

/** The pods that can be there, and the static ones of each node. */
function podsOn(pods: readonly Tree[], nodes: ReadonlySet<unknown>, notes: ImportNotes) {
  const isThere = ({ spec }: Tree): boolean => {
    const node = isTree(spec) ? spec['nodeName'] : undefined;
    if (node === undefined || nodes.has(node)) return true;
    notes.add('{count} pods on nodes that the dump does not hold were left out.');
    return false;
  };
  const there = pods.filter(isThere);
  const statics = staticPodsOf(there);
  const count = [...statics.values()].reduce((sum, each) => sum + each.length, 0);
  notes.add(
    '{count} pods of the kubelets themselves are static pods, started with the run.',
    count,
  );
  const isStatic = new Set([...statics.values()].flat().map(({ original }) => original));
  return {
    stored: there.filter((pod) => !isStatic.has(pod)),
    statics: new Map(
      [...statics].map(([node, each]) => [node, each.map(({ manifest }) => manifest)] as const),
    ),
  };
}

/** Everything that is stored: what the dump has, and the controllers that its pods lack. */
function storedOf(
  found: readonly DumpObject[],
  pods: readonly Tree[],
  makesUpOwners: boolean,
  notes: ImportNotes,
): readonly Tree[] {
  const others = found.flatMap(({ kind, object }) => {
    if (remade.has(kind) || nameOf(object) === undefined) return [];
    if (resourceKindNamed(kind) !== undefined) return [inPresentVersion(object, kind, notes)];
    notes.add(`${kind} is not simulated: {count} were left out.`);
    return [];
  });
  const uids = new Set(
    found.map(({ object: { metadata } }) => isTree(metadata) && metadata['uid']),
  );
  const classes = new Set(others.map((object) => nameOf(object)?.name));
  const madeUpClasses = priorityClassesOf(pods).filter(
    (object) => !classes.has(nameOf(object)?.name),
  );
  const owners = makesUpOwners ? madeUpOwners(pods.filter(wasRunning), uids) : [];
  notes.add(
    '{count} controllers that the dump does not hold were made up from their pods.',
    owners.length,
  );
  for (const { uid } of owners.map(({ metadata }) => metadata as Tree)) uids.add(uid);
  const store = (object: Tree, how: (object: Tree) => Tree): Tree => {
    const owner = controllerRef(object);
    const isOrphan = owner !== undefined && !uids.has(owner['uid']);
    if (isOrphan) notes.add('{count} objects whose controller is not known stay by themselves.');
    return how(isOrphan ? withoutOwners(object) : object);
  };
  return [
    ...others.map((object) => store(object, storedObject)),
    ...madeUpClasses,
    ...owners.map((owner) => storedObject(owner)),
    ...pods.map((pod) => store(pod, (each) => storedPod(each, notes))),
  ];
}

function withoutOwners(object: Tree): Tree {
  const { ownerReferences: _owners, ...metadata } = object['metadata'] as Tree;
  return { ...object, metadata };
}

/** Old clusters have objects of beta versions that said the same as the later ones. */
function inPresentVersion(object: Tree, kind: string, notes: ImportNotes): Tree {
  const present = resourceKindNamed(kind)?.apiVersion;
  const [group, version = ''] = String(object['apiVersion']).split('/');
  if (present === undefined || !/^v1beta\d$/.test(version)) return object;
  if (present !== `${group}/v1`) return object;
  notes.add(`{count} ${kind} of ${group}/${version} are read as ${present}.`);
  return { ...object, apiVersion: present };
}
