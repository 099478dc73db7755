// An etcd cluster with its clients, for tests: hosts and disks of its own, everything written down.
import type { ConfigMap } from '../../../src/api/config-map.js';
import { EtcdHistory } from '../../../src/checkers/etcd-history.js';
import type { EtcdResult } from '../../../src/client/etcd-client.js';
import { ObserverGroup, SilentObserver } from '../../../src/client/observer.js';
import type { WatchEvent } from '../../../src/client/watch.js';
import type { Connection } from '../../../src/control-plane/etcd/connection.js';
import { defaultEtcdOptions, Etcd } from '../../../src/control-plane/etcd/etcd.js';
import type { EtcdOptions } from '../../../src/control-plane/etcd/group.js';
import { type DistributionSpec, distribution } from '../../../src/kernel/distributions.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { CpuHost, Disk, Link } from '../../../src/kernel/stations.js';

export interface EtcdBenchOptions {
  readonly seed?: string;
  /** Time of a flush of each member; its length is the number of members. */
  readonly fsync: readonly (number | DistributionSpec)[];
  readonly cores?: number;
  /** One way between two members, and between a client and a member. */
  readonly peerDelayUs?: number;
  readonly clientDelayUs?: number;
  readonly clientBytesPerSecond?: number;
  /** Members that the client connects to; 0, on the same machine, when absent. */
  readonly endpoints?: readonly number[];
  readonly options?: Partial<EtcdOptions>;
}

/** One request of a test, and its answer when there is one. */
export interface Asked {
  readonly key: string;
  readonly sentUs: number;
  answeredUs: number;
  result: EtcdResult | undefined;
}

export const PEER_DELAY_US = 125;

/** A small object; its bytes are counted as 0 so that times are round. */
export function value(name: string): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, resourceVersion: 0 } };
}

/** Counts the bytes of each flush. */
class CountedDisk extends Disk {
  readonly flushes: number[] = [];

  override sync(bytes: number, kind: number, target = 0, arg = 0): void {
    this.flushes.push(bytes);
    super.sync(bytes, kind, target, arg);
  }
}

const constant = (us: number) => distribution({ kind: 'constant', value: us });

export class EtcdBench extends SilentObserver {
  readonly simulation: Simulation;
  readonly etcd: Etcd;
  readonly client: Connection;
  /** What Raft promises, watched all along. */
  readonly history: EtcdHistory;
  /** Of the WAL of each member; their backends have disks of their own. */
  readonly disks: readonly CountedDisk[];
  readonly backendDisks: readonly CountedDisk[];
  readonly hosts: readonly CpuHost[];
  readonly committedEvents: { readonly atUs: number; readonly event: WatchEvent }[] = [];
  /** Called with every answer. */
  onAnswer: ((asked: Asked) => void) | undefined;
  onCommit: (() => void) | undefined;
  readonly #clientDelayUs: number;
  readonly #clientBytesPerSecond: number;
  readonly #asked: Asked[] = [];
  readonly #answered: number;

  constructor(options: EtcdBenchOptions) {
    super();
    const { seed = 'etcd', fsync, cores = 8, peerDelayUs = PEER_DELAY_US } = options;
    this.#clientDelayUs = options.clientDelayUs ?? 0;
    this.#clientBytesPerSecond = options.clientBytesPerSecond ?? 1e15;
    this.simulation = new Simulation(seed);
    const flush = fsync.map((each) =>
      typeof each === 'number' ? constant(each) : distribution(each),
    );
    const { simulation } = this;
    this.disks = flush.map((each, i) => new CountedDisk(simulation, `wal-${i}`, each, 1e15));
    this.backendDisks = flush.map((each, i) => new CountedDisk(simulation, `db-${i}`, each, 1e15));
    this.hosts = flush.map((_, i) => new CpuHost(simulation, `host-${i}`, cores));
    const members = flush.map((_, i) => ({
      name: `etcd-${i}`,
      host: this.hosts[i] as CpuHost,
      wal: this.disks[i] as Disk,
      backend: this.backendDisks[i] as Disk,
    }));
    const linkBetween = (from: number, to: number): Link => this.link(`${from}-${to}`, peerDelayUs);
    const setup = { members, options: { ...defaultEtcdOptions, ...options.options }, linkBetween };
    this.history = new EtcdHistory(simulation);
    this.etcd = new Etcd(simulation, setup, new ObserverGroup([this, this.history]));
    this.client = this.connect('test-client', options.endpoints);
    this.#answered = simulation.defineEvent('test.EtcdAnswered', (index, ticket) => {
      const asked = this.#asked[index] as Asked;
      asked.answeredUs = simulation.now;
      asked.result = this.client.result(ticket);
      this.onAnswer?.(asked);
    });
  }

  /** A further client; without members one on the machine of member 0. */
  connect(name: string, members?: readonly number[]): Connection {
    const remote = (member: number) => ({
      member,
      up: this.link(`${name}/${member}/up`, this.#clientDelayUs),
      down: this.link(`${name}/${member}/down`, this.#clientDelayUs, this.#clientBytesPerSecond),
    });
    const local = { member: 0, up: undefined, down: undefined };
    return this.etcd.connect(name, members?.map(remote) ?? [local]);
  }

  link(name: string, delayUs: number, bytesPerSecond = 1e15): Link {
    return new Link(this.simulation, name, constant(delayUs), bytesPerSecond);
  }

  override committed(event: WatchEvent): void {
    this.committedEvents.push({ atUs: this.simulation.now, event });
    this.onCommit?.();
  }

  /** Puts, or deletes when `isDelete`, if the key is at that revision. */
  put(key: string, expectedRevision = 0, isDelete = false): Asked {
    const object = isDelete ? undefined : value(key);
    const transaction = { key, expectedRevision, value: object, bytes: 0 };
    const asked = this.#ask(key);
    this.client.propose(transaction, this.#answered, this.#asked.length - 1);
    return asked;
  }

  read(key: string): Asked {
    const asked = this.#ask(key);
    this.client.read(key, this.#answered, this.#asked.length - 1);
    return asked;
  }

  /** Any other request: `send` is given where the answer goes. */
  ask(key: string, send: (kind: number, target: number) => void): Asked {
    const asked = this.#ask(key);
    send(this.#answered, this.#asked.length - 1);
    return asked;
  }

  /** Runs until nothing is left to do, or to a time. */
  run(untilUs?: number): void {
    this.simulation.run(untilUs);
  }

  /** Does something at a time. */
  at(timeUs: number, act: () => void): void {
    const name = `test.Act${this.#acts++}`;
    this.simulation.at(timeUs, this.simulation.defineEvent(name, act));
  }

  #acts = 0;

  #ask(key: string): Asked {
    const asked = { key, sentUs: this.simulation.now, answeredUs: -1, result: undefined };
    this.#asked.push(asked);
    return asked;
  }
}
