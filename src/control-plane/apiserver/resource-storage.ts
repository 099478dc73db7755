// What an apiserver does with a request that may be served: reads, writes and watches go to their
// parts; what etcd tells of changes goes to the watch caches.
// Source: Kubernetes v1.36 apiserver registry/generic, storage (reference: controlplane B8, B10).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import {
  type DefinitionOwner,
  type ResourceKind,
  resourceKinds,
} from '../../api/resource-kinds.js';
import type { ApiRequest, ApiResponse } from '../../client/api-request.js';
import type { EtcdPort } from '../../client/etcd-client.js';
import type { ClusterObserver } from '../../client/observer.js';
import type { WatchEvent } from '../../client/watch.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { AdmissionSettings } from './admission/admission-control.js';
import type { AggregatedApis } from './aggregated-apis.js';
import { status } from './answers.js';
import { CacheFiller } from './cache-filler.js';
import { CollectionDeletes } from './collection-deletes.js';
import { Compactor } from './compactor.js';
import { EtcdLatencies } from './etcd-latencies.js';
import { EventLeases } from './event-leases.js';
import { FreshReads } from './fresh-reads.js';
import { ObjectReads } from './object-reads.js';
import { ObjectWrites } from './object-writes.js';
import type { IdentityGenerator } from './registry.js';
import type { RequestTable } from './request-table.js';
import type { StorageContext } from './storage-context.js';
import { TokenRequests } from './token-requests.js';
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
  /** The watch of a request has sent what it begins with, or has ended. */
  readonly onWatchInitialized: (id: number) => void;
  readonly admission: AdmissionSettings;
  /** Absent: nothing is compacted. */
  readonly etcdCompactionIntervalUs?: number | undefined;
  /** Whose custom resources are defined; those of others are not found. */
  readonly definitionsOf: readonly DefinitionOwner[];
  /** Absent: no API is aggregated. */
  readonly aggregatedApis?: AggregatedApis | undefined;
}

export class ResourceStorage {
  readonly #simulation: Simulation;
  readonly #options: ResourceStorageOptions;
  readonly latencies: EtcdLatencies;
  readonly leases: EventLeases;
  readonly compactor: Compactor | undefined;
  readonly #requests: RequestTable;
  readonly #caches = new Map<string, WatchCache>();
  readonly #writes: ObjectWrites;
  readonly #fresh: FreshReads;
  readonly #reads: ObjectReads;
  readonly #opener: WatchOpener;
  readonly #collections: CollectionDeletes;
  readonly #tokens: TokenRequests;
  readonly #filler: CacheFiller;
  /** Absent: no API is aggregated. */
  readonly #aggregatedAnswered: EventKind | undefined;
  /** Caches that are being filled, and what comes then. */
  #unfilled = 0;
  #onFilled: () => void = () => {};
  #seenRevision = 0;
  /** They wait to hear from etcd how far its watch is. */
  readonly #askedProgress = new Set<WatchCache>();
  /** False: nobody follows the store. */
  #isRunning = true;

