// The recorder of Kubernetes Events: similar ones are combined, repeats are counted, an object that
// makes too many is silenced, and one goroutine posts them, one after the other, through the
// component's client. Source: Kubernetes v1.36 client-go tools/record (reference: controlplane C7;
// the recorded ReplicaSet emits 9-10 Events, then about 15 updates of a combined one).
import type { Event } from '../api/event.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Simulation } from '../kernel/simulation.js';
import { TokenBucket } from '../kernel/stations.js';
import type { ApiCall } from './api-call.js';
import type { ApiClient } from './api-client.js';
import { clientConstants } from './constants.js';

interface Posted {
  readonly name: string;
  count: number;
  lastUs: number;
}

interface Similar {
  readonly messages: Set<string>;
  lastUs: number;
}

interface PendingEvent {
  readonly key: string;
  readonly involved: KubernetesObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Bytes of a PATCH that raises the count of an Event. */
const PATCH_BYTES = 250;

export class EventRecorder {
  readonly #simulation: Simulation;
  readonly #component: string;
  readonly #client: ApiClient;
  readonly #similar = new Map<string, Similar>();
  readonly #posted = new Map<string, Posted>();
  readonly #spam = new Map<string, TokenBucket>();
  readonly #queue: PendingEvent[] = [];
  #isPosting = false;
  #sequence = 0;
  /** Events lost to the spam filter or a full queue. */
  dropped = 0;

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
    const { now } = this.#simulation;
    const { kind, metadata } = involved;
    const source = `${kind}/${metadata.namespace ?? ''}/${metadata.name}/${metadata.uid}`;
    const group = `${source}/${type}/${reason}`;
    const similar = this.#similarTo(group, message, now);
    const isCombined = similar.messages.size >= clientConstants.eventAggregateCount;
    const text = isCombined ? `(combined from similar events): ${message}` : message;
    const key = isCombined ? group : `${group}/${message}`;
    if (!this.#passesSpamFilter(source, now)) {
      this.dropped++;
      return;
    }
    if (this.#queue.length >= clientConstants.eventQueueLength) {
      this.dropped++;
      return;
    }
    this.#queue.push({ key, involved, type, reason, message: text });
    if (!this.#isPosting) this.#postNext();
  }

  #similarTo(group: string, message: string, now: number): Similar {
    let similar = this.#similar.get(group);
    if (similar === undefined || now - similar.lastUs > clientConstants.eventAggregateWindowUs) {
      similar = { messages: new Set(), lastUs: now };
      this.#similar.set(group, similar);
    }
    similar.lastUs = now;
    if (similar.messages.size < clientConstants.eventAggregateCount) similar.messages.add(message);
    return similar;
  }

  #passesSpamFilter(source: string, now: number): boolean {
    let bucket = this.#spam.get(source);
    if (bucket === undefined) {
      const { eventSpamBurst, eventSpamIntervalUs } = clientConstants;
      bucket = new TokenBucket(
        `${this.#component}/events`,
        1_000_000 / eventSpamIntervalUs,
        eventSpamBurst,
      );
      this.#spam.set(source, bucket);
    }
    return bucket.tryTake(now);
  }

  #post({ key, involved, type, reason, message }: PendingEvent): void {
    const { now } = this.#simulation;
    const namespace = involved.metadata.namespace ?? 'default';
    const posted = this.#posted.get(key);
    if (posted !== undefined && now - posted.lastUs <= clientConstants.eventAggregateWindowUs) {
      posted.count++;
      posted.lastUs = now;
      const { count } = posted;
      const apply = (current: KubernetesObject): KubernetesObject =>
        ({ ...current, count, message, lastTimestamp: now }) as Event;
      this.#client.send(
        {
          verb: 'patch',
          resource: 'events',
          namespace,
          name: posted.name,
          patch: { bytes: PATCH_BYTES, apply },
        },
        this.#answered,
      );
      return;
    }
    const name = `${involved.metadata.name}.${now.toString(16)}${(this.#sequence++).toString(16)}`;
    this.#posted.set(key, { name, count: 1, lastUs: now });
    const body: Event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: involved.apiVersion,
        kind: involved.kind,
        ...(involved.metadata.namespace !== undefined && {
          namespace: involved.metadata.namespace,
        }),
        name: involved.metadata.name,
        ...(involved.metadata.uid !== undefined && { uid: involved.metadata.uid }),
      },
      reason,
      message,
      type,
      source: { component: this.#component },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
    this.#client.send(
      { verb: 'create', resource: 'events', namespace, name, body },
      this.#answered,
    );
  }

  readonly #answered = (_call: ApiCall): void => this.#postNext();

  #postNext(): void {
    const pending = this.#queue.shift();
    this.#isPosting = pending !== undefined;
    if (pending !== undefined) this.#post(pending);
  }
}
