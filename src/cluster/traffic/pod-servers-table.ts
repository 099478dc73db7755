// What answers at which address, as clients find it: told by the kubelets, asked for times that
// have just passed.
import type { Pod } from '../../api/pod.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type { ServerListener } from '../../node/kubelet/pod-servers.js';

const NEVER = Number.POSITIVE_INFINITY;

/** A pod that accepts connections, or did. */
export interface PodServer {
  readonly pod: Pod;
  readonly uid: string;
  readonly node: number;
  readonly address: string;
  fromUs: SimTime;
  closedUs: SimTime;
  stoppedUs: SimTime;
}

/** How an address answers. */
export type Answer = 'accepted' | 'refused' | 'silent';

/** Told when connections that a pod had accepted break. */
export type OnStopped = (server: PodServer) => void;

export class PodServersTable implements ServerListener {
  /** Raised with every change of what runs. */
  version = 0;
  readonly #simulation: Simulation;
  readonly #onStopped: OnStopped;
  readonly #byUid = new Map<string, PodServer>();
  readonly #byAddress = new Map<string, PodServer>();
  /** When a node went silent; absent while it answers. */
  readonly #silentUs = new Map<number, SimTime>();
  #stopped: PodServer[] = [];

  constructor(simulation: Simulation, onStopped: OnStopped) {
    this.#simulation = simulation;
    this.#onStopped = onStopped;
  }

  serverStarted(pod: Pod, node: number, address: string, fromUs: SimTime): void {
    const { uid = '' } = pod.metadata;
    const server = { pod, uid, node, address, fromUs, closedUs: NEVER, stoppedUs: NEVER };
    this.#byUid.set(uid, server);
    this.#byAddress.set(address, server);
    this.#silentUs.delete(node);
    this.version++;
  }

  serverClosed(uid: string): void {
    const server = this.#byUid.get(uid);
    if (server === undefined) return;
    server.closedUs = Math.min(server.closedUs, this.#simulation.now);
    this.version++;
  }

  serverStopped(uid: string): void {
    const server = this.#byUid.get(uid);
    if (server === undefined || server.stoppedUs !== NEVER) return;
    server.stoppedUs = this.#simulation.now;
    server.closedUs = Math.min(server.closedUs, server.stoppedUs);
    this.#stopped.push(server);
    this.#onStopped(server);
    this.version++;
  }

  nodeStopped(node: number): void {
    this.#silentUs.set(node, this.#simulation.now);
    for (const server of this.#byUid.values()) {
      if (server.node === node) this.serverStopped(server.uid);
    }
    this.version++;
  }

  isSilent(node: number): boolean {
    return this.#silentUs.has(node);
  }

  /** Pods that run, in order of their start. */
  get running(): readonly PodServer[] {
    return [...this.#byUid.values()].filter(({ closedUs }) => closedUs === NEVER);
  }

  /** How the pod with that UID answers at an address of a node. */
  answer(address: string, uid: string | undefined, node: number, at: SimTime): Answer {
    const silentUs = this.#silentUs.get(node);
    if (silentUs !== undefined && silentUs <= at) return 'silent';
    const server = this.#byAddress.get(address);
    if (server === undefined || (uid !== undefined && server.uid !== uid)) return 'refused';
    return server.fromUs <= at && at < server.closedUs ? 'accepted' : 'refused';
  }

  at(address: string): PodServer | undefined {
    return this.#byAddress.get(address);
  }

  /** Forgets what had stopped by then. O(stops). */
  forgetBefore(time: SimTime): void {
    this.#stopped = this.#stopped.filter((server) => {
      if (server.stoppedUs >= time) return true;
      if (this.#byUid.get(server.uid) === server) this.#byUid.delete(server.uid);
      if (this.#byAddress.get(server.address) === server) this.#byAddress.delete(server.address);
      return false;
    });
  }
}
