// Tells whoever asks when pods accept connections: as soon as all their containers are able to
// serve, until the first of them is told to stop. ASSUMED: a process closes its port when it gets
// SIGTERM, and what it had accepted breaks when it has ended.
// Left out: which of several containers has the port that is asked for.
import type { Pod } from '../../api/pod.js';
import type { SimTime } from '../../kernel/time.js';
import type { ContainerRecord, PodRecord } from './pod-record.js';

/** Who wants to know. Pods are known by their UID, nodes by their index. */
export interface ServerListener {
  /** Accepts connections from `fromUs` on, which may lie in the future; Infinity: never. */
  serverStarted(pod: Pod, node: number, address: string, fromUs: SimTime): void;
  /** Accepts no more. */
  serverClosed(uid: string): void;
  /** What it had accepted is broken. */
  serverStopped(uid: string): void;
  /** Nothing on a node answers any more. */
  nodeStopped(node: number): void;
}

/** Of one fleet; without a listener nothing is worked out. */
export class PodServers {
  readonly #listener: ServerListener | undefined;

  constructor(listener: ServerListener | undefined) {
    this.#listener = listener;
  }

  /** A container runs. O(containers of the pod). */
  started(record: PodRecord, container: ContainerRecord): void {
    if (this.#listener === undefined || container.isInit) return;
    let fromUs = 0;
    for (const { isInit, state, startedUs, times } of record.containers) {
      if (isInit) continue;
      if (state !== 'running') return;
      fromUs = Math.max(fromUs, startedUs + times.ableUs);
    }
    this.#listener.serverStarted(record.pod, record.agent.index, record.podIp, fromUs);
  }

  /** A container has been told to stop. */
  closed({ uid }: PodRecord, { isInit }: ContainerRecord): void {
    if (!isInit) this.#listener?.serverClosed(uid);
  }

  /** A container has ended. */
  stopped({ uid }: PodRecord, { isInit }: ContainerRecord): void {
    if (!isInit) this.#listener?.serverStopped(uid);
  }

  /** A node is gone, and all that ran on it. */
  nodeStopped(node: number): void {
    this.#listener?.nodeStopped(node);
  }
}
