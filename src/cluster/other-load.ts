// Processes that have nothing to do with the cluster but run on the machine of its control plane:
// they use so many cores on average, in short jobs that come at random.
import { type Distribution, distribution } from '../kernel/distributions.js';
import type { RandomStream } from '../kernel/random-stream.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import { CpuHost } from '../kernel/stations.js';
import { clusterConstants } from './constants.js';

/** Begins at once. */
export class OtherLoad {
  readonly #simulation: Simulation;
  readonly #process: CpuHost;
  readonly #stream: RandomStream;
  readonly #gap: Distribution;
  readonly #work: Distribution;
  readonly #due: EventKind;
  readonly #done: EventKind;

  /** `cores`: used on average, above 0. `host`: the machine, or any process on it. */
  constructor(simulation: Simulation, host: CpuHost, cores: number) {
    const { otherJobUs } = clusterConstants;
    this.#simulation = simulation;
    this.#process = new CpuHost(simulation, 'others', host);
    this.#stream = simulation.random.stream('others');
    this.#gap = distribution({ kind: 'exponential', mean: otherJobUs / cores });
    this.#work = distribution({ kind: 'exponential', mean: otherJobUs });
    this.#done = simulation.defineEvent('others.JobDone', () => {});
    this.#due = simulation.defineEvent('others.JobDue', () => this.#next());
    this.#next();
  }

  /** CPU time used so far, µs. */
  get usedUs(): number {
    return this.#process.usedUs;
  }

  #next(): void {
    this.#process.run(this.#work.sample(this.#stream), this.#done);
    this.#simulation.after(this.#gap.sample(this.#stream), this.#due);
  }
}
