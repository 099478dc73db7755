// Where the volumes of a driver can be used: anywhere, in the zone in which they were made, or on
// one node.
// Source: kubernetes-csi/external-provisioner pkg/controller/topology.go.
import type { NodeSelector } from '../../api/affinity.js';
import type { Node } from '../../api/node.js';
import type { StorageClass } from '../../api/persistent-volume.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import { ascending } from '../../stats/ascending.js';

/** How far a volume reaches. */
export const volumeReaches = ['cluster', 'zone', 'node'] as const;

export type VolumeReach = (typeof volumeReaches)[number];

const labels: Readonly<Record<VolumeReach, string>> = {
  cluster: '',
  zone: 'topology.kubernetes.io/zone',
  node: 'kubernetes.io/hostname',
};

/**
 * The affinity of a new volume: to the place of the selected node, else to one of all places that
 * its class allows, drawn; undefined where every node will do.
 */
export function affinityFor(
  reach: VolumeReach,
  selected: Node | undefined,
  nodes: Iterable<Node>,
  { allowedTopologies = [] }: StorageClass,
  stream: RandomStream,
): { readonly required: NodeSelector } | undefined {
  const key = labels[reach];
  if (key === '') return undefined;
  const value =
    selected?.metadata.labels?.[key] ?? drawn(places(key, nodes, allowedTopologies), stream);
  if (value === undefined) return undefined;
  const matchExpressions = [{ key, operator: 'In' as const, values: [value] }];
  return { required: { nodeSelectorTerms: [{ matchExpressions }] } };
}

function places(
  key: string,
  nodes: Iterable<Node>,
  terms: NonNullable<StorageClass['allowedTopologies']>,
): readonly string[] {
  const allowed = terms.flatMap(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.filter((each) => each.key === key).flatMap(({ values }) => values),
  );
  if (allowed.length > 0) return allowed;
  const found = new Set<string>();
  for (const { metadata } of nodes) {
    const value = metadata.labels?.[key];
    if (value !== undefined) found.add(value);
  }
  return [...found].sort(ascending);
}

function drawn(values: readonly string[], stream: RandomStream): string | undefined {
  return values.length === 0 ? undefined : values[stream.below(values.length)];
}
