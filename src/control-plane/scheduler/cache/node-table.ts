// The nodes as a struct of arrays: one row a node, one typed array a quantity. Filters and scores
// read the arrays directly; a row keeps its number for as long as its node or its pods exist.
// Source: kube-scheduler v1.36 NodeInfo; reference: scheduler 1.4 and 2.1.

import type { Node } from '../../../api/node.js';
import { nodeAllocatable } from '../../../api/resource-requests.js';
import type { PodInfo } from '../framework/pod-info.js';
import { HostPorts } from './host-ports.js';

/** One resource on all nodes; milli-CPU for cpu, otherwise whole units. Indexed by row. */
export class ResourceColumn {
  allocatable: Float64Array;
  /** Sum over the pods on the node. */
  requested: Float64Array;

  constructor(capacity: number) {
    this.allocatable = new Float64Array(capacity);
    this.requested = new Float64Array(capacity);
  }

  grow(capacity: number): void {
    this.allocatable = grown(this.allocatable, capacity);
    this.requested = grown(this.requested, capacity);
  }
}

const initialCapacity = 64;

/** Rows that are out of use hold zeros. Invariant: `podCount[row] === pods[row].length`. */
export class NodeTable {
  capacity: number = initialCapacity;
  readonly names: string[] = [];
  /** Undefined for a row that only has pods left: its node is gone, or not known yet. */
  readonly nodes: (Node | undefined)[] = [];
  /** In the order in which kube-scheduler keeps them; see `removePod`. */
  readonly pods: PodInfo[][] = [];
  readonly hostPorts: (HostPorts | undefined)[] = [];
  /** Pods on nodes by the claims that they use, as `namespace/name`. */
  readonly claimUsers: Map<string, PodInfo[]> = new Map();
  readonly cpu: ResourceColumn = new ResourceColumn(initialCapacity);
  readonly memory: ResourceColumn = new ResourceColumn(initialCapacity);
  readonly ephemeralStorage: ResourceColumn = new ResourceColumn(initialCapacity);
  /** Extended resources, huge pages and attachable volumes, by name. */
  readonly scalars: Map<string, ResourceColumn> = new Map();
  nonZeroCpuMilli: Float64Array = new Float64Array(initialCapacity);
  nonZeroMemoryBytes: Float64Array = new Float64Array(initialCapacity);
  allocatablePods: Float64Array = new Float64Array(initialCapacity);
  podCount: Int32Array = new Int32Array(initialCapacity);
  /** Pods with affinity or anti-affinity of any kind, and pods with required anti-affinity. */
  affinityPodCount: Int32Array = new Int32Array(initialCapacity);
  antiAffinityPodCount: Int32Array = new Int32Array(initialCapacity);
  /** Sums over all rows of the counts of the same name. */
  totalPodCount = 0;
  totalAffinityPodCount = 0;
  totalAntiAffinityPodCount = 0;
  /** Grows with every change of a row's node or of the pods on it, but for their status. */
  versions: Int32Array = new Int32Array(initialCapacity);
  /** 1 where spec.unschedulable is set. */
  unschedulable: Uint8Array = new Uint8Array(initialCapacity);
  /** 1 where a taint has the effect NoSchedule or NoExecute. */
  hasHardTaints: Uint8Array = new Uint8Array(initialCapacity);
  /** 1 where a taint has the effect PreferNoSchedule. */
  hasSoftTaints: Uint8Array = new Uint8Array(initialCapacity);
  /** Number of rows with 1 in the array of the same name. */
  unschedulableCount = 0;
  hardTaintedCount = 0;
  softTaintedCount = 0;
  /** Pods by priority: a cluster has a handful of priorities. */
  readonly #priorities = new Map<number, number>();
  readonly #free: number[] = [];

  /** The lowest priority of a pod on any row; Infinity without pods. O(priorities). */
  get lowestPriority(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const priority of this.#priorities.keys()) if (priority < lowest) lowest = priority;
    return lowest;
  }

