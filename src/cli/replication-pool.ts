/**
 * Runs of a comparison in a pool of threads. The order in which they end does not matter: results
 * go to the place of their job.
 */

import type { Replication } from '../experiment/compare/comparison.js';
import type { Job } from '../experiment/compare/replicate.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import type { ReplicationAnswer, ReplicationTask } from './replication-worker.js';
import { TaskPool } from './task-pool.js';

/** One policy as it is run. */
export interface LoadedPolicy {
  readonly name: string;
  readonly scenario: LoadedScenario;
  readonly pluginPaths: ReadonlyMap<string, string>;
}

/** The thread's entry; tests put another in its place. */
export const replicationWorker: URL = new URL('./replication-worker.js', import.meta.url);

export class ReplicationPool {
  readonly #policies: readonly LoadedPolicy[];
  readonly #pool: TaskPool<ReplicationTask, ReplicationAnswer>;

  constructor(policies: readonly LoadedPolicy[], workers: number, module: URL = replicationWorker) {
    this.#policies = policies;
    this.#pool = new TaskPool({ module, function: 'runReplication', workers });
  }

  /** The signal that has stopped the runs, if one did. */
  get signal(): 'SIGINT' | 'SIGTERM' | undefined {
    return this.#pool.signal;
  }

  /** Runs the jobs; `onDone` is called after each. Undefined: stopped by a signal. */
  async run(
    jobs: readonly Job[],
    onDone: () => void,
  ): Promise<readonly (Replication | undefined)[]> {
    return Promise.all(
      jobs.map(async ({ policy, seed }) => {
        const { scenario, pluginPaths } = this.#policies[policy] as LoadedPolicy;
        const answer = await this.#pool.run({ scenario, pluginPaths, seed });
        onDone();
        return answer && { seed, ...answer };
      }),
    );
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
