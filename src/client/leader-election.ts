// Leader election by a Lease: one of several candidates holds it, renews it every retry period, and
// does its component's work meanwhile; the others look at it, by their own clock, until it has not
// been renewed for its duration. Left out: coordinated leader election (by the API server).
// Source: Kubernetes v1.36 client-go tools/leaderelection (reference: nodes-controllers 0.3, 10.8).
import type { Lease } from '../api/lease.js';
import type { EventHandle } from '../kernel/event-queue.js';
import type { RandomStream } from '../kernel/random-stream.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import type { ApiCall } from './api-call.js';
import type { ApiClient } from './api-client.js';
import { type ApiResponse, isSuccess } from './api-request.js';
import { clientConstants as constants } from './constants.js';

export interface LeaderElectionOptions {
  readonly simulation: Simulation;
  /** Of the Lease in kube-system: `kube-scheduler`. */
  readonly lease: string;
  /** Of this candidate; different for every process. */
  readonly identity: string;
  readonly client: ApiClient;
  readonly onStartedLeading: () => void;
  /** The Lease could not be renewed in time; the process ends itself. */
  readonly onStoppedLeading: () => void;
}

const namespace = 'kube-system';

/** One candidate. Nothing happens before `start`. */
export class LeaderElector {
  readonly #options: LeaderElectionOptions;
  readonly #stream: RandomStream;
  readonly #tried: EventKind;
  readonly #expired: EventKind;
  #isLeading = false;
  /** As last read or written, and when it was seen to change. */
  #observed: Lease | undefined;
  #observedUs: SimTime = 0;
  /** The next try; -1: none is planned. */
  #next: EventHandle = -1;
  /** Grows when a candidacy ends: answers to what it has asked are for nobody. */
  #candidacy = 0;
  /** Fires when a leader has not renewed the Lease in time; -1: none is set. */
  #deadline: EventHandle = -1;

  constructor(options: LeaderElectionOptions) {
    const { simulation, identity } = options;
    this.#options = options;
    this.#stream = simulation.stream(`${identity}/leader-election`);
    this.#tried = simulation.defineEvent(`${identity}.LeaseTried`, () => {
      this.#next = -1;
      this.#try();
    });
    this.#expired = simulation.defineEvent(`${identity}.RenewDeadlineReached`, () => {
      this.#deadline = -1;
      this.#resign();
      options.onStoppedLeading();
    });
  }

  get isLeading(): boolean {
    return this.#isLeading;
  }

  /** Becomes a candidate. */
  start(): void {
    this.#try();
  }

  /**
   * Ends the candidacy. `release`: gives the Lease back, so that another candidate need not wait
   * until it has expired; `onReleased` is called when that is written, at once without.
   */
  stop(release: boolean, onReleased: () => void = () => {}): void {
    const wasLeading = this.#isLeading;
    this.#resign();
    if (!wasLeading || !release || this.#observed === undefined) return onReleased();
    const { now } = this.#options.simulation;
    const { leaseTransitions = 0 } = this.#observed.spec ?? {};
    const spec = { leaseDurationSeconds: 1, leaseTransitions, renewTime: now, acquireTime: now };
    this.#send('update', { ...this.#observed, spec }, onReleased);
  }

  /** A leader writes at once; anybody else looks first. */
  #try(): void {
    if (this.#isLeading && this.#observed !== undefined) this.#write(this.#observed);
    else this.#read();
  }

  #read(): void {
    const { client, lease } = this.#options;
    const request = { verb: 'get', resource: 'leases', namespace, name: lease } as const;
    client.send(request, this.#onRead, this.#candidacy);
  }

  readonly #onRead = (call: ApiCall): void => {
    if (call.context !== this.#candidacy) return;
    const { code, object } = call.response as ApiResponse;
    if (code === 404) return this.#write(undefined);
    if (code !== 200) return this.#failed();
    const found = object as Lease;
    this.#observe(found);
    const { now } = this.#options.simulation;
    const holder = found.spec?.holderIdentity ?? '';
    const seconds = found.spec?.leaseDurationSeconds ?? constants.leaseDurationSeconds;
    const isValid = this.#observedUs + seconds * 1_000_000 > now;
    if (holder !== '' && holder !== this.#options.identity && isValid) this.#failed();
    else this.#write(found);
  };

  /** What has not changed since it was last seen counts from then, by the own clock. */
  #observe(lease: Lease): void {
    if (lease.metadata.resourceVersion === this.#observed?.metadata.resourceVersion) return;
    this.#observed = lease;
    this.#observedUs = this.#options.simulation.now;
  }

  #write(current: Lease | undefined): void {
    const { simulation, identity, lease } = this.#options;
    const { now } = simulation;
    const before = current?.spec;
    const isMine = before?.holderIdentity === identity;
    const transitions = before?.leaseTransitions ?? 0;
    const body: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: current?.metadata ?? { name: lease, namespace },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: constants.leaseDurationSeconds,
        acquireTime: isMine ? (before.acquireTime ?? now) : now,
        renewTime: now,
        leaseTransitions: current === undefined || isMine ? transitions : transitions + 1,
      },
    };
    this.#send(current === undefined ? 'create' : 'update', body, this.#onWritten);
  }

  #send(verb: 'create' | 'update', body: Lease, onDone: (call: ApiCall) => void): void {
    const { client, lease } = this.#options;
    const request = { verb, resource: 'leases', namespace, name: lease, body } as const;
    client.send(request, onDone, this.#candidacy);
  }

  readonly #onWritten = (call: ApiCall): void => {
    if (call.context !== this.#candidacy) return;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#failed();
    const { simulation, onStartedLeading } = this.#options;
    this.#observe(response.object as Lease);
    const isNew = !this.#isLeading;
    this.#isLeading = true;
    this.#next = simulation.after(constants.retryPeriodUs, this.#tried);
    const deadlineUs = simulation.now + constants.renewDeadlineUs;
    if (isNew) this.#deadline = simulation.at(deadlineUs, this.#expired);
    else simulation.reschedule(this.#deadline, deadlineUs);
    if (isNew) onStartedLeading();
  };

  /** Tries again: a leader after the period, a candidate after a jittered one. */
  #failed(): void {
    const { retryPeriodUs, acquireJitter } = constants;
    const jitter = this.#isLeading ? 0 : acquireJitter * this.#stream.uniform();
    const { simulation } = this.#options;
    this.#next = simulation.after(Math.round(retryPeriodUs * (1 + jitter)), this.#tried);
    // Somebody may have written: a leader looks before it writes again.
    if (this.#isLeading) this.#observed = undefined;
  }

  #resign(): void {
    const { simulation } = this.#options;
    this.#isLeading = false;
    this.#candidacy++;
    for (const event of [this.#next, this.#deadline]) if (event >= 0) simulation.cancel(event);
    this.#next = -1;
    this.#deadline = -1;
  }
}