  /** An empty row for a node of this name. Amortised O(1). */
  addRow(name: string): number {
    const row = this.#free.pop() ?? this.names.length;
    if (row === this.capacity) this.#grow();
    this.names[row] = name;
    this.nodes[row] = undefined;
    this.pods[row] = [];
    this.hostPorts[row] = undefined;
    return row;
  }

  /** Gives a row back that has neither node nor pods. */
  freeRow(row: number): void {
    this.names[row] = '';
    this.#free.push(row);
  }

  /** The column of any resource but `pods`; undefined for one that no node and no pod has named. */
  column(resource: string): ResourceColumn | undefined {
    if (resource === 'cpu') return this.cpu;
    if (resource === 'memory') return this.memory;
    if (resource === 'ephemeral-storage') return this.ephemeralStorage;
    return this.scalars.get(resource);
  }

  /** Sets or removes the node of a row; its pods stay. Linear in the number of resources. */
  setNode(row: number, node: Node | undefined): void {
    this.nodes[row] = node;
    this.versions[row]! += 1;
    const amounts = node && nodeAllocatable(node);
    this.cpu.allocatable[row] = amounts?.cpuMilli ?? 0;
    this.memory.allocatable[row] = amounts?.memoryBytes ?? 0;
    this.ephemeralStorage.allocatable[row] = amounts?.ephemeralStorageBytes ?? 0;
    this.allocatablePods[row] = amounts?.scalars.get('pods') ?? 0;
    for (const column of this.scalars.values()) column.allocatable[row] = 0;
    for (const [resource, amount] of amounts?.scalars ?? []) {
      if (resource !== 'pods') this.#scalar(resource).allocatable[row] = amount;
    }
    const taints = node?.spec?.taints ?? [];
    const hasHard = taints.some(({ effect }) => effect !== 'PreferNoSchedule');
    const hasSoft = taints.some(({ effect }) => effect === 'PreferNoSchedule');
    this.unschedulableCount += flag(this.unschedulable, row, node?.spec?.unschedulable === true);
    this.hardTaintedCount += flag(this.hasHardTaints, row, hasHard);
    this.softTaintedCount += flag(this.hasSoftTaints, row, hasSoft);
  }

  /** Appends a pod to a row's list and adds its requests. */
  addPod(row: number, info: PodInfo): void {
    (this.pods[row] as PodInfo[]).push(info);
    this.#count(row, info, 1);
    for (const claim of info.claimKeys) this.#addClaimUser(claim, info);
    if (info.hostPorts.length === 0) return;
    let ports = this.hostPorts[row];
    if (ports === undefined) {
      ports = new HostPorts();
      this.hostPorts[row] = ports;
    }
    for (const port of info.hostPorts) ports.add(port);
  }

  /**
   * Takes a pod off a row; the last of the list moves into its place, as in kube-scheduler, whose
   * preemption depends on that order. Linear in the number of pods on the node.
   */
  removePod(row: number, info: PodInfo): void {
    const pods = this.pods[row] as PodInfo[];
    const index = pods.indexOf(info);
    if (index < 0) return;
    const last = pods.pop() as PodInfo;
    if (index < pods.length) pods[index] = last;
    this.#count(row, info, -1);
    for (const claim of info.claimKeys) this.#removeClaimUser(claim, info);
    for (const port of info.hostPorts) this.hostPorts[row]?.remove(port);
  }

  /** As if `before` were taken off the row and `info` put on it. Linear in its pods. */
  replacePod(row: number, before: PodInfo, info: PodInfo): void {
    if (!countsAlike(before, info)) {
      this.removePod(row, before);
      this.addPod(row, info);
      return;
    }
    const pods = this.pods[row] as PodInfo[];
    const last = pods.length - 1;
    pods[pods.indexOf(before)] = pods[last] as PodInfo;
    pods[last] = info;
  }

