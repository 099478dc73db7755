// Memory and disk of nodes, as the summary API of a kubelet has them: what containers use, from the
// annotations of their pods, and what images take. A node has one file system for images, writable
// layers, logs and emptyDirs. ASSUMED: a container of which nothing is said uses the memory that it
// requests, and no disk; beside what pods may use, a node has the memory of its hard eviction
// threshold.
// Left out: memory of the system's daemons, page cache, inodes, processes.
// Source: Kubernetes v1.36 pkg/kubelet/eviction/helpers.go (reference: nodes-controllers §1.13).
import { amountAt } from '../../api/behaviour-text.js';
import type { Node } from '../../api/node.js';
import { behaviour, behaviourCourse, behaviourText } from '../../api/pod-behaviour.js';
import { quantityValue } from '../../api/quantity.js';
import { nodeAllocatable } from '../../api/resource-requests.js';
import type { SimTime } from '../../kernel/time.js';
import {
  type EvictionSignal,
  type KubeletConfiguration,
  thresholdBytes,
} from './kubelet-configuration.js';
import type { ContainerRecord, PodRecord } from './pod-record.js';

/** Resources that pods are evicted for. */
export type EvictedResource = 'memory' | 'ephemeral-storage';

/** What there is of something, bytes. */
export interface SignalValue {
  readonly available: number;
  readonly capacity: number;
}

const keyOf = { memory: behaviour.memoryUse, 'ephemeral-storage': behaviour.diskUse } as const;

/** Bytes that a container uses now. O(points of its course). */
function containerUse(
  { pod }: PodRecord,
  { spec, state, startedUs }: ContainerRecord,
  resource: EvictedResource,
  now: SimTime,
): number {
  if (state !== 'running') return 0;
  const course = behaviourCourse(pod.metadata.annotations, keyOf[resource], spec.name);
  if (course !== undefined) return amountAt(course, now - startedUs);
  return resource === 'memory' ? quantityValue(spec.resources?.requests?.['memory'] ?? '0') : 0;
}

/** Bytes that each container of a pod uses, in order. */
export function containerUses(
  record: PodRecord,
  resource: EvictedResource,
  now: SimTime,
): readonly number[] {
  return record.containers.map((container) => containerUse(record, container, resource, now));
}

/** Bytes that a pod uses. */
export function podUse(record: PodRecord, resource: EvictedResource, now: SimTime): number {
  return containerUses(record, resource, now).reduce((sum, bytes) => sum + bytes, 0);
}

/** Bytes that all pods of a node use. O(containers). */
export function podsUse(
  pods: Iterable<PodRecord>,
  resource: EvictedResource,
  now: SimTime,
): number {
  let bytes = 0;
  for (const record of pods) bytes += podUse(record, resource, now);
  return bytes;
}

/** Whether a pod says anything about its memory or its disk. */
export function isMeasured({ pod, containers }: PodRecord): boolean {
  const { annotations } = pod.metadata;
  if (annotations === undefined) return false;
  const keys = [behaviour.memoryUse, behaviour.diskUse];
  return containers.some(({ spec }) =>
    keys.some((key) => behaviourText(annotations, key, spec.name) !== undefined),
  );
}

/** Bytes of a node's disk; Infinity when the node does not say. */
export function diskCapacity({ status }: Node): number {
  const text = status?.capacity?.['ephemeral-storage'];
  return text === undefined ? Number.POSITIVE_INFINITY : quantityValue(text);
}

/** Bytes of a node's memory; Infinity when the node does not say. */
export function memoryCapacity(node: Node, configuration: KubeletConfiguration): number {
  const text = node.status?.capacity?.['memory'];
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const capacity = quantityValue(text);
  const threshold = configuration.evictionThresholds.find(
    ({ signal, graceUs }) => signal === 'memory.available' && graceUs === 0,
  );
  const reserved = threshold === undefined ? 0 : thresholdBytes(threshold.value, capacity);
  return Math.max(capacity, nodeAllocatable(node).memoryBytes + reserved);
}

/** The resource that pods are evicted for when a signal is low. */
export function resourceOf(signal: EvictionSignal): EvictedResource {
  return signal === 'memory.available' ? 'memory' : 'ephemeral-storage';
}
