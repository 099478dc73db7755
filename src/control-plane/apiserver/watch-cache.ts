// The watch cache of one resource: the newest state of every object, indexes, the last changes, and
// the watchers. One goroutine takes changes in the order of etcd's watch and hands them to the
// watchers that want them; it waits for slow ones as long as its time budget lasts, then ends them.
// Left out: the goroutine in front of it that decodes, whose time is part of the same job.
// Source: Kubernetes v1.36 apiserver storage/cacher (reference: controlplane B9).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { ResourceKind } from '../../api/resource-kinds.js';
import type { ApiResponse } from '../../client/api-request.js';
import { bookmarkOf, type WatchEvent } from '../../client/watch.js';
import { exp } from '../../kernel/math.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import { status } from './answers.js';
import { BookmarkSchedule } from './bookmark-schedule.js';
import { CachedObjects } from './cached-objects.js';
import { apiserverConstants } from './constants.js';
import { EventLog } from './event-log.js';
import { Freshness } from './freshness.js';
import type { Selection } from './selection.js';
import { FULL, type ServerWatch } from './server-watch.js';
import { StorageStatistics } from './storage-statistics.js';
import { TimeBudget } from './time-budget.js';
import { WatcherIndex } from './watcher-index.js';

/**
 * Read and watched in etcd each time. Source: Kubernetes v1.36 pkg/kubeapiserver
 * default_storage_factory_builder.go.
 */
const UNCACHED: ReadonlySet<string> = new Set(['events']);

/** Deliveries that take longer than this together are spread over the cores, µs. */
const DELIVERY_US = 1000;

export interface WatchCacheHandlers {
  /** A batch of changes is in the cache and handed to watchers. */
  readonly onDispatched: () => void;
  /** A request that waited for a revision can be served. */
  readonly onFresh: (id: number, waitedUs: SimTime) => void;
  /** Asks etcd how far its watch is. */
  readonly requestProgress: () => void;
}

/** Cache of one resource in one apiserver. */
export class WatchCache {
  readonly kind: ResourceKind;
  /** False: changes are passed on to watchers and forgotten. */
  readonly isCached: boolean;
  /** It has been filled. */
  isReady = false;
  readonly objects: CachedObjects;
  readonly log: EventLog = new EventLog();
  readonly freshness: Freshness;
  readonly bookmarks: BookmarkSchedule;
  readonly statistics: StorageStatistics = new StorageStatistics();
  /** Revision up to which this cache has seen everything of its resource. */
  revision = 0;
  readonly #simulation: Simulation;
  readonly #host: CpuHost;
  readonly #ingested: EventKind;
  readonly #resumed: EventKind;
  readonly #delivered: EventKind;
  readonly #watchers = new WatcherIndex();
  readonly #budget = new TimeBudget();
  readonly #handlers: WatchCacheHandlers;
  #incoming: WatchEvent[] = [];
  #batch: WatchEvent[] = [];
  /** Events of the batch that have been dispatched. */
  #dispatched = 0;
  /** CPU time of the batch's deliveries. */
  #deliveryUs = 0;
  /** The change that is being dispatched, and the CPU time of its deliveries. */
  #current: WatchEvent | undefined;
  #dispatchedUs = 0;
  /** The dispatcher waits for these, in this order, until then. */
  #blocked: ServerWatch[] = [];
  #blockedUntil: SimTime = 0;
  #unreadySinceUs: SimTime = 0;
  /** Revision at the last look. */
  #toldRevision = 0;
  /** How far etcd says it is. */
  #progress = 0;

