// An API server for component tests: objects in memory, answers at once, watch events over the
// links. It keeps resource versions, binding, graceful deletion and field selectors; it has no
// admission, no defaulting, no validation, no limits, and history is never compacted.

import type { Binding } from '../../src/api/binding.js';
import { encodedBytes } from '../../src/api/encoded-size.js';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { Pod } from '../../src/api/pod.js';
import { resourceKindNamed } from '../../src/api/resource-kinds.js';
import type { ApiCall } from '../../src/client/api-call.js';
import {
  type ApiRequest,
  type ApiResponse,
  type FieldEquality,
  keyOf,
  objectKey,
} from '../../src/client/api-request.js';
import type { ApiTransport } from '../../src/client/api-transport.js';
import type { ApiServerPort } from '../../src/client/connection.js';
import { type ClusterObserver, SilentObserver } from '../../src/client/observer.js';
import { bookmarkOf, type WatchEvent, type WatchStream } from '../../src/client/watch.js';
import type { SimTime } from '../../src/kernel/time.js';

/** Seconds that a bound pod is given to stop when neither it nor the request says. */
const defaultGraceSeconds = 30;

/** The answer of a refusal. */
export function refusal(code: number, reason: string, message: string): ApiResponse {
  return { code, reason, message, bytes: 200 };
}

/** One watch: events in order, each with the time at which it reaches the client. */
class FakeWatch implements WatchStream {
  hold(): void {}

  lose(): void {}

  isClosed = false;
  /** When the client learns that the server has ended the watch. */
  #endsUs = Number.POSITIVE_INFINITY;
  readonly #transport: ApiTransport;
  readonly #call: ApiCall;
  readonly #waiting: { readonly event: WatchEvent; readonly arrivesUs: SimTime }[] = [];
  #isArmed = false;

  constructor(transport: ApiTransport, call: ApiCall) {
    this.#transport = transport;
    this.#call = call;
  }

  next(now: SimTime): WatchEvent | undefined {
    const first = this.#waiting[0];
    if (first !== undefined && first.arrivesUs <= now) return this.#waiting.shift()?.event;
    this.#isArmed = true;
    if (first !== undefined) this.#wakeAt(first.arrivesUs);
    else if (this.#endsUs > now && this.#endsUs < Number.POSITIVE_INFINITY)
      this.#wakeAt(this.#endsUs);
    return undefined;
  }

  /** The server has ended it, and everything before has been read. */
  get isEnded(): boolean {
    return this.#waiting.length === 0 && this.#endsUs <= this.#transport.simulation.now;
  }

  /** The server hangs up. */
  end(): void {
    const { now } = this.#transport.simulation;
    this.#endsUs = this.#call.caller.connection.down.send(now, 0);
    if (this.#isArmed && this.#waiting.length === 0) this.#wakeAt(this.#endsUs);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Sends what the watch's selector sees of `event`. */
  offer(event: WatchEvent): void {
    const seen = viewOf(event, this.#call.request.fieldSelector);
    if (seen !== undefined) this.#push(seen);
  }

  /** Sends how far the watch is. */
  mark(revision: number, endsInitialEvents: boolean): void {
    this.#push(bookmarkOf({ apiVersion: 'v1', kind: 'Pod' }, revision, endsInitialEvents));
  }

  #push(seen: WatchEvent): void {
    const { now } = this.#transport.simulation;
    const arrivesUs = this.#call.caller.connection.down.send(now, seen.bytes);
    this.#waiting.push({ event: seen, arrivesUs });
    if (this.#isArmed && this.#waiting.length === 1) this.#wakeAt(arrivesUs);
  }

  #wakeAt(at: SimTime): void {
    this.#isArmed = false;
    const { watcher } = this.#call.request;
    if (watcher !== undefined && !this.isClosed) {
      this.#transport.simulation.at(at, watcher.kind, watcher.target);
    }
  }
}

function isSelected(object: KubernetesObject, selector: FieldEquality | undefined): boolean {
  if (selector === undefined) return true;
  if (selector.field === 'metadata.name') return object.metadata.name === selector.value;
  return object.kind === 'Pod' && (object.spec.nodeName ?? '') === selector.value;
}

/** An object that leaves a selection is deleted for its watcher, one that enters it is added. */
function viewOf(event: WatchEvent, selector: FieldEquality | undefined): WatchEvent | undefined {
  const wasSeen = event.previous !== undefined && isSelected(event.previous, selector);
  const isSeen = event.type !== 'DELETED' && isSelected(event.object, selector);
  if (!wasSeen && !isSeen) return undefined;
  const type = !isSeen ? 'DELETED' : wasSeen ? 'MODIFIED' : 'ADDED';
  return type === event.type ? event : { ...event, type };
}

/** All kinds share this much of their metadata; the rest of an object is left as it is. */
function withMetadata(
  object: KubernetesObject,
  changes: Partial<KubernetesObject['metadata']>,
): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, ...changes } } as KubernetesObject;
}

