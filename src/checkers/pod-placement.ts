// Where pods run: a pod is bound once and for all, no node is over-committed by what the scheduler
// binds, no pod address is given twice, no phase goes back, what is Ready is bound.
import type { Node } from '../api/node.js';
import type { Pod, PodPhase } from '../api/pod.js';
import { nodeAllocatable, podRequests, type ResourceAmounts } from '../api/resource-requests.js';
import type { WatchEvent } from '../client/watch.js';
import { Checker } from './checker.js';

const PHASE_RANK: ReadonlyMap<PodPhase, number> = new Map([
  ['Pending', 0],
  ['Running', 1],
  ['Succeeded', 2],
  ['Failed', 2],
]);

interface Used {
  cpuMilli: number;
  memoryBytes: number;
  pods: number;
}

export class PodPlacement extends Checker {
  readonly #allocatable = new Map<string, ResourceAmounts>();
  readonly #maxPods = new Map<string, number>();
  readonly #used = new Map<string, Used>();
  /** Pod key by address. */
  readonly #addresses = new Map<string, string>();

  override committed({ type, object, previous }: WatchEvent): void {
    if (object.kind === 'Node') this.#nodeCommitted(object);
    if (object.kind === 'Pod') this.#podCommitted(type, object, previous as Pod | undefined);
  }

  #nodeCommitted(node: Node): void {
    this.#allocatable.set(node.metadata.name, nodeAllocatable(node));
    const { allocatable, capacity } = node.status ?? {};
    this.#maxPods.set(
      node.metadata.name,
      Number(allocatable?.['pods'] ?? capacity?.['pods'] ?? 110),
    );
  }

  #podCommitted(type: WatchEvent['type'], pod: Pod, previous: Pod | undefined): void {
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    const before = previous?.spec.nodeName;
    const { nodeName } = pod.spec;
    this.expect(
      before === undefined || before === nodeName,
      () => `${name} moved from ${before} to ${nodeName}`,
    );
    const wasCounted = previous !== undefined && counts(previous);
    const isCounted = type !== 'DELETED' && counts(pod);
    if (wasCounted !== isCounted) this.#count(pod, isCounted ? 1 : -1);
    this.#checkAddress(type, pod, name);
    const rank = (phase: PodPhase = 'Pending'): number => PHASE_RANK.get(phase) ?? 0;
    const fell = rank(pod.status?.phase) < rank(previous?.status?.phase);
    this.expect(
      !fell,
      () => `${name} went from ${previous?.status?.phase} to ${pod.status?.phase}`,
    );
    const isReady = pod.status?.conditions?.some(
      (each) => each.type === 'Ready' && each.status === 'True',
    );
    this.expect(isReady !== true || nodeName !== undefined, () => `${name} is Ready and not bound`);
  }

  #count(pod: Pod, sign: number): void {
    const { nodeName = '' } = pod.spec;
    const used = this.#used.get(nodeName) ?? { cpuMilli: 0, memoryBytes: 0, pods: 0 };
    this.#used.set(nodeName, used);
    const requests = podRequests(pod.spec);
    used.cpuMilli += sign * requests.cpuMilli;
    used.memoryBytes += sign * requests.memoryBytes;
    used.pods += sign;
    const limit = this.#allocatable.get(nodeName);
    this.expect(
      limit !== undefined,
      () => `${pod.metadata.name} is bound to ${nodeName}, which is not there`,
    );
    if (limit === undefined || sign < 0) return;
    const fits =
      used.cpuMilli <= limit.cpuMilli &&
      used.memoryBytes <= limit.memoryBytes &&
      used.pods <= (this.#maxPods.get(nodeName) ?? 0);
    this.expect(fits, () => `${nodeName} is over-committed by ${pod.metadata.name}`);
  }

  #checkAddress(type: WatchEvent['type'], pod: Pod, name: string): void {
    const address = pod.status?.podIP;
    if (address === undefined || pod.spec.hostNetwork === true) return;
    const holder = this.#addresses.get(address);
    const isLeaving =
      type === 'DELETED' || !counts(pod) || pod.metadata.deletionTimestamp !== undefined;
    if (isLeaving) {
      if (holder === name) this.#addresses.delete(address);
      return;
    }
    const isFree = holder === undefined || holder === name;
    this.expect(isFree, () => `${name} has ${address} of ${holder}`);
    this.#addresses.set(address, name);
  }
}

function counts({ spec, status }: Pod): boolean {
  return spec.nodeName !== undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}
