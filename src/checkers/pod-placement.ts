// Where pods run: a pod is bound once and for all, no node is over-committed by what the scheduler
// binds (by what runs, where room may be promised twice), no pod address is given twice, no phase
// goes back, what is Ready is bound.
import type { Node } from '../api/node.js';
import { isPodTerminal, type Pod, type PodPhase } from '../api/pod.js';
import { nodeAllocatable, podRequests, type ResourceAmounts } from '../api/resource-requests.js';
import { keyOf } from '../client/api-request.js';
import type { WatchEvent } from '../client/watch.js';
import { isPodReady } from '../control-plane/controller-manager/pod-state.js';
import type { Simulation } from '../kernel/simulation.js';
import { Checker } from './checker.js';

interface Used {
  cpuMilli: number;
  memoryBytes: number;
  pods: number;
}

export class PodPlacement extends Checker {
  readonly #allocatable = new Map<string, ResourceAmounts>();
  readonly #used = new Map<string, Used>();
  /**
   * Nodes on which clients have put pods by themselves, past the scheduler: they may be too full.
   */
  readonly #placedByClients = new Set<string>();
  /** Pod key by address. */
  readonly #addresses = new Map<string, string>();

  readonly #promisedOnce: boolean;

  /**
   * `promisedOnce`: whether one scheduler alone binds, and looks for room. Others see late what has
   * been bound, or do not look.
   */
  constructor(simulation: Simulation, promisedOnce = true) {
    super(simulation);
    this.#promisedOnce = promisedOnce;
  }

  override readonly committedKinds: ReadonlySet<string> = new Set(['Node', 'Pod']);

  override committed({ type, object, previous }: WatchEvent): void {
    if (object.kind === 'Node') this.#nodeCommitted(object);
    if (object.kind === 'Pod') this.#podCommitted(type, object, previous as Pod | undefined);
  }

  #nodeCommitted(node: Node): void {
    this.#allocatable.set(node.metadata.name, nodeAllocatable(node));
  }

  #podCommitted(type: WatchEvent['type'], pod: Pod, previous: Pod | undefined): void {
    const name = keyOf(pod);
    const before = previous?.spec.nodeName;
    const { nodeName } = pod.spec;
    this.expect(
      before === undefined || before === nodeName,
      () => `${name} moved from ${before} to ${nodeName}`,
    );
    this.#countChange(type, pod, previous);
    const isBound = nodeName !== undefined && before === undefined;
    if (isBound && previous === undefined) this.#placedByClients.add(nodeName);
    const hasCome = this.#promisedOnce
      ? isBound && previous !== undefined
      : this.#takesRoom(pod) && previous !== undefined && !this.#takesRoom(previous);
    if (hasCome && nodeName !== undefined) this.#checkNode(nodeName, name);
    this.#checkAddress(type, pod, name);
    const [was = 'Pending', is = 'Pending'] = [previous?.status?.phase, pod.status?.phase];
    this.expect(isOnward(was, is), () => `${name} went from ${was} to ${is}`);
    const isLegal = !isPodReady(pod) || nodeName !== undefined;
    this.expect(isLegal, () => `${name} is Ready and not bound`);
  }

  #countChange(type: WatchEvent['type'], pod: Pod, previous: Pod | undefined): void {
    const isStill =
      type !== 'DELETED' &&
      pod.spec === previous?.spec &&
      this.#takesRoom(pod) === this.#takesRoom(previous);
    // Most changes are of a status only.
    if (isStill) return;
    if (previous !== undefined) this.#count(previous, -1);
    if (type !== 'DELETED') this.#count(pod, 1);
  }

  #count(pod: Pod, sign: 1 | -1): void {
    if (!this.#takesRoom(pod)) return;
    const used = this.#usedOf(pod.spec.nodeName ?? '');
    const requests = podRequests(pod.spec);
    used.cpuMilli += sign * requests.cpuMilli;
    used.memoryBytes += sign * requests.memoryBytes;
    used.pods += sign;
  }

  /** Whether the pod takes up room on its node. */
  #takesRoom(pod: Pod): boolean {
    if (this.#promisedOnce) return runs(pod);
    return pod.status?.phase === 'Running' && pod.metadata.deletionTimestamp === undefined;
  }

  #usedOf(node: string): Used {
    const used = this.#used.get(node) ?? { cpuMilli: 0, memoryBytes: 0, pods: 0 };
    this.#used.set(node, used);
    return used;
  }

  /** A binding must find its node, and room on it. */
  #checkNode(node: string, pod: string): void {
    const limit = this.#allocatable.get(node);
    this.expect(limit !== undefined, () => `${pod} is bound to ${node}, which never was there`);
    if (limit === undefined || this.#placedByClients.has(node)) return;
    const used = this.#usedOf(node);
    const fits =
      used.cpuMilli <= limit.cpuMilli &&
      used.memoryBytes <= limit.memoryBytes &&
      used.pods <= (limit.scalars.get('pods') ?? 0);
    this.expect(fits, () => `${node} is over-committed by ${pod}`);
  }

  #checkAddress(type: WatchEvent['type'], pod: Pod, name: string): void {
    const address = pod.status?.podIP;
    if (address === undefined || pod.spec.hostNetwork === true) return;
    const holder = this.#addresses.get(address);
    const isLeaving =
      type === 'DELETED' || !runs(pod) || pod.metadata.deletionTimestamp !== undefined;
    if (isLeaving) {
      if (holder === name) this.#addresses.delete(address);
      return;
    }
    const isFree = holder === undefined || holder === name;
    this.expect(isFree, () => `${name} has ${address} of ${holder}`);
    this.#addresses.set(address, name);
  }
}

/** Pending, Running, then Succeeded or Failed for good; a phase may be left out. */
function isOnward(was: PodPhase, is: PodPhase): boolean {
  return was === is || was === 'Pending' || (was === 'Running' && is !== 'Pending');
}

function runs(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && !isPodTerminal(pod);
}
