// The replicas of kube-scheduler or kube-controller-manager: one leads, the others stand by. A
// replica can be stopped, gracefully or not, and comes back as a new process with empty caches.
// Left out: the work of a process while it starts, but for its start-up time.
// Source: Kubernetes v1.36 cmd/kube-scheduler, cmd/kube-controller-manager (reference: controlplane
// C5, nodes-controllers 0.3).
import type { ApiClient } from '../client/api-client.js';
import { type Connection, endConnection } from '../client/connection.js';
import { ElectionRest } from '../client/election-rest.js';
import { heldLease, type LeaderElectionTimes, LeaderElector } from '../client/leader-elector.js';
import { assert } from '../kernel/assert.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { CpuHost } from '../kernel/stations.js';
import { clusterConstants } from './constants.js';

/** What runs in a replica. */
export interface ReplicaProcess {
  readonly leaseClient: ApiClient;
  /** All of its connections. */
  readonly connections: readonly Connection[];
  /** Begins what a standby does already. */
  standBy(): void;
  /** Begins the work of the leader. */
  lead(): void;
}

/** Who holds the lease: a replica in one of its lives, counted from 1. */
export function identityOf(name: string, index: number, life: number): string {
  return `${name}-${index}${life === 1 ? '' : `-${life}`}`;
}

/** How a process ends: asked to, or by force. */
export type StopSignal = 'SIGTERM' | 'SIGKILL';

/** Whether a replica leads. */
export interface LeaderStatus {
  /** Of the lease. */
  readonly lease: string;
  /** Of the replica, over all of its lives. */
  readonly instance: string;
  /** Further replicas wait for the same lease. */
  readonly isAlone: boolean;
  readonly isLeader: boolean;
}

export interface ElectedProcessesOptions<P extends ReplicaProcess> {
  /** Of the component, and of its lease. */
  readonly name: string;
  /** The machine of each; the first leads when the run begins. */
  readonly replicas: readonly CpuHost[];
  readonly times: LeaderElectionTimes;
  /** A process that is asked to stop gives its lease up. */
  readonly releasesLease: boolean;
  readonly build: (host: CpuHost) => P;
}

interface Replica<P> {
  readonly index: number;
  readonly host: CpuHost;
  lives: number;
  /** Absent while it is down. */
  process: P | undefined;
  elector: LeaderElector | undefined;
  end: () => void;
}

export class ElectedProcesses<P extends ReplicaProcess> {
  readonly #simulation: Simulation;
  readonly #options: ElectedProcessesOptions<P>;
  readonly #replicas: readonly Replica<P>[];
  /** Undefined: they try for the lease all the time. */
  #rest: ElectionRest | undefined;
  readonly #restarted: EventKind;
  readonly #exited: EventKind;

  constructor(simulation: Simulation, options: ElectedProcessesOptions<P>) {
    const { name, replicas } = options;
    this.#simulation = simulation;
    this.#options = options;
    this.#restarted = simulation.defineEvent(`${name}.ProcessStarted`, (index) =>
      this.#restart(this.#replicas[index] as Replica<P>),
    );
    this.#exited = simulation.defineEvent(`${name}.ProcessExited`, (index, downUs) =>
      this.#exit(this.#replicas[index] as Replica<P>, downUs),
    );
    this.#replicas = replicas.map((host, index) => ({
      index,
      host,
      lives: 0,
      process: undefined,
      elector: undefined,
      end: () => {},
    }));
    for (const replica of this.#replicas) this.#bear(replica);
  }

  /** The process that leads when the run begins. */
  get first(): P {
    return this.#replicas[0]?.process as P;
  }

  /** Who leads now. */
  get leaders(): readonly LeaderStatus[] {
    const { name, replicas } = this.#options;
    return this.#replicas.map(({ index, elector }) => ({
      lease: name,
      instance: identityOf(name, index, 1),
      isAlone: replicas.length === 1,
      isLeader: elector?.isLeader === true,
    }));
  }

  /** Starts all replicas; the first has led for a while. */
  start(): void {
    for (const { index, process, elector } of this.#replicas) {
      process?.standBy();
      if (index > 0) elector?.start();
    }
    const { process, elector } = this.#replicas[0] as Replica<P>;
    const { name, times } = this.#options;
    elector?.startAsLeader(heldLease(name, identityOf(name, 0, 1), times));
    process?.lead();
  }

  /**
   * Stops a replica, or without an index the leader, or if there is none the first that is up; a
   * new process starts `downUs` after it has ended. Nothing happens to a replica that is down.
   */
  restart(signal: StopSignal, downUs: number, index?: number): void {
    const isMeant = (replica: Replica<P>): boolean =>
      index === undefined || replica.index === index;
    const up = this.#replicas.filter((each) => each.process !== undefined && isMeant(each));
    const replica = up.find(({ elector }) => elector?.isLeader) ?? up[0];
    if (replica === undefined) return;
    const isAsked = signal === 'SIGTERM';
    const exit = (): void => {
      const exitUs = isAsked ? clusterConstants.processExitUs : 0;
      this.#simulation.fire(this.#exited, replica.index, exitUs + downUs);
    };
    if (isAsked && this.#options.releasesLease) replica.elector?.release(exit);
    else exit();
  }

  #bear(replica: Replica<P>): void {
    const { name, build, times } = this.#options;
    const { host, index } = replica;
    const life = ++replica.lives;
    replica.end = this.#simulation.live(index === 0 ? '' : `#${index}`, () => {
      const process = build(host);
      replica.process = process;
      this.#rest ??= this.#newRest(process);
      replica.elector = new LeaderElector(this.#simulation, {
        lease: name,
        identity: identityOf(name, index, life),
        client: process.leaseClient,
        times,
        rest: this.#rest,
        onStartedLeading: () => process.lead(),
        onStoppedLeading: () => this.#exit(replica, clusterConstants.processRestartUs),
      });
    });
  }

  #newRest({ leaseClient: { heartbeats } }: P): ElectionRest | undefined {
    return heartbeats && new ElectionRest(heartbeats, () => this.#simulation.now);
  }

  #exit(replica: Replica<P>, downUs: number): void {
    const { process, elector, index } = replica;
    assert(process !== undefined, 'only a process that lives can exit');
    elector?.stop();
    replica.end();
    replica.process = undefined;
    for (const connection of process.connections) endConnection(connection);
    const startUs = downUs + clusterConstants.processStartUs;
    this.#simulation.after(startUs, this.#restarted, index);
  }

  #restart(replica: Replica<P>): void {
    this.#bear(replica);
    replica.process?.standBy();
    replica.elector?.start();
  }
}
