// Builds the machines of the control plane, etcd and the apiservers.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { ApiTransport } from '../client/api-call.js';
import type { Connection } from '../client/connection.js';
import type { EtcdPort } from '../client/etcd-client.js';
import type { ClusterObserver } from '../client/observer.js';
import { ApiServer } from '../control-plane/apiserver/apiserver.js';
import { IdentityGenerator } from '../control-plane/apiserver/registry.js';
import { defaultEtcdOptions, Etcd } from '../control-plane/etcd/etcd.js';
import { assert } from '../kernel/assert.js';
import { type Distribution, distribution } from '../kernel/distributions.js';
import type { Simulation } from '../kernel/simulation.js';
import { CpuHost, Disk, Link, type StationMeter } from '../kernel/stations.js';
import type { ClusterSpec, EtcdSpec, LinkSpec, ProcessName } from './cluster-spec.js';

/** Compiled form of a LinkSpec. */
interface Path {
  readonly delay: Distribution;
  readonly bytesPerSecond: number;
}

/** Machines, etcd, apiservers and the way to them. */
export class ControlPlane {
  readonly transport: ApiTransport;
  readonly etcd: Etcd;
  /** Machines and disks, for reports. */
  readonly meters: readonly StationMeter[];
  /** Of the ways between the machines of the control plane. */
  readonly bytesPerSecond: number;
  readonly #simulation: Simulation;
  readonly #hosts = new Map<string, CpuHost>();
  readonly #processes = new Map<string, CpuHost>();
  readonly #costs: ClusterSpec['controlPlane']['processes'];
  readonly #servers: readonly ApiServer[];
  readonly #paths: { readonly controlPlane: Path; readonly node: Path };
  #connections = 0;

  constructor(
    simulation: Simulation,
    spec: ClusterSpec,
    stored: readonly KubernetesObject[],
    observer: ClusterObserver,
  ) {
    this.#simulation = simulation;
    this.transport = new ApiTransport(simulation);
    const { hosts, etcd, apiServer, processes } = spec.controlPlane;
    this.#costs = processes;
    for (const { name, cores } of hosts)
      this.#hosts.set(name, new CpuHost(simulation, name, cores));
    const { controlPlane, node } = spec.network;
    this.#paths = { controlPlane: compile(controlPlane), node: compile(node) };
    const disks = etcd.hosts.map((_, index) => {
      const { fsync, bytesPerSecond } = etcd.disk;
      return new Disk(simulation, `etcd-${index}/disk`, distribution(fsync), bytesPerSecond);
    });
    this.etcd = this.#newEtcd(etcd, disks, observer);
    this.etcd.preload(stored);
    const identities = new IdentityGenerator(simulation.random);
    this.#servers = apiServer.hosts.map((host, index) => {
      return new ApiServer(simulation, {
        name: `kube-apiserver-${index}`,
        host: this.process('kube-apiserver', host),
        etcd: this.#connectToEtcd(`kube-apiserver-${index}`, host, etcd),
        transport: this.transport,
        observer,
        identities,
        settings: apiServer,
      });
    });
    this.bytesPerSecond = spec.network.controlPlane.bytesPerSecond;
    this.meters = [
      ...[...this.#hosts.values()].map(({ meter }) => meter),
      ...disks.map(({ meter }) => meter),
    ];
  }

  #newEtcd(spec: EtcdSpec, disks: readonly Disk[], observer: ClusterObserver): Etcd {
    const members = spec.hosts.map((host, index) => ({
      name: `etcd-${index}`,
      host: this.process('etcd', host),
      wal: disks[index] as Disk,
      backend: disks[index] as Disk,
    }));
    const linkBetween = (from: number, to: number): Link =>
      this.#controlPlaneLink(`etcd-${from}/etcd-${to}`);
    return new Etcd(
      this.#simulation,
      { members, options: defaultEtcdOptions, linkBetween },
      observer,
    );
  }

  /** To the member on the same machine if there is one, else to all. */
  #connectToEtcd(client: string, host: string, { hosts }: EtcdSpec): EtcdPort {
    const own = hosts.indexOf(host);
    if (own >= 0) {
      return this.etcd.connect(client, [{ member: own, up: undefined, down: undefined }]);
    }
    const endpoints = hosts.map((_, member) => ({
      member,
      up: this.#controlPlaneLink(`${client}/etcd-${member}`),
      down: this.#controlPlaneLink(`etcd-${member}/${client}`),
    }));
    return this.etcd.connect(client, endpoints);
  }

  #controlPlaneLink(name: string): Link {
    const { delay, bytesPerSecond } = this.#paths.controlPlane;
    return new Link(this.#simulation, name, delay, bytesPerSecond);
  }

  /**
   * A process on the machine of that name; always the same one for the same names. `instance` tells
   * processes of one sort on one machine apart.
   */
  process(name: ProcessName, hostName: string, instance: string = name): CpuHost {
    const key = `${hostName}/${instance}`;
    const known = this.#processes.get(key);
    if (known !== undefined) return known;
    const host = this.#hosts.get(hostName);
    assert(host !== undefined, `there is no control-plane host "${hostName}"`);
    const process = new CpuHost(this.#simulation, key, host, this.#costs[name]);
    this.#processes.set(key, process);
    return process;
  }

  /** A connection of a new client; clients are dealt out to the apiservers in turn. */
  connect(client: string, from: 'controlPlane' | 'node'): Connection {
    const { delay, bytesPerSecond } = this.#paths[from];
    const server = this.#servers[this.#connections++ % this.#servers.length] as ApiServer;
    const link = (direction: string): Link =>
      new Link(this.#simulation, `${client}/${direction}`, delay, bytesPerSecond);
    return { up: link('up'), down: link('down'), server };
  }
}

function compile({ delay, bytesPerSecond }: LinkSpec): Path {
  return { delay: distribution(delay), bytesPerSecond };
}
