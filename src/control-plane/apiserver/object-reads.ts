// Who serves a get or a list: the watch cache, once it is as new as was asked for, or etcd.
// Left out: label selectors.
// Source: Kubernetes v1.36 apiserver storage/cacher/{cacher,delegator}.go, storage/etcd3/store.go
// (reference: controlplane B8, B10).

import { encodedBytes } from '../../api/encoded-size.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { type ApiRequest, keyOf } from '../../client/api-request.js';
import type { EtcdResult } from '../../client/etcd-client.js';
import type { EventKind } from '../../kernel/simulation.js';
import { notFound, ok, status, storageFailure, tooLargeVersion } from './answers.js';
import { apiserverConstants } from './constants.js';
import type { FreshReads } from './fresh-reads.js';
import { continuationOf, keyBehind, listOf, partOf } from './pages.js';
import { isEverything, isSelected, selectionOf } from './selection.js';
import type { StorageContext } from './storage-context.js';
import type { WatchCache } from './watch-cache.js';

/** A list that etcd serves, part by part. */
interface EtcdList {
  /** Of the state that is read; 0: the newest, until the first part is there. */
  revision: number;
  startKey: string;
  pageSize: number;
  readonly items: KubernetesObject[];
  fetched: number;
  bytes: number;
}

export class ObjectReads {
  readonly #context: StorageContext;
  readonly #fresh: FreshReads;
  readonly #lists = new Map<number, EtcdList>();
  readonly #listed: EventKind;

