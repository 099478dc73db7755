// PodTopologySpread and InterPodAffinity as their definitions say: every question walks all pods of
// all nodes. Slow, short, and without anything in common with the plugins but the meaning.

import type { PodAffinityTerm, TopologySpreadConstraint } from '../../../src/api/affinity.js';
import { compileLabelSelector } from '../../../src/api/label-selector.js';
import type { Node } from '../../../src/api/node.js';
import { requiredNodeMatcher } from '../../../src/api/node-selector.js';
import type { Labels } from '../../../src/api/object-meta.js';
import type { Pod } from '../../../src/api/pod.js';
import { findUntoleratedTaint } from '../../../src/api/toleration.js';

/** Nodes and the pods on them. */
export interface NaiveCluster {
  readonly nodes: readonly Node[];
  /** By name of the node. */
  readonly pods: ReadonlyMap<string, readonly Pod[]>;
  /** Labels of the namespaces. */
  readonly namespaces: ReadonlyMap<string, Labels>;
}

const labelsOf = (node: Node): Labels => node.metadata.labels ?? {};

function isCounted(constraint: TopologySpreadConstraint, pod: Pod, node: Node): boolean {
  const { nodeAffinityPolicy, nodeTaintsPolicy } = constraint;
  if (nodeAffinityPolicy !== 'Ignore' && !requiredNodeMatcher(pod.spec)(node)) return false;
  if (nodeTaintsPolicy !== 'Honor') return true;
  const hard = ['NoSchedule', 'NoExecute'] as const;
  return findUntoleratedTaint(node.spec.taints, pod.spec.tolerations, hard) === undefined;
}

function podsLike(
  { labelSelector }: TopologySpreadConstraint,
  pod: Pod,
  others: readonly Pod[] = [],
): number {
  const matches = compileLabelSelector(labelSelector);
  return others.filter(
    ({ metadata }) =>
      metadata.namespace === pod.metadata.namespace &&
      metadata.deletionTimestamp === undefined &&
      matches(metadata.labels),
  ).length;
}

/** Names of the nodes that hard constraints let through. */
export function spreadFeasible({ nodes, pods }: NaiveCluster, pod: Pod): string[] {
  const constraints = (pod.spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  );
  const keyed = nodes.filter((node) =>
    constraints.every(({ topologyKey }) => topologyKey in labelsOf(node)),
  );
  return nodes
    .filter((node) =>
      constraints.every((constraint) => {
        const { topologyKey, labelSelector, minDomains = 1, maxSkew } = constraint;
        const counts = new Map<string, number>();
        for (const other of keyed.filter((each) => isCounted(constraint, pod, each))) {
          const value = labelsOf(other)[topologyKey]!;
          const count = podsLike(constraint, pod, pods.get(other.metadata.name));
          counts.set(value, (counts.get(value) ?? 0) + count);
        }
        const value = labelsOf(node)[topologyKey];
        if (value === undefined) return false;
        const lowest = counts.size < minDomains ? 0 : Math.min(2 ** 31 - 1, ...counts.values());
        const self = compileLabelSelector(labelSelector)(pod.metadata.labels) ? 1 : 0;
        return (counts.get(value) ?? 0) + self - lowest <= maxSkew;
      }),
    )
    .map(({ metadata }) => metadata.name);
}

/** Whether a term of a pod in `own` means another pod; labels of the other's namespace if given. */
function means(
  { labelSelector, namespaces = [], namespaceSelector }: PodAffinityTerm,
  own: string,
  other: Pod,
  namespaceLabels: Labels | undefined,
): boolean {
  const { namespace = '', labels } = other.metadata;
  const names = namespaces.length === 0 && namespaceSelector === undefined ? [own] : namespaces;
  const isThere =
    names.includes(namespace) || compileLabelSelector(namespaceSelector)(namespaceLabels);
  return isThere && compileLabelSelector(labelSelector)(labels);
}

type Terms = readonly PodAffinityTerm[];
const required = ({ spec }: Pod, kind: 'podAffinity' | 'podAntiAffinity'): Terms =>
  spec.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
const preferred = ({ spec }: Pod, kind: 'podAffinity' | 'podAntiAffinity') =>
  spec.affinity?.[kind]?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

/** Every pod with its node, and whether the incoming pod's terms and its own mean each other. */
class Neighbours {
  readonly #cluster: NaiveCluster;
  readonly #pod: Pod;

  constructor(cluster: NaiveCluster, pod: Pod) {
    this.#cluster = cluster;
    this.#pod = pod;
  }

