// What runs on each node, counted from committed writes: pods that are bound and not terminal, and
// the sum of their requests. O(1) a write.

import type { Node } from '../api/node.js';
import { isPodTerminal, type Pod } from '../api/pod.js';
import { nodeAllocatable, podRequests } from '../api/resource-requests.js';
import { SilentObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import { ascending } from '../stats/ascending.js';
import { NodeHistoryRecorder } from './node-history.js';
import type { NodeHistory, NodeRow } from './run-result.js';

interface Load {
  pods: number;
  cpuMilli: number;
  memoryBytes: number;
  imagesPulled: number;
  imageBytes: number;
  readonly extended: Map<string, number>;
}

const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** Collects the rows of nodes.csv, and what nodes held at each sample of the time series. */
export class NodeStates extends SilentObserver {
  readonly #nodes = new Map<string, Node>();
  readonly #loads = new Map<string, Load>();
  readonly #history = new NodeHistoryRecorder();
  /** Nodes that may have changed since the last sample. */
  readonly #touched = new Set<string>();

  override readonly committedKinds: ReadonlySet<string> = new Set(['Node', 'Pod']);

  override committed({ object, previous, type }: WatchEvent): void {
    if (object.kind === 'Node') {
      this.#touched.add(object.metadata.name);
      if (type === 'DELETED') this.#nodes.delete(object.metadata.name);
      else this.#nodes.set(object.metadata.name, object);
    } else if (object.kind === 'Pod') {
      const before = previous as Pod | undefined;
      if (type !== 'DELETED' && before !== undefined && isLoadOf(before, object)) return;
      if (before !== undefined) this.#count(before, -1);
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

  get history(): NodeHistory {
    return this.#history.history;
  }

  /** Takes the sample of that number, which the next one exceeds. O(nodes that have changed). */
  sample(number: number): void {
    for (const name of this.#touched) {
      const node = this.#nodes.get(name);
      const { pods, cpuMilli, memoryBytes } = this.#load(name);
      if (node === undefined) {
        this.#history.note(number, name, '', undefined);
        continue;
      }
      const allocatable = nodeAllocatable(node);
      this.#history.note(number, name, zoneOf(node), {
        ready: isReady(node),
        pods,
        cpuShare: share(cpuMilli, allocatable.cpuMilli),
        memoryShare: share(memoryBytes, allocatable.memoryBytes),
      });
    }
    this.#touched.clear();
  }

  /** In order of registration. */
  get rows(): readonly Omit<NodeRow, 'kubeProxyCpuUs'>[] {
    return [...this.#nodes.values()].map((node) => {
      const { name } = node.metadata;
      const load = this.#load(name);
      const allocatable = nodeAllocatable(node);
      return {
        name,
        zone: zoneOf(node),
        ready: isReady(node),
        pods: load.pods,
        cpuAllocatableMilli: allocatable.cpuMilli,
        cpuRequestedMilli: load.cpuMilli,
        memoryAllocatableBytes: allocatable.memoryBytes,
        memoryRequestedBytes: load.memoryBytes,
        imagesPulled: load.imagesPulled,
        imageBytesPulled: load.imageBytes,
        ...extendedOf(allocatable.scalars, load.extended),
      };
    });
  }

  #count(pod: Pod, sign: 1 | -1): void {
    if (pod.spec.nodeName === undefined || isPodTerminal(pod)) return;
    const load = this.#load(pod.spec.nodeName);
    this.#touched.add(pod.spec.nodeName);
    const requests = podRequests(pod.spec);
    load.pods += sign;
    load.cpuMilli += sign * requests.cpuMilli;
    load.memoryBytes += sign * requests.memoryBytes;
    for (const [resource, amount] of requests.scalars) {
      load.extended.set(resource, (load.extended.get(resource) ?? 0) + sign * amount);
    }
  }

  #load(node: string): Load {
    let load = this.#loads.get(node);
    if (load === undefined) {
      load = {
        pods: 0,
        cpuMilli: 0,
        memoryBytes: 0,
        imagesPulled: 0,
        imageBytes: 0,
        extended: new Map(),
      };
      this.#loads.set(node, load);
    }
    return load;
  }
}

/** Whether a new state of a pod weighs on its node as the one before: most change a status only. */
function isLoadOf(before: Pod, pod: Pod): boolean {
  return pod.spec === before.spec && isPodTerminal(pod) === isPodTerminal(before);
}

function zoneOf({ metadata }: Node): string {
  return metadata.labels?.[ZONE_LABEL] ?? '';
}

function share(requested: number, allocatable: number): number {
  return allocatable > 0 ? requested / allocatable : 0;
}

/** Those with a domain in their names: others are pods, huge pages and volumes. */
function extendedOf(
  allocatable: ReadonlyMap<string, number>,
  requested: ReadonlyMap<string, number>,
): Pick<NodeRow, 'extended'> {
  const names = [...allocatable.keys()].filter((name) => name.includes('/'));
  if (names.length === 0) return {};
  const sorted = names.sort(ascending);
  const extended = sorted.map((resource) => ({
    resource,
    allocatable: allocatable.get(resource) ?? 0,
    requested: requested.get(resource) ?? 0,
  }));
  return { extended };
}

function isReady({ status }: Node): boolean {
  return (
    status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false
  );
}
