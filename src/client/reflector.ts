// client-go's reflector: one WATCH that begins with everything there is (WatchList), or where the
// server refuses that a LIST and a WATCH from its revision. The server ends a watch after the time
// that it was asked for; it is opened again where it was, bookmarks keep that place young. When the
// server cannot be reached or has no room the watch is tried again after a backoff; when it is
// refused for anything else, everything is read again after a backoff: a state not older than the
// last one seen, or the newest where the server has that no longer.
// Left out: paging of lists. Source: Kubernetes v1.36 client-go tools/cache/reflector.go
// (reference: controlplane C3).
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { RandomStream } from '../kernel/random-stream.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { CpuHost } from '../kernel/stations.js';
import type { SimTime } from '../kernel/time.js';
import type { ApiCall } from './api-call.js';
import type { ApiClient } from './api-client.js';
import {
  type ApiResponse,
  type FieldEquality,
  isSuccess,
  isTooLargeResourceVersion,
  isWorthAnotherWatch,
  keyOf,
} from './api-request.js';
import { type BackoffLimits, ExponentialBackoff } from './backoff.js';
import { clientConstants } from './constants.js';
import { endsInitialEvents, type WatchEvent, type WatchStream } from './watch.js';

export interface ReflectorOptions {
  /** `kube-scheduler/pods`: unique in the simulation. */
  readonly name: string;
  readonly resource: string;
  readonly client: ApiClient;
  readonly fieldSelector?: FieldEquality;
  /** The machine that works off what arrives; absent where its CPU is not modelled. */
  readonly host?: CpuHost;
  /** False: the feature gate WatchListClient is off; on by default since 1.35. */
  readonly usesWatchList?: boolean;
}

/** Who keeps what a reflector reads. */
export interface ReflectorStore {
  /** Everything there is. */
  replace(objects: readonly KubernetesObject[]): void;
  /** CPU time of taking over an event, µs. */
  cpuUs(event: WatchEvent): number;
  /** One change, never a bookmark. */
  apply(event: WatchEvent): void;
}

/**
 * What is read: everything by a watch or by a list, or changes from where the reflector has got to.
 */
type Step = 'watchList' | 'list' | 'watch';

export class Reflector {
  readonly #simulation: Simulation;
  readonly #options: ReflectorOptions;
  readonly #store: ReflectorStore;
  readonly #arrived: EventKind;
  readonly #processed: EventKind;
  readonly #retried: EventKind;
  readonly #backoff: ExponentialBackoff;
  readonly #timeouts: RandomStream;
  /** What is going on, or comes after the backoff. */
  #step: Step;
  /** Everything up to here is in the store; 0: nothing yet. */
  #revision = 0;
  /** The server has that revision no longer, or not yet: only the newest state helps. */
  #isRevisionUnavailable = false;
  #watch: WatchStream | undefined;
  #openedUs: SimTime = 0;
  /** Of the watch that is open. */
  #eventCount = 0;
  /** What a watch that begins with everything has sent so far. */
  #initial = new Map<string, KubernetesObject>();
  #batch: WatchEvent[] = [];
  #isBusy = false;

  constructor(simulation: Simulation, options: ReflectorOptions, store: ReflectorStore) {
    const { name } = options;
    this.#simulation = simulation;
    this.#options = options;
    this.#store = store;
    this.#step = this.#firstStep;
    const stream = simulation.random.stream(`${name}/backoff`);
    this.#backoff = new ExponentialBackoff(reflectorBackoff, stream);
    this.#timeouts = simulation.random.stream(`${name}/watch-timeout`);
    this.#arrived = simulation.defineEvent(`${name}.WatchEventArrived`, () => this.#take());
    this.#processed = simulation.defineEvent(`${name}.WatchEventsProcessed`, () => this.#process());
    this.#retried = simulation.defineEvent(`${name}.ReflectorRetried`, () => this.#begin());
  }

  /** Up to which revision the store has everything; 0: it has nothing yet. */
  get revision(): number {
    return this.#revision;
  }

  /** Changes that have arrived and are not in the store yet. */
  get queuedCount(): number {
    return this.#batch.length;
  }

  /** Begins to read. */
  start(): void {
    this.#begin();
  }

