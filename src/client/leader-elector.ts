// Leader election on a Lease, as client-go does it: candidates look every 2 to 4.4 s and take the
// lease over when they have seen it unchanged for its duration; the leader renews it every 2 s with
// one optimistic PUT, and gives up when that has not worked for 10 s. Times are those at which a
// candidate itself observed a change: clocks need not agree. Left out: coordinated leader election
// (off by default). Source: Kubernetes v1.36 client-go tools/leaderelection (reference:
// controlplane C5, nodes-controllers 0.3).
import { extended } from '../api/extended.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Lease, LeaseSpec } from '../api/lease.js';
import type { EventHandle } from '../kernel/event-queue.js';
import type { RandomStream } from '../kernel/random-stream.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import type { ApiCall, CallHandler } from './api-call.js';
import type { ApiClient } from './api-client.js';
import { type ApiResponse, isSuccess } from './api-request.js';
import { clientConstants } from './constants.js';
import type { ElectionRest, LastTry, RestingElector } from './election-rest.js';
import { EventRecorder } from './event-recorder.js';

/** `kube-system`, where the leases of the control plane are. */
const NAMESPACE = 'kube-system';

/** How long a lease is good for, and how often it is looked at. */
export interface LeaderElectionTimes {
  /** A lease that was not renewed for so long may be taken over; whole seconds. */
  readonly leaseDurationUs: number;
  /** A leader that could not renew for so long gives up; shorter than the lease. */
  readonly renewDeadlineUs: number;
  /** Between renewals, and between looks of a candidate, which adds up to 1.2 times as much. */
  readonly retryPeriodUs: number;
}

export const defaultLeaderElection: LeaderElectionTimes = {
  leaseDurationUs: clientConstants.leaseDurationSeconds * 1_000_000,
  renewDeadlineUs: clientConstants.leaderRenewDeadlineUs,
  retryPeriodUs: clientConstants.leaderRetryPeriodUs,
};

export interface LeaderElectorOptions {
  /** Name of the lease: `kube-scheduler`. */
  readonly lease: string;
  /** Name of the candidate, unique among those for the lease. */
  readonly identity: string;
  readonly client: ApiClient;
  /** Absent: defaultLeaderElection. */
  readonly times?: LeaderElectionTimes;
  /** Of all who try for the lease; absent: nobody rests. */
  readonly rest?: ElectionRest | undefined;
  /** Called once, when it has become the leader. */
  readonly onStartedLeading: () => void;
  /** Called once, when it has lost the lease; the process is to exit. */
  readonly onStoppedLeading: () => void;
}

/** `stopped`: it has lost or released the lease and does nothing any more. */
type Role = 'candidate' | 'leader' | 'stopped';

export class LeaderElector implements RestingElector {
  readonly #simulation: Simulation;
  readonly #options: LeaderElectorOptions;
  readonly #times: LeaderElectionTimes;
  readonly #recorder: EventRecorder;
  readonly #stream: RandomStream;
  readonly #due: EventKind;
  readonly #deadlinePassed: EventKind;
  #timer: EventHandle | undefined;
  #role: Role = 'candidate';
  /** The lease as last seen, and when it was seen to change. */
  #observed: Lease | undefined;
  #observedUs: SimTime = 0;
  /** When the leader gives up; set while a renewal has not succeeded. */
  #deadline: EventHandle | undefined;
  /** Called when the release is written. */
  #onReleased: (() => void) | undefined;

