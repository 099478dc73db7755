/**
 * The nodes of a dump as pools: nodes that differ in nothing but names and addresses share one.
 */

import { dnsLabel } from '../../../scenario/portable-names.js';
import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import { ascending } from '../../../stats/ascending.js';
import type { ImportNotes } from '../import-notes.js';
import { nameOf } from '../live-object.js';

/** Taints that controllers put on nodes and take away again. */
const conditionTaint =
  /^node\.kubernetes\.io\/(?:not-ready|unreachable|network-unavailable|[a-z]+-pressure)$/;

const runtimes: ReadonlySet<string> = new Set(['containerd', 'cri-o', 'docker', 'rkt']);

/** What names the kind of a node, the most telling first. */
const groupLabels = [
  'eks.amazonaws.com/nodegroup',
  'cloud.google.com/gke-nodepool',
  'kubernetes.azure.com/agentpool',
  'karpenter.sh/nodepool',
];

/**
 * The pools. `staticPods`: of each node by its name, as manifests.
 */
export function poolsOf(
  nodes: readonly Tree[],
  staticPods: ReadonlyMap<string, readonly Tree[]>,
  notes: ImportNotes,
): readonly Tree[] {
  const groups = new Map<string, { readonly names: string[]; readonly pool: Tree }>();
  const taken = new Set<string>();
  for (const node of nodes) {
    const name = nameOf(node)?.name ?? '';
    if (!isReady(node)) notes.add('{count} nodes that are not Ready in the dump are Ready here.');
    const pods = staticPods.get(name) ?? [];
    const pool = poolOf(node, name, pods);
    const key = JSON.stringify(pool);
    const group = groups.get(key);
    if (group !== undefined) group.names.push(name);
    else
      groups.set(key, { names: [name], pool: { name: freeName(titleOf(node), taken), ...pool } });
  }
  return [...groups.values()].map(({ names, pool }) => ({
    ...pool,
    count: names.length,
    nodeNames: names,
  }));
}

function poolOf({ metadata, spec, status }: Tree, name: string, staticPods: readonly Tree[]): Tree {
  const { labels = {} } = metadata as { readonly labels?: Tree };
  const { taints, unschedulable } = isTree(spec) ? spec : {};
  const { capacity, allocatable, nodeInfo } = isTree(status) ? status : {};
  const [runtime = ''] = String(isTree(nodeInfo) ? nodeInfo['containerRuntimeVersion'] : '').split(
    ':',
  );
  const lasting = lastingTaints(taints);
  const own = Object.entries(labels).filter(
    ([key, value]) => key !== 'kubernetes.io/hostname' || value !== name,
  );
  return {
    ...(runtimes.has(runtime) && { runtime }),
    template: {
      metadata: { labels: Object.fromEntries(own.sort(([a], [b]) => ascending(a, b))) },
      spec: {
        ...(lasting.length > 0 && { taints: lasting }),
        ...(unschedulable === true && { unschedulable }),
      },
      status: {
        capacity: capacity ?? allocatable ?? {},
        allocatable: allocatable ?? capacity ?? {},
      },
    },
    ...(staticPods.length > 0 && { staticPods }),
  };
}

/** The taints of a node that no controller takes away again, without their times. */
export function lastingTaints(taints: unknown): readonly Tree[] {
  return (Array.isArray(taints) ? taints : [])
    .filter((each) => isTree(each) && !conditionTaint.test(String(each['key'])))
    .map(({ timeAdded: _timeAdded, ...taint }: Tree) => taint);
}

function titleOf({ metadata }: Tree): string {
  const { labels = {} } = metadata as { readonly labels?: Tree };
  const group = groupLabels.map((label) => labels[label]).find((value) => value !== undefined);
  const role = Object.keys(labels)
    .map((key) => /^node-role\.kubernetes\.io\/(.+)$/.exec(key)?.[1])
    .find((each) => each !== undefined);
  return dnsLabel(
    String(group ?? role ?? labels['node.kubernetes.io/instance-type'] ?? ''),
    'nodes',
  );
}

/** A name that no pool has yet. */
function freeName(title: string, taken: Set<string>): string {
  let name = title;
  for (let count = 2; taken.has(name); count++) name = `${title}-${count}`;
  taken.add(name);
  return name;
}

function isReady({ status }: Tree): boolean {
  const conditions =
    isTree(status) && Array.isArray(status['conditions']) ? status['conditions'] : [];
  const ready = conditions.find((each) => isTree(each) && each['type'] === 'Ready') as
    | Tree
    | undefined;
  return ready === undefined || ready['status'] === 'True';
}
