/**
 * Runs side by side in a pool of threads. The first SIGINT or SIGTERM asks the threads to stop and
 * keep what they have; the second ends the process at once.
 */

import { constants } from 'node:os';
import { Tinypool } from 'tinypool';
import type { Stoppable } from './stop-flag.js';

/** The exported function of a module that the threads run, and how many of them there are. */
export interface PoolEntry {
  readonly module: URL;
  readonly function: string;
  readonly workers: number;
}

export class TaskPool<Task extends Stoppable, Answer> {
  /** The signal that has stopped the runs, if one did. */
  signal: 'SIGINT' | 'SIGTERM' | undefined;
  readonly #pool: Tinypool;
  readonly #stopFlag = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  readonly #onSignal = (name: 'SIGINT' | 'SIGTERM'): void => {
    if (this.signal !== undefined) process.exit(128 + constants.signals[name]);
    this.signal = name;
    Atomics.store(new Int32Array(this.#stopFlag), 0, 1);
  };

  constructor({ module, function: name, workers }: PoolEntry) {
    this.#pool = new Tinypool({
      filename: module.href,
      name,
      minThreads: workers,
      maxThreads: workers,
      isolateWorkers: false,
    });
    process.on('SIGINT', this.#onSignal);
    process.on('SIGTERM', this.#onSignal);
  }

  /** What the function answers. @throws Error that it throws. */
  async run(task: Omit<Task, 'stopFlag'>): Promise<Answer> {
    return (await this.#pool.run({ ...task, stopFlag: this.#stopFlag })) as Answer;
  }

  async close(): Promise<void> {
    process.off('SIGINT', this.#onSignal);
    process.off('SIGTERM', this.#onSignal);
    await this.#pool.destroy();
  }
}
