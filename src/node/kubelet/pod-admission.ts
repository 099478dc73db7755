// Whether a node accepts a pod that was bound to it: the amounts that its accepted pods request
// must fit what the node offers. A pod is refused only when the scheduler's picture was stale, or
// when it did not ask the scheduler. Left out: node affinity, ports and taints, checked by the
// scheduler.
// Source: Kubernetes v1.36 pkg/kubelet/lifecycle/predicate.go (reference: nodes-controllers §1.5).
import type { Node } from '../../api/node.js';
import type { Pod, PodSpec } from '../../api/pod.js';
import { nodeAllocatable, podQosClass, podRequests } from '../../api/resource-requests.js';
import { isCritical } from './eviction-ranking.js';
import type { NodePressure } from './node-agent.js';

/** What the accepted pods of a node request together. */
export class NodeUsage {
  cpuMilli = 0;
  /** Of Burstable pods alone. */
  burstableMilli = 0;
  memoryBytes = 0;
  ephemeralStorageBytes = 0;
  pods = 0;
  readonly scalars: Map<string, number> = new Map();

  /** Counts a pod; `sign` -1 takes it out again. */
  add(spec: PodSpec, sign: 1 | -1): void {
    const requests = podRequests(spec);
    this.cpuMilli += sign * requests.cpuMilli;
    if (podQosClass(spec) === 'Burstable') this.burstableMilli += sign * requests.cpuMilli;
    this.memoryBytes += sign * requests.memoryBytes;
    this.ephemeralStorageBytes += sign * requests.ephemeralStorageBytes;
    this.pods += sign;
    for (const [name, amount] of requests.scalars) {
      this.scalars.set(name, (this.scalars.get(name) ?? 0) + sign * amount);
    }
  }
}

/** Why a pod was refused, as its status says. */
export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

/** Why a node under pressure refuses a pod; undefined when it does not. */
export function pressureRejection(pressure: NodePressure, pod: Pod): Rejection | undefined {
  const { memory, disk, pid } = pressure;
  if ((!memory && !disk && !pid) || isCritical(pod)) return undefined;
  const isSpared =
    podQosClass(pod.spec) !== 'BestEffort' ||
    pod.spec.tolerations?.some(({ key }) => key === memoryPressureTaint) === true;
  if (!disk && !pid && isSpared) return undefined;
  const conditions = [
    ...(memory ? ['MemoryPressure'] : []),
    ...(disk ? ['DiskPressure'] : []),
    ...(pid ? ['PIDPressure'] : []),
  ];
  return {
    reason: 'Evicted',
    message: `The node had condition: [${conditions.join(' ')}]. `,
  };
}

const memoryPressureTaint = 'node.kubernetes.io/memory-pressure';

/**
 * The first resource that the node has too little of, as a rejection; undefined when all fit.
 * `podsPerCore` 0: as many pods as the node offers.
 */
export function rejectionOf(
  node: Node,
  usage: NodeUsage,
  spec: PodSpec,
  podsPerCore = 0,
  cores = 0,
): Rejection | undefined {
  const offered = nodeAllocatable(node);
  const wanted = podRequests(spec);
  const most = offered.scalars.get('pods');
  const byCores = podsPerCore === 0 ? most : podsPerCore * cores;
  const podLimit = byCores === undefined ? most : Math.min(most ?? byCores, byCores);
  if (podLimit !== undefined && usage.pods + 1 > podLimit) {
    return outOf('pods', 1, usage.pods, podLimit);
  }
  const amounts: readonly (readonly [string, number, number, number])[] = [
    ['cpu', wanted.cpuMilli, usage.cpuMilli, offered.cpuMilli],
    ['memory', wanted.memoryBytes, usage.memoryBytes, offered.memoryBytes],
    [
      'ephemeral-storage',
      wanted.ephemeralStorageBytes,
      usage.ephemeralStorageBytes,
      offered.ephemeralStorageBytes,
    ],
  ];
  for (const [name, request, used, capacity] of amounts) {
    if (request > 0 && used + request > capacity) return outOf(name, request, used, capacity);
  }
  for (const [name, request] of wanted.scalars) {
    const used = usage.scalars.get(name) ?? 0;
    const capacity = offered.scalars.get(name) ?? 0;
    if (request > 0 && used + request > capacity) return outOf(name, request, used, capacity);
  }
  return undefined;
}

function outOf(name: string, requested: number, used: number, capacity: number): Rejection {
  const figures = `requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  return {
    reason: `OutOf${name}`,
    message: `Pod was rejected: Node didn't have enough resource: ${name}, ${figures}`,
  };
}
