/**
 * Runs of studies in a pool of threads. The order in which they end does not matter: each answers
 * for itself.
 */

import type { ReplicationAnswer, ReplicationTask } from './replication-worker.js';
import { TaskPool } from './task-pool.js';

/** What is run: a task without its seed and the pool's own part. */
export type ReplicationInput = Pick<ReplicationTask, 'scenario' | 'pluginPaths' | 'more'>;

/** The thread's entry; tests put another in its place. */
const replicationWorker: URL = new URL('./replication-worker.js', import.meta.url);

export class ReplicationPool {
  readonly #pool: TaskPool<ReplicationTask, ReplicationAnswer>;

  constructor(workers: number, module: URL = replicationWorker) {
    this.#pool = new TaskPool({ module, function: 'runReplication', workers });
  }

  /** The signal that has stopped the runs, if one did. */
  get signal(): 'SIGINT' | 'SIGTERM' | undefined {
    return this.#pool.signal;
  }

  /** One run. @throws Error when its thread ends in the middle of it, for lack of memory say. */
  run(input: ReplicationInput, seed: string): Promise<ReplicationAnswer> {
    const { scenario, pluginPaths, more } = input;
    return this.#pool.run({ scenario, pluginPaths, seed, ...(more && { more }) });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
