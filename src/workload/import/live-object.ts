/**
 * Objects as a cluster has returned them, made into what a user would have written: without what
 * the API server and the controllers have filled in.
 */

import { isTree, type Tree } from '../../scenario/yaml-tree.js';

const serverMetadata: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** Volumes that the admission of ServiceAccounts mounts into every pod. */
const tokenVolume = /^(?:kube-api-access-|default-token-)/;

/** What identifies an object. */
export interface ObjectName {
  readonly kind: string;
  readonly apiVersion: string;
  /** '' when it states none. */
  readonly namespace: string;
  readonly name: string;
}

/** The identity of an object; undefined when it lacks a kind or a name. */
export function nameOf(object: unknown): ObjectName | undefined {
  if (!isTree(object) || !isTree(object['metadata'])) return undefined;
  const { apiVersion = '', kind, metadata } = object;
  const { name, namespace = '' } = metadata as Tree;
  if (typeof kind !== 'string' || typeof name !== 'string') return undefined;
  return { kind, apiVersion: String(apiVersion), namespace: String(namespace), name };
}

/** The object as a user would apply it: no status, no fields of the server, no nulls. */
export function asWritten(object: Tree): Tree {
  const { status: _status, ...rest } = object;
  const cleaned = withoutNulls(rest) as Tree;
  const { metadata } = cleaned;
  return isTree(metadata) ? { ...cleaned, metadata: withoutServerFields(metadata) } : cleaned;
}

function withoutServerFields(metadata: Tree): Tree {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !serverMetadata.has(key)));
}

/** Without fields that are null, as a server leaves them where nothing was stated. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isTree(value)) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutNulls(each)]));
}

/** Where the pods of an object are described, by kind; a Pod is its own description. */
const podPaths: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

/**
 * The object with its pod, or the template of its pods, changed; the same object when it has none.
 */
export function withPods(object: Tree, change: (pod: Tree) => Tree): Tree {
  return changed(object, podPaths[String(object['kind'])] ?? ['spec', 'template'], change);
}

function changed(tree: Tree, path: readonly string[], change: (pod: Tree) => Tree): Tree {
  const [step, ...rest] = path;
  if (step === undefined) return change(tree);
  const inner = tree[step];
  return isTree(inner) ? { ...tree, [step]: changed(inner, rest, change) } : tree;
}

/** Fields by which a pod names a ConfigMap or Secret. */
const configFields: ReadonlySet<string> = new Set([
  'configMap',
  'configMapKeyRef',
  'configMapRef',
  'secret',
  'secretKeyRef',
  'secretRef',
]);

/** Part of a pod that starts also where its ConfigMaps and Secrets are not known. */
function withOptionalConfig<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withOptionalConfig) as T;
  if (!isTree(value)) return value;
  const entries = Object.entries(value).map(([key, each]) => [
    key,
    configFields.has(key) && isTree(each) ? { ...each, optional: true } : withOptionalConfig(each),
  ]);
  return Object.fromEntries(entries) as T;
}

/**
 * A pod, or template of pods, that starts wherever it is: without the token volume that admission
 * has given it and gives it again, and without need of a ServiceAccount, ConfigMaps and Secrets,
 * which may be missing.
 */
export function startable(pod: Tree): Tree {
  if (!isTree(pod['spec'])) return pod;
  const { serviceAccount: _, serviceAccountName: _name, ...own } = pod['spec'];
  const spec = withOptionalConfig(own);
  const isOwn = (each: unknown): boolean =>
    !isTree(each) || typeof each['name'] !== 'string' || !tokenVolume.test(each['name']);
  const withoutMounts = (containers: unknown): unknown =>
    Array.isArray(containers)
      ? containers.map((each) => (isTree(each) ? filtered(each, 'volumeMounts', isOwn) : each))
      : containers;
  const { containers, initContainers } = spec;
  return {
    ...pod,
    spec: {
      ...filtered(spec, 'volumes', isOwn),
      ...(containers !== undefined && { containers: withoutMounts(containers) }),
      ...(initContainers !== undefined && { initContainers: withoutMounts(initContainers) }),
    },
  };
}

function filtered(tree: Tree, field: string, keep: (each: unknown) => boolean): Tree {
  const list = tree[field];
  return Array.isArray(list) ? { ...tree, [field]: list.filter(keep) } : tree;
}

/** The pod, or template of pods, with an annotation. */
export function annotated(pod: Tree, key: string, value: string): Tree {
  const metadata = isTree(pod['metadata']) ? pod['metadata'] : {};
  const annotations = isTree(metadata['annotations']) ? metadata['annotations'] : {};
  return { ...pod, metadata: { ...metadata, annotations: { ...annotations, [key]: value } } };
}

/** Priority classes that every cluster has. */
const ownClasses: ReadonlySet<unknown> = new Set([
  'system-cluster-critical',
  'system-node-critical',
]);

/** The PriorityClasses that pods name, by the values that their pods have got of them. */
export function priorityClassesOf(pods: readonly Tree[]): readonly Tree[] {
  const values = new Map<string, number>();
  for (const { spec } of pods) {
    const { priorityClassName: name, priority } = isTree(spec) ? spec : {};
    if (typeof name !== 'string' || typeof priority !== 'number' || ownClasses.has(name)) continue;
    values.set(name, priority);
  }
  return [...values].map(([name, value]) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
  }));
}
