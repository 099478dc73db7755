/**
 * The table of kinds: how each is called in a manifest, in a URL and on kubectl's command line,
 * and which API versions Kubernetes used to serve it under.
 *
 * Left out: kinds that play no part in a simulation (roles, ingresses, webhooks); a manifest
 * reader counts those as ignored.
 *
 * Source: Kubernetes v1.36 `kubectl api-resources`, and of Karpenter NodeClaims; deprecated API
 * migration guide for removals.
 */

import type { KindName } from './kubernetes-object.js';

/** One kind as the API serves it. */
export interface ResourceKind {
  readonly apiVersion: string;
  readonly kind: KindName;
  /** Plural, as in URLs and in the `resource` label of metrics. */
  readonly resource: string;
  readonly namespaced: boolean;
  /** Abbreviations that kubectl takes. */
  readonly shortNames: readonly string[];
  /** Who brings its CustomResourceDefinition; absent: every API server serves it. */
  readonly definedBy?: DefinitionOwner;
}

/** An add-on with custom resources. */
export type DefinitionOwner = 'karpenter';

function row(
  apiVersion: string,
  kind: KindName,
  resource: string,
  scope: 'namespaced' | 'cluster',
  ...shortNames: readonly string[]
): ResourceKind {
  return { apiVersion, kind, resource, namespaced: scope === 'namespaced', shortNames };
}

