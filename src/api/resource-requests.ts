/**
 * What a pod asks for and what a node offers, in the integers the scheduler counts in.
 *
 * The spec alone decides here; for pods that are being resized in place see `pod-resize.ts`.
 * Amounts that are not quantities count as an error.
 *
 * Source: Kubernetes v1.36 component-helpers `resource/helpers.go`, scheduler `framework/types.go`,
 * kubelet `qos`; reference scheduler.md §2.1.
 */

import type { Container, ResourceRequirements } from './container.js';
import type { Node } from './node.js';
import type { PodQosClass, PodSpec } from './pod.js';
import {
  formatBytes,
  formatMilliCpu,
  type Quantity,
  quantityMilliValue,
  quantityValue,
  type ResourceList,
} from './quantity.js';

/** Amounts of every resource. Invariant: safe integers of at least 0. */
export interface ResourceAmounts {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
  /** Every other resource by name, in whole units: `pods`, `nvidia.com/gpu`, `hugepages-2Mi`. */
  readonly scalars: ReadonlyMap<string, number>;
}

/** Those of the amounts that are above 0, as quantities by resource name. */
export function quantitiesOf(amounts: ResourceAmounts): ReadonlyMap<string, Quantity> {
  const { cpuMilli, memoryBytes, ephemeralStorageBytes, scalars } = amounts;
  const quantities = new Map<string, Quantity>();
  if (cpuMilli > 0) quantities.set('cpu', formatMilliCpu(cpuMilli));
  if (memoryBytes > 0) quantities.set('memory', formatBytes(memoryBytes));
  if (ephemeralStorageBytes > 0)
    quantities.set('ephemeral-storage', formatBytes(ephemeralStorageBytes));
  for (const [name, amount] of scalars) if (amount > 0) quantities.set(name, `${amount}`);
  return quantities;
}

/** What scoring assumes for a container that states no CPU request: 100 milli-CPU. */
const defaultCpuMilliRequest = 100;

/** What scoring assumes for a container that states no memory request: 200 MiB. */
const defaultMemoryBytesRequest = 209_715_200;

/** Names of the resources whose sum a pod-level statement may replace. */
function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

/** Amounts under construction: resource name to integer. Iterated only through `sortedNames`. */
type Tally = Map<string, number>;

function sortedNames(list: ResourceList): readonly string[] {
  return Object.keys(list).sort(byCodeUnit);
}

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function amountOf(name: string, quantity: string): number {
  return name === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity);
}

function addList(tally: Tally, list: ResourceList | undefined): void {
  if (list === undefined) return;
  for (const name of sortedNames(list)) {
    tally.set(name, (tally.get(name) ?? 0) + amountOf(name, list[name] ?? '0'));
  }
}

function addTally(target: Tally, other: Tally): void {
  for (const [name, amount] of other) target.set(name, (target.get(name) ?? 0) + amount);
}

function raiseTo(target: Tally, other: Tally): void {
  for (const [name, amount] of other) {
    const current = target.get(name);
    if (current === undefined || current < amount) target.set(name, amount);
  }
}

function tallyOf(list: ResourceList | undefined): Tally {
  const tally: Tally = new Map();
  addList(tally, list);
  return tally;
}

type ListOf = (container: Container) => ResourceList | undefined;

/**
 * The larger of what runs together at the end and what any point of the initialisation needs.
 * A restartable init container (a sidecar) stays up beside everything that starts after it.
 */
function aggregate(spec: PodSpec, listOf: ListOf): Tally {
  const running: Tally = new Map();
  for (const container of spec.containers) addTally(running, tallyOf(listOf(container)));
  const sidecars: Tally = new Map();
  const initialising: Tally = new Map();
  for (const container of spec.initContainers ?? []) {
    const own = tallyOf(listOf(container));
    if (container.restartPolicy === 'Always') {
      addTally(running, own);
      addTally(sidecars, own);
      raiseTo(initialising, sidecars);
    } else {
      addTally(own, sidecars);
      raiseTo(initialising, own);
    }
  }
  raiseTo(running, initialising);
  return running;
}

