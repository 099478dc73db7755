// The CPU time of scheduling cycles: first the part of the scheduling goroutine, then the part of
// the workers, as one job a worker that runs. In kube-scheduler the two take turns within a cycle;
// its end is the same, and nobody sees what is between. Workers finish together unless the machine
// is short of cores.
// Source: kube-scheduler v1.36 framework/parallelize; reference: scheduler 1.7.

import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { CycleCost } from './cost-model.js';
import type { Parallelizer } from './framework/parallelizer.js';

/** One cycle at a time. */
export class CycleCpu {
  readonly #simulation: Simulation;
  readonly #host: CpuHost;
  /** Workers that run at a time. */
  readonly workers: number;
  readonly #started: EventKind;
  readonly #finished: EventKind;
  #parallelUs = 0;
  /** Workers that have not finished. */
  #working = 0;
  #done: EventKind = -1;

  constructor(simulation: Simulation, name: string, host: CpuHost, { running }: Parallelizer) {
    this.#simulation = simulation;
    this.#host = host;
    this.workers = running;
    this.#started = simulation.defineEvent(`${name}.WorkersStarted`, () => this.#start());
    this.#finished = simulation.defineEvent(`${name}.WorkerFinished`, () => this.#finish());
  }

  /** Uses the time up, then fires `done`. */
  run({ serialUs, parallelUs }: CycleCost, done: EventKind): void {
    if (this.workers === 1 || parallelUs === 0) {
      this.#host.run(serialUs + parallelUs, done);
      return;
    }
    this.#parallelUs = parallelUs;
    this.#done = done;
    this.#host.run(serialUs, this.#started);
  }

  #start(): void {
    this.#working = this.workers;
    for (let i = 0; i < this.workers; i++) {
      this.#host.run(this.#parallelUs / this.workers, this.#finished);
    }
  }

  #finish(): void {
    if (--this.#working === 0) this.#simulation.fire(this.#done, 0, 0);
  }
}
