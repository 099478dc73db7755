// ResourceQuota's judgement of one object: whether what it asks for still fits into the quotas of
// its namespace, whose use it then counts towards.
// Source: Kubernetes v1.36 apiserver pkg/admission/plugin/resourcequota/controller.go CheckRequest,
// pkg/quota/v1/evaluator/core/pods.go Constraints.
import type { Container } from '../../../api/container.js';
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { Pod } from '../../../api/pod.js';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  type Quantity,
  type ResourceList,
} from '../../../api/quantity.js';
import {
  isInScopes,
  type QuotaUsage,
  quotaUsage,
  resourceNames,
} from '../../../api/quota-usage.js';
import type { ResourceQuota } from '../../../api/resource-quota.js';
import { ascending } from '../../../stats/ascending.js';

/** A quota with what is used of it as of now, which may be more than is stored. */
export interface QuotaState {
  readonly quota: ResourceQuota;
  used: ResourceList;
  isChanged: boolean;
}

/** What every container has to state where a quota limits it. */
const STATED_BY_EACH_CONTAINER: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
]);

/** Whether a quota has to be asked about an object. */
export function concerns(
  quota: ResourceQuota,
  usage: QuotaUsage,
  object: KubernetesObject,
): boolean {
  const hard = quota.status?.hard ?? {};
  return (
    resourceNames(hard).some((name) => mayUse(usage, object, name)) && isInScopes(quota, object)
  );
}

/** A pod that states nothing of a resource may still be of the kind that uses it. */
function mayUse(usage: QuotaUsage, object: KubernetesObject, name: string): boolean {
  return usage.has(name) || (object.kind === 'Pod' && STATED_BY_EACH_CONTAINER.has(name));
}

/**
 * Counts an object towards the quotas, or says why it may not be: then nothing is counted. Linear
 * in the quotas and the resources that they limit.
 */
export function charge(states: readonly QuotaState[], object: KubernetesObject): string {
  const usage = quotaUsage(object);
  const concerned = states.filter(({ quota }) => concerns(quota, usage, object));
  for (const { quota } of concerned) {
    const fault = statementFault(quota, usage, object);
    if (fault !== '') return fault;
  }
  const charged: ResourceList[] = [];
  for (const state of concerned) {
    const used = sumOf(state, usage);
    const fault = excess(state, used, usage);
    if (fault !== '') return fault;
    charged.push(used);
  }
  for (const [i, state] of concerned.entries()) {
    state.used = charged[i] as ResourceList;
    state.isChanged = true;
  }
  return '';
}

function statementFault(quota: ResourceQuota, usage: QuotaUsage, object: KubernetesObject): string {
  const { name } = quota.metadata;
  const { hard = {}, used = {} } = quota.status ?? {};
  const limited = resourceNames(hard).filter((each) => mayUse(usage, object, each));
  if (object.kind === 'Pod') {
    const missing = unstated(object, limited);
    if (missing !== '') return `failed quota: ${name}: must specify ${missing}`;
  }
  const unknown = limited.filter((each) => used[each] === undefined);
  return unknown.length === 0
    ? ''
    : `status unknown for quota: ${name}, resources: ${unknown.join(',')}`;
}

function unstated({ spec }: Pod, limited: readonly string[]): string {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  return limited
    .filter((name) => STATED_BY_EACH_CONTAINER.has(name))
    .flatMap((name) => {
      const without = containers.filter((container) => !states(container, name));
      const names = without.map((container) => container.name).sort(ascending);
      return names.length === 0 ? [] : [`${name} for: ${names.join(',')}`];
    })
    .join('; ');
}

function states({ resources }: Container, name: string): boolean {
  if (name.startsWith('limits.')) return resources?.limits?.[name.slice(7)] !== undefined;
  const resource = name.startsWith('requests.') ? name.slice(9) : name;
  return resources?.requests?.[resource] !== undefined;
}

/** What would be used with the object. */
function sumOf({ quota, used }: QuotaState, usage: QuotaUsage): ResourceList {
  const sum: Record<string, Quantity> = { ...used };
  for (const name of resourceNames(quota.status?.hard ?? {})) {
    const more = usage.get(name);
    if (more !== undefined) sum[name] = addQuantities(used[name] ?? '0', more);
  }
  return sum;
}

function excess({ quota, used }: QuotaState, sum: ResourceList, usage: QuotaUsage): string {
  const hard = quota.status?.hard ?? {};
  const exceeded = resourceNames(hard).filter(
    (name) => usage.has(name) && compareQuantities(sum[name] ?? '0', hard[name] ?? '0') > 0,
  );
  if (exceeded.length === 0) return '';
  const listed = (amount: (name: string) => Quantity | undefined): string =>
    exceeded.map((name) => `${name}=${canonicalQuantity(amount(name) ?? '0')}`).join(',');
  const requested = listed((name) => usage.get(name));
  const before = listed((name) => used[name]);
  const limit = listed((name) => hard[name]);
  const { name } = quota.metadata;
  return `exceeded quota: ${name}, requested: ${requested}, used: ${before}, limited: ${limit}`;
}
