// An etcd cluster with its clients, for tests: hosts and disks of its own, everything written down.
import type { ConfigMap } from '../../../src/api/config-map.js';
import type { EtcdResult } from '../../../src/client/etcd-client.js';
import { SilentObserver } from '../../../src/client/observer.js';
import type { WatchEvent } from '../../../src/client/watch.js';
import { Etcd } from '../../../src/control-plane/etcd/etcd.js';
import { type DistributionSpec, distribution } from '../../../src/kernel/distributions.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { CpuHost, Disk } from '../../../src/kernel/stations.js';

export interface EtcdBenchOptions {
  readonly seed?: string;
  /** Time of a flush of each member; its length is the number of members. */
  readonly fsync: readonly (number | DistributionSpec)[];
  readonly cores?: number;
}

/** One request of a test, and its answer when there is one. */
export interface Asked {
  readonly key: string;
  readonly sentUs: number;
  answeredUs: number;
  result: EtcdResult | undefined;
}

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

export class EtcdBench extends SilentObserver {
  readonly simulation: Simulation;
  readonly etcd: Etcd;
  readonly disks: readonly CountedDisk[];
  readonly hosts: readonly CpuHost[];
  readonly committedEvents: { readonly atUs: number; readonly event: WatchEvent }[] = [];
  /** Called with every answer. */
  onAnswer: ((asked: Asked) => void) | undefined;
  onCommit: (() => void) | undefined;
  readonly #asked: Asked[] = [];
  readonly #answered: number;

  constructor({ seed = 'etcd', fsync, cores = 8 }: EtcdBenchOptions) {
    super();
    this.simulation = new Simulation(seed);
    const flush = fsync.map((each) =>
      distribution(typeof each === 'number' ? { kind: 'constant', value: each } : each),
    );
    this.disks = flush.map((each, i) => new CountedDisk(this.simulation, `disk-${i}`, each, 1e15));
    this.hosts = flush.map((_, i) => new CpuHost(this.simulation, `host-${i}`, cores));
    const members = flush.map((_, i) => ({
      name: `etcd-${i}`,
      host: this.hosts[i] as CpuHost,
      disk: this.disks[i] as CountedDisk,
    }));
    this.etcd = new Etcd(this.simulation, members, this);
    this.#answered = this.simulation.defineEvent('test.EtcdAnswered', (index, ticket) => {
      const asked = this.#asked[index] as Asked;
      asked.answeredUs = this.simulation.now;
      asked.result = this.etcd.result(ticket);
      this.onAnswer?.(asked);
    });
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
    this.etcd.propose(transaction, this.#answered, this.#asked.length - 1);
    return asked;
  }

  read(key: string): Asked {
    const asked = this.#ask(key);
    this.etcd.read(key, this.#answered, this.#asked.length - 1);
    return asked;
  }

  run(): void {
    this.simulation.run();
  }

  #ask(key: string): Asked {
    const asked = { key, sentUs: this.simulation.now, answeredUs: -1, result: undefined };
    this.#asked.push(asked);
    return asked;
  }
}
