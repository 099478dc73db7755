// What an apiserver does with a request that may be served: optimistic writes in etcd, reads from
// etcd or from the watch cache, watches. The cache may lag: it answers only who asks for any state,
// and decides about a write only what the store will check.
// Left out in this version: webhooks, paging, the wait of a consistent list for etcd's progress
// notification (docs/MODEL.md).
// Source: Kubernetes v1.36 apiserver registry/generic, storage (reference: controlplane B8, B10).
import { encodedBytes } from '../../api/encoded-size.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { PriorityClass } from '../../api/priority-class.js';
import { resourceKinds } from '../../api/resource-kinds.js';
import { type ApiRequest, type ApiResponse, objectKey } from '../../client/api-request.js';
import type { EtcdPort, EtcdResult } from '../../client/etcd-client.js';
import type { WatchEvent } from '../../client/watch.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import { Admission, type OptionalAdmissionPlugin } from './admission.js';
import { alreadyExists, notFound, ok, status, storageFailure } from './answers.js';
import { apiserverConstants } from './constants.js';
import { deleteOutcome, type Outcome, updateOutcome } from './outcomes.js';
import type { IdentityGenerator } from './registry.js';
import type { RequestTable } from './request-table.js';
import { ServerWatch } from './server-watch.js';
import { WatchCache } from './watch-cache.js';

export interface ResourceStorageOptions {
  /** Of the server. */
  readonly name: string;
  readonly host: CpuHost;
  readonly etcd: EtcdPort;
  readonly identities: IdentityGenerator;
  readonly requests: RequestTable;
  /** A request has its answer. */
  readonly onReply: (id: number, response: ApiResponse) => void;
  /** The objects of a resource when the server starts. */
  readonly onLoaded: (resource: string, objects: readonly KubernetesObject[]) => void;
  /** A change has come from etcd. */
  readonly onChange: (resource: string, event: WatchEvent) => void;
  /** Changes of a resource are in its cache. */
  readonly onCached: (resource: string) => void;
  readonly onWatch: (request: ApiRequest, change: 1 | -1) => void;
  readonly disabledAdmissionPlugins?: readonly OptionalAdmissionPlugin[] | undefined;
}

/**
 * A list that waits until its cache has everything up to the store's revision when it was asked.
 */
interface WaitingList {
  readonly id: number;
  readonly cache: WatchCache;
  readonly revision: number;
}

/** Resources that are read from etcd each time. */
const UNCACHED = new Set(['events']);

export class ResourceStorage {
  readonly #simulation: Simulation;
  readonly #options: ResourceStorageOptions;
  readonly #requests: RequestTable;
  readonly #caches = new Map<string, WatchCache>();
  readonly #stored: EventKind;
  readonly #found: EventKind;
  readonly #admission: Admission;
  #waitingLists: WaitingList[] = [];
  /** Requests whose object is to be removed once it has been written. */
  readonly #removedNext = new Set<number>();
  #seenRevision = 0;
  /** False: nobody follows the store. */
  #isRunning = true;

