// The storage behind a CSI driver: what is asked of it takes its time, whether or not somebody
// still waits for it. A call that is repeated finds the operation under way, or done.
// Source: Container Storage Interface specification 1.11, idempotency of calls.
import {
  type Distribution,
  type DistributionSpec,
  distribution,
} from '../../kernel/distributions.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';

/** What a driver's controller is asked for. */
export type ControllerOperation = 'provision' | 'delete' | 'attach' | 'detach';

/** How long each takes, µs. */
export type ControllerLatencies = Readonly<Record<ControllerOperation, DistributionSpec>>;

/** Whether an operation makes something, or takes it away. */
const makes: Readonly<Record<ControllerOperation, boolean>> = {
  provision: true,
  delete: false,
  attach: true,
  detach: false,
};

function targetOf(operation: ControllerOperation, subject: string): string {
  const isVolume = operation === 'provision' || operation === 'delete';
  return `${isVolume ? 'volume' : 'attachment'}/${subject}`;
}

export class StorageBackEnd {
  readonly #simulation: Simulation;
  readonly #driver: string;
  readonly #latencies: Readonly<Record<ControllerOperation, Distribution>>;
  /** When operations end that nobody has taken note of yet, by operation and subject. */
  readonly #ends = new Map<string, SimTime>();
  /** Volumes that are there, and attachments that hold. */
  readonly #present = new Set<string>();
  /** How often each has been begun. */
  readonly #counts = new Map<string, number>();

  constructor(simulation: Simulation, driver: string, latencies: ControllerLatencies) {
    this.#simulation = simulation;
    this.#driver = driver;
    this.#latencies = {
      provision: distribution(latencies.provision),
      delete: distribution(latencies.delete),
      attach: distribution(latencies.attach),
      detach: distribution(latencies.detach),
    };
  }

  /** When the operation on `subject` ends, not before now; begins it if there is need to. */
  endOf(operation: ControllerOperation, subject: string): SimTime {
    const { now, random } = this.#simulation;
    const key = `${operation}/${subject}`;
    const known = this.#ends.get(key);
    if (known !== undefined) return Math.max(known, now);
    if (this.#present.has(targetOf(operation, subject)) === makes[operation]) return now;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const stream = random.stream(`csi/${this.#driver}/${key}/${count}`);
    const end = now + this.#latencies[operation].sample(stream);
    this.#ends.set(key, end);
    return end;
  }

  /** Its caller knows that the operation has ended; the next one begins anew. */
  acknowledge(operation: ControllerOperation, subject: string): void {
    this.#ends.delete(`${operation}/${subject}`);
    const target = targetOf(operation, subject);
    if (makes[operation]) this.#present.add(target);
    else this.#present.delete(target);
  }
}
