/**
 * Controllers of pods that a dump does not hold: made up from their pods, so that a pod that goes
 * is made again, as it would be. A Job is not made up: nobody knows how much of it is left.
 */

import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import { nameOf } from '../live-object.js';

const madeUp: Readonly<Record<string, string>> = {
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  ReplicationController: 'v1',
};

/** Labels that tell the pods of one controller apart. */
const podLabels: ReadonlySet<string> = new Set([
  'apps.kubernetes.io/pod-index',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
]);

/** The controller of an object as it is referred to; undefined: it has none. */
export function controllerRef({ metadata }: Tree): Tree | undefined {
  const owners = isTree(metadata) ? metadata['ownerReferences'] : undefined;
  if (!Array.isArray(owners)) return undefined;
  return owners.find((each) => isTree(each) && each['controller'] === true) as Tree | undefined;
}

/**
 * The controllers of pods, those of `present` (UIDs) left out. Pods of a controller without a
 * label that they have in common are left alone.
 */
export function madeUpOwners(
  pods: readonly Tree[],
  present: ReadonlySet<unknown>,
): readonly Tree[] {
  const byOwner = new Map<unknown, Tree[]>();
  for (const pod of pods) {
    const owner = controllerRef(pod);
    if (owner === undefined || present.has(owner['uid'])) continue;
    if (madeUp[String(owner['kind'])] === undefined) continue;
    const known = byOwner.get(owner['uid']);
    if (known === undefined) byOwner.set(owner['uid'], [pod]);
    else known.push(pod);
  }
  return [...byOwner.values()].flatMap(ownerOf);
}

function ownerOf(pods: readonly Tree[]): readonly Tree[] {
  const [pod] = pods as readonly [Tree, ...Tree[]];
  const { kind, name, uid } = controllerRef(pod) as Tree;
  const labels = commonLabels(pods);
  if (Object.keys(labels).length === 0) return [];
  const apiVersion = madeUp[String(kind)];
  const { namespace = 'default' } = nameOf(pod) ?? {};
  const template = { metadata: { labels }, spec: templateSpec(pod['spec'] as Tree) };
  const isOneForEach = kind === 'DaemonSet';
  const spec = {
    selector: kind === 'ReplicationController' ? labels : { matchLabels: labels },
    template,
    ...(!isOneForEach && {
      replicas: kind === 'StatefulSet' ? lastOrdinal(pods) + 1 : pods.length,
    }),
    ...(kind === 'StatefulSet' && { serviceName: name }),
  };
  return [{ apiVersion, kind, metadata: { name, namespace: namespace || 'default', uid }, spec }];
}

function commonLabels(pods: readonly Tree[]): Tree {
  const all = pods.map(({ metadata }) => {
    const { labels } = metadata as Tree;
    return isTree(labels) ? labels : {};
  });
  const [first = {}] = all;
  const common = Object.entries(first).filter(
    ([key, value]) => !podLabels.has(key) && all.every((labels) => labels[key] === value),
  );
  return Object.fromEntries(common);
}

/** What the template said: without the node, and the affinity by which a DaemonSet names it. */
function templateSpec(spec: Tree): Tree {
  const { nodeName: _node, hostname: _hostname, affinity, ...rest } = spec;
  const isOfDaemonSet = JSON.stringify(affinity ?? '').includes('matchFields');
  return affinity === undefined || isOfDaemonSet ? rest : { ...rest, affinity };
}

function lastOrdinal(pods: readonly Tree[]): number {
  const ordinals = pods.map((pod) => Number(/-(\d+)$/.exec(nameOf(pod)?.name ?? '')?.[1] ?? 0));
  return Math.max(...ordinals);
}