  /** A term of the incoming pod: its selector also sees every namespace as one without labels. */
  wants(term: PodAffinityTerm, other: Pod): boolean {
    const own = this.#pod.metadata.namespace ?? '';
    const labels = this.#cluster.namespaces.get(other.metadata.namespace ?? '');
    return means(term, own, other, labels) || means(term, own, other, undefined);
  }

  isWantedBy(term: PodAffinityTerm, other: Pod): boolean {
    const labels = this.#cluster.namespaces.get(this.#pod.metadata.namespace ?? '');
    return means(term, other.metadata.namespace ?? '', this.#pod, labels);
  }

  /** Pods on nodes that share a value of the key with `node`. */
  near(node: Node, key: string): Pod[] {
    const value = labelsOf(node)[key];
    if (value === undefined) return [];
    const nodes = this.#cluster.nodes.filter((each) => labelsOf(each)[key] === value);
    return nodes.flatMap(({ metadata }) => this.#cluster.pods.get(metadata.name) ?? []);
  }
}

/** Names of the nodes that required terms let through. */
export function affinityFeasible(cluster: NaiveCluster, pod: Pod): string[] {
  const neighbours = new Neighbours(cluster, pod);
  const terms = required(pod, 'podAffinity');
  const isCompany = (other: Pod): boolean => terms.every((term) => neighbours.wants(term, other));
  const hasCompany = cluster.nodes.some((node) =>
    terms.some(({ topologyKey }) => neighbours.near(node, topologyKey).some(isCompany)),
  );
  const all = cluster.nodes.flatMap(({ metadata }) => cluster.pods.get(metadata.name) ?? []);
  const keys = new Set(
    all.flatMap((other) => required(other, 'podAntiAffinity')).map((term) => term.topologyKey),
  );
  const fits = (node: Node): boolean => {
    if (terms.some(({ topologyKey }) => !(topologyKey in labelsOf(node)))) return false;
    const isJoined = terms.every(({ topologyKey }) =>
      neighbours.near(node, topologyKey).some(isCompany),
    );
    if (!isJoined && (hasCompany || !isCompany(pod))) return false;
    const isCrowded = required(pod, 'podAntiAffinity').some((term) =>
      neighbours.near(node, term.topologyKey).some((other) => neighbours.wants(term, other)),
    );
    return (
      !isCrowded &&
      ![...keys].some((key) =>
        neighbours
          .near(node, key)
          .some((other) =>
            required(other, 'podAntiAffinity').some(
              (term) => term.topologyKey === key && neighbours.isWantedBy(term, other),
            ),
          ),
      )
    );
  };
  return cluster.nodes.filter(fits).map(({ metadata }) => metadata.name);
}

/** Raw scores by name of the node, with a weight for required affinity of pods on nodes. */
export function affinityScores(cluster: NaiveCluster, pod: Pod, hardWeight: number) {
  const neighbours = new Neighbours(cluster, pod);
  const scores: Record<string, number> = {};
  for (const node of cluster.nodes) {
    let sum = 0;
    for (const [kind, sign] of [
      ['podAffinity', 1],
      ['podAntiAffinity', -1],
    ] as const) {
      for (const { weight, podAffinityTerm: term } of preferred(pod, kind)) {
        const near = neighbours.near(node, term.topologyKey);
        sum += sign * weight * near.filter((other) => neighbours.wants(term, other)).length;
      }
      const keys = Object.keys(labelsOf(node)).sort((a, b) => (a < b ? -1 : 1));
      for (const [key, other] of keys.flatMap((each) =>
        neighbours.near(node, each).map((neighbour) => [each, neighbour] as const),
      )) {
        for (const { weight, podAffinityTerm: term } of preferred(other, kind)) {
          if (term.topologyKey === key && neighbours.isWantedBy(term, other)) sum += sign * weight;
        }
        if (kind === 'podAntiAffinity') continue;
        for (const term of required(other, kind)) {
          if (term.topologyKey === key && neighbours.isWantedBy(term, other)) sum += hardWeight;
        }
      }
    }
    scores[node.metadata.name] = sum;
  }
  return scores;
}

/** Pods on each node that a soft constraint counts, by value of its key, over the nodes. */
export function softCounts(
  { nodes, pods }: NaiveCluster,
  pod: Pod,
  constraint: TopologySpreadConstraint,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const value = labelsOf(node)[constraint.topologyKey];
    if (value === undefined || !isCounted(constraint, pod, node)) continue;
    const count = podsLike(constraint, pod, pods.get(node.metadata.name));
    counts.set(value, (counts.get(value) ?? 0) + count);
  }
  return counts;
}
