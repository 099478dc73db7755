// The Event objects of the run, as `kubectl get events` would list them at its end. No objects are
// as many, so that they are kept as columns: the Events themselves may go.
import type { Event } from '../api/event.js';
import { occurrences, seenTimes } from '../api/event-occurrences.js';
import { SilentObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import { RowIndex } from '../stats/row-index.js';
import type { EventRow } from './run-result.js';

/** What many Events have in common. */
interface Sort {
  readonly namespace: string;
  readonly kind: string;
  readonly type: string;
  readonly reason: string;
  readonly source: string;
}

/** Collects the rows of events.csv, by name of the Event. */
export class KubernetesEvents extends SilentObserver {
  readonly #sortsByText = new Map<string, Sort>();
  // A row an Event, in order of first posting.
  readonly #names: string[] = [];
  readonly #sorts: Sort[] = [];
  readonly #involved: string[] = [];
  readonly #messages: string[] = [];
  readonly #timesUs: number[] = [];
  readonly #counts: number[] = [];
  readonly #index = new RowIndex({
    first: (row) => (this.#sorts[row] as Sort).namespace,
    second: (row) => this.#names[row] as string,
  });

  override readonly committedKinds: ReadonlySet<string> = new Set(['Event']);

  override committed({ object, type }: WatchEvent): void {
    if (object.kind !== 'Event' || type === 'DELETED') return;
    const { namespace = '', name } = object.metadata;
    const known = this.#index.find(namespace, name);
    const row = known < 0 ? this.#names.length : known;
    this.#names[row] = name;
    this.#sorts[row] = this.#sortOf(object, namespace);
    this.#involved[row] = object.involvedObject.name ?? '';
    this.#messages[row] = object.message ?? '';
    this.#timesUs[row] = seenTimes(object).lastUs ?? object.metadata.creationTimestamp ?? 0;
    this.#counts[row] = occurrences(object);
    if (known < 0) this.#index.add();
  }

  /** In order of first posting. */
  get rows(): readonly EventRow[] {
    return this.#sorts.map(({ namespace, kind, type, reason, source }, row) => ({
      timeUs: this.#timesUs[row] as number,
      namespace,
      involved: `${kind}/${this.#involved[row]}`,
      type,
      reason,
      message: this.#messages[row] as string,
      source,
      count: this.#counts[row] as number,
    }));
  }

  #sortOf(event: Event, namespace: string): Sort {
    const { involvedObject, type = 'Normal', reason = '' } = event;
    const { kind = '' } = involvedObject;
    const source = event.source?.component ?? event.reportingComponent ?? '';
    const text = `${namespace}/${kind}/${type}/${reason}/${source}`;
    let sort = this.#sortsByText.get(text);
    if (sort === undefined) {
      sort = { namespace, kind, type, reason, source };
      this.#sortsByText.set(text, sort);
    }
    return sort;
  }
}