  #count(row: number, info: PodInfo, sign: 1 | -1): void {
    const { requests, nonZeroRequests, priority } = info;
    const alike = (this.#priorities.get(priority) ?? 0) + sign;
    if (alike === 0) this.#priorities.delete(priority);
    else this.#priorities.set(priority, alike);
    this.versions[row]! += 1;
    this.podCount[row]! += sign;
    this.totalPodCount += sign;
    if (info.hasAffinity) this.#countAffinity(row, info, sign);
    this.cpu.requested[row]! += sign * requests.cpuMilli;
    this.memory.requested[row]! += sign * requests.memoryBytes;
    this.ephemeralStorage.requested[row]! += sign * requests.ephemeralStorageBytes;
    this.nonZeroCpuMilli[row]! += sign * nonZeroRequests.cpuMilli;
    this.nonZeroMemoryBytes[row]! += sign * nonZeroRequests.memoryBytes;
    if (requests.scalars.size === 0) return;
    for (const [resource, amount] of requests.scalars) {
      this.#scalar(resource).requested[row]! += sign * amount;
    }
  }

  #countAffinity(row: number, { hasRequiredAntiAffinity }: PodInfo, sign: 1 | -1): void {
    this.affinityPodCount[row]! += sign;
    this.totalAffinityPodCount += sign;
    if (!hasRequiredAntiAffinity) return;
    this.antiAffinityPodCount[row]! += sign;
    this.totalAntiAffinityPodCount += sign;
  }

  #addClaimUser(claim: string, info: PodInfo): void {
    const users = this.claimUsers.get(claim);
    if (users === undefined) this.claimUsers.set(claim, [info]);
    else users.push(info);
  }

  #removeClaimUser(claim: string, info: PodInfo): void {
    const users = this.claimUsers.get(claim) ?? [];
    const left = users.filter((user) => user !== info);
    if (left.length === 0) this.claimUsers.delete(claim);
    else this.claimUsers.set(claim, left);
  }

  #scalar(resource: string): ResourceColumn {
    let column = this.scalars.get(resource);
    if (column === undefined) {
      column = new ResourceColumn(this.capacity);
      this.scalars.set(resource, column);
    }
    return column;
  }

  #grow(): void {
    const capacity = this.capacity * 2;
    this.capacity = capacity;
    for (const column of [this.cpu, this.memory, this.ephemeralStorage]) column.grow(capacity);
    for (const column of this.scalars.values()) column.grow(capacity);
    this.nonZeroCpuMilli = grown(this.nonZeroCpuMilli, capacity);
    this.nonZeroMemoryBytes = grown(this.nonZeroMemoryBytes, capacity);
    this.allocatablePods = grown(this.allocatablePods, capacity);
    this.podCount = grown(this.podCount, capacity);
    this.affinityPodCount = grown(this.affinityPodCount, capacity);
    this.antiAffinityPodCount = grown(this.antiAffinityPodCount, capacity);
    this.versions = grown(this.versions, capacity);
    this.unschedulable = grown(this.unschedulable, capacity);
    this.hasHardTaints = grown(this.hasHardTaints, capacity);
    this.hasSoftTaints = grown(this.hasSoftTaints, capacity);
  }
}

/** Whether two states of a pod differ in nothing that is counted or remembered of its node. */
function countsAlike(a: PodInfo, b: PodInfo): boolean {
  return (
    a.requests === b.requests &&
    a.priority === b.priority &&
    a.pod.spec.affinity === b.pod.spec.affinity &&
    a.pod.spec.volumes === b.pod.spec.volumes &&
    a.pod.metadata.deletionTimestamp === b.pod.metadata.deletionTimestamp &&
    a.pod.metadata.labels === b.pod.metadata.labels &&
    a.pod.metadata.annotations === b.pod.metadata.annotations &&
    a.claimKeys.length === 0
  );
}

/** Sets a flag and returns by how much the number of flags that are set has changed. */
function flag(flags: Uint8Array, row: number, isSet: boolean): number {
  const before = flags[row]!;
  flags[row] = isSet ? 1 : 0;
  return flags[row]! - before;
}

function grown<T extends Float64Array | Int32Array | Uint8Array>(array: T, capacity: number): T {
  const copy = new (array.constructor as new (length: number) => T)(capacity);
  copy.set(array);
  return copy;
}
