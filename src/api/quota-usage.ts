/**
 * What objects use of a ResourceQuota: the names and amounts that count for each kind, and which
 * quotas a pod is subject to by their scopes.
 *
 * Left out: quota of dynamic resource claims, of device classes and of volume attribute classes.
 *
 * Source: Kubernetes v1.36 pkg/quota/v1/evaluator/core (pods.go, services.go,
 * persistent_volume_claims.go), apiserver pkg/quota/v1/resources.go.
 */

import { withGroup } from './group.js';
import type { KubernetesObject } from './kubernetes-object.js';
import type { PersistentVolumeClaim } from './persistent-volume.js';
import { isPodPhaseTerminal, type Pod, type PodSpec } from './pod.js';
import { addQuantities, compareQuantities, type Quantity, type ResourceList } from './quantity.js';
import { resourceKindOf } from './resource-kinds.js';
import type {
  ResourceQuota,
  ResourceQuotaScope,
  ScopedResourceSelectorRequirement,
} from './resource-quota.js';
import { podLimits, podQosClass, podRequests, quantitiesOf } from './resource-requests.js';
import type { Service } from './service.js';

/** Amounts by the names of a quota, `requests.cpu`, in the order of those names. */
export type QuotaUsage = ReadonlyMap<string, Quantity>;

/** Kinds that quotas count by their plural alone, besides `count/…`. */
const COUNTED_BY_PLURAL: ReadonlySet<string> = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]);

/** Amounts that also count under their own names, for requests. */
function countsBare(name: string): boolean {
  return (
    name === 'cpu' ||
    name === 'memory' ||
    name === 'ephemeral-storage' ||
    name.startsWith('hugepages-')
  );
}

const knownUsage = new WeakMap<PodSpec, QuotaUsage>();

/** What an object uses: of a pod that has ended only its count. Of pods memoised by their spec. */
export function quotaUsage(object: KubernetesObject): QuotaUsage {
  const kind = resourceKindOf(object.apiVersion, object.kind);
  if (kind === undefined || !kind.namespaced) return new Map();
  const { resource, apiVersion } = kind;
  const usage = new Map<string, Quantity>([[`count/${withGroup(resource, apiVersion)}`, '1']]);
  if (object.kind === 'Pod') addUsage(usage, podUsage(object));
  else if (COUNTED_BY_PLURAL.has(resource)) usage.set(resource, '1');
  if (object.kind === 'Service') addService(usage, object);
  if (object.kind === 'PersistentVolumeClaim') addClaim(usage, object);
  return usage;
}

function podUsage({ spec, status }: Pod): QuotaUsage {
  if (isPodPhaseTerminal(status?.phase)) return new Map();
  const known = knownUsage.get(spec);
  if (known !== undefined) return known;
  const usage = new Map<string, Quantity>([['pods', '1']]);
  for (const [name, amount] of quantitiesOf(podRequests(spec))) {
    if (countsBare(name)) usage.set(name, amount);
    usage.set(`requests.${name}`, amount);
  }
  for (const [name, amount] of quantitiesOf(podLimits(spec))) usage.set(`limits.${name}`, amount);
  knownUsage.set(spec, usage);
  return usage;
}

function addService(usage: Map<string, Quantity>, { spec }: Service): void {
  const ports = `${spec.ports?.length ?? 0}`;
  if (spec.type === 'NodePort') usage.set('services.nodeports', ports);
  if (spec.type === 'LoadBalancer') {
    usage.set('services.nodeports', ports);
    usage.set('services.loadbalancers', '1');
  }
}

function addClaim(usage: Map<string, Quantity>, { spec }: PersistentVolumeClaim): void {
  const { storageClassName } = spec;
  const storage = spec.resources?.requests?.['storage'];
  if (storage !== undefined) usage.set('requests.storage', storage);
  if (storageClassName === undefined || storageClassName === '') return;
  const ofClass = `${storageClassName}.storageclass.storage.k8s.io`;
  usage.set(`${ofClass}/persistentvolumeclaims`, '1');
  if (storage !== undefined) usage.set(`${ofClass}/requests.storage`, storage);
}

/** Adds `more` to `sum`, name by name. */
export function addUsage(sum: Map<string, Quantity>, more: QuotaUsage): void {
  for (const [name, amount] of more) {
    const known = sum.get(name);
    sum.set(name, known === undefined ? amount : addQuantities(known, amount));
  }
}

/** Names of a list, sorted. */
export function resourceNames(list: ResourceList): readonly string[] {
  return Object.keys(list).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Whether both lists name the same resources with the same amounts. */
export function isSameResourceList(a: ResourceList = {}, b: ResourceList = {}): boolean {
  const names = resourceNames(a);
  return (
    names.length === resourceNames(b).length &&
    names.every((name) => {
      const other = b[name];
      return other !== undefined && compareQuantities(a[name] as Quantity, other) === 0;
    })
  );
}

/**
 * Whether an object falls under the scopes of a quota; a quota with scopes counts pods only. Linear
 * in the scopes.
 */
export function isInScopes({ spec }: ResourceQuota, object: KubernetesObject): boolean {
  const scopes: readonly ScopedResourceSelectorRequirement[] = [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' as const })),
    ...(spec.scopeSelector?.matchExpressions ?? []),
  ];
  if (scopes.length === 0) return true;
  return object.kind === 'Pod' && scopes.every((scope) => isInScope(scope, object));
}

function isInScope(scope: ScopedResourceSelectorRequirement, pod: Pod): boolean {
  const { spec } = pod;
  const isIn: Readonly<Record<ResourceQuotaScope, () => boolean>> = {
    Terminating: () => (spec.activeDeadlineSeconds ?? -1) >= 0,
    NotTerminating: () => (spec.activeDeadlineSeconds ?? -1) < 0,
    BestEffort: () => podQosClass(spec) === 'BestEffort',
    NotBestEffort: () => podQosClass(spec) !== 'BestEffort',
    PriorityClass: () => matchesPriorityClass(scope, spec.priorityClassName ?? ''),
    CrossNamespacePodAffinity: () => reachesOtherNamespaces(pod),
    VolumeAttributesClass: () => false,
  };
  return isIn[scope.scopeName]();
}

function matchesPriorityClass(
  { operator, values = [] }: ScopedResourceSelectorRequirement,
  name: string,
): boolean {
  switch (operator) {
    case 'In':
      return values.includes(name);
    case 'NotIn':
      return !values.includes(name);
    case 'Exists':
      return name !== '';
    case 'DoesNotExist':
      return name === '';
  }
}

function reachesOtherNamespaces({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const terms = [podAffinity, podAntiAffinity].flatMap((each) => [
    ...(each?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(each?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
      ({ podAffinityTerm }) => podAffinityTerm,
    ),
  ]);
  return terms.some(
    ({ namespaces = [], namespaceSelector }) =>
      namespaces.length > 0 || namespaceSelector !== undefined,
  );
}
