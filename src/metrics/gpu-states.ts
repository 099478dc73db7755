// Devices of the nodes, from the devices that are noted on their pods; and the mix of tasks that
// the pods of a run were, by which what is left of them is more or less fragmented. O(1) a write.
import { GpuFragmentation, type WeightedTask } from '../api/gpu-fragmentation.js';
import {
  gpuCountOf,
  gpuIndicesOf,
  gpuModelLabel,
  gpuTaskOf,
  milliEachOf,
  wholeGpuMilli,
} from '../api/gpu-share.js';
import type { Node } from '../api/node.js';
import { isPodTerminal, type Pod } from '../api/pod.js';
import { nodeAllocatable } from '../api/resource-requests.js';
import { SilentObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import type { GpuFigures } from './run-result.js';

interface NodeGpus {
  readonly model: string;
  cpuMilli: number;
  readonly gpuMilli: Float64Array;
}

/** Listens to nodes and pods; `figures` are those of now. */
export class GpuStates extends SilentObserver {
  readonly #nodes = new Map<string, NodeGpus>();
  readonly #tasks = new Map<string, WeightedTask>();
  #arrivedMilli = 0;
  #allocatedMilli = 0;
  #totalMilli = 0;

  override readonly committedKinds: ReadonlySet<string> = new Set(['Node', 'Pod']);

  /** True when there is any device. */
  get isUsed(): boolean {
    return this.#totalMilli > 0;
  }

  /** What pods have asked for so far, and what those with a node ask for, of what there is. */
  get arrivedRatio(): number {
    return this.#arrivedMilli / this.#totalMilli;
  }

  get allocationRatio(): number {
    return this.#allocatedMilli / this.#totalMilli;
  }

  override committed({ object, previous, type }: WatchEvent): void {
    if (object.kind === 'Node') {
      if (type === 'ADDED') this.#addNode(object);
      else if (type === 'DELETED') this.#removeNode(object);
    } else if (object.kind === 'Pod') {
      if (previous !== undefined) this.#count(previous as Pod, -1);
      if (type === 'ADDED') this.#arrive(object);
      if (type !== 'DELETED') this.#count(object, 1);
    }
  }

  /** Undefined where no node has devices. O(nodes x demands). */
  get figures(): GpuFigures | undefined {
    if (!this.isUsed) return undefined;
    const measure = new GpuFragmentation([...this.#tasks.values()]);
    let idleMilli = 0;
    let fragmentedMilli = 0;
    for (const node of this.#nodes.values()) {
      for (const left of node.gpuMilli) idleMilli += left;
      fragmentedMilli += measure.amount(node);
    }
    return { totalMilli: this.#totalMilli, idleMilli, fragmentedMilli };
  }

  #addNode(node: Node): void {
    const { name, labels } = node.metadata;
    const count = gpuCountOf(node);
    if (count === 0) return;
    this.#totalMilli += count * wholeGpuMilli;
    this.#nodes.set(name, {
      model: labels?.[gpuModelLabel] ?? '',
      cpuMilli: nodeAllocatable(node).cpuMilli,
      gpuMilli: new Float64Array(count).fill(wholeGpuMilli),
    });
  }

  #removeNode({ metadata }: Node): void {
    const known = this.#nodes.get(metadata.name);
    this.#totalMilli -= (known?.gpuMilli.length ?? 0) * wholeGpuMilli;
    this.#nodes.delete(metadata.name);
  }

  #arrive({ spec }: Pod): void {
    if (!this.isUsed) return;
    const { cpuMilli, gpuMilli, gpuModels } = gpuTaskOf(spec);
    this.#arrivedMilli += gpuMilli;
    const key = `${cpuMilli} ${gpuMilli} ${gpuModels.join(' ')}`;
    const weight = (this.#tasks.get(key)?.weight ?? 0) + 1;
    this.#tasks.set(key, { cpuMilli, gpuMilli, gpuModels, weight });
  }

  #count(pod: Pod, sign: 1 | -1): void {
    const node = this.#nodes.get(pod.spec.nodeName ?? '');
    if (node === undefined || isPodTerminal(pod)) return;
    const { cpuMilli, gpuMilli } = gpuTaskOf(pod.spec);
    node.cpuMilli -= sign * cpuMilli;
    this.#allocatedMilli += sign * gpuMilli;
    for (const index of gpuIndicesOf(pod)) {
      node.gpuMilli[index] = (node.gpuMilli[index] ?? 0) - sign * milliEachOf(gpuMilli);
    }
  }
}

/** For the time series: what has arrived so far and what of it has a node, of all devices. */
export function gpuGauges(
  gpus: GpuStates,
): readonly { readonly name: string; readonly read: () => number }[] {
  return [
    { name: 'gpu_arrived_ratio', read: () => gpus.arrivedRatio },
    { name: 'gpu_allocation_ratio', read: () => gpus.allocationRatio },
  ];
}
