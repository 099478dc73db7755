// The worker goroutines of a controller: each takes a key, uses CPU, syncs, and says when it is
// done. A sync may wait for API calls; its worker is busy until then.
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { CpuHost } from '../kernel/stations.js';
import type { WorkQueue } from './work-queue.js';

export interface WorkersOptions {
  /** `kube-controller-manager/deployment`. */
  readonly name: string;
  readonly queue: WorkQueue;
  readonly count: number;
  readonly host: CpuHost;
  /** CPU time of one sync, µs. */
  readonly cpuUs: (key: string) => number;
  /** Syncs one key and calls `finish(worker, outcome)` exactly once, now or later. */
  readonly sync: (key: string, worker: number) => void;
}

/** `retry`: the key comes again after a backoff; `done`: its failures are forgotten. */
export type SyncOutcome = 'done' | 'retry';

/** A pool of `count` workers on one queue. */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #idle: number[] = [];
  readonly #keys: string[] = [];
  readonly #started: EventKind;
  #isRunning = false;

  constructor(simulation: Simulation, options: WorkersOptions) {
    this.#options = options;
    for (let worker = options.count - 1; worker >= 0; worker--) this.#idle.push(worker);
    this.#started = simulation.defineEvent(`${options.name}.SyncStarted`, (worker) =>
      options.sync(this.#keys[worker] as string, worker),
    );
    options.queue.onReady = () => this.#next();
  }

  /** Begins to work; called when the informers have synced. */
  start(): void {
    this.#isRunning = true;
    this.#next();
  }

  /** Ends the sync of a worker. */
  finish(worker: number, outcome: SyncOutcome): void {
    const { queue } = this.#options;
    const key = this.#keys[worker] as string;
    if (outcome === 'retry') queue.addRateLimited(key);
    else queue.forget(key);
    this.#idle.push(worker);
    queue.done(key);
    this.#next();
  }

  #next(): void {
    const { queue, host, cpuUs } = this.#options;
    while (this.#isRunning && this.#idle.length > 0) {
      const key = queue.get();
      if (key === undefined) return;
      const worker = this.#idle.pop() as number;
      this.#keys[worker] = key;
      host.run(cpuUs(key), this.#started, worker);
    }
  }
}
