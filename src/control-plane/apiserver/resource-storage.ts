// What an apiserver does with a request that may be served: optimistic writes in etcd; reads and
// watches are passed on. The watch caches may lag: for a write they decide only what the store will
// check.
// Source: Kubernetes v1.36 apiserver registry/generic, storage (reference: controlplane B8, B10).
import { encodedBytes } from '../../api/encoded-size.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { type ResourceKind, resourceKinds } from '../../api/resource-kinds.js';
import { type ApiRequest, type ApiResponse, objectKey } from '../../client/api-request.js';
import type { EtcdPort, EtcdResult } from '../../client/etcd-client.js';
import type { ClusterObserver } from '../../client/observer.js';
import type { WatchEvent } from '../../client/watch.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import { AdmissionControl, type AdmissionSettings } from './admission/admission-control.js';
import { alreadyExists, notFound, ok, status, storageFailure } from './answers.js';
import { apiserverConstants } from './constants.js';
import { FreshReads } from './fresh-reads.js';
import { ObjectReads } from './object-reads.js';
import { deleteOutcome, type Outcome, updateOutcome } from './outcomes.js';
import type { IdentityGenerator } from './registry.js';
import type { RequestTable } from './request-table.js';
import type { StorageContext } from './storage-context.js';
import { WatchCache } from './watch-cache.js';
import { WatchOpener } from './watch-opener.js';
import { WatchRuntime } from './watch-runtime.js';

export interface ResourceStorageOptions {
  /** Of the server. */
  readonly name: string;
  readonly host: CpuHost;
  readonly etcd: EtcdPort;
  readonly identities: IdentityGenerator;
  readonly requests: RequestTable;
  readonly observer: ClusterObserver;
  /** A request has its answer; `workUs` of CPU time went into it beside its encoding. */
  readonly onReply: (id: number, response: ApiResponse, workUs?: number) => void;
  /** The objects of a resource when the server starts. */
  readonly onLoaded: (resource: string, objects: readonly KubernetesObject[]) => void;
  /** A change has come from etcd. */
  readonly onChange: (resource: string, event: WatchEvent) => void;
  /** Changes of a resource are in its cache. */
  readonly onCached: (resource: string) => void;
  readonly onWatch: (request: ApiRequest, change: 1 | -1) => void;
  readonly admission: AdmissionSettings;
}

export class ResourceStorage {
  readonly #simulation: Simulation;
  readonly #options: ResourceStorageOptions;
  readonly #requests: RequestTable;
  readonly #caches = new Map<string, WatchCache>();
  readonly #stored: EventKind;
  readonly #found: EventKind;
  readonly #admission: AdmissionControl;
  readonly #fresh: FreshReads;
  readonly #reads: ObjectReads;
  readonly #opener: WatchOpener;
  /** Requests whose object is to be removed once it has been written. */
  readonly #removedNext = new Set<number>();
  #seenRevision = 0;
  /** They wait to hear from etcd how far its watch is. */
  readonly #askedProgress = new Set<WatchCache>();
  /** False: nobody follows the store. */
  #isRunning = true;

