// How the watch caches of a server that starts are filled: each reads its resource from etcd in
// pages of one state, all of them at the same time; what is read has to be decoded.
// Source: Kubernetes v1.36 apiserver storage/cacher, storage/etcd3/store.go (reference:
// controlplane B9, D3).
import { encodedBytes } from '../../api/encoded-size.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { keyOf } from '../../client/api-request.js';
import type { EtcdPort, EtcdResult } from '../../client/etcd-client.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import { apiserverConstants } from './constants.js';
import { keyBehind } from './pages.js';
import type { WatchCache } from './watch-cache.js';

/** One cache that is being filled. */
interface Filling {
  readonly cache: WatchCache;
  readonly objects: KubernetesObject[];
  /** Of the state that is read; 0: not known yet. */
  revision: number;
  startKey: string;
  remaining: number;
}

export interface FillerPlace {
  readonly name: string;
  readonly host: CpuHost;
  readonly etcd: EtcdPort;
}

/** A cache has been read. */
export type FilledHandler = (
  cache: WatchCache,
  objects: readonly KubernetesObject[],
  revision: number,
) => void;

export class CacheFiller {
  readonly #simulation: Simulation;
  readonly #place: FillerPlace;
  readonly #onFilled: FilledHandler;
  readonly #read: EventKind;
  readonly #decoded: EventKind;
  readonly #retried: EventKind;
  readonly #fillings = new Map<number, Filling>();
  #lastId = 0;

  constructor(simulation: Simulation, place: FillerPlace, onFilled: FilledHandler) {
    this.#simulation = simulation;
    this.#place = place;
    this.#onFilled = onFilled;
    const { name, etcd } = place;
    this.#read = simulation.defineEvent(`${name}.CachePageRead`, (id, ticket) =>
      this.#afterPage(id, etcd.result(ticket)),
    );
    this.#decoded = simulation.defineEvent(`${name}.CachePageDecoded`, (id) => this.#goOn(id));
    this.#retried = simulation.defineEvent(`${name}.CacheFillRetried`, (id) => this.#fetch(id));
  }

  /** Reads a cache's resource. */
  fill(cache: WatchCache): void {
    const id = ++this.#lastId;
    this.#fillings.set(id, { cache, objects: [], revision: 0, startKey: '', remaining: 0 });
    this.#fetch(id);
  }

  /** The server has stopped: what is being read is forgotten. */
  clear(): void {
    this.#fillings.clear();
  }

  #fetch(id: number): void {
    const filling = this.#fillings.get(id);
    if (filling === undefined) return;
    const { cache, startKey, revision } = filling;
    const limit = apiserverConstants.listMaxPageObjects;
    const range = { prefix: `${cache.kind.resource}/`, startKey, limit, revision };
    this.#place.etcd.range(range, this.#read, id);
  }

  #afterPage(id: number, { values, count, revision, error }: EtcdResult): void {
    const filling = this.#fillings.get(id);
    if (filling === undefined) return;
    if (error !== undefined) {
      this.#simulation.after(apiserverConstants.cacheFillRetryUs, this.#retried, id);
      return;
    }
    if (filling.revision === 0) filling.revision = revision;
    filling.remaining = count - values.length;
    let bytes = 0;
    for (const value of values) {
      filling.objects.push(value);
      bytes += encodedBytes(value);
    }
    const last = values.at(-1);
    if (last !== undefined) {
      filling.startKey = keyBehind(`${filling.cache.kind.resource}/${keyOf(last)}`);
    }
    const { watchIngestCpuUs, decodeNanosecondsPerByte } = apiserverConstants;
    const cpuUs = values.length * watchIngestCpuUs + (bytes * decodeNanosecondsPerByte) / 1000;
    const { garbageCollectionFactor } = apiserverConstants;
    this.#place.host.run(cpuUs * garbageCollectionFactor, this.#decoded, id);
  }

  #goOn(id: number): void {
    const filling = this.#fillings.get(id);
    if (filling === undefined) return;
    if (filling.remaining > 0) return this.#fetch(id);
    this.#fillings.delete(id);
    this.#onFilled(filling.cache, filling.objects, filling.revision);
  }
}