/** Serves the API of a test. Requests arrive through `receive`, or directly by its methods. */
export class FakeApiServer implements ApiServerPort {
  revision = 0;
  /** Everything that was asked, in order of arrival. */
  readonly requests: ApiRequest[] = [];
  /** Every committed change in order. */
  readonly log: WatchEvent[] = [];
  /** Answers instead of the server when it returns something: to inject failures. */
  intercept: ((request: ApiRequest) => ApiResponse | undefined) | undefined;
  readonly #transport: ApiTransport;
  readonly #observer: ClusterObserver;
  readonly #stored = new Map<string, Map<string, KubernetesObject>>();
  #watches: { readonly resource: string; readonly watch: FakeWatch }[] = [];
  /** Watches from before this revision are refused as too old. */
  #compactedRevision = 0;

  constructor(transport: ApiTransport, observer: ClusterObserver = new SilentObserver()) {
    this.#transport = transport;
    this.#observer = observer;
  }

  receive(call: ApiCall): void {
    this.requests.push(call.request);
    this.#transport.respond(call, this.intercept?.(call.request) ?? this.#answer(call));
  }

  /** A stored object; throws when there is none of that kind and key. */
  get<T extends KubernetesObject>(resource: string, key: string): T {
    const object = this.find<T>(resource, key);
    if (object === undefined) throw new Error(`no ${resource} "${key}" is stored`);
    return object;
  }

  find<T extends KubernetesObject>(resource: string, key: string): T | undefined {
    return this.#stored.get(resource)?.get(key) as T | undefined;
  }

  /** All objects of a resource in order of creation. */
  list<T extends KubernetesObject>(resource: string): T[] {
    return [...this.#resource(resource).values()] as T[];
  }

  /** Stores a new object, without a request; its name may come from generateName. */
  create<T extends KubernetesObject>(object: T): T {
    const revision = this.revision + 1;
    const { name, generateName, uid } = object.metadata;
    const stored = withMetadata(object, {
      name: name || `${generateName ?? ''}${revision.toString(36).padStart(5, '0')}`,
      uid: uid ?? `uid-${revision}`,
      generation: 1,
      creationTimestamp: this.#transport.simulation.now,
    });
    return this.#commit('ADDED', stored, undefined) as T;
  }

  /** Stores a new state of an object, without a request. */
  update<T extends KubernetesObject>(object: T): T {
    const previous = this.get(resourceOf(object), keyOf(object));
    return this.#commit('MODIFIED', object, previous) as T;
  }

  /** Removes an object at once, without a request. */
  remove(resource: string, key: string): void {
    const previous = this.get(resource, key);
    this.#commit('DELETED', previous, previous);
  }

  /** Ends all watches, as a server does when their time is over or when it stops. */
  endWatches(): void {
    for (const { watch } of this.#watches.splice(0)) watch.end();
  }

  /** Tells all watches how far they are. */
  mark(): void {
    for (const { watch } of this.#watches) watch.mark(this.revision, false);
  }

  /** From now on watches can begin only here or later. */
  compact(): void {
    this.#compactedRevision = this.revision;
  }

  #resource(resource: string): Map<string, KubernetesObject> {
    let objects = this.#stored.get(resource);
    if (objects === undefined) {
      objects = new Map();
      this.#stored.set(resource, objects);
    }
    return objects;
  }

  #commit(
    type: WatchEvent['type'],
    object: KubernetesObject,
    previous: KubernetesObject | undefined,
  ): KubernetesObject {
    this.revision++;
    const stored = withMetadata(object, { resourceVersion: this.revision });
    const resource = resourceOf(stored);
    if (type === 'DELETED') this.#resource(resource).delete(keyOf(stored));
    else this.#resource(resource).set(keyOf(stored), stored);
    const bytes = encodedBytes(stored);
    const event = { type, object: stored, previous, revision: this.revision, bytes };
    this.log.push(event);
    this.#observer.committed(event);
    for (const each of this.#watches) {
      if (each.resource === resource && !each.watch.isClosed) each.watch.offer(event);
    }
    return stored;
  }

  #answer(call: ApiCall): ApiResponse {
    const { request } = call;
    switch (request.verb) {
      case 'list':
        return this.#answerList(request);
      case 'watch':
        return this.#answerWatch(call);
      case 'create':
        return request.subresource === 'binding'
          ? this.#bind(request)
          : this.#answerCreate(request);
      default:
        return this.#answerOne(request);
    }
  }