function replaceByPodLevel(tally: Tally, list: ResourceList | undefined): void {
  if (list === undefined) return;
  for (const name of sortedNames(list)) {
    if (isPodLevelResource(name)) tally.set(name, amountOf(name, list[name] ?? '0'));
  }
}

function toAmounts(tally: Tally): ResourceAmounts {
  const scalars = new Map<string, number>();
  const names = [...tally.keys()].sort(byCodeUnit);
  for (const name of names) {
    if (name !== 'cpu' && name !== 'memory' && name !== 'ephemeral-storage') {
      scalars.set(name, tally.get(name) ?? 0);
    }
  }
  return {
    cpuMilli: tally.get('cpu') ?? 0,
    memoryBytes: tally.get('memory') ?? 0,
    ephemeralStorageBytes: tally.get('ephemeral-storage') ?? 0,
    scalars,
  };
}

/**
 * Whether two specs ask for the same, as far as their parts tell: pods of one template, and a pod
 * before and after its binding, share their lists of containers though their specs differ.
 */
export function asksAlike(a: PodSpec, b: PodSpec): boolean {
  return (
    a === b ||
    (a.containers === b.containers &&
      a.initContainers === b.initContainers &&
      a.overhead === b.overhead &&
      a.resources === b.resources)
  );
}

/** Remembers what was computed from the last spec with a list of containers. */
function memoised<V>(compute: (spec: PodSpec) => V): (spec: PodSpec) => V {
  const known = new WeakMap<readonly Container[], { readonly spec: PodSpec; readonly value: V }>();
  return (spec) => {
    const found = known.get(spec.containers);
    if (found !== undefined && asksAlike(found.spec, spec)) return found.value;
    const value = compute(spec);
    known.set(spec.containers, { spec, value });
    return value;
  };
}

const requestsOf: ListOf = (container) => container.resources?.requests;
const limitsOf: ListOf = (container) => container.resources?.limits;

function requestsTally(spec: PodSpec): Tally {
  const tally = aggregate(spec, requestsOf);
  replaceByPodLevel(tally, spec.resources?.requests);
  addList(tally, spec.overhead);
  return tally;
}

function computeRequests(spec: PodSpec): ResourceAmounts {
  return toAmounts(requestsTally(spec));
}

function computeLimits(spec: PodSpec): ResourceAmounts {
  const tally = aggregate(spec, limitsOf);
  replaceByPodLevel(tally, spec.resources?.limits);
  // Overhead raises a limit but never creates one.
  for (const [name, amount] of tallyOf(spec.overhead)) {
    const limit = tally.get(name);
    if (limit !== undefined && limit > 0) tally.set(name, limit + amount);
  }
  return toAmounts(tally);
}

/** The requests of a container with scoring's assumptions where a key is missing. */
function assumedRequests(withCpu: boolean, withMemory: boolean): ListOf {
  return (container) => {
    const stated = container.resources?.requests ?? {};
    return {
      ...(withCpu ? { cpu: `${defaultCpuMilliRequest}m` } : {}),
      ...(withMemory ? { memory: `${defaultMemoryBytesRequest}` } : {}),
      ...stated,
    };
  };
}

/** Whether the pod states requests or limits of its own for a resource that it may. */
function hasPodLevelResources({ resources }: PodSpec): boolean {
  const lists = [resources?.requests ?? {}, resources?.limits ?? {}];
  return lists.some((list) => sortedNames(list).some(isPodLevelResource));
}

function computeNonZero(spec: PodSpec): ResourceAmounts {
  const stated = hasPodLevelResources(spec) ? requestsTally(spec) : undefined;
  const listOf = assumedRequests(stated?.has('cpu') !== true, stated?.has('memory') !== true);
  const tally = aggregate(spec, listOf);
  replaceByPodLevel(tally, spec.resources?.requests);
  addList(tally, spec.overhead);
  return toAmounts(tally);
}

