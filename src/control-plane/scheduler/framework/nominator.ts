// Pods that wait for room on a node that preemption has chosen for them: while other pods are
// judged on that node they count as if they were there.
// Source: kube-scheduler v1.36 backend/queue/nominator.go; reference: scheduler 1.8, 1.10.

import type { PodInfo } from './pod-info.js';

const none: readonly PodInfo[] = [];

/** Nominated pods in order of nomination. */
export class Nominator {
  readonly #pods = new Map<string, PodInfo[]>();
  readonly #nodes = new Map<string, string>();

  get isEmpty(): boolean {
    return this.#nodes.size === 0;
  }

  /** Where the pod is nominated; '' for nowhere. */
  nodeOf(uid: string): string {
    return this.#nodes.get(uid) ?? '';
  }

  podsFor(nodeName: string): readonly PodInfo[] {
    return this.#pods.get(nodeName) ?? none;
  }

  /** Nominates, instead of an earlier nomination. `nodeName` '' only takes that back. */
  nominate(info: PodInfo, nodeName: string): void {
    this.remove(info.uid);
    if (nodeName === '') return;
    this.#nodes.set(info.uid, nodeName);
    const pods = this.#pods.get(nodeName);
    if (pods === undefined) this.#pods.set(nodeName, [info]);
    else pods.push(info);
  }

  /** A new state of a pod that keeps its nomination. */
  update(info: PodInfo): void {
    const pods = this.#pods.get(this.nodeOf(info.uid));
    const index = pods?.findIndex(({ uid }) => uid === info.uid) ?? -1;
    if (pods !== undefined && index >= 0) pods[index] = info;
  }

  remove(uid: string): void {
    const nodeName = this.#nodes.get(uid);
    if (nodeName === undefined) return;
    this.#nodes.delete(uid);
    const left = this.podsFor(nodeName).filter((info) => info.uid !== uid);
    if (left.length === 0) this.#pods.delete(nodeName);
    else this.#pods.set(nodeName, left);
  }
}