  #answerList({ resource, namespace, fieldSelector }: ApiRequest): ApiResponse {
    const items = this.list(resource).filter(
      (object) =>
        isSelected(object, fieldSelector) &&
        (namespace === '' || object.metadata.namespace === namespace),
    );
    const bytes = items.reduce((sum, object) => sum + encodedBytes(object), 100);
    return { code: 200, reason: '', message: '', bytes, items, revision: this.revision };
  }

  #answerWatch(call: ApiCall): ApiResponse {
    const { resource, resourceVersion, sendInitialEvents } = call.request;
    const isTooOld = (resourceVersion ?? this.revision) < this.#compactedRevision;
    const watch = new FakeWatch(this.#transport, call);
    if (sendInitialEvents === true) this.#sendInitialEvents(resource, watch);
    else if (isTooOld) return refusal(410, 'Expired', 'too old resource version');
    else this.#sendSince(resource, resourceVersion ?? this.revision, watch);
    this.#watches.push({ resource, watch });
    return { code: 200, reason: '', message: '', bytes: 100, watch };
  }

  #sendInitialEvents(resource: string, watch: FakeWatch): void {
    for (const object of this.list(resource)) {
      const revision = object.metadata.resourceVersion ?? 0;
      const bytes = encodedBytes(object);
      watch.offer({ type: 'ADDED', object, previous: undefined, revision, bytes });
    }
    watch.mark(this.revision, true);
  }

  #sendSince(resource: string, revision: number, watch: FakeWatch): void {
    for (const event of this.log) {
      if (resourceOf(event.object) === resource && event.revision > revision) watch.offer(event);
    }
  }

  #answerCreate({ resource, name, namespace, body }: ApiRequest): ApiResponse {
    if (body === undefined) return refusal(400, 'BadRequest', 'a create needs a body');
    const key = objectKey(namespace, body.metadata.name || name);
    if (body.metadata.name !== '' && this.find(resource, key) !== undefined) {
      return refusal(409, 'AlreadyExists', `${resource} "${key}" already exists`);
    }
    return answerWith(201, this.create(body));
  }

  #bind({ namespace, name, body }: ApiRequest): ApiResponse {
    const pod = this.find<Pod>('pods', objectKey(namespace, name));
    if (pod === undefined) return refusal(404, 'NotFound', `pods "${name}" not found`);
    if (pod.metadata.deletionTimestamp !== undefined) {
      return refusal(409, 'Conflict', `pod ${name} is being deleted, cannot be assigned to a host`);
    }
    if ((pod.spec.nodeName ?? '') !== '') {
      return refusal(409, 'Conflict', `pod ${name} is already assigned to node`);
    }
    const nodeName = (body as Binding).target.name ?? '';
    const others = pod.status?.conditions?.filter(({ type }) => type !== 'PodScheduled') ?? [];
    const conditions = [...others, { type: 'PodScheduled', status: 'True' as const }];
    const { nominatedNodeName: _cleared, ...status } = pod.status ?? {};
    const bound = {
      ...pod,
      spec: { ...pod.spec, nodeName },
      status: { ...status, conditions },
    };
    return answerWith(201, this.#commit('MODIFIED', bound, pod));
  }

  #answerOne(request: ApiRequest): ApiResponse {
    const { verb, resource, namespace, name, body, patch } = request;
    const current = this.find(resource, objectKey(namespace, name));
    if (current === undefined) return refusal(404, 'NotFound', `${resource} "${name}" not found`);
    if (verb === 'get') return answerWith(200, current);
    if (verb === 'delete') return this.#answerDelete(request, current);
    const wanted = patch === undefined ? body : patch.apply(current);
    if (wanted === undefined) return refusal(400, 'BadRequest', `${verb} needs a body`);
    const { resourceVersion } = wanted.metadata;
    if (resourceVersion !== undefined && resourceVersion !== current.metadata.resourceVersion) {
      return refusal(409, 'Conflict', `${resource} "${name}": the object has been modified`);
    }
    if (wanted === current) return answerWith(200, current);
    return answerWith(200, this.#write(request, wanted, current));
  }

  /** A write of `status` changes that and annotations, any other write all but the status. */
  #write(
    { subresource }: ApiRequest,
    wanted: KubernetesObject,
    current: KubernetesObject,
  ): KubernetesObject {
    const was = current as { readonly spec?: unknown; readonly status?: unknown };
    const is = wanted as { readonly spec?: unknown; readonly status?: unknown };
    if (subresource === 'status') {
      const { annotations } = wanted.metadata;
      const noted = annotations === undefined ? {} : { annotations };
      return this.#commit(
        'MODIFIED',
        withMetadata({ ...current, status: is.status } as KubernetesObject, noted),
        current,
      );
    }
    const status = was.status === undefined ? {} : { status: was.status };
    const generation = (current.metadata.generation ?? 1) + (was.spec === is.spec ? 0 : 1);
    const next = withMetadata({ ...wanted, ...status } as KubernetesObject, { generation });
    const { finalizers, deletionTimestamp } = next.metadata;
    const isReleased = deletionTimestamp !== undefined && (finalizers ?? []).length === 0;
    return this.#commit(isReleased && next.kind !== 'Pod' ? 'DELETED' : 'MODIFIED', next, current);
  }

  #answerDelete(request: ApiRequest, current: KubernetesObject): ApiResponse {
    const { uidPrecondition, gracePeriodSeconds } = request;
    if (uidPrecondition !== undefined && uidPrecondition !== current.metadata.uid) {
      return refusal(409, 'Conflict', `the uid is ${current.metadata.uid}, not ${uidPrecondition}`);
    }
    const pod = current.kind === 'Pod' ? current : undefined;
    const isBound = (pod?.spec.nodeName ?? '') !== '';
    const ownGrace = pod?.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;
    const graceSeconds = isBound ? (gracePeriodSeconds ?? ownGrace) : 0;
    if (graceSeconds === 0 && (current.metadata.finalizers ?? []).length === 0) {
      return answerWith(200, this.#commit('DELETED', current, current));
    }
    if (current.metadata.deletionTimestamp !== undefined) return answerWith(200, current);
    const deletionTimestamp = this.#transport.simulation.now + graceSeconds * 1_000_000;
    const changes = { deletionTimestamp, deletionGracePeriodSeconds: graceSeconds };
    return answerWith(200, this.#commit('MODIFIED', withMetadata(current, changes), current));
  }
}

function answerWith(code: number, object: KubernetesObject): ApiResponse {
  return { code, reason: '', message: '', bytes: encodedBytes(object), object };
}

function resourceOf(object: KubernetesObject): string {
  const kind = resourceKindNamed(object.kind);
  if (kind === undefined) throw new Error(`${object.kind} is no kind of the simulator`);
  return kind.resource;
}
