// client-go's workqueue: a key is queued once however often it is added; a key added while it is
// being worked on comes again when it is done; delayed and rate-limited adds.
// Source: Kubernetes v1.36 client-go util/workqueue (reference: controlplane C4, nodes-controllers
// 0.2).
import type { EventHandle } from '../kernel/event-queue.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import { StationMeter, TokenBucket } from '../kernel/stations.js';
import type { SimTime } from '../kernel/time.js';
import { clientConstants } from './constants.js';
import { Slab } from './slab.js';

interface Delayed {
  readonly key: string;
  readonly at: SimTime;
  readonly handle: EventHandle;
}

/** Retry delays of one queue; defaults are those of DefaultControllerRateLimiter. */
export interface RetryLimits {
  readonly baseDelayUs: number;
  readonly maxDelayUs: number;
}

/** Measures one queue. */
export interface WorkQueueMonitor {
  /** The key is wanted, and was not before. */
  added(key: string): void;
  taken(key: string): void;
  done(key: string): void;
  /** The key is to come after a delay: a retry, as upstream counts. */
  retried(): void;
}

export interface WorkQueueOptions {
  readonly limits?: RetryLimits | undefined;
  readonly monitor?: WorkQueueMonitor | undefined;
}

const defaultRetryLimits: RetryLimits = {
  baseDelayUs: clientConstants.retryBaseDelayUs,
  maxDelayUs: clientConstants.retryMaxDelayUs,
};

/** Keys to work on, first in first out. All operations O(1) but delayed adds, O(log n). */
export class WorkQueue {
  readonly meter: StationMeter;
  /** Called when a key becomes available. */
  onReady: (() => void) | undefined;
  readonly #simulation: Simulation;
  readonly #limits: RetryLimits;
  readonly #monitor: WorkQueueMonitor | undefined;
  #queue: string[] = [];
  #head = 0;
  readonly #dirty = new Set<string>();
  readonly #processing = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #delayedKeys = new Slab<string>();
  readonly #bucket: TokenBucket;
  readonly #elapsed: EventKind;

  /** `name` tells the queue apart in the simulation. */
  constructor(simulation: Simulation, name: string, options: WorkQueueOptions = {}) {
    this.#simulation = simulation;
    this.#limits = options.limits ?? defaultRetryLimits;
    this.#monitor = options.monitor;
    this.meter = new StationMeter(`${name}/workqueue`, 1);
    const { retryBucketQps, retryBucketBurst } = clientConstants;
    this.#bucket = new TokenBucket(`${name}/retries`, retryBucketQps, retryBucketBurst);
    this.#elapsed = simulation.defineEvent(`${name}.QueueDelayElapsed`, (id) => {
      const key = this.#delayedKeys.remove(id);
      this.#delayed.delete(key);
      this.add(key);
    });
  }

  /** Keys waiting. */
  get length(): number {
    return this.#queue.length - this.#head;
  }

  add(key: string): void {
    if (this.#dirty.has(key)) return;
    this.#monitor?.added(key);
    this.#dirty.add(key);
    if (this.#processing.has(key)) return;
    this.#push(key);
  }

  /** Adds after a delay; of several delays for one key the earliest counts. */
  addAfter(key: string, delayUs: number): void {
    this.#monitor?.retried();
    if (delayUs <= 0) return this.add(key);
    const at = this.#simulation.now + Math.round(delayUs);
    const waiting = this.#delayed.get(key);
    if (waiting !== undefined) {
      if (waiting.at <= at) return;
      this.#simulation.reschedule(waiting.handle, at);
      this.#delayed.set(key, { ...waiting, at });
      return;
    }
    const handle = this.#simulation.at(at, this.#elapsed, this.#delayedKeys.add(key));
    this.#delayed.set(key, { key, at, handle });
  }

  /** Adds after the delay that the key's failures ask for: base x 2^n, and the shared bucket. */
  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    let delayUs = this.#limits.baseDelayUs;
    for (let i = 0; i < failures && delayUs < this.#limits.maxDelayUs; i++) delayUs *= 2;
    const { now } = this.#simulation;
    const bucketUs = this.#bucket.take(now) - now;
    this.addAfter(key, Math.max(Math.min(delayUs, this.#limits.maxDelayUs), bucketUs));
  }

  /** Failures of the key so far. */
  retries(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Takes the next key; it is being processed until `done`. */
  get(): string | undefined {
    if (this.#head === this.#queue.length) return undefined;
    const key = this.#queue[this.#head++] as string;
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    this.#dirty.delete(key);
    this.#processing.add(key);
    this.meter.served++;
    this.#monitor?.taken(key);
    this.#measure();
    return key;
  }

  done(key: string): void {
    this.#processing.delete(key);
    this.#monitor?.done(key);
    if (this.#dirty.has(key)) this.#push(key);
    else this.#measure();
  }

  #push(key: string): void {
    this.#queue.push(key);
    this.#measure();
    this.onReady?.();
  }

  #measure(): void {
    this.meter.set(this.#simulation.now, Math.min(1, this.#processing.size), this.length);
  }
}