  get #firstStep(): Step {
    return this.#options.usesWatchList === false ? 'list' : 'watchList';
  }

  #begin(): void {
    if (this.#step === 'list') this.#list();
    else this.#openWatch();
  }

  #beginLater(step: Step): void {
    this.#step = step;
    this.#simulation.after(this.#backoff.next(this.#simulation.now), this.#retried);
  }

  #list(): void {
    this.#step = 'list';
    const resourceVersion = this.#isRevisionUnavailable ? undefined : this.#revision;
    this.#send({ verb: 'list', ...(resourceVersion !== undefined && { resourceVersion }) });
  }

  #openWatch(): void {
    const isWatchList = this.#step === 'watchList';
    const isNewest = isWatchList && (this.#isRevisionUnavailable || this.#revision === 0);
    this.#initial.clear();
    this.#send({
      verb: 'watch',
      ...(!isNewest && { resourceVersion: this.#revision }),
      ...(isWatchList && { sendInitialEvents: true }),
      allowWatchBookmarks: true,
      timeoutSeconds: watchTimeoutSeconds(this.#timeouts),
      watcher: { kind: this.#arrived, target: 0 },
    });
  }

  #send(request: Pick<ApiCall['request'], 'verb'> & Partial<ApiCall['request']>): void {
    const { client, resource, fieldSelector } = this.#options;
    const selector = fieldSelector && { fieldSelector };
    client.send({ resource, namespace: '', name: '', ...request, ...selector }, this.#answered);
  }

  readonly #answered = (call: ApiCall): void => {
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#refused(response);
    if (this.#step === 'list') {
      this.#replace((response.items ?? []) as readonly KubernetesObject[], response.revision ?? 0);
      this.#openWatch();
      return;
    }
    this.#watch = response.watch as WatchStream;
    this.#openedUs = this.#simulation.now;
    this.#eventCount = 0;
    this.#take();
  };

  /** What to do next is told by what was tried and why it did not work. */
  #refused(response: ApiResponse): void {
    const isUnavailable = response.code === 410 || isTooLargeResourceVersion(response);
    const isWatch = this.#step !== 'list';
    if (isWatch && isWorthAnotherWatch(response)) return this.#beginLater(this.#step);
    if (this.#step === 'watch') return this.#beginLater(this.#firstStep);
    if (isUnavailable && !this.#isRevisionUnavailable) {
      this.#isRevisionUnavailable = true;
      return this.#begin();
    }
    if (isWatch) this.#list();
    else this.#beginLater(this.#firstStep);
  }

  #replace(objects: readonly KubernetesObject[], revision: number): void {
    this.#isRevisionUnavailable = false;
    this.#revision = revision;
    this.#step = 'watch';
    this.#store.replace(objects);
  }

  /** Takes everything that has arrived and works on it, unless it is still at work. */
  #take(): void {
    const watch = this.#watch;
    if (this.#isBusy || watch === undefined) return;
    const { now } = this.#simulation;
    let cpuUs = 0;
    for (let event = watch.next(now); event !== undefined; event = watch.next(now)) {
      this.#batch.push(event);
      cpuUs += this.#store.cpuUs(event);
    }
    if (this.#batch.length === 0) {
      if (watch.isEnded) this.#reopen();
      return;
    }
    this.#isBusy = true;
    const { host } = this.#options;
    if (host === undefined) this.#simulation.fire(this.#processed, 0, this.#batch.length);
    else host.run(cpuUs, this.#processed, 0, this.#batch.length);
  }

  #process(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#isBusy = false;
    this.#eventCount += batch.length;
    for (const event of batch) {
      if (this.#step === 'watchList') this.#collect(event);
      else {
        this.#revision = event.revision;
        if (event.type !== 'BOOKMARK') this.#store.apply(event);
      }
    }
    this.#take();
  }

  /** Keeps what comes before the end of the initial events apart, and then takes it over. */
  #collect(event: WatchEvent): void {
    const { type, object, revision } = event;
    if (type === 'DELETED') this.#initial.delete(keyOf(object));
    else if (type !== 'BOOKMARK') this.#initial.set(keyOf(object), object);
    else if (endsInitialEvents(event)) {
      const objects = [...this.#initial.values()];
      this.#initial = new Map();
      this.#replace(objects, revision);
    }
  }

  /** The server has ended the watch. One that ends at once without a word counts as refused. */
  #reopen(): void {
    this.#watch = undefined;
    const lastedUs = this.#simulation.now - this.#openedUs;
    const isVeryShort = lastedUs < clientConstants.veryShortWatchUs && this.#eventCount === 0;
    if (!isVeryShort) this.#openWatch();
    else if (this.#step === 'watchList') this.#list();
    else this.#beginLater(this.#firstStep);
  }
}

/** For how long the next watch is asked: whole seconds of five to ten minutes. */
export function watchTimeoutSeconds(stream: RandomStream): number {
  return Math.floor(clientConstants.watchTimeoutMinSeconds * (1 + stream.uniform()));
}

/** The delays of a reflector after failures. */
export const reflectorBackoff: BackoffLimits = {
  initialUs: clientConstants.reflectorBackoffInitialUs,
  maxUs: clientConstants.reflectorBackoffMaxUs,
  jitterFactor: clientConstants.reflectorBackoffJitterFactor,
  resetAfterUs: clientConstants.reflectorBackoffResetUs,
};
