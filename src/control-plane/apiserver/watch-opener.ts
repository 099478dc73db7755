// How a watch begins: with what is there, with what came after a revision, or with what is there
// and a bookmark that says that this was all (WatchList). Resources that are not cached are watched
// in etcd.
// Source: Kubernetes v1.36 apiserver storage/cacher/cacher.go Watch, KEP-3157 (reference:
// controlplane B9, B10).
import type { ApiRequest, WatcherAddress } from '../../client/api-request.js';
import type { EtcdResult } from '../../client/etcd-client.js';
import { bookmarkOf, type WatchEvent } from '../../client/watch.js';
import type { EventKind } from '../../kernel/simulation.js';
import { status, storageFailure, tooLargeVersion } from './answers.js';
import type { FreshReads } from './fresh-reads.js';
import { additionOf, isSelected, selectionOf, viewOf } from './selection.js';
import { ServerWatch } from './server-watch.js';
import type { StorageContext } from './storage-context.js';
import type { WatchCache } from './watch-cache.js';
import type { WatchRuntime } from './watch-runtime.js';

/** What comes before the changes that are dispatched from now on. */
interface Beginning {
  /** Everything there is as of `fromRevision`; undefined: the client knows that. */
  readonly state: readonly WatchEvent[] | undefined;
  readonly fromRevision: number;
  /** Since then. */
  readonly changes: readonly WatchEvent[];
  /** Later ones than this are dispatched from now on. */
  readonly afterRevision: number;
}

export class WatchOpener {
  readonly #context: StorageContext;
  readonly #fresh: FreshReads;
  readonly #runtime: WatchRuntime;
  readonly #listed: EventKind;
  /** Requests whose watches are still sending what they begin with. */
  readonly #initializing = new Set<number>();

