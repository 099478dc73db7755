// The recorder of Events of events.k8s.io, which kube-scheduler uses: every new Event is posted at
// once, beside the others; the second of the same kind about an object makes the first one a
// series, and all further ones are only counted. Nothing is filtered. A series is written again
// every 30 minutes, and for the last time when it has been quiet for 6.
// Left out: repeats after lost connections, the reporting instance, related objects.
// Source: Kubernetes v1.36 client-go tools/events/event_broadcaster.go; reference: controlplane C7.
import type { Event } from '../api/event.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { referenceTo } from '../api/object-meta.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import { hexadecimal } from '../stats/hexadecimal.js';
import type { ApiCall } from './api-call.js';
import type { ApiClient } from './api-client.js';
import type { ApiRequest } from './api-request.js';
import { clientConstants } from './constants.js';

/** An Event that was posted, and how often the same happened. */
interface Recorded {
  readonly event: Event;
  count: number;
  lastUs: SimTime;
}

/** Recorder of one component. */
export class SeriesEventRecorder {
  readonly #simulation: Simulation;
  readonly #component: string;
  readonly #client: ApiClient;
  /** By object, type and reason. */
  readonly #recorded = new Map<string, Recorded>();
  readonly #finishDue: EventKind;
  readonly #refreshDue: EventKind;
  #isFinishDue = false;
  #isRefreshDue = false;
  #sequence = 0;

  constructor(simulation: Simulation, component: string, client: ApiClient) {
    this.#simulation = simulation;
    this.#component = component;
    this.#client = client;
    const name = `${client.name}/${component}`;
    this.#finishDue = simulation.defineEvent(`${name}.EventSeriesFinishDue`, () => this.#finish());
    this.#refreshDue = simulation.defineEvent(`${name}.EventSeriesRefreshDue`, () =>
      this.#refresh(),
    );
  }

  /** Reports something about an object. */
  record(
    involved: KubernetesObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    const { kind, metadata } = involved;
    const { now } = this.#simulation;
    const object = metadata.uid ?? `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
    // In one piece: a template would leave each of its steps in memory.
    const key = [object, type, reason].join('/');
    const before = this.#recorded.get(key);
    if (before !== undefined) {
      before.lastUs = now;
      if (++before.count === 2) this.#update(before);
      return;
    }
    const event = this.#eventOf(involved, type, reason, message);
    this.#recorded.set(key, { event, count: 1, lastUs: now });
    this.#client.send(creationOf(event), () => {});
    this.#plan();
  }

  #eventOf(
    involved: KubernetesObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): Event {
    const { namespace, name } = involved.metadata;
    const { now } = this.#simulation;
    const suffix = `${hexadecimal(now)}${hexadecimal(this.#sequence++)}`;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${suffix}`, namespace: namespace ?? 'default' },
      involvedObject: referenceTo(involved),
      reason,
      message,
      type,
      reportingComponent: this.#component,
      eventTime: now,
    };
  }

  #update({ event, count, lastUs }: Recorded): void {
    const series = { count, lastObservedTime: lastUs };
    this.#client.send(updateOf(event, series), this.#updated, { ...event, series });
  }

  /** An Event that is gone is created anew. */
  readonly #updated = (call: ApiCall): void => {
    if (call.response?.code === 404) {
      this.#client.send(creationOf(call.context as Event), () => {});
    }
  };

  /** Timers run only while there is something to look after, on the beat of their period. */
  #plan(): void {
    const { eventSeriesFinishUs, eventSeriesRefreshUs } = clientConstants;
    if (this.#recorded.size === 0) return;
    if (!this.#isFinishDue)
      this.#simulation.at(this.#nextBeat(eventSeriesFinishUs), this.#finishDue);
    if (!this.#isRefreshDue) {
      this.#simulation.at(this.#nextBeat(eventSeriesRefreshUs), this.#refreshDue);
    }
    this.#isFinishDue = true;
    this.#isRefreshDue = true;
  }

  #nextBeat(periodUs: number): SimTime {
    return (Math.floor(this.#simulation.now / periodUs) + 1) * periodUs;
  }

  /** Forgets what has been quiet; the count of a series is written for the last time. */
  #finish(): void {
    this.#isFinishDue = false;
    const quietSince = this.#simulation.now - clientConstants.eventSeriesFinishUs;
    for (const [key, recorded] of this.#recorded) {
      if (recorded.lastUs >= quietSince) continue;
      if (recorded.count > 1) this.#update(recorded);
      this.#recorded.delete(key);
    }
    this.#plan();
  }

  #refresh(): void {
    this.#isRefreshDue = false;
    for (const recorded of this.#recorded.values()) {
      if (recorded.count > 1) this.#update(recorded);
    }
    this.#plan();
  }
}

function creationOf(body: Event): ApiRequest {
  const { namespace = '', name } = body.metadata;
  return { verb: 'create', resource: 'events', namespace, name, body };
}

function updateOf({ metadata }: Event, series: NonNullable<Event['series']>): ApiRequest {
  const { namespace = '', name } = metadata;
  const apply = (current: KubernetesObject): KubernetesObject =>
    ({ ...current, series }) as KubernetesObject;
  const patch = { bytes: clientConstants.eventPatchBytes, apply };
  return { verb: 'patch', resource: 'events', namespace, name, patch };
}
