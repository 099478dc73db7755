// Ends a run that waits for convergence which cannot come: etcd has no quorum, and nothing that the
// scenario says will give it one again. The run then need not go on to its horizon.
import type { Operation } from '../cluster/operation.js';
import type { SimTime } from '../kernel/time.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import type { Hold } from './holds.js';

/** Between two looks, and for how long what is under way may still take effect: 1 min. */
const PATIENCE_US = 60_000_000;

/** Operations that may cost etcd its quorum. */
const faultNames: ReadonlySet<Operation['op']> = new Set(['etcdFault', 'partition']);

export class QuorumWatch {
  readonly #isWaiting: boolean;
  /** From the last operation on: until all faults with an end have ended. */
  readonly #mendingUs: number;
  #doneUs = Number.POSITIVE_INFINITY;
  #isHopeless = false;

  constructor({ operations, untilConverged }: LoadedScenario) {
    const faults = operations.filter((operation) => faultNames.has(operation.op));
    const durations = faults.map((fault) => ('durationUs' in fault ? fault.durationUs : 0));
    this.#isWaiting = untilConverged && faults.length > 0;
    this.#mendingUs = Math.max(0, ...durations.filter(Number.isFinite));
  }

  /** It has found that the run can end. */
  get isHopeless(): boolean {
    return this.#isHopeless;
  }

  /** The last operation has begun: nothing more will be done than to end faults that have an end. */
  operationsDone(now: SimTime): void {
    this.#doneUs = now;
  }

  /** The looks at a run; `quorumLostUs`: since when etcd has had none. None: not needed. */
  holds(quorumLostUs: () => SimTime | undefined): readonly Hold[] {
    if (!this.#isWaiting) return [];
    const endsRun = (now: SimTime): boolean => {
      const lostUs = quorumLostUs() ?? Number.POSITIVE_INFINITY;
      this.#isHopeless = now > Math.max(lostUs, this.#doneUs + this.#mendingUs) + PATIENCE_US;
      return this.#isHopeless;
    };
    return [{ atUs: PATIENCE_US, everyUs: PATIENCE_US, endsRun }];
  }
}