  constructor(context: StorageContext, fresh: FreshReads, runtime: WatchRuntime) {
    const { simulation, name, etcd, requests } = context;
    this.#context = context;
    this.#fresh = fresh;
    this.#runtime = runtime;
    this.#listed = simulation.defineEvent(`${name}.WatchedStateRead`, (id, ticket) => {
      const result = etcd.result(ticket);
      if (requests.resume(id)) this.#afterList(id, result);
    });
  }

  isInitializing(id: number): boolean {
    return this.#initializing.has(id);
  }

  open(id: number, cache: WatchCache): void {
    const { request } = this.#context.requests.call(id);
    const { resourceVersion, sendInitialEvents = false } = request;
    if (request.watcher === undefined) {
      return this.#context.reply(id, status(400, 'BadRequest', 'a watch needs a watcher'));
    }
    if (!cache.isCached) return this.#openUncached(id, cache);
    if (!cache.isReady) {
      return this.#context.reply(id, cache.notReady(this.#context.simulation.now));
    }
    if (!sendInitialEvents) return this.#openAfter(id, cache, resourceVersion ?? 0);
    if (resourceVersion === undefined) this.#fresh.waitForNewest(id, cache);
    else this.#fresh.waitFor(id, cache, resourceVersion);
  }

  /** The cache is as new as the initial events have to be. */
  cacheIsFresh(id: number, cache: WatchCache): void {
    this.#beginWithState(id, cache);
  }

  timedOut(id: number, cache: WatchCache): void {
    const { resourceVersion = 0 } = this.#context.requests.call(id).request;
    this.#context.reply(id, tooLargeVersion(resourceVersion, cache.revision));
  }

  #openAfter(id: number, cache: WatchCache, revision: number): void {
    if (revision === 0) return this.#beginWithState(id, cache);
    const changes = cache.log.after(revision);
    if (changes === undefined) return this.#refuseTooOld(id, revision, cache.log.startRevision);
    const afterRevision = Math.max(revision, cache.revision);
    this.#begin(id, cache, { state: undefined, fromRevision: revision, changes, afterRevision });
  }

  #refuseTooOld(id: number, revision: number, oldest: number): void {
    const message = `too old resource version: ${revision} (${oldest})`;
    this.#context.reply(id, status(410, 'Expired', message));
  }

  #refuseCompacted(id: number): void {
    const message = 'The resourceVersion for the provided watch is too old.';
    this.#context.reply(id, status(410, 'Expired', message));
  }

  #beginWithState(id: number, cache: WatchCache): void {
    const { request } = this.#context.requests.call(id);
    const state = cache.objects.list(selectionOf(request)).map(additionOf);
    const { revision } = cache;
    const beginning = { state, fromRevision: revision, changes: [], afterRevision: revision };
    this.#begin(id, cache, beginning);
  }

  /** etcd's watch begins after a revision, or after that of a list. */
  #openUncached(id: number, cache: WatchCache): void {
    const { etcd, requests } = this.#context;
    const { resourceVersion = 0, sendInitialEvents = false } = requests.call(id).request;
    if (resourceVersion === 0 || sendInitialEvents) {
      const range = { prefix: `${cache.kind.resource}/`, startKey: '', limit: 0, revision: 0 };
      this.#context.latencies.asked(id);
      return etcd.range(range, this.#listed, id);
    }
    if (!etcd.hasChangesAfter(resourceVersion)) return this.#refuseCompacted(id);
    this.#begin(id, cache, this.#changesSince(resourceVersion, cache, undefined));
  }

  #afterList(id: number, { values, revision, error }: EtcdResult): void {
    const { requests, reply, latencies } = this.#context;
    const { request } = requests.call(id);
    latencies.answered(id, request.resource, 'list');
    if (error !== undefined) return reply(id, storageFailure(error));
    if (!this.#context.etcd.hasChangesAfter(revision)) return this.#refuseCompacted(id);
    const selection = selectionOf(request);
    const state = values.filter((value) => isSelected(selection, value)).map(additionOf);
    const cache = this.#context.cacheOf(request.resource);
    this.#begin(id, cache, this.#changesSince(revision, cache, state));
  }

  /** What etcd has told this server of a resource since a revision. */
  #changesSince(fromRevision: number, { kind }: WatchCache, state: Beginning['state']): Beginning {
    const { etcd, seenRevision } = this.#context;
    const changes: WatchEvent[] = [];
    for (let revision = fromRevision + 1; revision <= seenRevision(); revision++) {
      const change = etcd.change(revision);
      if (change?.object.kind === kind.kind) changes.push(change, ...etcd.furtherChanges(revision));
    }
    const afterRevision = Math.max(fromRevision, seenRevision());
    return { state, fromRevision, changes, afterRevision };
  }

  #begin(id: number, cache: WatchCache, beginning: Beginning): void {
    const { state, fromRevision, changes, afterRevision } = beginning;
    const call = this.#context.requests.call(id);
    const { request } = call;
    const watch = this.#watch(id, cache, afterRevision);
    const { observer, simulation, reply, onWatch, onWatchInitialized } = this.#context;
    const { resource, namespace, sendInitialEvents = false } = request;
    observer.watchOpened({
      address: request.watcher as WatcherAddress,
      resource,
      namespace,
      fieldSelector: watch.selection.field,
      afterRevision: fromRevision,
      additions: state?.length ?? -1,
    });
    cache.addWatcher(watch);
    onWatch(request, 1);
    cache.statistics.watchOpened(watchScope(request), request.fleetMembers ?? 1);
    const end = sendInitialEvents ? [bookmarkOf(cache.kind, fromRevision, true)] : [];
    const initial = [...(state ?? []), ...end, ...views(changes, watch)];
    cache.statistics.initEvents += initial.length - end.length;
    const { receivedUs } = call;
    this.#initializing.add(id);
    watch.begin(initial, (isWhole) => {
      this.#initializing.delete(id);
      onWatchInitialized(id);
      if (!sendInitialEvents || !isWhole) return;
      cache.statistics.watchListEnded(watchScope(request), simulation.now - receivedUs);
    });
    reply(id, { code: 200, reason: '', message: '', bytes: 0, watch });
  }

  #watch(id: number, cache: WatchCache, afterRevision: number): ServerWatch {
    const { requests, simulation, onWatch } = this.#context;
    const { request, caller } = requests.call(id);
    const { connection } = caller;
    const { fleetMembers = 1, timeoutSeconds, allowWatchBookmarks = false } = request;
    connection.watches ??= [];
    const { watches } = connection;
    const selection = selectionOf(request);
    const watch = new ServerWatch(this.#runtime, {
      address: request.watcher as WatcherAddress,
      selection,
      afterRevision,
      link: connection.down,
      members: fleetMembers,
      channelEvents: cache.channelEvents(selection),
      allowsBookmarks: allowWatchBookmarks,
      statistics: cache.statistics,
      onLastBookmark: (each) => cache.sendBookmark(each),
      onClose: (closed) => {
        cache.removeWatcher(closed);
        onWatch(request, -1);
        cache.statistics.watchOpened(watchScope(request), -fleetMembers);
      },
      onForgotten: (ended) => watches.splice(watches.indexOf(ended), 1),
    });
    if (timeoutSeconds !== undefined) watch.endAt(simulation.now + timeoutSeconds * 1_000_000);
    watches.push(watch);
    return watch;
  }
}

/** Changes as the watch gets them. */
function views(events: readonly WatchEvent[], { selection }: ServerWatch): WatchEvent[] {
  const seen: WatchEvent[] = [];
  for (const event of events) {
    const view = viewOf(event, selection);
    if (view !== undefined) seen.push(view);
  }
  return seen;
}

/** `cluster`, `namespace` or `resource`, as metrics name it. */
function watchScope(request: ApiRequest): string {
  const { field } = selectionOf(request);
  if (field?.field === 'metadata.name') return 'resource';
  return request.namespace === '' ? 'cluster' : 'namespace';
}
