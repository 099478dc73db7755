// The recorder of Kubernetes Events: a queue, and one goroutine that takes from it, combines
// similar Events, counts repeats, silences an object that makes too many, and posts the rest one
// after the other through the component's client. What it remembers is bounded, as upstream. Left
// out: repeats after lost connections. Source: Kubernetes v1.36 client-go tools/record (reference:
// controlplane C7; a recorded ReplicaSet of 500 makes 9 Events, a combined one and 15 updates of
// it).
import type { Event } from '../api/event.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { referenceTo } from '../api/object-meta.js';
import type { Simulation } from '../kernel/simulation.js';
import { TokenBucket } from '../kernel/stations.js';
import type { SimTime } from '../kernel/time.js';
import { hexadecimal } from '../stats/hexadecimal.js';
import type { ApiCall } from './api-call.js';
import type { ApiClient } from './api-client.js';
import type { ApiRequest } from './api-request.js';
import { clientConstants } from './constants.js';
import { LruMap } from './lru-map.js';

/** How often an Event was observed, whether or not the spam filter let it through. */
interface Observed {
  readonly name: string;
  readonly firstUs: SimTime;
  count: number;
}

/** Messages of one object, type and reason. */
interface Similar {
  readonly messages: Set<string>;
  lastUs: SimTime;
}

interface PendingEvent {
  readonly involved: KubernetesObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly atUs: SimTime;
  readonly name: string;
}

/** Recorder of one component. */
export class EventRecorder {
  /** Events lost to the spam filter or to a full queue. */
  dropped = 0;
  readonly #simulation: Simulation;
  readonly #component: string;
  readonly #client: ApiClient;
  readonly #similar = new LruMap<Similar>(clientConstants.eventCacheEntries);
  readonly #observed = new LruMap<Observed>(clientConstants.eventCacheEntries);
  readonly #spam = new LruMap<TokenBucket>(clientConstants.eventCacheEntries);
  readonly #queue: PendingEvent[] = [];
  #isPosting = false;
  #sequence = 0;

  constructor(simulation: Simulation, component: string, client: ApiClient) {
    this.#simulation = simulation;
    this.#component = component;
    this.#client = client;
  }

  /** Reports something about an object. */
  record(
    involved: KubernetesObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    if (this.#queue.length >= clientConstants.eventQueueLength) {
      this.dropped++;
      return;
    }
    const { now } = this.#simulation;
    const name = `${involved.metadata.name}.${hexadecimal(now)}${hexadecimal(this.#sequence++)}`;
    this.#queue.push({ involved, type, reason, message, atUs: now, name });
    if (!this.#isPosting) this.#postNext();
  }

  /** Posts the next Event that the spam filter lets through. */
  #postNext(): void {
    this.#isPosting = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const event = this.#correlate(next);
      if (event !== undefined) {
        const request = event.count === 1 ? creationOf(event) : updateOf(event);
        return this.#client.send(request, this.#answered, event);
      }
      this.dropped++;
    }
    this.#isPosting = false;
  }

  /** Combines, counts, then filters, in upstream's order. */
  #correlate(pending: PendingEvent): Event | undefined {
    const { involved, type, reason } = pending;
    const { kind, metadata } = involved;
    const source = `${kind}/${metadata.namespace ?? ''}/${metadata.name}/${metadata.uid}`;
    const group = `${source}/${type}/${reason}`;
    const isCombined = this.#isCombined(group, pending.message);
    const message = isCombined
      ? `(combined from similar events): ${pending.message}`
      : pending.message;
    const observed = this.#observe(isCombined ? group : `${group}/${message}`, pending);
    if (!this.#passesSpamFilter(source)) return undefined;
    return this.#eventOf({ ...pending, message }, observed);
  }

  /** True when this is one of too many similar Events. */
  #isCombined(group: string, message: string): boolean {
    const { now } = this.#simulation;
    const { eventAggregateCount, eventAggregateWindowUs } = clientConstants;
    let similar = this.#similar.get(group);
    if (similar === undefined || now - similar.lastUs > eventAggregateWindowUs) {
      similar = { messages: new Set(), lastUs: now };
      this.#similar.set(group, similar);
    }
    similar.lastUs = now;
    if (similar.messages.size < eventAggregateCount) similar.messages.add(message);
    return similar.messages.size >= eventAggregateCount;
  }

  #observe(key: string, { name, atUs }: PendingEvent): Observed {
    const before = this.#observed.get(key);
    if (before !== undefined) {
      before.count++;
      return before;
    }
    const first = { name, firstUs: atUs, count: 1 };
    this.#observed.set(key, first);
    return first;
  }

  #passesSpamFilter(source: string): boolean {
    let bucket = this.#spam.get(source);
    if (bucket === undefined) {
      const { eventSpamBurst, eventSpamIntervalUs } = clientConstants;
      const name = `${this.#component}/events`;
      bucket = new TokenBucket(name, 1_000_000 / eventSpamIntervalUs, eventSpamBurst);
      this.#spam.set(source, bucket);
    }
    return bucket.tryTake(this.#simulation.now);
  }

  #eventOf(pending: PendingEvent, observed: Observed): Event {
    const { involved, type, reason, message, atUs } = pending;
    const { namespace } = involved.metadata;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: observed.name, namespace: namespace ?? 'default' },
      involvedObject: referenceTo(involved),
      reason,
      message,
      type,
      source: { component: this.#component },
      firstTimestamp: observed.firstUs,
      lastTimestamp: atUs,
      count: observed.count,
    };
  }

  /**
   * An answer ends the attempt, whatever it is; only an update of an Event that is gone creates it.
   */
  readonly #answered = (call: ApiCall): void => {
    const isGone = call.request.verb === 'patch' && call.response?.code === 404;
    if (isGone) this.#client.send(creationOf(call.context as Event), this.#answered);
    else this.#postNext();
  };
}

function creationOf(body: Event): ApiRequest {
  const { namespace = '', name } = body.metadata;
  return { verb: 'create', resource: 'events', namespace, name, body };
}

function updateOf({ metadata, count = 1, message = '', lastTimestamp = 0 }: Event): ApiRequest {
  const { namespace = '', name } = metadata;
  const apply = (current: KubernetesObject): KubernetesObject =>
    ({ ...current, count, message, lastTimestamp }) as Event;
  const patch = { bytes: clientConstants.eventPatchBytes, apply };
  return { verb: 'patch', resource: 'events', namespace, name, patch };
}
