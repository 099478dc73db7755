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
  /** Labels of all events that were ever kept. */
  readonly #labels = new Set<string>();

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
    if (this.isEmpty) return;
    this.#events.push(event);
    this.#labels.add(event.event.label);
  }

  /**
   * Events that are kept, by label, for every label that was ever kept; pods in flight as
   * `PodPopped`. Linear in the number of events.
   */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map([...this.#labels].map((label) => [label, 0]));
    for (const { event } of this.#events)
      counts.set(event.label, (counts.get(event.label) ?? 0) + 1);
    return counts.set('PodPopped', this.#pods.size);
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