/** Every kind that the simulator knows, in the order in which manifests are best applied. */
export const resourceKinds: readonly ResourceKind[] = [
  row('v1', 'Namespace', 'namespaces', 'cluster', 'ns'),
  row('v1', 'Node', 'nodes', 'cluster', 'no'),
  { ...row('karpenter.sh/v1', 'NodeClaim', 'nodeclaims', 'cluster'), definedBy: 'karpenter' },
  row('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', 'cluster', 'pc'),
  row(
    'flowcontrol.apiserver.k8s.io/v1',
    'PriorityLevelConfiguration',
    'prioritylevelconfigurations',
    'cluster',
  ),
  row('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', 'flowschemas', 'cluster'),
  row('storage.k8s.io/v1', 'StorageClass', 'storageclasses', 'cluster', 'sc'),
  row('storage.k8s.io/v1', 'CSIDriver', 'csidrivers', 'cluster'),
  row('storage.k8s.io/v1', 'CSINode', 'csinodes', 'cluster'),
  row('storage.k8s.io/v1', 'CSIStorageCapacity', 'csistoragecapacities', 'namespaced'),
  row('storage.k8s.io/v1', 'VolumeAttachment', 'volumeattachments', 'cluster'),
  row('v1', 'LimitRange', 'limitranges', 'namespaced', 'limits'),
  row('v1', 'ResourceQuota', 'resourcequotas', 'namespaced', 'quota'),
  row('v1', 'ServiceAccount', 'serviceaccounts', 'namespaced', 'sa'),
  row('v1', 'Secret', 'secrets', 'namespaced'),
  row('v1', 'ConfigMap', 'configmaps', 'namespaced', 'cm'),
  row('v1', 'PersistentVolume', 'persistentvolumes', 'cluster', 'pv'),
  row('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', 'namespaced', 'pvc'),
  row('v1', 'Service', 'services', 'namespaced', 'svc'),
  row('v1', 'Endpoints', 'endpoints', 'namespaced', 'ep'),
  row('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', 'namespaced'),
  row('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', 'namespaced', 'pdb'),
  row('apps/v1', 'DaemonSet', 'daemonsets', 'namespaced', 'ds'),
  row('v1', 'Pod', 'pods', 'namespaced', 'po'),
  row('v1', 'ReplicationController', 'replicationcontrollers', 'namespaced', 'rc'),
  row('apps/v1', 'ReplicaSet', 'replicasets', 'namespaced', 'rs'),
  row('apps/v1', 'Deployment', 'deployments', 'namespaced', 'deploy'),
  row('apps/v1', 'StatefulSet', 'statefulsets', 'namespaced', 'sts'),
  row('apps/v1', 'ControllerRevision', 'controllerrevisions', 'namespaced'),
  row('batch/v1', 'Job', 'jobs', 'namespaced'),
  row('batch/v1', 'CronJob', 'cronjobs', 'namespaced', 'cj'),
  row('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'namespaced', 'hpa'),
  row('coordination.k8s.io/v1', 'Lease', 'leases', 'namespaced'),
  row('v1', 'Event', 'events', 'namespaced', 'ev'),
  row('v1', 'Binding', 'bindings', 'namespaced'),
];

/** An API version of a known kind that Kubernetes 1.36 serves besides the one in the table. */
export interface ConvertedApiVersion {
  readonly apiVersion: string;
  readonly kind: KindName;
  /** The version that defaulting converts it to. */
  readonly convertsTo: string;
}

/** Versions that are read and converted. */
export const convertedApiVersions: readonly ConvertedApiVersion[] = [
  {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    convertsTo: 'autoscaling/v2',
  },
];

/** An API version that Kubernetes no longer serves. */
export interface RemovedApiVersion {
  readonly apiVersion: string;
  readonly kind: KindName;
  /** The minor release that dropped it, such as `1.25`. */
  readonly removedIn: string;
  readonly replacement: string;
}

function removed(
  apiVersion: string,
  removedIn: string,
  replacement: string,
  ...kinds: readonly KindName[]
): readonly RemovedApiVersion[] {
  return kinds.map((kind) => ({ apiVersion, kind, removedIn, replacement }));
}

/** Every removed version of a known kind. */
export const removedApiVersions: readonly RemovedApiVersion[] = [
  ...removed('extensions/v1beta1', '1.16', 'apps/v1', 'Deployment', 'DaemonSet', 'ReplicaSet'),
  ...removed('apps/v1beta1', '1.16', 'apps/v1', 'Deployment', 'StatefulSet', 'ControllerRevision'),
  ...removed(
    'apps/v1beta2',
    '1.16',
    'apps/v1',
    'Deployment',
    'DaemonSet',
    'ReplicaSet',
    'StatefulSet',
    'ControllerRevision',
  ),
  ...removed('batch/v2alpha1', '1.21', 'batch/v1', 'CronJob'),
  ...removed('batch/v1beta1', '1.25', 'batch/v1', 'CronJob'),
  ...removed('policy/v1beta1', '1.25', 'policy/v1', 'PodDisruptionBudget'),
  ...removed('autoscaling/v2beta1', '1.25', 'autoscaling/v2', 'HorizontalPodAutoscaler'),
  ...removed('autoscaling/v2beta2', '1.26', 'autoscaling/v2', 'HorizontalPodAutoscaler'),
  ...removed('discovery.k8s.io/v1beta1', '1.25', 'discovery.k8s.io/v1', 'EndpointSlice'),
  ...removed('coordination.k8s.io/v1beta1', '1.22', 'coordination.k8s.io/v1', 'Lease'),
  ...removed('scheduling.k8s.io/v1alpha1', '1.22', 'scheduling.k8s.io/v1', 'PriorityClass'),
  ...removed('scheduling.k8s.io/v1beta1', '1.22', 'scheduling.k8s.io/v1', 'PriorityClass'),
  ...removed(
    'storage.k8s.io/v1beta1',
    '1.22',
    'storage.k8s.io/v1',
    'StorageClass',
    'CSIDriver',
    'CSINode',
    'VolumeAttachment',
  ),
  ...removed('storage.k8s.io/v1beta1', '1.27', 'storage.k8s.io/v1', 'CSIStorageCapacity'),
  ...removed(
    'flowcontrol.apiserver.k8s.io/v1alpha1',
    '1.26',
    'flowcontrol.apiserver.k8s.io/v1',
    'FlowSchema',
    'PriorityLevelConfiguration',
  ),
  ...removed(
    'flowcontrol.apiserver.k8s.io/v1beta1',
    '1.26',
    'flowcontrol.apiserver.k8s.io/v1',
    'FlowSchema',
    'PriorityLevelConfiguration',
  ),
  ...removed(
    'flowcontrol.apiserver.k8s.io/v1beta2',
    '1.29',
    'flowcontrol.apiserver.k8s.io/v1',
    'FlowSchema',
    'PriorityLevelConfiguration',
  ),
  ...removed(
    'flowcontrol.apiserver.k8s.io/v1beta3',
    '1.32',
    'flowcontrol.apiserver.k8s.io/v1',
    'FlowSchema',
    'PriorityLevelConfiguration',
  ),
];

function typeKey(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`;
}

const kindsByType: ReadonlyMap<string, ResourceKind> = new Map(
  resourceKinds.map((entry) => [typeKey(entry.apiVersion, entry.kind), entry]),
);
const kindsByName: ReadonlyMap<string, ResourceKind> = new Map(
  resourceKinds.map((entry) => [entry.kind, entry]),
);
const kindsByResource: ReadonlyMap<string, ResourceKind> = new Map(
  resourceKinds.map((entry) => [entry.resource, entry]),
);
const convertedByType: ReadonlyMap<string, ConvertedApiVersion> = new Map(
  convertedApiVersions.map((entry) => [typeKey(entry.apiVersion, entry.kind), entry]),
);
const removedByType: ReadonlyMap<string, RemovedApiVersion> = new Map(
  removedApiVersions.map((entry) => [typeKey(entry.apiVersion, entry.kind), entry]),
);

/**
 * The entry for an apiVersion and kind as written in a manifest; undefined when the simulator does
 * not know it. A version that is still served and converted yields the entry it converts to.
 */
export function resourceKindOf(apiVersion: string, kind: string): ResourceKind | undefined {
  const key = typeKey(apiVersion, kind);
  return kindsByType.get(key) ?? (convertedByType.has(key) ? kindsByName.get(kind) : undefined);
}

/** The kinds of an API version that the simulator knows. */
export function kindsOfVersion(apiVersion: string): readonly string[] {
  const own = resourceKinds.filter(
    (entry) => entry.apiVersion === apiVersion && entry.definedBy === undefined,
  );
  return own.map(({ kind }) => kind);
}

/** The entry for a kind name alone. */
export function resourceKindNamed(kind: string): ResourceKind | undefined {
  return kindsByName.get(kind);
}

/** The entry for a plural such as `pods`. */
export function resourceKindOfResource(resource: string): ResourceKind | undefined {
  return kindsByResource.get(resource);
}

/**
 * What became of an API version that is no longer served; undefined when it is not one of those.
 */
export function removedApiVersion(apiVersion: string, kind: string): RemovedApiVersion | undefined {
  return removedByType.get(typeKey(apiVersion, kind));
}

/** The sentence for people: which version is gone since when, and what to write. */
export function describeRemovedApiVersion(entry: RemovedApiVersion): string {
  const { apiVersion, kind, removedIn, replacement } = entry;
  return `${apiVersion} ${kind} was removed in Kubernetes ${removedIn}; write ${replacement}`;
}
