/**
 * The objects of a dump: lists and single objects, JSON or YAML, also such as do not say of what
 * kind they are, because a tool has stored them by kind (OpenShift's insights archives, the
 * snapshots of kube-scheduler-simulator).
 */

import type { Problem } from '../../../api/problem.js';
import { resourceKindNamed } from '../../../api/resource-kinds.js';
import { loadYaml } from '../../../api/yaml-dialect.js';
import { problemAt } from '../../../scenario/scenario-problems.js';
import { isTree, readTree, type Tree } from '../../../scenario/yaml-tree.js';
import type { ImportNotes } from '../import-notes.js';
import { type ImportFile, importProblemCodes, textOf } from '../importer.js';
import { nameOf } from '../live-object.js';

/** An object of a dump, whose kind is known. */
export interface DumpObject {
  readonly kind: string;
  readonly object: Tree;
}

/** The fields of a snapshot of kube-scheduler-simulator, with the kinds of what they list. */
const snapshotFields: Readonly<Record<string, readonly [kind: string, apiVersion: string]>> = {
  pods: ['Pod', 'v1'],
  nodes: ['Node', 'v1'],
  pvs: ['PersistentVolume', 'v1'],
  pvcs: ['PersistentVolumeClaim', 'v1'],
  storageClasses: ['StorageClass', 'storage.k8s.io/v1'],
  priorityClasses: ['PriorityClass', 'scheduling.k8s.io/v1'],
  namespaces: ['Namespace', 'v1'],
};

/** The objects of all files, in their order; a file that cannot be read is a problem. */
export function readObjects(
  files: readonly ImportFile[],
  notes: ImportNotes,
  problems: Problem[],
): readonly DumpObject[] {
  return files.flatMap((file) =>
    valuesOf(file, problems).flatMap((value) => {
      const found = objectsIn(value);
      if (found.length === 0) notes.add('{count} files or documents hold no object.');
      return found.flatMap((object) => {
        const known = withKind(object);
        if (known !== undefined && isNamed(known)) return [known];
        notes.add('{count} objects that do not say what they are.');
        return [];
      });
    }),
  );
}

/** Kinds that no API server stores, such as parts of a recording, need no name. */
function isNamed({ kind, object }: DumpObject): boolean {
  return nameOf(object) !== undefined || resourceKindNamed(kind) === undefined;
}

/** The KubeSchedulerConfiguration of a snapshot, if there is one. */
export function schedulerConfigIn(files: readonly ImportFile[]): Tree | undefined {
  for (const file of files) {
    const [value] = valuesOf(file, []);
    const config = isTree(value) ? value['schedulerConfig'] : undefined;
    if (isTree(config)) return config;
  }
  return undefined;
}

function valuesOf(file: ImportFile, problems: Problem[]): readonly unknown[] {
  const text = textOf(file);
  try {
    if (/^\s*[{[]/.test(text)) return [JSON.parse(text) as unknown];
  } catch {
    // YAML in flow style begins with a brace as well.
  }
  try {
    return loadYaml(text, 'override').filter((value) => value !== null);
  } catch (error) {
    const found = readTree(text, file.path).problems;
    const place = { file: file.path, line: 1, column: 1 };
    const { message } = error as Error;
    const whole = problemAt(
      place,
      importProblemCodes.notThisFormat,
      `neither YAML nor JSON: ${message}`,
    );
    problems.push(...(found.length > 0 ? found : [whole]));
    return [];
  }
}

function objectsIn(value: unknown): readonly Tree[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (!isTree(value)) return [];
  if (Array.isArray(value['items'])) {
    const itemKind = /^(.+)List$/.exec(String(value['kind']))?.[1];
    return objectsIn(value['items']).map((item) => ofKind(item, itemKind, value['apiVersion']));
  }
  if (isTree(value['metadata']) || typeof value['kind'] === 'string') return [value];
  return Object.entries(snapshotFields).flatMap(([field, [kind, apiVersion]]) =>
    objectsIn(value[field] ?? []).map((item) => ofKind(item, kind, apiVersion)),
  );
}

/** Items of a typed list need not repeat its kind. */
function ofKind(item: Tree, kind: string | undefined, apiVersion: unknown): Tree {
  if (typeof item['kind'] === 'string' || kind === undefined) return item;
  return { apiVersion, kind, ...item };
}

/** What an object without a kind can only be. */
const shapes: readonly (readonly [
  kind: string,
  apiVersion: string,
  is: (object: Tree) => boolean,
])[] = [
  ['Pod', 'v1', ({ spec }) => isTree(spec) && Array.isArray(spec['containers'])],
  ['Node', 'v1', ({ status }) => isTree(status) && isTree(status['nodeInfo'])],
  ['PersistentVolume', 'v1', ({ spec }) => isTree(spec) && isTree(spec['capacity'])],
  ['StorageClass', 'storage.k8s.io/v1', ({ provisioner }) => typeof provisioner === 'string'],
  [
    'PodDisruptionBudget',
    'policy/v1',
    ({ spec }) =>
      isTree(spec) &&
      isTree(spec['selector']) &&
      ('minAvailable' in spec || 'maxUnavailable' in spec),
  ],
];

function withKind(object: Tree): DumpObject | undefined {
  const { kind } = object;
  if (typeof kind === 'string') return { kind, object };
  const shape = shapes.find(([, , is]) => is(object));
  if (shape === undefined) return undefined;
  const [found, apiVersion] = shape;
  return { kind: found, object: { apiVersion, kind: found, ...object } };
}
