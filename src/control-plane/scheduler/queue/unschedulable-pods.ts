// unschedulablePods: pods that wait for something to change, and pods that a PreEnqueue plugin
// keeps out. They are grouped by who rejected them, so that an event which none of those plugins
// has registered costs one look at the group, not one a pod.
// Source: kube-scheduler v1.36 backend/queue/unschedulable_pods.go; reference: scheduler 1.2.

import type { SimTime } from '../../../kernel/time.js';
import type { QueuedPodInfo } from './queued-pod-info.js';

/** Pods of one profile with the same rejectors, in order of arrival. */
export interface RejectedGroup {
  readonly schedulerName: string;
  readonly rejectors: ReadonlySet<string>;
  readonly pods: ReadonlyMap<string, QueuedPodInfo>;
}

interface Group extends RejectedGroup {
  readonly pods: Map<string, QueuedPodInfo>;
}

/** Invariant: a pod's rejectors and gate do not change while it is here. */
export class UnschedulablePods {
  readonly #gated = new Map<string, QueuedPodInfo>();
  readonly #groups = new Map<string, Group>();
  readonly #groupOf = new Map<string, Group>();

  get isEmpty(): boolean {
    return this.#groupOf.size === 0 && this.#gated.size === 0;
  }

  /** Pods that are not gated. */
  get size(): number {
    return this.#groupOf.size;
  }

  get gatedSize(): number {
    return this.#gated.size;
  }

  get(key: string): QueuedPodInfo | undefined {
    return this.#gated.get(key) ?? this.#groupOf.get(key)?.pods.get(key);
  }

  /** Adds, or moves to where it now belongs. */
  set(entry: QueuedPodInfo): void {
    const { key } = entry;
    if (entry.isGated) {
      this.delete(key);
      this.#gated.set(key, entry);
      return;
    }
    const group = this.#groupFor(entry);
    if (this.#groupOf.get(key) !== group) this.delete(key);
    group.pods.set(key, entry);
    this.#groupOf.set(key, group);
  }

  delete(key: string): void {
    if (this.isEmpty) return;
    this.#gated.delete(key);
    const group = this.#groupOf.get(key);
    if (group === undefined) return;
    this.#groupOf.delete(key);
    group.pods.delete(key);
    if (group.pods.size === 0) this.#groups.delete(idOf(group));
  }

  /** Gated pods; a copy, so that they can be moved. */
  gated(): QueuedPodInfo[] {
    return [...this.#gated.values()];
  }

  /** Groups of pods that are not gated; a copy. */
  groups(): RejectedGroup[] {
    return [...this.#groups.values()];
  }

  /** Visits all of them, gated ones first. */
  visit(visitor: (entry: QueuedPodInfo) => void): void {
    for (const entry of this.#gated.values()) visitor(entry);
    for (const { pods } of this.#groups.values()) for (const entry of pods.values()) visitor(entry);
  }

  /** When the pod that has waited longest came here; gated pods do not count. */
  oldestUs(): SimTime | undefined {
    let oldest: SimTime | undefined;
    for (const { pods } of this.#groups.values()) {
      // Pods come with the time of now, so the first of a group is its oldest.
      const [first] = pods.values();
      if (first !== undefined && (oldest === undefined || first.timestampUs < oldest)) {
        oldest = first.timestampUs;
      }
    }
    return oldest;
  }

  #groupFor({ info, unschedulablePlugins, pendingPlugins }: QueuedPodInfo): Group {
    const rejectors = new Set([...unschedulablePlugins, ...pendingPlugins]);
    const { schedulerName } = info;
    const id = idOf({ schedulerName, rejectors });
    let group = this.#groups.get(id);
    if (group === undefined) {
      group = { schedulerName, rejectors, pods: new Map() };
      this.#groups.set(id, group);
    }
    return group;
  }
}

function idOf({ schedulerName, rejectors }: Omit<RejectedGroup, 'pods'>): string {
  const names = [...rejectors].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return [schedulerName, ...names].join('/');
}
