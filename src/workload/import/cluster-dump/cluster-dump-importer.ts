/**
 * A live cluster as `kubectl get nodes,pods,… -A -o json` shows it: its nodes are the nodes of
 * the scenario, its pods run on them from the start, and whatever else is simulated is stored.
 *
 * Left out: kinds that are not simulated, objects that the cluster makes by itself, pods on nodes
 * that are not in the dump, times, finalizers.
 */

import type { Problem } from '../../../api/problem.js';
import { resourceKindNamed } from '../../../api/resource-kinds.js';
import { yamlText } from '../../../api/yaml-dialect.js';
import { problemAt } from '../../../scenario/scenario-problems.js';
import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import { ImportNotes } from '../import-notes.js';
import {
  type ImportedScenario,
  type Importer,
  type ImportFile,
  importProblemCodes,
  nameOfFile,
  textOf,
} from '../importer.js';
import { nameOf, priorityClassesOf } from '../live-object.js';
import { scenarioDocument } from '../scenario-document.js';
import { controllerRef, madeUpOwners } from './made-up-owners.js';
import { poolsOf } from './node-pools.js';
import { type DumpObject, readObjects, schedulerConfigIn } from './read-objects.js';
import { staticPodsOf, storedObject, storedPod, wasRunning } from './stored-objects.js';

/** The file in which the objects stand, beside the scenario. */
const objectsFile = 'objects.yaml';

export const clusterDumpImporter: Importer = {
  format: 'cluster-dump',
  title: 'objects of a live cluster, as kubectl get -A -o json shows them',
  recognises: isDump,
  read: readDump,
};

/** Nodes that say what machine they are are those of a cluster that runs. */
function isDump(file: ImportFile): boolean {
  const first = file.bytes[0] ?? 0;
  if (first >= 0x80 && first !== 0xef) return false;
  const text = textOf(file);
  const isSnapshot =
    /^\s*\{/.test(text) && /"schedulerConfig"\s*:/.test(text) && /"pvcs"/.test(text);
  // The Stages of KWOK have templates of the same in them.
  if (/^kind:\s*["']?(?:Stage|KwokctlResource|ResourcePatch)\b/m.test(text)) return false;
  return (
    isSnapshot || (/["']?nodeInfo["']?\s*:/.test(text) && /["']?allocatable["']?\s*:/.test(text))
  );
}

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

function readDump(
  files: readonly ImportFile[],
  _options: unknown,
  problems: Problem[],
): ImportedScenario | undefined {
  const notes = new ImportNotes();
  const found = readObjects(files, notes, problems);
  if (problems.length > 0) return undefined;
  const ofKind = (wanted: string): readonly Tree[] =>
    found.flatMap(({ kind, object }) => (kind === wanted ? [object] : []));
  const nodes = ofKind('Node');
  if (nodes.length === 0) {
    const place = { file: files[0]?.path ?? '', line: 1, column: 1 };
    const expected = 'nodes and pods: kubectl get nodes,pods,deploy,rs -A -o json';
    const { notThisFormat } = importProblemCodes;
    problems.push(problemAt(place, notThisFormat, 'the dump holds no Node', { expected }));
    return undefined;
  }
  const names = new Set(nodes.map((node) => nameOf(node)?.name));
  const pods = podsOn(ofKind('Pod'), names, notes);
  const objects = storedOf(found, pods.stored, notes);
  const config = schedulerConfigIn(files);
  const spec = {
    horizon: '30m',
    until: 'converged',
    ...(config !== undefined && { controlPlane: { scheduler: { config } } }),
    nodePools: poolsOf(nodes, pods.statics, notes),
    ...(objects.length > 0 && { initialObjects: { manifests: objectsFile } }),
  };
  return {
    scenario: scenarioDocument(nameFor(files), spec),
    files: new Map(
      objects.length > 0
        ? [[objectsFile, yamlText({ apiVersion: 'v1', kind: 'List', items: objects })]]
        : [],
    ),
    notes: notes.sentences,
  };
}

/** That of the file; of several none tells what they are together. */
function nameFor(files: readonly ImportFile[]): string {
  return files.length === 1 ? nameOfFile(files[0]?.path ?? '', 'cluster') : 'cluster';
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
  const owners = madeUpOwners(pods.filter(wasRunning), uids);
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
