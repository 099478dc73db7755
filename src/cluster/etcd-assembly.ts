// Puts etcd together: its members on their machines and disks, the network between them, and the
// connections of the apiservers.
import type { EtcdPort } from '../client/etcd-client.js';
import type { ClusterObserver } from '../client/observer.js';
import { Etcd } from '../control-plane/etcd/etcd.js';
import { assert } from '../kernel/assert.js';
import { distribution } from '../kernel/distributions.js';
import type { Simulation } from '../kernel/simulation.js';
import { type CpuHost, Disk, type Link, type StationMeter } from '../kernel/stations.js';
import type { DiskSpec, EtcdServers, EtcdSpec } from './cluster-spec.js';

/** What etcd finds in its cluster. */
export interface EtcdSurroundings {
  readonly simulation: Simulation;
  readonly observer: ClusterObserver;
  /** The process etcd on a machine. */
  readonly processOn: (host: string) => CpuHost;
  /** A way between two machines of the control plane. */
  readonly link: (name: string) => Link;
}

export class EtcdAssembly {
  readonly etcd: Etcd;
  /** Of the disks. */
  readonly meters: readonly StationMeter[];
  readonly #surroundings: EtcdSurroundings;
  readonly #spec: EtcdSpec;

  constructor(surroundings: EtcdSurroundings, spec: EtcdSpec) {
    const { simulation, observer, processOn, link } = surroundings;
    this.#surroundings = surroundings;
    this.#spec = spec;
    const { disk, walDisk, options } = spec;
    const newDisk = (name: string, { fsync, bytesPerSecond }: DiskSpec): Disk =>
      new Disk(simulation, name, distribution(fsync), bytesPerSecond);
    const members = spec.hosts.map((host, index) => {
      const name = `etcd-${index}`;
      const backend = newDisk(`${name}/disk`, disk);
      const wal = walDisk === undefined ? backend : newDisk(`${name}/wal-disk`, walDisk);
      return { name, host: processOn(host), wal, backend };
    });
    const linkBetween = (from: number, to: number): Link => link(`etcd-${from}/etcd-${to}`);
    this.etcd = new Etcd(simulation, { members, options, linkBetween }, observer);
    const disks = new Set(members.flatMap(({ backend, wal }) => [backend, wal]));
    this.meters = [...disks].map(({ meter }) => meter);
  }

  /** Connects a client on a machine to the member there, or to all. */
  connect(client: string, host: string, servers: EtcdServers): EtcdPort {
    const { link } = this.#surroundings;
    const own = this.#spec.hosts.indexOf(host);
    assert(servers === 'all' || own >= 0, `there is no member of etcd on ${host}`);
    const members = servers === 'local' ? [own] : this.#spec.hosts.map((_, member) => member);
    const endpoints = members.map((member) => {
      const isLocal = member === own;
      const up = isLocal ? undefined : link(`${client}/etcd-${member}`);
      const down = isLocal ? undefined : link(`etcd-${member}/${client}`);
      return { member, up, down };
    });
    return this.etcd.connect(client, endpoints);
  }
}