  constructor(
    simulation: Simulation,
    kind: ResourceKind,
    name: string,
    host: CpuHost,
    handlers: WatchCacheHandlers,
  ) {
    this.kind = kind;
    this.objects = new CachedObjects(kind.kind === 'Pod');
    this.isCached = !UNCACHED.has(kind.resource);
    this.#simulation = simulation;
    this.#host = host;
    this.#handlers = handlers;
    this.freshness = new Freshness(simulation, name, handlers.requestProgress);
    this.bookmarks = new BookmarkSchedule(simulation, name, (watch) => this.sendBookmark(watch));
    this.#ingested = simulation.defineEvent(`${name}.WatchEventsIngested`, () => {
      if (this.#batch.length > 0) this.#dispatch();
    });
    this.#resumed = simulation.defineEvent(`${name}.DispatchResumed`, () => {
      if (this.#blocked.length > 0 && this.#unblock()) this.#dispatch();
    });
    this.#delivered = simulation.defineEvent(`${name}.WatchEventsDelivered`, () => {});
  }

  /** The server has stopped: watches end, and everything is forgotten. */
  clear(): void {
    for (const watch of this.#watchers.takeAll()) watch.end();
    this.isReady = false;
    this.#unreadySinceUs = this.#simulation.now;
    this.objects.clear();
    this.#incoming = [];
    this.#batch = [];
    this.#blocked = [];
    this.#deliveryUs = 0;
  }

  /**
   * Fills the cache with a state as of `revision`; returns the changes since then that have come
   * already.
   */
  load(objects: readonly KubernetesObject[], revision: number): readonly WatchEvent[] {
    if (!this.isCached) return [];
    for (const object of objects) this.objects.put(object);
    this.isReady = true;
    this.revision = revision;
    this.#progress = revision;
    this.log.reset(revision);
    this.statistics.initializations++;
    const since = this.#incoming.filter((event) => event.revision > revision);
    this.#incoming = since;
    if (since.length > 0) this.#startBatch();
    return since;
  }

  /** What is asked of a cache that is not filled yet is to be asked again. */
  notReady(now: SimTime): ApiResponse {
    const seconds = (now - this.#unreadySinceUs) / 1_000_000;
    const { unreadyRetryExponent, unreadyRetryMaxSeconds } = apiserverConstants;
    const wanted = Math.floor(exp(unreadyRetryExponent * seconds));
    const retryAfterSeconds = Math.max(1, Math.min(wanted, unreadyRetryMaxSeconds));
    const message = `storage is (re)initializing`;
    return { ...status(429, 'TooManyRequests', message), retryAfterSeconds };
  }

  addWatcher(watch: ServerWatch): void {
    this.#watchers.add(watch);
    if (watch.allowsBookmarks) this.bookmarks.add(watch);
  }

  removeWatcher(watch: ServerWatch): void {
    this.#watchers.remove(watch);
    this.bookmarks.remove(watch);
  }

  /** Tells a watch how far it is; when its channels are full it hears nothing. */
  sendBookmark(watch: ServerWatch): void {
    this.#deliver(watch.offer(bookmarkOf(this.kind, this.revision, false)));
  }

  /** Room in each channel of a watcher of that selection. */
  channelEvents({ field }: Selection): number {
    const { watchLogFreshUs, watchChannelMinEvents, watchChannelMaxEvents } = apiserverConstants;
    const { watchChannelMaxUnindexedEvents } = apiserverConstants;
    const perSecond = Math.ceil(this.log.capacity / (watchLogFreshUs / 1_000_000));
    const isIndexed = this.kind.kind === 'Pod';
    const unindexed = isIndexed ? watchChannelMaxUnindexedEvents : watchChannelMaxEvents;
    const most = field?.field === 'spec.nodeName' ? watchChannelMinEvents : unindexed;
    return Math.max(watchChannelMinEvents, Math.min(perSecond, most));
  }

  /** Takes an event of etcd's watch. */
  ingest(event: WatchEvent): void {
    this.statistics.storageEventsReceived++;
    if (!this.isCached && this.#watchers.isEmpty) return;
    this.statistics.eventsReceived++;
    this.#incoming.push(event);
    if (this.#batch.length === 0 && (this.isReady || !this.isCached)) this.#startBatch();
  }

  /** etcd says that everything up to a revision has come. */
  progressed(revision: number): void {
    this.statistics.etcdBookmarks++;
    this.statistics.eventsDispatched++;
    this.#progress = revision;
    if (this.#batch.length === 0) this.#advance();
  }

  #startBatch(): void {
    this.#batch = this.#incoming;
    this.#incoming = [];
    this.#dispatched = 0;
    const { decodeNanosecondsPerByte, watchIngestCpuUs, watchDispatchCpuUs } = apiserverConstants;
    const perWatcherUs = apiserverConstants.watchDispatchPerWatcherNanoseconds / 1000;
    let cpuUs = 0;
    for (const event of this.#batch) {
      cpuUs += watchIngestCpuUs + watchDispatchCpuUs;
      cpuUs += this.#watchers.clientCount * perWatcherUs;
      cpuUs += (event.bytes * decodeNanosecondsPerByte) / 1000;
    }
    this.#host.run(cpuUs * apiserverConstants.garbageCollectionFactor, this.#ingested);
  }

  /** Goes on with the batch until it is done, or a watcher blocks. */
  #dispatch(): void {
    const batch = this.#batch;
    const { now } = this.#simulation;
    while (this.#dispatched < batch.length) {
      const event = batch[this.#dispatched++] as WatchEvent;
      if (this.isCached) this.#keep(event);
      // A real server counts it when it is taken up and again when it has been handed out.
      this.statistics.eventsDispatched += 2;
      this.#dispatchedUs = 0;
      this.#current = event;
      this.#watchers.forEach(event, this.#offer);
      const { encodeNanosecondsPerByte } = apiserverConstants;
      if (this.#dispatchedUs > 0) {
        const encodeUs = (event.bytes * encodeNanosecondsPerByte) / 1000;
        this.#deliveryUs += this.#dispatchedUs + encodeUs;
      }
      if (this.#blocked.length === 0) continue;
      this.#blockedUntil = now + this.#budget.takeAvailable(now);
      if (!this.#unblock()) return this.#advance();
    }
    this.#batch = [];
    this.#deliver(this.#deliveryUs);
    this.#deliveryUs = 0;
    if (this.#incoming.length > 0) this.#startBatch();
    this.#advance();
  }

  #keep(event: WatchEvent): void {
    this.objects.apply(event);
    this.revision = event.revision;
    this.log.add(event, this.#simulation.now);
  }

  readonly #offer = (watch: ServerWatch): void => {
    const cpuUs = watch.offer(this.#current as WatchEvent);
    if (cpuUs === FULL) this.#blocked.push(watch);
    else this.#dispatchedUs += cpuUs;
  };

  /** Waits for the watchers that have no room, one after the other; true when none is left. */
  #unblock(): boolean {
    const { now } = this.#simulation;
    while (this.#blocked.length > 0) {
      const watch = this.#blocked[0] as ServerWatch;
      watch.flush();
      const cpuUs = watch.offer(this.#current as WatchEvent);
      if (cpuUs !== FULL) this.#deliveryUs += cpuUs;
      else if (now >= this.#blockedUntil) watch.terminate();
      else {
        const at = Math.min(this.#blockedUntil, Math.max(watch.roomAtUs, now + 1));
        this.#simulation.at(at, this.#resumed);
        return false;
      }
      this.#blocked.shift();
    }
    this.#budget.returnUnused(this.#blockedUntil - now);
    return true;
  }

  /** Everything that is here has been dispatched, or is being dispatched. */
  #advance(): void {
    if (this.#batch.length === 0) this.revision = Math.max(this.revision, this.#progress);
    if (this.revision > this.#toldRevision) this.bookmarks.advanced();
    this.#toldRevision = this.revision;
    this.freshness.advanced(this.revision, this.#handlers.onFresh);
    this.#handlers.onDispatched();
  }

  /** The goroutines of watchers share the cores. */
  #deliver(cpuUs: number): void {
    if (cpuUs <= 0) return;
    const costUs = cpuUs * apiserverConstants.garbageCollectionFactor;
    const jobs = Math.max(1, Math.min(this.#host.meter.capacity, Math.floor(costUs / DELIVERY_US)));
    for (let i = 0; i < jobs; i++) this.#host.run(costUs / jobs, this.#delivered);
  }
}