  constructor(simulation: Simulation, options: LeaderElectorOptions) {
    const { lease, identity, client } = options;
    this.#simulation = simulation;
    this.#options = options;
    this.#times = options.times ?? defaultLeaderElection;
    this.#recorder = new EventRecorder(simulation, lease, client);
    this.#stream = simulation.random.stream(`${identity}/leader-election`);
    this.#due = simulation.defineEvent(`${identity}.LeaderElectionDue`, () => this.#try());
    this.#deadlinePassed = simulation.defineEvent(`${identity}.LeaseRenewalDeadlinePassed`, () => {
      this.#deadline = undefined;
      this.#lose();
    });
  }

  get isLeader(): boolean {
    return this.#role === 'leader';
  }

  /** Begins to try. */
  start(): void {
    this.#try();
  }

  /**
   * Carries on as the holder of a stored lease, which it last renewed some time ago: the next
   * renewal is due within a retry period.
   */
  startAsLeader(lease: Lease): void {
    this.#observe(lease);
    this.#lead();
    this.#wait(Math.round(this.#stream.uniform() * this.#times.retryPeriodUs));
  }

  /** Gives the lease up, so that another can take it at its next look; then calls `onReleased`. */
  release(onReleased: () => void): void {
    const wasLeader = this.#role === 'leader';
    this.stop();
    if (!wasLeader || this.#observed === undefined) return onReleased();
    this.#onReleased = onReleased;
    const { now } = this.#simulation;
    const { leaseTransitions = 0 } = this.#observed.spec ?? {};
    const times = { acquireTime: now, renewTime: now, leaseTransitions };
    this.#put({ holderIdentity: '', leaseDurationSeconds: 1, ...times });
  }

  /** Does nothing any more; the lease stays as it is. */
  stop(): void {
    this.#options.rest?.leave(this);
    this.#role = 'stopped';
    if (this.#timer !== undefined) this.#simulation.cancel(this.#timer);
    this.#timer = undefined;
    this.#clearDeadline();
  }

  nextDelayUs(): number {
    const { retryPeriodUs } = this.#times;
    if (this.#role === 'leader') return retryPeriodUs;
    const stretch = 1 + this.#stream.uniform() * clientConstants.leaderRetryJitterFactor;
    return Math.round(retryPeriodUs * stretch);
  }

  resume(dueUs: SimTime, answeredUs: SimTime, isNew: boolean): void {
    if (this.#role === 'stopped') return;
    this.#observedUs = answeredUs;
    if (isNew) this.#observed = undefined;
    this.#timer = this.#simulation.at(Math.max(dueUs, this.#simulation.now), this.#due);
  }

  #clearDeadline(): void {
    if (this.#deadline !== undefined) this.#simulation.cancel(this.#deadline);
    this.#deadline = undefined;
  }

  #wait(delayUs: number): void {
    this.#timer = this.#simulation.after(delayUs, this.#due);
  }

  /** A leader writes at once what it holds; a candidate looks first. */
  #try(): void {
    this.#timer = undefined;
    if (this.#role === 'leader' && this.#observed !== undefined) return this.#renew(this.#observed);
    this.#look(this.#read);
  }

  #look(onDone: CallHandler): void {
    const { client, lease: name } = this.#options;
    client.send({ verb: 'get', resource: 'leases', namespace: NAMESPACE, name }, onDone);
  }

  readonly #read = (call: ApiCall): void => {
    if (this.#role === 'stopped') return;
    const response = call.response as ApiResponse;
    if (response.code === 404) return this.#create();
    if (!isSuccess(response)) return this.#failed();
    const lease = response.object as Lease;
    if (lease.metadata.resourceVersion !== this.#observed?.metadata.resourceVersion)
      this.#observe(lease);
    const isMine = lease.spec?.holderIdentity === this.#options.identity;
    if (isMine && this.#role === 'leader') return this.#renew(lease);
    if (isMine || !this.#isHeld(lease)) return this.#takeOver(lease);
    if (this.#options.rest?.candidateRests(this, this.#lastTry(call)) !== true) this.#failed();
  };

  /** Somebody holds it, and was seen to renew it within its duration. */
  #isHeld({ spec }: Lease): boolean {
    const { holderIdentity = '', leaseDurationSeconds = 0 } = spec ?? {};
    const untilUs = this.#observedUs + leaseDurationSeconds * 1_000_000;
    return holderIdentity !== '' && this.#simulation.now < untilUs;
  }

  #renew({ spec }: Lease): void {
    const { renewDeadlineUs } = this.#times;
    this.#deadline ??= this.#simulation.after(renewDeadlineUs, this.#deadlinePassed);
    this.#put(extended(spec ?? {}, { renewTime: this.#simulation.now }));
  }

  #takeOver({ spec }: Lease): void {
    this.#put(this.#freshSpec((spec?.leaseTransitions ?? 0) + 1));
  }

  #freshSpec(leaseTransitions: number): LeaseSpec {
    const { now } = this.#simulation;
    const { identity: holderIdentity } = this.#options;
    const leaseDurationSeconds = secondsOf(this.#times);
    return {
      holderIdentity,
      leaseDurationSeconds,
      acquireTime: now,
      renewTime: now,
      leaseTransitions,
    };
  }

  #create(): void {
    const { lease: name, client } = this.#options;
    const body: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: NAMESPACE },
      spec: this.#freshSpec(0),
    };
    const request = {
      verb: 'create',
      resource: 'leases',
      namespace: NAMESPACE,
      name,
      body,
    } as const;
    client.send(request, this.#written);
  }

  /** Writes against the version last seen: whoever writes second is refused. */
  #put(spec: LeaseSpec): void {
    const { lease: name, client } = this.#options;
    const body = { ...this.#observed, spec } as KubernetesObject;
    const request = {
      verb: 'update',
      resource: 'leases',
      namespace: NAMESPACE,
      name,
      body,
    } as const;
    client.send(request, this.#written);
  }

  readonly #written = (call: ApiCall): void => {
    if (this.#role === 'stopped') return this.#onReleased?.();
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#retry();
    this.#observe(response.object as Lease);
    this.#clearDeadline();
    if (this.#role === 'candidate') {
      this.#lead();
      const { identity, onStartedLeading } = this.#options;
      const message = `${identity} became leader`;
      this.#recorder.record(this.#observed as Lease, 'Normal', 'LeaderElection', message);
      onStartedLeading();
    }
    if (this.#options.rest?.leaderRests(this, this.#lastTry(call)) === true) return;
    this.#wait(this.#times.retryPeriodUs);
  };

  /** A leader whose optimistic write was refused looks at once; a candidate waits. */
  #retry(): void {
    if (this.#role === 'candidate') return this.#failed();
    this.#look(this.#readAgain);
  }

  readonly #readAgain = (call: ApiCall): void => {
    if (this.#role === 'stopped') return;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) {
      this.#observe(response.object as Lease);
      const { holderIdentity = '' } = this.#observed?.spec ?? {};
      if (holderIdentity !== this.#options.identity && holderIdentity !== '') return this.#lose();
    }
    this.#wait(this.#times.retryPeriodUs);
  };

  #lose(): void {
    this.stop();
    this.#options.onStoppedLeading();
  }

  #lastTry({ sentUs }: ApiCall): LastTry {
    const version = this.#observed?.metadata.resourceVersion;
    return { version, sentUs, answeredUs: this.#simulation.now };
  }

  /** A candidate looks again after 2 s, stretched at random by up to 1.2 times that. */
  #failed(): void {
    this.#wait(this.nextDelayUs());
  }

  #lead(): void {
    this.#role = 'leader';
  }

  #observe(lease: Lease): void {
    this.#observed = lease;
    this.#observedUs = this.#simulation.now;
  }
}

/** The stored lease of a leader that has held it since before the run. */
export function heldLease(
  name: string,
  holderIdentity: string,
  times: LeaderElectionTimes = defaultLeaderElection,
): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      holderIdentity,
      leaseDurationSeconds: secondsOf(times),
      acquireTime: 0,
      renewTime: 0,
      leaseTransitions: 0,
    },
  };
}

function secondsOf({ leaseDurationUs }: LeaderElectionTimes): number {
  return Math.floor(leaseDurationUs / 1_000_000);
}
