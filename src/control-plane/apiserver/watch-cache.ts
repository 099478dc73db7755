// The watch cache of one resource: the newest state of every object, indexes, and the watchers.
// One goroutine takes events from etcd in order and hands them to the watchers that want them.
// Left out in this version: slow-watcher termination and bookmarks (docs/MODEL.md).
// Source: Kubernetes v1.36 apiserver storage/cacher (reference: controlplane B9).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { type FieldEquality, keyOf } from '../../client/api-request.js';
import type { WatchEvent } from '../../client/watch.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import { apiserverConstants } from './constants.js';
import { additionOf, isSelected, nodeNameOf } from './selection.js';
import type { ServerWatch } from './server-watch.js';

/** Cache of one resource in one apiserver. */
export class WatchCache {
  /** By `namespace/name`, in order of creation. */
  readonly objects: Map<string, KubernetesObject> = new Map();
  /** Revision up to which this cache has seen everything of its resource. */
  revision = 0;
  readonly #simulation: Simulation;
  readonly #host: CpuHost;
  readonly #ingested: EventKind;
  readonly #delivered: EventKind;
  readonly #podsOfNode = new Map<string, Map<string, KubernetesObject>>();
  /** Watchers of everything; those of one node's pods; those of one name. */
  readonly #watchers = new Set<ServerWatch>();
  readonly #watchersOfNode = new Map<string, Set<ServerWatch>>();
  readonly #watchersOfName = new Map<string, Set<ServerWatch>>();
  /** Clients behind `#watchers`. */
  #clientCount = 0;
  readonly #onDispatched: () => void;
  /** Dispatched events for watches that begin in the past, and when they were dispatched. */
  #window: { readonly event: WatchEvent; readonly atUs: SimTime }[] = [];
  /** Changes up to this revision are no longer in the window. */
  #windowStart = 0;
  #incoming: WatchEvent[] = [];
  #batch: WatchEvent[] = [];

  /** `onDispatched` is called when a batch of changes is in the cache and handed to watchers. */
  constructor(simulation: Simulation, name: string, host: CpuHost, onDispatched: () => void) {
    this.#simulation = simulation;
    this.#host = host;
    this.#onDispatched = onDispatched;
    this.#ingested = simulation.defineEvent(`${name}.WatchEventsIngested`, () => this.#dispatch());
    this.#delivered = simulation.defineEvent(`${name}.WatchEventsDelivered`, () => {});
  }

