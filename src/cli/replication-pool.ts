/**
 * Runs of a comparison in a pool of threads. The order in which they end does not matter: results
 * go to the place of their job.
 */

import { constants } from 'node:os';
import { Tinypool } from 'tinypool';
import type { Replication } from '../experiment/compare/comparison.js';
import type { Job } from '../experiment/compare/replicate.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import type { ReplicationAnswer, ReplicationTask } from './replication-worker.js';

/** One policy as it is run. */
export interface LoadedPolicy {
  readonly name: string;
  readonly scenario: LoadedScenario;
  readonly pluginPaths: ReadonlyMap<string, string>;
}

/** The thread's entry; tests put another in its place. */
export const replicationWorker: URL = new URL('./replication-worker.js', import.meta.url);

export class ReplicationPool {
  /** The signal that has stopped the runs, if one did. */
  signal: 'SIGINT' | 'SIGTERM' | undefined;
  readonly #policies: readonly LoadedPolicy[];
  readonly #pool: Tinypool;
  readonly #stopFlag = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  readonly #onSignal = (name: 'SIGINT' | 'SIGTERM'): void => {
    if (this.signal !== undefined) process.exit(128 + constants.signals[name]);
    this.signal = name;
    Atomics.store(new Int32Array(this.#stopFlag), 0, 1);
  };

  constructor(policies: readonly LoadedPolicy[], workers: number, entry: URL = replicationWorker) {
    this.#policies = policies;
    this.#pool = new Tinypool({
      filename: entry.href,
      name: 'runReplication',
      minThreads: workers,
      maxThreads: workers,
      isolateWorkers: false,
    });
    process.on('SIGINT', this.#onSignal);
    process.on('SIGTERM', this.#onSignal);
  }

  /** Runs the jobs; `onDone` is called after each. Undefined: stopped by a signal. */
  async run(
    jobs: readonly Job[],
    onDone: () => void,
  ): Promise<readonly (Replication | undefined)[]> {
    return Promise.all(
      jobs.map(async ({ policy, seed }) => {
        const { scenario, pluginPaths } = this.#policies[policy] as LoadedPolicy;
        const task: ReplicationTask = { scenario, pluginPaths, seed, stopFlag: this.#stopFlag };
        const answer = (await this.#pool.run(task)) as ReplicationAnswer;
        onDone();
        return answer && { seed, ...answer };
      }),
    );
  }

  async close(): Promise<void> {
    process.off('SIGINT', this.#onSignal);
    process.off('SIGTERM', this.#onSignal);
    await this.#pool.destroy();
  }
}