  constructor(simulation: Simulation, options: ResourceStorageOptions) {
    this.#simulation = simulation;
    this.#options = options;
    this.#requests = options.requests;
    const { name, etcd, host, disabledAdmissionPlugins } = options;
    this.#stored = simulation.defineEvent(`${name}.TransactionAnswered`, (id, ticket) => {
      const result = etcd.result(ticket);
      if (this.#requests.resume(id)) this.#afterWrite(id, result);
      else this.#removedNext.delete(id);
    });
    this.#found = simulation.defineEvent(`${name}.RangeAnswered`, (id, ticket) => {
      const result = etcd.result(ticket);
      if (this.#requests.resume(id)) this.#afterRead(id, result);
    });
    this.#admission = new Admission((name) => this.#priorityClass(name), disabledAdmissionPlugins);
    for (const { resource } of resourceKinds) {
      const cache = new WatchCache(simulation, `${name}/${resource}`, host, () => {
        this.#answerLists();
        options.onCached(resource);
      });
      this.#caches.set(resource, cache);
    }
    const changed = simulation.defineEvent(`${name}.StoreChangesArrived`, (_, upTo) =>
      this.#ingest(upTo),
    );
    this.load();
    etcd.watch(changed, 0);
  }

  /** The server has stopped: watches end, caches are empty; returns lists that waited for them. */
  stop(): readonly number[] {
    this.#isRunning = false;
    for (const cache of this.#caches.values()) cache.clear();
    const waiting = this.#waitingLists.map(({ id }) => id);
    this.#waitingLists = [];
    return waiting;
  }

  /** CPU time that filling the cache of each resource takes, µs. */
  get loadCpuUs(): readonly number[] {
    const { watchIngestCpuUs, decodeNanosecondsPerByte } = apiserverConstants;
    const byResource = new Map<string, number>();
    for (const value of this.#options.etcd.snapshot().values) {
      const resource = resourceOf(value);
      const cpuUs = watchIngestCpuUs + (encodedBytes(value) * decodeNanosecondsPerByte) / 1000;
      byResource.set(resource, (byResource.get(resource) ?? 0) + cpuUs);
    }
    return [...byResource.values()];
  }

  /** Fills the caches with what is stored now. */
  load(): void {
    const { revision, values } = this.#options.etcd.snapshot();
    this.#isRunning = true;
    this.#seenRevision = revision;
    const byResource = new Map<string, KubernetesObject[]>();
    for (const value of values) {
      const resource = resourceOf(value);
      const objects = byResource.get(resource) ?? [];
      objects.push(value);
      byResource.set(resource, objects);
    }
    for (const [resource, cache] of this.#caches) {
      const objects = byResource.get(resource) ?? [];
      this.#options.onLoaded(resource, objects);
      if (!UNCACHED.has(resource)) cache.load(objects, revision);
    }
  }

  /** Everything cached of a resource. */
  objectsOf(resource: string): ReadonlyMap<string, KubernetesObject> {
    return this.#caches.get(resource)?.objects ?? new Map();
  }

  /** Serves a request; `onReply` is called when its answer is ready. */
  handle(id: number): void {
    const key = this.#requests.key(id);
    const { verb, resource, subresource, resourceVersion } = this.#requests.call(id).request;
    const cache = this.#caches.get(resource);
    if (cache === undefined)
      return this.#reply(
        id,
        status(404, 'NotFound', 'the server could not find the requested resource'),
      );
    switch (verb) {
      case 'list':
        if (resourceVersion === undefined) this.#options.etcd.read(key, this.#found, id);
        else this.#replyList(id, cache);
        return;
      case 'watch':
        return this.#openWatch(id, cache);
      case 'get':
        if (resourceVersion === 0 && !UNCACHED.has(resource)) this.#replyWith(id, this.#cached(id));
        else this.#options.etcd.read(key, this.#found, id);
        return;
      case 'create':
        if (subresource !== 'binding') return this.#create(id);
    }
    const cached = this.#cached(id);
    if (cached === undefined) this.#options.etcd.read(key, this.#found, id);
    else this.#change(id, cached, false);
  }

  #cached(id: number): KubernetesObject | undefined {
    const { resource, namespace, name } = this.#requests.call(id).request;
    if (UNCACHED.has(resource)) return undefined;
    return this.#caches.get(resource)?.objects.get(objectKey(namespace, name));
  }

  #create(id: number): void {
    const { resource, body, namespace } = this.#requests.call(id).request;
    if (body === undefined) {
      return this.#reply(id, status(400, 'BadRequest', 'a create needs a body'));
    }
    const { now } = this.#simulation;
    const given = namespace === '' ? body.metadata : { namespace, ...body.metadata };
    const metadata = this.#options.identities.fill(given, resource, now);
    const admitted = this.#admission.admit({ ...body, metadata } as KubernetesObject);
    if ('code' in admitted) {
      return this.#reply(id, status(admitted.code, admitted.reason, admitted.message));
    }
    const key = `${resource}/${objectKey(metadata.namespace, metadata.name)}`;
    this.#requests.setKey(id, key);
    this.#propose(key, 0, admitted, id);
  }

  #priorityClass(name: string): PriorityClass | undefined {
    const classes = this.objectsOf('priorityclasses');
    if (name !== '') return classes.get(name) as PriorityClass | undefined;
    let found: PriorityClass | undefined;
    for (const each of classes.values() as Iterable<PriorityClass>) {
      if (each.globalDefault === true && each.value < (found?.value ?? Number.POSITIVE_INFINITY))
        found = each;
    }
    return found;
  }

  /**
   * Update, patch, binding or delete of what is stored. What the cache says is enough for a write,
   * since the store compares; a refusal or "nothing changes" is only given on the newest state.
   */
  #change(id: number, current: KubernetesObject, isNewest: boolean): void {
    const { request } = this.#requests.call(id);
    const { now } = this.#simulation;
    const outcome =
      request.verb === 'delete'
        ? deleteOutcome(current, request, now)
        : updateOutcome(current, request, now);
    const isWrite = outcome.kind !== 'unchanged' && outcome.kind !== 'refuse';
    if (isWrite || isNewest) this.#carryOut(id, current, outcome);
    else this.#options.etcd.read(this.#requests.key(id), this.#found, id);
  }

  #carryOut(id: number, current: KubernetesObject, outcome: Outcome): void {
    const revision = current.metadata.resourceVersion ?? 0;
    switch (outcome.kind) {
      case 'unchanged':
        return this.#replyWith(id, current);
      case 'refuse':
        return this.#reply(id, status(outcome.code, outcome.reason, outcome.message));
      case 'remove':
        return this.#propose(this.#requests.key(id), revision, undefined, id);
      case 'writeAndRemove':
        this.#removedNext.add(id);
        return this.#propose(this.#requests.key(id), revision, outcome.object, id);
      case 'write':
        return this.#propose(this.#requests.key(id), revision, outcome.object, id);
    }
  }

  #propose(
    key: string,
    expectedRevision: number,
    value: KubernetesObject | undefined,
    id: number,
  ): void {
    const bytes = value === undefined ? 0 : encodedBytes(value);
    this.#options.etcd.propose({ key, expectedRevision, value, bytes }, this.#stored, id);
  }

  /** A failed comparison returned what is stored: try again on that, as GuaranteedUpdate does. */
  #afterWrite(id: number, { succeeded, current, error }: EtcdResult): void {
    const { verb, resource, subresource } = this.#requests.call(id).request;
    const isRemovedNext = this.#removedNext.delete(id);
    if (error !== undefined) return this.#reply(id, storageFailure(error));
    if (succeeded && isRemovedNext && current !== undefined) {
      const revision = current.metadata.resourceVersion ?? 0;
      return this.#propose(this.#requests.key(id), revision, undefined, id);
    }
    const isBinding = subresource === 'binding';
    const isCreate = verb === 'create' && !isBinding;
    if (succeeded && isBinding) return this.#reply(id, status(201, '', ''));
    if (succeeded) return this.#replyWith(id, current, isCreate ? 201 : 200);
    if (isCreate) return this.#reply(id, alreadyExists(resource, current?.metadata.name ?? ''));
    if (current === undefined) return this.#replyWith(id, undefined);
    this.#change(id, current, true);
  }

  #afterRead(id: number, { revision, current, error }: EtcdResult): void {
    if (error !== undefined) return this.#reply(id, storageFailure(error));
    const { verb, resource } = this.#requests.call(id).request;
    if (verb === 'list') {
      const cache = this.#caches.get(resource) as WatchCache;
      this.#waitingLists.push({ id, cache, revision });
      return this.#answerLists();
    }
    if (current === undefined || verb === 'get') return this.#replyWith(id, current);
    this.#change(id, current, true);
  }

  /** Answers the lists whose caches have caught up with the store. */
  #answerLists(): void {
    if (this.#waitingLists.length === 0) return;
    const isFresh = ({ cache, revision }: WaitingList): boolean =>
      this.#seenRevision >= revision && cache.isCaughtUp(revision);
    const fresh = this.#waitingLists.filter(isFresh);
    if (fresh.length === 0) return;
    this.#waitingLists = this.#waitingLists.filter((each) => !fresh.includes(each));
    for (const { id, cache } of fresh) if (this.#requests.resume(id)) this.#replyList(id, cache);
  }

  /** Replies with an object, or that there is none. */
  #replyWith(id: number, object: KubernetesObject | undefined, code = 200): void {
    if (object !== undefined) return this.#reply(id, ok(code, object));
    const { resource, name } = this.#requests.call(id).request;
    this.#reply(id, notFound(resource, name));
  }

  #replyList(id: number, cache: WatchCache): void {
    const { fieldSelector } = this.#requests.call(id).request;
    const items = cache.list(fieldSelector);
    const bytes = items.reduce((sum, item) => sum + encodedBytes(item), 0);
    this.#reply(id, { code: 200, reason: '', message: '', bytes, items, revision: cache.revision });
  }

  #openWatch(id: number, cache: WatchCache): void {
    const call = this.#requests.call(id);
    const { request } = call;
    const { watcher, fieldSelector, fleetMembers = 1 } = request;
    if (watcher === undefined)
      return this.#reply(id, status(400, 'BadRequest', 'a watch needs a watcher'));
    const revision = request.resourceVersion ?? 0;
    const { connection } = call.caller;
    connection.watches ??= [];
    const { watches } = connection;
    const watch = new ServerWatch(this.#simulation, {
      address: watcher,
      selector: fieldSelector,
      afterRevision: revision,
      link: connection.down,
      members: fleetMembers,
      onClose: (closed) => {
        cache.removeWatcher(closed);
        watches.splice(watches.indexOf(closed), 1);
        this.#options.onWatch(request, -1);
      },
    });
    if (!cache.addWatcher(watch, revision)) {
      const message = `too old resource version: ${revision} (${cache.revision})`;
      return this.#reply(id, status(410, 'Expired', message));
    }
    watches.push(watch);
    this.#options.onWatch(request, 1);
    this.#reply(id, { code: 200, reason: '', message: '', bytes: 0, watch });
  }

  #ingest(upTo: number): void {
    if (!this.#isRunning) return;
    for (let revision = this.#seenRevision + 1; revision <= upTo; revision++) {
      this.#ingestEvent(this.#options.etcd.change(revision));
      for (const event of this.#options.etcd.furtherChanges(revision)) this.#ingestEvent(event);
    }
    this.#seenRevision = Math.max(this.#seenRevision, upTo);
    this.#answerLists();
  }

  #ingestEvent(event: WatchEvent | undefined): void {
    if (event === undefined) return;
    const resource = resourceOf(event.object);
    this.#options.onChange(resource, event);
    if (!UNCACHED.has(resource)) this.#caches.get(resource)?.ingest(event);
  }

  #reply(id: number, response: ApiResponse): void {
    this.#options.onReply(id, response);
  }
}

const resourceByKind: ReadonlyMap<string, string> = new Map(
  resourceKinds.map(({ kind, resource }) => [kind, resource]),
);

function resourceOf(object: KubernetesObject): string {
  return resourceByKind.get(object.kind) ?? '';
}