  /** The server has stopped: watches end, and everything is forgotten. */
  clear(): void {
    const scoped = [...this.#watchersOfNode.values(), ...this.#watchersOfName.values()];
    for (const watchers of [this.#watchers, ...scoped]) for (const watch of watchers) watch.end();
    this.#watchers.clear();
    this.#watchersOfNode.clear();
    this.#watchersOfName.clear();
    this.#clientCount = 0;
    this.objects.clear();
    this.#podsOfNode.clear();
    this.#window = [];
    this.#incoming = [];
    this.#batch = [];
  }

  /** Fills the cache with a state as of `revision`. */
  load(objects: readonly KubernetesObject[], revision: number): void {
    for (const object of objects) this.#put(object);
    this.revision = revision;
    this.#windowStart = revision;
  }

  /** Objects that a field selector lets through. O(result). */
  list(selector: FieldEquality | undefined): readonly KubernetesObject[] {
    if (selector?.field === 'spec.nodeName') {
      const pods = this.#podsOfNode.get(selector.value);
      return pods === undefined ? [] : [...pods.values()];
    }
    return [...this.objects.values()].filter((object) => isSelected(selector, object));
  }

  /**
   * Registers a watcher for the changes after `revision`; 0: for the current state, as additions,
   * and all changes from now on. False when those changes are no longer in the window.
   */
  addWatcher(watch: ServerWatch, revision: number): boolean {
    if (revision > 0 && revision < this.#windowStart) return false;
    if (revision === 0)
      for (const object of this.list(watch.selector)) watch.push(additionOf(object));
    else for (const { event } of this.#window) watch.push(event);
    this.#watchersFor(watch).add(watch);
    if (watch.selector === undefined) this.#clientCount += watch.members;
    return true;
  }

  removeWatcher(watch: ServerWatch): void {
    const isKnown = this.#watchersFor(watch).delete(watch);
    if (isKnown && watch.selector === undefined) this.#clientCount -= watch.members;
  }

  /** True when every change up to `revision` that has come from etcd is in the cache. */
  isCaughtUp(revision: number): boolean {
    const first = this.#batch[0] ?? this.#incoming[0];
    return first === undefined || first.revision > revision;
  }

  /** Takes an event of etcd's watch. */
  ingest(event: WatchEvent): void {
    this.#incoming.push(event);
    if (this.#batch.length === 0) this.#startBatch();
  }

  #watchersFor({ selector }: ServerWatch): Set<ServerWatch> {
    if (selector === undefined) return this.#watchers;
    const scoped = selector.field === 'spec.nodeName' ? this.#watchersOfNode : this.#watchersOfName;
    let watchers = scoped.get(selector.value);
    if (watchers === undefined) {
      watchers = new Set();
      scoped.set(selector.value, watchers);
    }
    return watchers;
  }

  #startBatch(): void {
    this.#batch = this.#incoming;
    this.#incoming = [];
    const { decodeNanosecondsPerByte, watchIngestCpuUs, watchDispatchCpuUs } = apiserverConstants;
    const perWatcherUs = apiserverConstants.watchDispatchPerWatcherNanoseconds / 1000;
    let cpuUs = 0;
    for (const event of this.#batch) {
      cpuUs += watchIngestCpuUs + watchDispatchCpuUs + this.#clientCount * perWatcherUs;
      cpuUs += (event.bytes * decodeNanosecondsPerByte) / 1000;
    }
    this.#host.run(cpuUs * apiserverConstants.garbageCollectionFactor, this.#ingested);
  }

  #dispatch(): void {
    const batch = this.#batch;
    this.#batch = [];
    let deliveryUs = 0;
    for (const event of batch) {
      if (event.type === 'DELETED') this.#remove(event.object);
      else this.#put(event.object);
      this.revision = event.revision;
      deliveryUs += this.#deliver(event);
      this.#window.push({ event, atUs: this.#simulation.now });
    }
    this.#trimWindow();
    if (deliveryUs > 0) {
      this.#host.run(deliveryUs * apiserverConstants.garbageCollectionFactor, this.#delivered);
    }
    if (this.#incoming.length > 0) this.#startBatch();
    this.#onDispatched();
  }

  /**
   * Drops what is too old, in large steps so that each event is moved a bounded number of times.
   */
  #trimWindow(): void {
    const { watchWindowMinEvents, watchWindowUs } = apiserverConstants;
    const window = this.#window;
    const half = window.length >> 1;
    if (half < watchWindowMinEvents) return;
    if ((window[half] as { atUs: SimTime }).atUs > this.#simulation.now - watchWindowUs) return;
    this.#windowStart = (window[half - 1] as { event: WatchEvent }).event.revision;
    this.#window = window.slice(half);
  }

  /** Hands the event to the watchers of the resource, then to those that its scope concerns. */
  #deliver(event: WatchEvent): number {
    let cpuUs = 0;
    for (const watch of this.#watchers) cpuUs += watch.push(event);
    if (this.#watchersOfName.size > 0) {
      cpuUs += pushAll(this.#watchersOfName.get(event.object.metadata.name), event);
    }
    if (this.#watchersOfNode.size > 0) {
      const node = nodeNameOf(event.object);
      cpuUs += pushAll(this.#watchersOfNode.get(node), event);
      const previousNode = nodeNameOf(event.previous);
      if (previousNode !== node) cpuUs += pushAll(this.#watchersOfNode.get(previousNode), event);
    }
    return cpuUs;
  }

  #put(object: KubernetesObject): void {
    const key = keyOf(object);
    this.objects.set(key, object);
    const node = nodeNameOf(object);
    if (node === '') return;
    let pods = this.#podsOfNode.get(node);
    if (pods === undefined) {
      pods = new Map();
      this.#podsOfNode.set(node, pods);
    }
    pods.set(key, object);
  }

  #remove(object: KubernetesObject): void {
    const key = keyOf(object);
    this.objects.delete(key);
    this.#podsOfNode.get(nodeNameOf(object))?.delete(key);
  }
}

function pushAll(watchers: ReadonlySet<ServerWatch> | undefined, event: WatchEvent): number {
  let cpuUs = 0;
  if (watchers !== undefined) for (const watch of watchers) cpuUs += watch.push(event);
  return cpuUs;
}