function computeScoring(spec: PodSpec): ResourceAmounts {
  const tally = aggregate(spec, assumedRequests(true, true));
  addList(tally, spec.overhead);
  return toAmounts(tally);
}

/**
 * What a pod requests: the larger of its running containers' sum and its initialisation's peak,
 * replaced by pod-level requests where stated, plus overhead. Memoised on the list of containers.
 *
 * @throws QuantityError when an amount is not a quantity.
 */
export const podRequests: (spec: PodSpec) => ResourceAmounts = memoised(computeRequests);

/**
 * What a pod is limited to, by the same rule; a resource that no container limits is 0.
 * Memoised on the list of containers.
 *
 * @throws QuantityError when an amount is not a quantity.
 */
export const podLimits: (spec: PodSpec) => ResourceAmounts = memoised(computeLimits);

/**
 * `podRequests` with 100 milli-CPU and 200 MiB for each container that states no such request; an
 * explicit 0 stays 0. In a pod with pod-level resources only a resource that neither the pod nor
 * any of its containers states is assumed. This is what a node's NonZeroRequested sums up.
 * Memoised on the list of containers.
 *
 * @throws QuantityError when an amount is not a quantity.
 */
export const nonZeroRequests: (spec: PodSpec) => ResourceAmounts = memoised(computeNonZero);

/**
 * What the resource scorers take for the pod being scheduled: as `nonZeroRequests`, but blind to
 * pod-level resources, as kube-scheduler v1.36 is there (reference scheduler.md §2.2).
 * Memoised on the list of containers.
 *
 * @throws QuantityError when an amount is not a quantity.
 */
export const scoringRequests: (spec: PodSpec) => ResourceAmounts = memoised(computeScoring);

/**
 * What a node offers to pods: its allocatable, or its capacity where that is absent. `pods` is
 * among the scalars. Memoised on the node object.
 *
 * @throws QuantityError when an amount is not a quantity.
 */
export function nodeAllocatable(node: Node): ResourceAmounts {
  let amounts = knownAllocatable.get(node);
  if (amounts === undefined) {
    amounts = toAmounts(tallyOf(node.status?.allocatable ?? node.status?.capacity));
    knownAllocatable.set(node, amounts);
  }
  return amounts;
}

const knownAllocatable = new WeakMap<Node, ResourceAmounts>();

function qosOfResources(all: readonly (ResourceRequirements | undefined)[]): PodQosClass {
  let isAnyStated = false;
  let isGuaranteed = true;
  for (const resources of all) {
    for (const name of ['cpu', 'memory'] as const) {
      const request = positive(name, resources?.requests);
      const limit = positive(name, resources?.limits);
      if (request > 0 || limit > 0) isAnyStated = true;
      // An absent request has been set to the limit by defaulting; undefaulted specs say the same.
      if (limit === 0 || (request > 0 && request !== limit)) isGuaranteed = false;
      if (request === 0 && resources?.requests?.[name] !== undefined) isGuaranteed = false;
    }
  }
  if (!isAnyStated) return 'BestEffort';
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

function positive(name: 'cpu' | 'memory', list: ResourceList | undefined): number {
  const quantity = list?.[name];
  return quantity === undefined ? 0 : amountOf(name, quantity);
}

function computeQos(spec: PodSpec): PodQosClass {
  if (spec.resources?.requests !== undefined || spec.resources?.limits !== undefined) {
    return qosOfResources([spec.resources]);
  }
  return qosOfResources(
    [...spec.containers, ...(spec.initContainers ?? [])].map((container) => container.resources),
  );
}

/**
 * The quality-of-service class: `Guaranteed` when every container has CPU and memory limits equal
 * to its requests, `BestEffort` when none states any, otherwise `Burstable`. Memoised on the list of
 * containers.
 *
 * @throws QuantityError when an amount is not a quantity.
 */
export const podQosClass: (spec: PodSpec) => PodQosClass = memoised(computeQos);