  constructor(simulation: Simulation, options: ResourceStorageOptions) {
    this.#simulation = simulation;
    this.#options = options;
    this.#requests = options.requests;
    this.latencies = new EtcdLatencies(simulation);
    const { name, etcd, host, identities, admission } = options;
    this.leases = new EventLeases(simulation, name, etcd);
    this.#collections = new CollectionDeletes(simulation, {
      ...options,
      onDelete: (part) => this.#writes.handle(part),
    });
    const context = this.#context();
    this.#writes = new ObjectWrites(context, { identities, admission, host });
    this.#tokens = new TokenRequests(context);
    for (const kind of resourceKinds) {
      const { definedBy, resource } = kind;
      const isServed = definedBy === undefined || options.definitionsOf.includes(definedBy);
      if (isServed) this.#caches.set(resource, this.#newCache(kind));
    }
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
    const { etcdCompactionIntervalUs: periodUs } = options;
    const newest = (): number => this.#seenRevision;
    this.compactor =
      periodUs === undefined ? undefined : new Compactor(simulation, name, etcd, periodUs, newest);
    this.#filler = new CacheFiller(simulation, { name, host, etcd }, (cache, objects, revision) =>
      this.#cacheFilled(cache, objects, revision),
    );
    this.#aggregatedAnswered = this.#defineAggregated();
    this.#load();
    etcd.watch(changed, 0);
  }

  #context(): StorageContext {
    const { name, etcd, requests, observer, onWatch, onWatchInitialized, onReply } = this.#options;
    return {
      simulation: this.#simulation,
      name,
      etcd,
      requests,
      observer,
      latencies: this.latencies,
      reply: (id, response, workUs) => {
        if (!this.#collections.takes(id, response, workUs)) onReply(id, response, workUs);
      },
      onWatch,
      onWatchInitialized,
      cacheOf: (resource) => this.cacheOf(resource),
      leases: this.leases,
      readStored: (id) => this.#writes.read(id),
      seenRevision: () => this.#seenRevision,
    };
  }

  #defineAggregated(): EventKind | undefined {
    const { aggregatedApis, name, onReply } = this.#options;
    if (aggregatedApis === undefined) return undefined;
    return this.#simulation.defineEvent(`${name}.AggregatedApiAnswered`, (id, ticket) => {
      const response = aggregatedApis.take(ticket);
      if (this.#requests.resume(id)) onReply(id, response);
    });
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
    this.#filler.clear();
    const waiting: number[] = [];
    for (const cache of this.#caches.values()) {
      waiting.push(...cache.freshness.clear());
      cache.clear();
    }
    return waiting;
  }

  /** Fills the caches from etcd, then calls `onFilled`; until then a cache refuses what it can. */
  fill(onFilled: () => void): void {
    this.#seenRevision = this.#options.etcd.snapshot().revision;
    this.#isRunning = true;
    const cached = [...this.#caches.values()].filter(({ isCached }) => isCached);
    this.#unfilled = cached.length;
    this.#onFilled = onFilled;
    for (const cache of cached) this.#filler.fill(cache);
  }

  #cacheFilled(cache: WatchCache, objects: readonly KubernetesObject[], revision: number): void {
    const { resource } = cache.kind;
    this.#options.onLoaded(resource, objects);
    for (const event of cache.load(objects, revision)) this.#options.onChange(resource, event);
    this.#options.onCached(resource);
    if (--this.#unfilled === 0) this.#onFilled();
  }

  /** The caches of a server that has been there before the run began. */
  #load(): void {
    const { revision, values } = this.#options.etcd.snapshot();
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

  /** Whether the watch of a request is still sending what it begins with. */
  isInitializing(id: number): boolean {
    return this.#opener.isInitializing(id);
  }

  /** Nobody waits for a request any longer; true when that frees its id. */
  abandon(id: number): boolean {
    return this.#collections.abandon(id);
  }

  /** The watch cache of a resource that is served. */
  cacheOf(resource: string): WatchCache {
    return this.#caches.get(resource) as WatchCache;
  }

  /** A resource that this server has no storage for. */
  #handleElsewhere(id: number): void {
    const { aggregatedApis, onReply } = this.#options;
    const { request } = this.#requests.call(id);
    if (this.#aggregatedAnswered !== undefined && aggregatedApis?.serves(request) === true) {
      return aggregatedApis.forward(request, this.#aggregatedAnswered, id);
    }
    onReply(id, status(404, 'NotFound', 'the server could not find the requested resource'));
  }

  /** Everything cached of a resource. */
  objectsOf(resource: string): ReadonlyMap<string, KubernetesObject> {
    return this.#caches.get(resource)?.objects.byKey ?? new Map();
  }

  /** Serves a request; `onReply` is called when its answer is ready. */
  handle(id: number): void {
    const { verb, resource, subresource } = this.#requests.call(id).request;
    const cache = this.#caches.get(resource);
    if (cache === undefined) return this.#handleElsewhere(id);
    if (verb === 'list' || verb === 'deletecollection') return this.#reads.list(id, cache);
    if (verb === 'watch') return this.#opener.open(id, cache);
    if (verb === 'get') return this.#reads.get(id, cache);
    if (subresource === 'token') return this.#tokens.handle(id);
    this.#writes.handle(id);
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
}

const resourceByKind: ReadonlyMap<string, string> = new Map(
  resourceKinds.map(({ kind, resource }) => [kind, resource]),
);

function resourceOf(object: KubernetesObject): string {
  return resourceByKind.get(object.kind) ?? '';
}
