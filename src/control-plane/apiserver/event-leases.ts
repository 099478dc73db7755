// The leases of etcd on which Events hang until they are forgotten. One lease is shared by all
// Events of a minute, up to 1,000; its time is a minute longer than that of an Event.
// Source: Kubernetes v1.36 apiserver storage/etcd3/lease_manager.go (reference: controlplane A9).
import type { EtcdError, EtcdPort } from '../../client/etcd-client.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { WholeHistogram } from '../../stats/whole-histogram.js';
import { apiserverConstants } from './constants.js';

const OBJECT_COUNTS = [10, 50, 100, 500, 1000, 2500, 5000];

/** Goes on with a request; `onFailure`: etcd has granted no lease. */
export interface LeaseTaker {
  readonly onLease: (id: number, leaseId: number) => void;
  readonly onFailure: (id: number, error: EtcdError) => void;
}

export class EventLeases {
  /** Objects on a lease when the next was taken. */
  readonly objectCounts: WholeHistogram = new WholeHistogram(OBJECT_COUNTS);
  readonly #simulation: Simulation;
  readonly #etcd: EtcdPort;
  readonly #granted: EventKind;
  #taker: LeaseTaker | undefined;
  #leaseId = 0;
  #reusableUntil: SimTime = -1;
  #objects = 0;
  /** Requests that wait for a lease that has been asked for. */
  #waiting: number[] = [];

  constructor(simulation: Simulation, name: string, etcd: EtcdPort) {
    this.#simulation = simulation;
    this.#etcd = etcd;
    this.#granted = simulation.defineEvent(`${name}.LeaseGranted`, (_, ticket) =>
      this.#afterGrant(ticket),
    );
  }

  /** Who goes on with requests that have a lease. */
  giveTo(taker: LeaseTaker): void {
    this.#taker = taker;
  }

  /** A lease for one more object; 0: it has to wait for the next one. */
  take(): number {
    const { leaseMaxObjects } = apiserverConstants;
    const isUsable = this.#simulation.now <= this.#reusableUntil && this.#objects < leaseMaxObjects;
    if (!isUsable || this.#waiting.length > 0) return 0;
    this.#objects++;
    return this.#leaseId;
  }

  /** Has a request wait until etcd has granted the next lease. */
  await(id: number): void {
    this.#waiting.push(id);
    if (this.#waiting.length > 1) return;
    const { eventTtlSeconds, leaseReuseSeconds } = apiserverConstants;
    this.#etcd.grantLease(eventTtlSeconds + leaseReuseSeconds, this.#granted, 0);
  }

  #afterGrant(ticket: number): void {
    const { leaseId, error } = this.#etcd.result(ticket);
    const waiting = this.#waiting;
    this.#waiting = [];
    if (error !== undefined) {
      for (const id of waiting) this.#taker?.onFailure(id, error);
      return;
    }
    if (this.#leaseId !== 0) this.objectCounts.observe(this.#objects);
    this.#leaseId = leaseId;
    this.#objects = waiting.length;
    const { leaseReuseSeconds } = apiserverConstants;
    this.#reusableUntil = this.#simulation.now + leaseReuseSeconds * 1_000_000;
    for (const id of waiting) this.#taker?.onLease(id, leaseId);
  }
}
