// Passes on which pods accept connections to several listeners, in their order.
import type { Pod } from '../api/pod.js';
import type { SimTime } from '../kernel/time.js';
import type { ServerListener } from '../node/kubelet/pod-servers.js';

export class ServerListenerGroup implements ServerListener {
  readonly #members: readonly ServerListener[];

  /** Members that are undefined are left out. */
  constructor(members: readonly (ServerListener | undefined)[]) {
    this.#members = members.filter((member) => member !== undefined);
  }

  serverStarted(pod: Pod, node: number, address: string, fromUs: SimTime): void {
    for (const member of this.#members) member.serverStarted(pod, node, address, fromUs);
  }

  serverClosed(uid: string): void {
    for (const member of this.#members) member.serverClosed(uid);
  }

  serverStopped(uid: string): void {
    for (const member of this.#members) member.serverStopped(uid);
  }

  nodeStopped(node: number): void {
    for (const member of this.#members) member.nodeStopped(node);
  }
}
