/**
 * What KWOK reads: Stages as the life of the pods of manifests beside them, fake nodes and the
 * templates of `kwokctl scale node` as nodes, and recordings as timed operations.
 *
 * Left out: status templates, Stages of other kinds than Pod, finalizers, patches of statuses in
 * recordings.
 */

import type { Problem } from '../../../api/problem.js';
import { resourceKindNamed } from '../../../api/resource-kinds.js';
import { problemAt } from '../../../scenario/scenario-problems.js';
import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import { objectsOf } from '../cluster-dump/cluster-state.js';
import { poolsOf } from '../cluster-dump/node-pools.js';
import { type DumpObject, readObjects } from '../cluster-dump/read-objects.js';
import { ImportNotes } from '../import-notes.js';
import {
  type ImportedScenario,
  type Importer,
  type ImportFile,
  type ImportOptions,
  importProblemCodes,
  nameOfFile,
  textOf,
} from '../importer.js';
import { asWritten, nameOf } from '../live-object.js';
import { poolOf } from '../pool-option.js';
import { listFile, scenarioDocument } from '../scenario-document.js';
import { shownPods, withLifeCycle } from './life-cycle.js';
import { recordedNodes, recordedOperations } from './recording.js';
import { effectOf, type Stage, stageSchema } from './stage.js';

const manifestsFile = 'manifests.yaml';

export const kwokImporter: Importer = {
  format: 'kwok',
  title: 'Stages, nodes or a recording of KWOK',
  recognises: (file) =>
    (file.bytes[0] ?? 0xff) < 0x80 &&
    /^apiVersion:\s*["']?(?:\w+\.)?kwok\.x-k8s\.io\/|^\s+kwok\.x-k8s\.io\/node:/m.test(
      textOf(file),
    ),
  read: readKwok,
};

function readKwok(
  files: readonly ImportFile[],
  options: ImportOptions,
  problems: Problem[],
): ImportedScenario | undefined {
  const notes = new ImportNotes();
  const found = readObjects(files, notes, problems);
  const stages = stagesOf(objectsOf(found, 'Stage'), files, notes, problems);
  const patches = objectsOf(found, 'ResourcePatch');
  const operations = recordedOperations(patches, stages, notes);
  const manifests = manifestsOf(found, operations.length > 0, stages, notes);
  const nodes = [...objectsOf(found, 'Node'), ...recordedNodes(patches)];
  const pools = nodesOf(nodes, objectsOf(found, 'KwokctlResource'), options, notes, problems);
  if (problems.length > 0 || pools === undefined) return undefined;
  const objects = manifests.map((object) => withLifeCycle(asWritten(object), stages));
  const spec = {
    until: 'converged',
    horizon: '1h',
    ...(pools.length > 0 && { nodePools: pools }),
    workload: {
      operations: [
        ...(objects.length > 0 ? [{ op: 'apply', manifests: manifestsFile }] : []),
        ...operations,
      ],
    },
  };
  return {
    scenario: scenarioDocument(nameFor(files), spec),
    files: listFile(manifestsFile, objects),
    notes: notes.sentences,
  };
}

/** That of the first file that is no list of others. */
function nameFor(files: readonly ImportFile[]): string {
  const file = files.find(({ path }) => !path.endsWith('kustomization.yaml')) ?? files[0];
  return nameOfFile(file?.path ?? '', 'kwok');
}

/** The Stages of pods. */
function stagesOf(
  trees: readonly Tree[],
  files: readonly ImportFile[],
  notes: ImportNotes,
  problems: Problem[],
): readonly Stage[] {
  return trees.flatMap((tree) => {
    const { spec } = tree;
    const { kind = 'Pod' } = isTree(spec) && isTree(spec['resourceRef']) ? spec['resourceRef'] : {};
    if (kind !== 'Pod') {
      notes.add(`{count} Stages of ${kind} are left out: its life is that of the simulator.`);
      return [];
    }
    const parsed = stageSchema.safeParse(tree);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues) {
        const place = { file: files[0]?.path ?? '', line: 1, column: 1 };
        const steps = path.filter((step) => typeof step !== 'symbol');
        const text = `a Stage is wrong: ${message}`;
        problems.push(problemAt(place, importProblemCodes.badValue, text, { path: steps }));
      }
      return [];
    }
    if (effectOf(parsed.data) === 'other') {
      notes.add('{count} Stages that change no phase of a pod have no effect here.');
    } else
      notes.add(
        '{count} Stages say when pods are ready, end, fail or stop; statuses do not count.',
      );
    return [parsed.data];
  });
}

/** The objects to apply; a Pod and a Job where there are only Stages, to show what these do. */
function manifestsOf(
  found: readonly DumpObject[],
  isRecording: boolean,
  stages: readonly Stage[],
  notes: ImportNotes,
): readonly Tree[] {
  const own = new Set(['Stage', 'Node', 'KwokctlResource', 'ResourcePatch', 'Kustomization']);
  const manifests = found.flatMap(({ kind, object }) => {
    if (own.has(kind) || nameOf(object) === undefined) return [];
    if (resourceKindNamed(kind) !== undefined) return [object];
    notes.add(`${kind} is not simulated: {count} were left out.`);
    return [];
  });
  if (manifests.length > 0 || isRecording) return manifests;
  notes.add('No manifests are given: a Pod and a Job show what the pods of this cluster do.');
  return shownPods(stages);
}

/** What KWOK gives a node that says nothing of its size; so many pods have addresses. */
const usualSize = { cpu: '1k', memory: '1Ti', pods: '110' };

/** Pools of the fake nodes, and of a template as many as asked for. */
function nodesOf(
  nodes: readonly Tree[],
  resources: readonly Tree[],
  options: ImportOptions,
  notes: ImportNotes,
  problems: Problem[],
): readonly Tree[] | undefined {
  const sized = nodes.map((node) => {
    const status = isTree(node['status']) ? node['status'] : {};
    const allocatable = status['allocatable'] ?? status['capacity'] ?? usualSize;
    return { ...node, status: { allocatable, capacity: allocatable, ...status } };
  });
  const [template] = resources.filter(
    ({ metadata }) => isTree(metadata) && metadata['name'] === 'node',
  );
  const own = poolsOf(sized, new Map(), notes);
  if (template === undefined) {
    if (own.length > 0 || !options.values.has('nodes')) return own;
    const pool = poolOf(options, '3', notes, problems);
    return pool && [pool];
  }
  const { allocatable } = isTree(template['parameters']) ? template['parameters'] : {};
  const { cpu = 32, memory = '256Gi', pods = 110 } = isTree(allocatable) ? allocatable : {};
  const count = options.values.get('nodes')?.[0] ?? '1';
  const text = /^\d+$/.test(count) ? `${count}x${String(cpu)}cpu${String(memory)}` : count;
  const sizes = { ...options, values: new Map([...options.values, ['nodes', [text]] as const]) };
  const pool = poolOf(sizes, text, notes, problems);
  return pool && [...own, { ...pool, pods }];
}
