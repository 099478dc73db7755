// What a node has of what its pods can use up, and what it is called when little of it is left. A
// node has one file system for images, writable layers, logs and emptyDirs. ASSUMED: beside what
// pods may use, a node has the memory of its hard eviction threshold.
// Source: Kubernetes v1.36 pkg/kubelet/eviction/helpers.go, pkg/kubelet/stats/pidlimit (reference:
// nodes-controllers §1.13).
import type { Node } from '../../api/node.js';
import { quantityValue } from '../../api/quantity.js';
import { nodeAllocatable } from '../../api/resource-requests.js';
import { kubeletConstants } from './constants.js';
import {
  type EvictionSignal,
  type KubeletConfiguration,
  thresholdAmount,
} from './kubelet-configuration.js';
import type { NodePressure } from './node-agent.js';

/** Resources that pods are evicted for, by their names in messages. */
export type EvictedResource = 'memory' | 'ephemeral-storage' | 'inodes' | 'pids';

/** What there is of something: bytes, inodes or processes. */
export interface SignalValue {
  readonly available: number;
  readonly capacity: number;
}

const resources: Readonly<Record<EvictionSignal, EvictedResource>> = {
  'memory.available': 'memory',
  'nodefs.available': 'ephemeral-storage',
  'nodefs.inodesFree': 'inodes',
  'imagefs.available': 'ephemeral-storage',
  'imagefs.inodesFree': 'inodes',
  'pid.available': 'pids',
};

/** The resource that pods are evicted for when a signal is low. */
export function resourceOf(signal: EvictionSignal): EvictedResource {
  return resources[signal];
}

const pressures: Readonly<Record<EvictedResource, keyof NodePressure>> = {
  memory: 'memory',
  'ephemeral-storage': 'disk',
  inodes: 'disk',
  pids: 'pid',
};

/** Under which pressure a node is that is short of a resource. */
export function pressureOf(resource: EvictedResource): keyof NodePressure {
  return pressures[resource];
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
  const reserved = threshold === undefined ? 0 : thresholdAmount(threshold.value, capacity);
  return Math.max(capacity, nodeAllocatable(node).memoryBytes + reserved);
}

/** Inodes of a node's disk, as mke2fs makes them; Infinity when the node does not state its disk. */
export function inodeCapacity(node: Node): number {
  return Math.floor(diskCapacity(node) / kubeletConstants.inodeBytes);
}

/** Processes and threads that a machine can have, by its memory. */
export function pidCapacity(node: Node): number {
  const text = node.status?.capacity?.['memory'];
  const { pidMax, threadMemoryBytes } = kubeletConstants;
  return text === undefined
    ? pidMax
    : Math.min(pidMax, Math.floor(quantityValue(text) / threadMemoryBytes));
}
