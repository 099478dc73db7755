// Reads that need their cache to be as new as a revision, or as new as the store is now.
// Source: Kubernetes v1.36 apiserver storage/cacher/{cacher,watch_cache}.go, KEP-2340 (reference:
// controlplane B9, B10).
import type { EtcdResult } from '../../client/etcd-client.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { storageFailure } from './answers.js';
import { apiserverConstants } from './constants.js';
import { DeadlineList } from './deadline-list.js';
import type { StorageContext } from './storage-context.js';
import type { WatchCache } from './watch-cache.js';

export interface FreshReadHandlers {
  readonly onFresh: (id: number, cache: WatchCache) => void;
  readonly onTimedOut: (id: number, cache: WatchCache) => void;
}

export class FreshReads {
  readonly #context: StorageContext;
  readonly #handlers: FreshReadHandlers;
  readonly #deadlines: DeadlineList;
  readonly #revisionRead: EventKind;

  constructor(context: StorageContext, handlers: FreshReadHandlers) {
    const { simulation, name, etcd, requests } = context;
    this.#context = context;
    this.#handlers = handlers;
    const { freshnessTimeoutUs } = apiserverConstants;
    const expire = (id: number): void => this.#expire(id);
    this.#deadlines = new DeadlineList(
      simulation,
      `${name}.FreshnessTimedOut`,
      freshnessTimeoutUs,
      expire,
    );
    this.#revisionRead = simulation.defineEvent(`${name}.StoreRevisionRead`, (id, ticket) => {
      const result = etcd.result(ticket);
      if (requests.resume(id)) this.#afterRevision(id, result);
    });
  }

  /** Serves as soon as the cache has a revision; 0: whatever it has. */
  waitFor(id: number, cache: WatchCache, revision: number): void {
    if (revision > 0 && cache.revision < revision) {
      this.#deadlines.add(id, this.#context.simulation.now);
      return cache.freshness.wait(id, revision);
    }
    if (revision > 0) cache.statistics.readWaitUs.observe(0);
    this.#handlers.onFresh(id, cache);
  }

  /** Serves as soon as the cache has everything that is in the store now. */
  waitForNewest(id: number, { kind, statistics }: WatchCache): void {
    statistics.storageLists.count(0, 0, 0);
    this.#context.latencies.asked(id);
    const range = { prefix: `${kind.resource}/`, startKey: '', limit: 1, revision: 0 };
    this.#context.etcd.range(range, this.#revisionRead, id);
  }

  /** The cache of a request that waited has the revision. */
  arrived(id: number, waitedUs: SimTime): void {
    this.#deadlines.remove(id);
    const { requests } = this.#context;
    if (!requests.resume(id)) return;
    const cache = this.#context.cacheOf(requests.call(id).request.resource);
    cache.statistics.readWaitUs.observe(waitedUs);
    this.#handlers.onFresh(id, cache);
  }

  /** The server has stopped: nobody is served any more. */
  clear(): void {
    this.#deadlines.clear();
  }

  #afterRevision(id: number, { revision, error }: EtcdResult): void {
    const { requests, reply, latencies } = this.#context;
    const { resource } = requests.call(id).request;
    latencies.answered(id, resource, 'get');
    if (error !== undefined) return reply(id, storageFailure(error));
    this.waitFor(id, this.#context.cacheOf(resource), revision);
  }

  #expire(id: number): void {
    const { requests } = this.#context;
    const cache = this.#context.cacheOf(requests.call(id).request.resource);
    cache.freshness.giveUp(id);
    if (!requests.resume(id)) return;
    cache.statistics.readWaitUs.observe(apiserverConstants.freshnessTimeoutUs);
    this.#handlers.onTimedOut(id, cache);
  }
}
