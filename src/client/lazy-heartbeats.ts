// Heartbeats that nobody sends: where a scenario asks for it, a node or a leader that is well does
// not renew its Lease, and whoever would look at the Lease asks when it would have been renewed.
// That holds while the cluster is calm. A fault of the network, of etcd, of an apiserver or of a
// clock wakes everybody: all heartbeats are sent again until some time after it is over. A node or
// a process that ends wakes those alone who watch over it.
// Left out: the load of the heartbeats, and that they may fail where an apiserver is overloaded.
import type { Simulation } from '../kernel/simulation.js';
import { minutes, type SimTime } from '../kernel/time.js';

/** Whether heartbeats are sent, or worked out when somebody asks. */
export const heartbeatModes = ['eager', 'lazy'] as const;

export type HeartbeatMode = (typeof heartbeatModes)[number];

/** From the end of a disturbance until heartbeats may rest: longer than a node may be silent. */
const SETTLING_US = minutes(5);

/** What all who may rest share. */
export class LazyHeartbeats {
  /** When a node would have sent its last heartbeat, of either sort; -Infinity: it has sent all. */
  latestSignUs: (node: string, now: SimTime) => SimTime = () => Number.NEGATIVE_INFINITY;
  readonly #simulation: Simulation;
  readonly #wakers: (() => void)[] = [];
  /** When each is over, and what it has left behind. */
  readonly #disturbances = new Map<string, SimTime>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Nothing is wrong that could keep a heartbeat from being stored. O(disturbances so far). */
  get isCalm(): boolean {
    const { now } = this.#simulation;
    for (const untilUs of this.#disturbances.values()) if (now < untilUs) return false;
    return true;
  }

  /** `wake` is called when the calm ends: whoever rests carries on by itself. */
  onDisturbed(wake: () => void): void {
    this.#wakers.push(wake);
  }

  /** Something goes wrong, for `durationUs`; Infinity: until it is said to be over. */
  disturb(name: string, durationUs: number): void {
    const { now } = this.#simulation;
    const wasCalm = this.isCalm;
    const untilUs = now + durationUs + SETTLING_US;
    this.#disturbances.set(name, Math.max(untilUs, this.#disturbances.get(name) ?? 0));
    if (wasCalm) for (const wake of this.#wakers) wake();
  }

  /** A disturbance is over now, or all of them are. O(disturbances so far). */
  end(name: string | undefined): void {
    const { now } = this.#simulation;
    for (const [each, untilUs] of this.#disturbances) {
      if (name !== undefined && name !== each) continue;
      this.#disturbances.set(each, Math.min(untilUs, now + SETTLING_US));
    }
  }
}
