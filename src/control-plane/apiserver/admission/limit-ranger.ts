// LimitRanger: requests and limits that a container does not state come from the LimitRanges of its
// namespace, and none may be outside their bounds.
// Left out: claims for volumes, pods that are resized.
// Source: Kubernetes v1.36 plugin/pkg/admission/limitranger/admission.go.
import type { Container, ResourceRequirements } from '../../../api/container.js';
import type { LimitRange, LimitRangeItem } from '../../../api/limit-range.js';
import type { Pod } from '../../../api/pod.js';
import {
  canonicalQuantity,
  compareQuantities,
  type Quantity,
  quantityMilliValue,
  type ResourceList,
} from '../../../api/quantity.js';
import { resourceNames } from '../../../api/quota-usage.js';
import { podLimits, podRequests, quantitiesOf } from '../../../api/resource-requests.js';

/** Where the plugin notes what it has set. */
const ANNOTATION = 'kubernetes.io/limit-ranger';

/** The pod with the defaults of all LimitRanges, in their order. */
export function withLimitRangeDefaults(pod: Pod, ranges: readonly LimitRange[]): Pod {
  let limited = pod;
  for (const range of ranges) limited = withDefaultsOf(limited, range);
  return limited;
}

function withDefaultsOf(pod: Pod, { spec }: LimitRange): Pod {
  const items = spec.limits.filter(({ type }) => type === 'Container');
  const requests = merged(items.map(({ defaultRequest }) => defaultRequest));
  const limits = merged(items.map((item) => item.default));
  const notes: string[] = [];
  const complete = (kind: string) => (container: Container) => {
    const given = container.resources;
    const note = (what: string, names: readonly string[]): void => {
      if (names.length > 0) notes.push(`${names.join(', ')} ${what} for ${kind} ${container.name}`);
    };
    note('request', missing(given?.requests, requests));
    note('limit', missing(given?.limits, limits));
    const resources: ResourceRequirements = {
      ...given,
      requests: { ...requests, ...given?.requests },
      limits: { ...limits, ...given?.limits },
    };
    return { ...container, resources };
  };
  const containers = pod.spec.containers.map(complete('container'));
  const initContainers = pod.spec.initContainers?.map(complete('init container'));
  if (notes.length === 0) return pod;
  const annotations = {
    ...pod.metadata.annotations,
    [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}`,
  };
  const own = initContainers === undefined ? { containers } : { containers, initContainers };
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec: { ...pod.spec, ...own } };
}

function merged(lists: readonly (ResourceList | undefined)[]): ResourceList {
  return Object.assign({}, ...lists);
}

function missing(given: ResourceList = {}, defaults: ResourceList): readonly string[] {
  return resourceNames(defaults).filter((name) => given[name] === undefined);
}

/** Amounts that are asked for and that are the limit, by resource name. */
interface Amounts {
  readonly requests: ReadonlyMap<string, Quantity>;
  readonly limits: ReadonlyMap<string, Quantity>;
}

/** In which way a pod is outside the bounds; '' when it is within all of them. */
export function limitRangeFault(pod: Pod, ranges: readonly LimitRange[]): string {
  for (const { spec } of ranges) {
    const faults = spec.limits.flatMap((item) => itemFaults(pod, item));
    const [first = ''] = faults;
    if (faults.length > 0) return faults.length === 1 ? first : `[${faults.join(', ')}]`;
  }
  return '';
}

function itemFaults(pod: Pod, item: LimitRangeItem): readonly string[] {
  const { spec } = pod;
  if (item.type === 'Pod') {
    const limits = quantitiesOf(podLimits(spec));
    return faultsOf({ requests: quantitiesOf(podRequests(spec)), limits }, item);
  }
  if (item.type !== 'Container') return [];
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) => {
    const amounts = { requests: mapOf(resources?.requests), limits: mapOf(resources?.limits) };
    return faultsOf(amounts, item);
  });
}

function mapOf(list: ResourceList = {}): ReadonlyMap<string, Quantity> {
  return new Map(resourceNames(list).map((name) => [name, list[name] as Quantity]));
}

function faultsOf(amounts: Amounts, item: LimitRangeItem): readonly string[] {
  const { type, min = {}, max = {}, maxLimitRequestRatio: ratio = {} } = item;
  const each = (
    bounds: ResourceList,
    check: (name: string, bound: Quantity, amounts: Amounts) => string,
  ): readonly string[] =>
    resourceNames(bounds).map((name) => {
      const fault = check(name, bounds[name] as Quantity, amounts);
      return fault === '' ? '' : fault.replace('%', type);
    });
  return [...each(min, belowMin), ...each(max, aboveMax), ...each(ratio, aboveRatio)].filter(
    (fault) => fault !== '',
  );
}

function belowMin(name: string, bound: Quantity, { requests, limits }: Amounts): string {
  const rule = `minimum ${name} usage per % is ${canonicalQuantity(bound)}`;
  const request = requests.get(name);
  const limit = limits.get(name);
  if (request === undefined) return `${rule}.  No request is specified`;
  if (compareQuantities(request, bound) < 0) return `${rule}, but request is ${request}`;
  const isLow = limit !== undefined && compareQuantities(limit, bound) < 0;
  return isLow ? `${rule}, but limit is ${limit}` : '';
}

function aboveMax(name: string, bound: Quantity, { requests, limits }: Amounts): string {
  const rule = `maximum ${name} usage per % is ${canonicalQuantity(bound)}`;
  const request = requests.get(name);
  const limit = limits.get(name);
  if (limit === undefined) return `${rule}.  No limit is specified`;
  if (compareQuantities(limit, bound) > 0) return `${rule}, but limit is ${limit}`;
  const isHigh = request !== undefined && compareQuantities(request, bound) > 0;
  return isHigh ? `${rule}, but request is ${request}` : '';
}

function aboveRatio(name: string, bound: Quantity, { requests, limits }: Amounts): string {
  const rule = `${name} max limit to request ratio per % is ${canonicalQuantity(bound)}`;
  const request = quantityMilliValue(requests.get(name) ?? '0');
  const limit = quantityMilliValue(limits.get(name) ?? '0');
  if (request === 0) return `${rule}, but no request is specified or request is 0`;
  if (limit === 0) return `${rule}, but no limit is specified or limit is 0`;
  const ratio = limit / request;
  const isHigh = ratio * 1000 > quantityMilliValue(bound);
  return isHigh ? `${rule}, but provided ratio is ${ratio.toFixed(6)}` : '';
}
