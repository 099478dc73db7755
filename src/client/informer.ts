// Reflector and shared informer: LIST, then WATCH from the list's revision; a local store; handlers
// called in order by one goroutine. A watch that ends is opened again where it was; when the server
// cannot be reached or has no room the watch is tried again after a backoff, when it is refused for
// anything else everything is listed again, from the newest state if the watch was too old.
// Left out: resync (it makes no requests), paging, streamed lists.
// Source: Kubernetes v1.36 client-go tools/cache (reference: controlplane C3).
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { RandomStream } from '../kernel/random-stream.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { CpuHost } from '../kernel/stations.js';
import type { ApiCall } from './api-call.js';
import type { ApiClient } from './api-client.js';
import { type FieldEquality, isSuccess, isWorthAnotherWatch, keyOf } from './api-request.js';
import { clientConstants, watchEventCpuUs } from './constants.js';
import type { WatchEvent, WatchStream } from './watch.js';

/** What a component does on a change. Objects are shared: never change them. */
export interface InformerHandler<T> {
  added?(object: T): void;
  updated?(previous: T, object: T): void;
  deleted?(object: T): void;
}

export interface InformerOptions {
  /** `kube-scheduler/pods`: unique in the simulation. */
  readonly name: string;
  readonly resource: string;
  readonly client: ApiClient;
  readonly fieldSelector?: FieldEquality;
  readonly host?: CpuHost;
}

/** A local copy of one resource, as far behind the store as the watch is. */
export class Informer<T extends KubernetesObject> {
  readonly resource: string;
  /** By `namespace/name`. */
  readonly store: Map<string, T> = new Map();
  hasSynced = false;
  readonly #options: InformerOptions;
  readonly #simulation: Simulation;
  readonly #handlers: InformerHandler<T>[] = [];
  readonly #arrived: EventKind;
  readonly #processed: EventKind;
  readonly #retried: EventKind;
  readonly #stream: RandomStream;
  #watch: WatchStream | undefined;
  #revision = 0;
  #batch: WatchEvent[] = [];
  #isBusy = false;
  #backoffUs: number = clientConstants.reflectorBackoffInitialUs;
  #onSynced: (() => void)[] = [];
  /** The last watch was refused as too old: the next list must not come from a stale cache. */
  #needsNewest = false;
  /** The next thing to do is to watch again from where the last watch ended. */
  #isWatchLost = false;

  constructor(simulation: Simulation, options: InformerOptions) {
    this.resource = options.resource;
    this.#options = options;
    this.#simulation = simulation;
    this.#stream = simulation.random.stream(`${options.name}/backoff`);
    this.#arrived = simulation.defineEvent(`${options.name}.WatchEventArrived`, () => this.#take());
    this.#processed = simulation.defineEvent(`${options.name}.WatchEventsProcessed`, () =>
      this.#process(),
    );
    this.#retried = simulation.defineEvent(`${options.name}.ReflectorRetried`, () =>
      this.#isWatchLost ? this.#openWatch() : this.start(),
    );
  }

  addHandler(handler: InformerHandler<T>): void {
    this.#handlers.push(handler);
  }

  /** Runs once the first list is in the store (at once when it is). */
  whenSynced(callback: () => void): void {
    if (this.hasSynced) callback();
    else this.#onSynced.push(callback);
  }

  get(key: string): T | undefined {
    return this.store.get(key);
  }

  /** Lists and watches. */
  start(): void {
    const { client, resource, fieldSelector } = this.#options;
    client.send(
      {
        verb: 'list',
        resource,
        namespace: '',
        name: '',
        ...(!this.#needsNewest && { resourceVersion: this.#revision }),
        ...(fieldSelector && { fieldSelector }),
      },
      this.#listed,
    );
  }

  readonly #listed = (call: ApiCall): void => {
    const response = call.response as NonNullable<ApiCall['response']>;
    if (!isSuccess(response)) return this.#retryLater();
    this.#needsNewest = false;
    this.#revision = response.revision ?? 0;
    this.#replace((response.items ?? []) as readonly T[]);
    this.#openWatch();
    if (this.hasSynced) return;
    this.hasSynced = true;
    for (const callback of this.#onSynced.splice(0)) callback();
  };

  #openWatch(): void {
    this.#isWatchLost = false;
    const { client, resource, fieldSelector } = this.#options;
    const watcher = { kind: this.#arrived, target: 0 };
    client.send(
      {
        verb: 'watch',
        resource,
        namespace: '',
        name: '',
        resourceVersion: this.#revision,
        watcher,
        ...(fieldSelector && { fieldSelector }),
      },
      this.#watching,
    );
  }

  readonly #watching = (call: ApiCall): void => {
    const response = call.response as NonNullable<ApiCall['response']>;
    if (!isSuccess(response)) {
      this.#needsNewest = response.code === 410;
      this.#isWatchLost = isWorthAnotherWatch(response);
      return this.#retryLater();
    }
    this.#backoffUs = clientConstants.reflectorBackoffInitialUs;
    this.#watch = response.watch as WatchStream;
    this.#take();
  };

  #retryLater(): void {
    const jittered = this.#backoffUs * (1 + this.#stream.uniform());
    this.#backoffUs = Math.min(this.#backoffUs * 2, clientConstants.reflectorBackoffMaxUs);
    this.#simulation.after(Math.round(jittered), this.#retried);
  }

  /** Takes everything that has arrived and works on it, unless it is still at work. */
  #take(): void {
    if (this.#isBusy) return;
    if (this.#watch === undefined) {
      if (this.#isWatchLost) this.#openWatch();
      return;
    }
    const { now } = this.#simulation;
    let cpuUs = 0;
    for (let event = this.#watch.next(now); event !== undefined; event = this.#watch.next(now)) {
      this.#batch.push(event);
      cpuUs += watchEventCpuUs(event);
    }
    if (this.#watch.isEnded) {
      this.#watch = undefined;
      this.#isWatchLost = true;
      if (this.#batch.length === 0) return this.#openWatch();
    }
    if (this.#batch.length === 0) return;
    this.#isBusy = true;
    const { host } = this.#options;
    if (host === undefined) this.#simulation.fire(this.#processed, 0, this.#batch.length);
    else host.run(cpuUs, this.#processed, 0, this.#batch.length);
  }

  #process(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#isBusy = false;
    for (const event of batch) {
      this.#revision = event.revision;
      this.#apply(event.type === 'DELETED', event.object as T);
    }
    this.#take();
  }

  #apply(isDeleted: boolean, object: T): void {
    const key = keyOf(object);
    const previous = this.store.get(key);
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
  }
}
