// The Event objects of the run, as `kubectl get events` would list them at its end.
import type { Event } from '../api/event.js';
import { occurrences, seenTimes } from '../api/event-occurrences.js';
import { keyOf } from '../client/api-request.js';
import { SilentObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import type { EventRow } from './run-result.js';

/** Collects the rows of events.csv, by name of the Event. */
export class KubernetesEvents extends SilentObserver {
  readonly #events = new Map<string, Event>();

  override readonly committedKinds: ReadonlySet<string> = new Set(['Event']);

  override committed({ object, type }: WatchEvent): void {
    if (object.kind !== 'Event' || type === 'DELETED') return;
    this.#events.set(keyOf(object), object);
  }

  /** In order of first posting. */
  get rows(): readonly EventRow[] {
    return [...this.#events.values()].map((event) => ({
      timeUs: seenTimes(event).lastUs ?? event.metadata.creationTimestamp ?? 0,
      namespace: event.metadata.namespace ?? '',
      involved: `${event.involvedObject.kind}/${event.involvedObject.name}`,
      type: event.type ?? 'Normal',
      reason: event.reason ?? '',
      message: event.message ?? '',
      source: event.source?.component ?? event.reportingComponent ?? '',
      count: occurrences(event),
    }));
  }
}
