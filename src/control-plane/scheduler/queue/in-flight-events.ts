// What happens in the cluster while pods are being scheduled. A pod that fails is judged by the
// events that it missed. Source: kube-scheduler v1.36 backend/queue/active_queue.go (in-flight
// pods and events); reference: scheduler 1.2.

import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { ClusterEvent } from '../framework/cluster-event.js';

/** One event with what it was about: before and after. */
export interface ObservedEvent {
  readonly event: ClusterEvent;
  readonly previous: KubernetesObject | undefined;
  readonly object: KubernetesObject | undefined;
}

/** Keeps events from the first pod that is still under way. */
export class InFlightEvents {
  /** By uid, in order of popping: the place in the log at which the pod was popped. */
  readonly #pods = new Map<string, number>();
  #events: ObservedEvent[] = [];
  /** Place in the log of `#events[0]`. */
  #first = 0;

  get isEmpty(): boolean {
    return this.#pods.size === 0;
  }

  has(uid: string): boolean {
    return this.#pods.has(uid);
  }

  begin(uid: string): void {
    this.#pods.set(uid, this.#first + this.#events.length);
  }

  /** Keeps an event if anybody may ask for it. */
  record(event: ObservedEvent): void {
    if (!this.isEmpty) this.#events.push(event);
  }

  /** Events since the pod was popped. */
  since(uid: string): readonly ObservedEvent[] {
    const place = this.#pods.get(uid);
    return place === undefined ? [] : this.#events.slice(place - this.#first);
  }

  /** The pod is bound, or back in the queue. Forgets events that nobody else needs. */
  end(uid: string): void {
    if (!this.#pods.delete(uid)) return;
    const [oldest] = this.#pods.values();
    const keepFrom = oldest ?? this.#first + this.#events.length;
    if (keepFrom === this.#first) return;
    this.#events = this.#events.slice(keepFrom - this.#first);
    this.#first = keepFrom;
  }
}
