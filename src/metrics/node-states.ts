// What runs on each node, counted from committed writes: pods that are bound and not terminal, and
// the sum of their requests. O(1) a write.
import type { Node } from '../api/node.js';
import { isPodTerminal, type Pod } from '../api/pod.js';
import { nodeAllocatable, podRequests } from '../api/resource-requests.js';
import { SilentObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import type { NodeRow } from './run-result.js';

interface Load {
  pods: number;
  cpuMilli: number;
  memoryBytes: number;
  imagesPulled: number;
  imageBytes: number;
}

const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** Collects the rows of nodes.csv. */
export class NodeStates extends SilentObserver {
  readonly #nodes = new Map<string, Node>();
  readonly #loads = new Map<string, Load>();

  override readonly committedKinds: ReadonlySet<string> = new Set(['Node', 'Pod']);

  override committed({ object, previous, type }: WatchEvent): void {
    if (object.kind === 'Node') {
      if (type === 'DELETED') this.#nodes.delete(object.metadata.name);
      else this.#nodes.set(object.metadata.name, object);
    } else if (object.kind === 'Pod') {
      if (previous !== undefined) this.#count(previous as Pod, -1);
      if (type !== 'DELETED') this.#count(object, 1);
    }
  }

  override imagePulled(node: string, _image: string, bytes: number, _durationUs: number): void {
    const load = this.#load(node);
    load.imagesPulled++;
    load.imageBytes += bytes;
  }

  get nodeCount(): number {
    return this.#nodes.size;
  }

  /** In order of registration. */
  get rows(): readonly Omit<NodeRow, 'kubeProxyCpuUs'>[] {
    return [...this.#nodes.values()].map((node) => {
      const { name, labels } = node.metadata;
      const load = this.#load(name);
      const allocatable = nodeAllocatable(node);
      return {
        name,
        zone: labels?.[ZONE_LABEL] ?? '',
        ready: isReady(node),
        pods: load.pods,
        cpuAllocatableMilli: allocatable.cpuMilli,
        cpuRequestedMilli: load.cpuMilli,
        memoryAllocatableBytes: allocatable.memoryBytes,
        memoryRequestedBytes: load.memoryBytes,
        imagesPulled: load.imagesPulled,
        imageBytesPulled: load.imageBytes,
      };
    });
  }

  #count(pod: Pod, sign: 1 | -1): void {
    if (pod.spec.nodeName === undefined || isPodTerminal(pod)) return;
    const load = this.#load(pod.spec.nodeName);
    const requests = podRequests(pod.spec);
    load.pods += sign;
    load.cpuMilli += sign * requests.cpuMilli;
    load.memoryBytes += sign * requests.memoryBytes;
  }

  #load(node: string): Load {
    let load = this.#loads.get(node);
    if (load === undefined) {
      load = { pods: 0, cpuMilli: 0, memoryBytes: 0, imagesPulled: 0, imageBytes: 0 };
      this.#loads.set(node, load);
    }
    return load;
  }
}

function isReady({ status }: Node): boolean {
  return (
    status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false
  );
}
