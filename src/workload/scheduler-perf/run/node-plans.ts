// Nodes: created one by one, then, in the order of their names, labelled or given what they can
// attach. The scheduler sees each node twice. The five random characters of a name are a running
// number here, so that the order of names is the order of creation.
// Source: Kubernetes v1.36 test/integration/scheduler_perf/node_util.go, test/utils/runners.go
// (reference: scheduler 5.2).
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { Node } from '../../../api/node.js';
import type { CSINode } from '../../../api/persistent-volume.js';
import { type ApiRequest, type ApiResponse, isSuccessOrGone } from '../../../client/api-request.js';
import type { RandomStream } from '../../../kernel/random-stream.js';
import type { CreateNodes, NodePreparation } from '../operations.js';
import { createOf, patchOf, replacementOf, withMetadata } from './object-requests.js';
import type { SeriesPlan } from './request-series.js';

const hostnameLabel = 'kubernetes.io/hostname';
const migratedPluginsAnnotation = 'storage.alpha.kubernetes.io/migrated-plugins';
const nameDigits = 5;

/** Creates the nodes of an operation; `first` is the number of nodes created before. */
export function creation({ template, count }: CreateNodes, first: number): SeriesPlan {
  const nodeOf = (index: number): KubernetesObject => {
    const object = template.instantiate(index, count);
    const { metadata } = object;
    const suffix = String(first + index).padStart(nameDigits, '0');
    const name = metadata.name || `${metadata.generateName ?? ''}${suffix}`;
    const labels = { ...metadata.labels, [hostnameLabel]: name };
    return withMetadata(object, { name, labels });
  };
  const request = (index: number, step: number): ApiRequest | undefined =>
    step === 0 ? createOf(nodeOf(index)) : undefined;
  return { count, workers: 1, intervalUs: 0, request };
}

/** Prepares `nodes`, which are in the order of their names. */
export function preparation(
  { preparation: wanted, declaredFeatures }: CreateNodes,
  nodes: readonly Node[],
  random: RandomStream,
): SeriesPlan {
  const features = Array.from({ length: declaredFeatures }, (_, i) => `Feature${i + 1}`);
  const request = (index: number, step: number, previous: ApiResponse | undefined) => {
    const node = nodes[index] as Node;
    if (features.length === 0) return prepare(wanted, node, index, step, previous, random);
    if (step === 0)
      return patchOf(node, (now) => withStatus(now, { declaredFeatures: features }), 'status');
    return prepare(wanted, node, index, step - 1, previous, random);
  };
  // The first look at a CSINode finds none.
  return { count: nodes.length, workers: 1, intervalUs: 0, accepts: isSuccessOrGone, request };
}

function prepare(
  wanted: NodePreparation,
  node: Node,
  index: number,
  step: number,
  previous: ApiResponse | undefined,
  random: RandomStream,
): ApiRequest | undefined {
  switch (wanted.kind) {
    case 'none':
      return undefined;
    case 'label': {
      const value = wanted.values[index % wanted.values.length] ?? '';
      return step === 0 ? patchOf(node, labelled(wanted.key, value)) : undefined;
    }
    case 'uniqueLabel':
      return step === 0 ? patchOf(node, labelled(wanted.key, uniqueText(random))) : undefined;
    case 'allocatable': {
      const { allocatable } = wanted;
      const apply = (now: KubernetesObject): KubernetesObject =>
        withStatus(now, { allocatable: { ...(now as Node).status?.allocatable, ...allocatable } });
      if (step === 0) return patchOf(node, apply, 'status');
      const address = { resource: 'csinodes', namespace: '', name: node.metadata.name } as const;
      if (step === 1) return { verb: 'get', ...address };
      if (step > 2) return undefined;
      const csiNode = csiNodeOf(node, wanted);
      return previous?.code === 404 ? createOf(csiNode) : replacementOf(csiNode);
    }
  }
}

function labelled(key: string, value: string): (now: KubernetesObject) => KubernetesObject {
  return (now) => withMetadata(now, { labels: { ...now.metadata.labels, [key]: value } });
}

function withStatus(now: KubernetesObject, status: Partial<Node['status']>): KubernetesObject {
  const node = now as Node;
  return { ...node, status: { ...node.status, ...status } };
}

function csiNodeOf(
  { metadata: { name } }: Node,
  { drivers, migratedPlugins }: NodePreparation & { readonly kind: 'allocatable' },
): CSINode {
  const annotations = { [migratedPluginsAnnotation]: migratedPlugins.join(',') };
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name, annotations },
    spec: {
      drivers: drivers.map((driver) => ({
        name: driver.name,
        nodeID: name,
        allocatable: driver.count === undefined ? {} : { count: driver.count },
      })),
    },
  };
}

function uniqueText(random: RandomStream): string {
  const word = (): string => random.below(4_294_967_296).toString(16).padStart(8, '0');
  return `${word()}-${word()}`;
}
