// Shared informer: a local store that a reflector keeps; handlers called in order by one goroutine;
// resync, which tells them of everything in the store from time to time, without a request.
// Source: Kubernetes v1.36 client-go tools/cache/shared_informer.go (reference: controlplane C3).
import { encodedBytes } from '../api/encoded-size.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import { keyOf } from './api-request.js';
import { clientConstants, watchEventCpuUs } from './constants.js';
import { Reflector, type ReflectorOptions, type ReflectorStore } from './reflector.js';
import type { WatchEvent } from './watch.js';

/** What a component does on a change. Objects are shared: never change them. */
export interface InformerHandler<T> {
  added?(object: T): void;
  /** At a resync both are the same. */
  updated?(previous: T, object: T): void;
  deleted?(object: T): void;
}

/** What is kept up with the store of an informer. */
export interface InformerIndex<T> {
  /** An object comes into the store, in the place of its last version, or leaves it. */
  changed(object: T, isDeleted: boolean): void;
}

/** Measures one informer. */
export interface InformerMonitor {
  /** The informer has come into being; `queued` counts what it has yet to take over. */
  began(queued: () => number): void;
  /** One change, or everything at once, was taken over and told to all handlers in that CPU time. */
  processed(cpuUs: number): void;
}

export interface InformerOptions extends ReflectorOptions {
  /** Absent: never. */
  readonly resyncPeriodUs?: number;
  readonly monitor?: InformerMonitor | undefined;
}

/** A local copy of one resource, as far behind the store as the watch is. */
export class Informer<T extends KubernetesObject> {
  readonly resource: string;
  /** By `namespace/name`. */
  readonly store: Map<string, T> = new Map();
  hasSynced = false;
  readonly #simulation: Simulation;
  readonly #options: InformerOptions;
  readonly #reflector: Reflector;
  readonly #handlers: InformerHandler<T>[] = [];
  readonly #indexes: InformerIndex<T>[] = [];
  readonly #resyncDue: EventKind;
  #onSynced: (() => void)[] = [];

  constructor(simulation: Simulation, options: InformerOptions) {
    this.resource = options.resource;
    this.#simulation = simulation;
    this.#options = options;
    const store: ReflectorStore = {
      replace: (objects) => this.#replace(objects as readonly T[]),
      cpuUs: (event) => this.#cpuUs(event),
      apply: (event) => this.#take(event),
    };
    this.#reflector = new Reflector(simulation, options, store);
    options.monitor?.began(() => this.#reflector.queuedCount);
    this.#resyncDue = simulation.defineEvent(`${options.name}.ResyncDue`, () => this.#resync());
  }

  /** Up to which revision of the resource the store has everything; 0: it has nothing yet. */
  get revision(): number {
    return this.#reflector.revision;
  }

  addHandler(handler: InformerHandler<T>): void {
    this.#handlers.push(handler);
  }

  /**
   * Keeps an index of the store, as client-go's indexers do: it is told of every object before all
   * handlers, and the time for that is part of storing the object.
   */
  addIndex(index: InformerIndex<T>): void {
    this.#indexes.push(index);
  }

  /** Runs once everything there was is in the store (at once when it is). */
  whenSynced(callback: () => void): void {
    if (this.hasSynced) callback();
    else this.#onSynced.push(callback);
  }

  get(key: string): T | undefined {
    return this.store.get(key);
  }

  /** Begins to read. */
  start(): void {
    this.#reflector.start();
  }

  /** Of storing one object and telling all handlers of it. */
  #cpuUs(event: { readonly bytes: number }): number {
    return watchEventCpuUs(event) + clientConstants.listenerCpuUs * this.#handlers.length;
  }

  #take(event: WatchEvent): void {
    this.#options.monitor?.processed(this.#cpuUs(event));
    this.#apply(event.type === 'DELETED', event.object as T);
  }

  #apply(isDeleted: boolean, object: T): void {
    const key = keyOf(object);
    const previous = this.store.get(key);
    for (const index of this.#indexes) index.changed(object, isDeleted);
    if (isDeleted) {
      this.store.delete(key);
      if (previous !== undefined) for (const handler of this.#handlers) handler.deleted?.(object);
    } else {
      this.store.set(key, object);
      if (previous === undefined) for (const handler of this.#handlers) handler.added?.(object);
      else for (const handler of this.#handlers) handler.updated?.(previous, object);
    }
  }

  /** Takes over a list; what is gone counts as deleted, what has not changed is told to nobody. */
  #replace(items: readonly T[]): void {
    const listed = new Set(items.map(keyOf));
    const gone = [...this.store.values()].filter((object) => !listed.has(keyOf(object)));
    for (const object of gone) this.#apply(true, object);
    for (const object of items) {
      const known = this.store.get(keyOf(object))?.metadata.resourceVersion;
      if (known === undefined || known !== object.metadata.resourceVersion) {
        this.#apply(false, object);
      }
    }
    const cpuUs = (object: T): number => this.#cpuUs({ bytes: encodedBytes(object) });
    this.#options.monitor?.processed(items.reduce((sum, object) => sum + cpuUs(object), 0));
    if (!this.hasSynced) this.#noteSynced();
  }

  #noteSynced(): void {
    this.hasSynced = true;
    for (const callback of this.#onSynced.splice(0)) callback();
    this.#resyncLater();
  }

  #resyncLater(): void {
    const { resyncPeriodUs } = this.#options;
    if (resyncPeriodUs !== undefined) this.#simulation.after(resyncPeriodUs, this.#resyncDue);
  }

  #resync(): void {
    for (const object of [...this.store.values()]) {
      for (const handler of this.#handlers) handler.updated?.(object, object);
    }
    this.#resyncLater();
  }
}