  constructor(context: StorageContext, fresh: FreshReads) {
    const { simulation, name, etcd, requests } = context;
    this.#context = context;
    this.#fresh = fresh;
    this.#listed = simulation.defineEvent(`${name}.ListAnswered`, (id, ticket) => {
      const result = etcd.result(ticket);
      if (requests.resume(id)) this.#afterPage(id, result);
      else this.#lists.delete(id);
    });
  }

  get(id: number, cache: WatchCache): void {
    const { requests, readStored } = this.#context;
    const { resourceVersion } = requests.call(id).request;
    if (resourceVersion === undefined || !cache.isReady) readStored(id);
    else this.#fresh.waitFor(id, cache, resourceVersion);
  }

  list(id: number, cache: WatchCache): void {
    const { request } = this.#context.requests.call(id);
    const { resourceVersion, resourceVersionMatch, limit = 0 } = request;
    if (request.continue !== undefined) return this.#continue(id, cache, request.continue);
    if (!cache.isReady) return this.#listUnready(id, cache);
    const isLegacyExact = resourceVersionMatch === undefined && limit > 0;
    if (resourceVersion === undefined) this.#fresh.waitForNewest(id, cache);
    else if (resourceVersion > 0 && (resourceVersionMatch === 'Exact' || isLegacyExact)) {
      this.#listPast(id, cache, resourceVersion, '');
    } else this.#fresh.waitFor(id, cache, resourceVersion);
  }

  /** The cache is as new as was asked for. */
  cacheIsFresh(id: number, cache: WatchCache): void {
    const { request } = this.#context.requests.call(id);
    if (request.verb === 'get') {
      const object = cache.objects.byKey.get(nameKey(request));
      const answer =
        object === undefined ? notFound(request.resource, request.name) : ok(200, object);
      return this.#context.reply(id, answer);
    }
    if (request.resourceVersion === undefined) cache.statistics.consistentReads++;
    // A list of any cached state comes whole.
    const limit = request.resourceVersion === 0 ? 0 : (request.limit ?? 0);
    this.#replyFrom(id, cache, cache.objects.list(selectionOf(request)), cache.revision, '', limit);
  }

  /** The cache did not get to the revision in time. */
  timedOut(id: number, cache: WatchCache): void {
    const { request } = this.#context.requests.call(id);
    if (request.resourceVersion !== undefined) {
      const { resourceVersion = 0 } = request;
      return this.#context.reply(id, tooLargeVersion(resourceVersion, cache.revision));
    }
    cache.statistics.consistentReadFallbacks++;
    this.#listStored(id, 0, '');
  }

  #continue(id: number, cache: WatchCache, token: string): void {
    const continuation = continuationOf(token);
    if (continuation === undefined) {
      return this.#context.reply(id, status(400, 'BadRequest', 'continue key is not valid'));
    }
    this.#listPast(id, cache, continuation.revision, continuation.startKey);
  }

  /** A state of the past: from the cache while it can still make it, else from etcd. */
  #listPast(id: number, cache: WatchCache, revision: number, startKey: string): void {
    const { request } = this.#context.requests.call(id);
    const isKept = cache.isReady && revision <= cache.revision;
    const changes = isKept ? cache.log.after(revision) : undefined;
    if (changes === undefined) return this.#listStored(id, revision, startKey);
    const objects = cache.objects.listBefore(changes, selectionOf(request));
    this.#replyFrom(id, cache, objects, revision, startKey, request.limit ?? 0);
  }

  #replyFrom(
    id: number,
    cache: WatchCache,
    objects: readonly KubernetesObject[],
    revision: number,
    startKey: string,
    limit: number,
  ): void {
    const { request } = this.#context.requests.call(id);
    const { items, remaining } = partOf(objects, startKey, limit);
    const isCut = limit > 0 && isEverything(selectionOf(request));
    const candidates = cache.objects.candidates(selectionOf(request));
    const scanned = isCut ? Math.min(candidates, items.length) : candidates;
    cache.statistics.cacheLists.count(scanned, scanned, items.length);
    const scanUs = (scanned * apiserverConstants.listObjectNanoseconds) / 1000;
    this.#context.reply(id, listOf(items, revision, request, remaining), scanUs);
  }

  /** While a cache is being filled etcd serves what asks for little. */
  #listUnready(id: number, cache: WatchCache): void {
    const { request } = this.#context.requests.call(id);
    const { limit = 0, resourceVersion = 0 } = request;
    const isLittle = limit > 0 && selectionOf(request).field === undefined;
    if (!cache.isCached || isLittle) this.#listStored(id, resourceVersion, '');
    else this.#context.reply(id, cache.notReady(this.#context.simulation.now));
  }

  #listStored(id: number, revision: number, startKey: string): void {
    const { limit = 0 } = this.#context.requests.call(id).request;
    const list = { revision, startKey, pageSize: limit, items: [], fetched: 0, bytes: 0 };
    this.#lists.set(id, list);
    this.#fetch(id, list);
  }

  #fetch(id: number, { revision, startKey, pageSize }: EtcdList): void {
    const { resource, namespace } = this.#context.requests.call(id).request;
    const prefix = namespace === '' ? `${resource}/` : `${resource}/${namespace}/`;
    const start = startKey === '' ? '' : `${resource}/${startKey}`;
    const range = { prefix, startKey: start, limit: pageSize, revision };
    this.#context.latencies.asked(id);
    this.#context.etcd.range(range, this.#listed, id);
  }

  #afterPage(id: number, { values, count, revision, error }: EtcdResult): void {
    const { requests, reply } = this.#context;
    const { request } = requests.call(id);
    this.#context.latencies.answered(id, request.resource, 'list');
    const list = this.#lists.get(id) as EtcdList;
    const { limit = 0 } = request;
    if (error !== undefined) {
      this.#lists.delete(id);
      return reply(id, storageFailure(error));
    }
    if (list.revision === 0) list.revision = revision;
    list.fetched += values.length;
    const selection = selectionOf(request);
    let taken = 0;
    for (const value of values) {
      if (limit > 0 && list.items.length === limit) break;
      taken++;
      list.bytes += encodedBytes(value);
      if (isSelected(selection, value)) list.items.push(value);
    }
    const last = values[taken - 1];
    const remaining = count - taken;
    if (remaining > 0 && last !== undefined && list.items.length < limit) {
      list.startKey = keyBehind(keyOf(last));
      list.pageSize = Math.min(2 * list.pageSize, apiserverConstants.listMaxPageObjects);
      return this.#fetch(id, list);
    }
    this.#lists.delete(id);
    const { statistics } = this.#context.cacheOf(request.resource);
    statistics.storageLists.count(list.fetched, list.fetched, list.items.length);
    reply(id, listOf(list.items, list.revision, request, remaining), decodeUs(list));
  }
}

/** CPU time of reading what etcd sent, µs. */
function decodeUs({ fetched, bytes }: EtcdList): number {
  const { etcdListObjectCpuUs, etcdListNanosecondsPerByte } = apiserverConstants;
  return fetched * etcdListObjectCpuUs + (bytes * etcdListNanosecondsPerByte) / 1000;
}

function nameKey({ namespace, name }: ApiRequest): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}