  constructor(simulation: Simulation, options: ResourceStorageOptions) {
    this.#simulation = simulation;
    this.#options = options;
    this.#requests = options.requests;
    const { name, etcd, host } = options;
    this.#stored = simulation.defineEvent(`${name}.TransactionAnswered`, (id, ticket) => {
      const result = etcd.result(ticket);
      if (this.#requests.resume(id)) this.#afterWrite(id, result);
      else this.#removedNext.delete(id);
    });
    this.#found = simulation.defineEvent(`${name}.RangeAnswered`, (id, ticket) => {
      const result = etcd.result(ticket);
      if (this.#requests.resume(id)) this.#afterRead(id, result);
    });
    this.#admission = new AdmissionControl(simulation, {
      ...options.admission,
      name,
      host,
      requests: options.requests,
      objectsOf: (resource) => this.objectsOf(resource),
      onAdmitted: (id, { current, outcome }) => this.#carryOut(id, current, outcome),
      onRejected: (id, { code, reason, message }) => this.#reply(id, status(code, reason, message)),
    });
    const context = this.#context();
    for (const kind of resourceKinds) this.#caches.set(kind.resource, this.#newCache(kind));
    this.#fresh = new FreshReads(context, {
      onFresh: (id, cache) => {
        const isWatch = this.#requests.call(id).request.verb === 'watch';
        (isWatch ? this.#opener : this.#reads).cacheIsFresh(id, cache);
      },
      onTimedOut: (id, cache) => {
        const isWatch = this.#requests.call(id).request.verb === 'watch';
        (isWatch ? this.#opener : this.#reads).timedOut(id, cache);
      },
    });
    this.#reads = new ObjectReads(context, this.#fresh);
    const runtime = new WatchRuntime(simulation, name, host, options.observer);
    this.#opener = new WatchOpener(context, this.#fresh, runtime);
    const changed = simulation.defineEvent(`${name}.StoreChangesArrived`, (_, upTo) =>
      this.#ingest(upTo),
    );
    this.load();
    etcd.watch(changed, 0);
  }

  #context(): StorageContext {
    const { name, etcd, requests, observer, onReply, onWatch } = this.#options;
    return {
      simulation: this.#simulation,
      name,
      etcd,
      requests,
      observer,
      reply: onReply,
      onWatch,
      cacheOf: (resource) => this.#caches.get(resource) as WatchCache,
      found: this.#found,
      seenRevision: () => this.#seenRevision,
    };
  }

  #newCache(kind: ResourceKind): WatchCache {
    const { name, host, etcd, onCached } = this.#options;
    const cache = new WatchCache(this.#simulation, kind, `${name}/${kind.resource}`, host, {
      onDispatched: () => onCached(kind.resource),
      onFresh: (id, waitedUs) => this.#fresh.arrived(id, waitedUs),
      requestProgress: () => {
        this.#askedProgress.add(cache);
        etcd.requestProgress();
      },
    });
    return cache;
  }

  /** Of every resource, by its name. */
  get caches(): ReadonlyMap<string, WatchCache> {
    return this.#caches;
  }

  /** The server has stopped: watches end, caches are empty; returns reads that waited for them. */
  stop(): readonly number[] {
    this.#isRunning = false;
    this.#fresh.clear();
    const waiting: number[] = [];
    for (const cache of this.#caches.values()) {
      waiting.push(...cache.freshness.clear());
      cache.clear();
    }
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
      cache.load(objects, revision);
    }
  }

  /** Everything cached of a resource. */
  objectsOf(resource: string): ReadonlyMap<string, KubernetesObject> {
    return this.#caches.get(resource)?.objects.byKey ?? new Map();
  }

  /** Serves a request; `onReply` is called when its answer is ready. */
  handle(id: number): void {
    const key = this.#requests.key(id);
    const { verb, resource, subresource } = this.#requests.call(id).request;
    const cache = this.#caches.get(resource);
    if (cache === undefined)
      return this.#reply(
        id,
        status(404, 'NotFound', 'the server could not find the requested resource'),
      );
    if (verb === 'list') return this.#reads.list(id, cache);
    if (verb === 'watch') return this.#opener.open(id, cache);
    if (verb === 'get') return this.#reads.get(id, cache);
    if (verb === 'create' && subresource !== 'binding') return this.#create(id);
    const cached = this.#cached(id);
    if (cached === undefined) this.#options.etcd.read(key, this.#found, id);
    else this.#change(id, cached, false);
  }

  #cached(id: number): KubernetesObject | undefined {
    const { resource, namespace, name } = this.#requests.call(id).request;
    return this.#caches.get(resource)?.objects.byKey.get(objectKey(namespace, name));
  }

  #create(id: number): void {
    const { request } = this.#requests.call(id);
    const { resource, body, namespace } = request;
    if (body === undefined) {
      return this.#reply(id, status(400, 'BadRequest', 'a create needs a body'));
    }
    const { now } = this.#simulation;
    const given = namespace === '' ? body.metadata : { namespace, ...body.metadata };
    const metadata = this.#options.identities.fill(given, resource, now);
    const admitted = this.#admission.complete({ ...body, metadata } as KubernetesObject);
    if ('code' in admitted) {
      return this.#reply(id, status(admitted.code, admitted.reason, admitted.message));
    }
    const key = `${resource}/${objectKey(metadata.namespace, metadata.name)}`;
    this.#requests.setKey(id, key);
    const outcome = { kind: 'write', object: admitted } as const;
    this.#admission.admit(id, request, { current: undefined, outcome });
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
    if (isWrite) this.#admission.admit(id, request, { current, outcome });
    else if (isNewest) this.#carryOut(id, current, outcome);
    else this.#options.etcd.read(this.#requests.key(id), this.#found, id);
  }

  #carryOut(id: number, current: KubernetesObject | undefined, outcome: Outcome): void {
    const revision = current?.metadata.resourceVersion ?? 0;
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

  #afterRead(id: number, { current, error }: EtcdResult): void {
    if (error !== undefined) return this.#reply(id, storageFailure(error));
    const { verb } = this.#requests.call(id).request;
    if (current === undefined || verb === 'get') return this.#replyWith(id, current);
    this.#change(id, current, true);
  }

  /** Replies with an object, or that there is none. */
  #replyWith(id: number, object: KubernetesObject | undefined, code = 200): void {
    if (object !== undefined) return this.#reply(id, ok(code, object));
    const { resource, name } = this.#requests.call(id).request;
    this.#reply(id, notFound(resource, name));
  }

  #ingest(upTo: number): void {
    if (!this.#isRunning) return;
    if (upTo === this.#seenRevision) return this.#noteProgress(upTo);
    for (let revision = this.#seenRevision + 1; revision <= upTo; revision++) {
      this.#ingestEvent(this.#options.etcd.change(revision));
      for (const event of this.#options.etcd.furtherChanges(revision)) this.#ingestEvent(event);
    }
    this.#seenRevision = Math.max(this.#seenRevision, upTo);
  }

  /** etcd tells those caches that have asked; if it speaks of itself, all. */
  #noteProgress(revision: number): void {
    const told = this.#askedProgress.size > 0 ? this.#askedProgress : this.#caches.values();
    for (const cache of [...told]) if (cache.isReady) cache.progressed(revision);
    this.#askedProgress.clear();
  }

  #ingestEvent(event: WatchEvent | undefined): void {
    if (event === undefined) return;
    const resource = resourceOf(event.object);
    this.#options.onChange(resource, event);
    this.#caches.get(resource)?.ingest(event);
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
