// Builds the machines of the control plane, etcd and the apiservers.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { DefinitionOwner } from '../api/resource-kinds.js';
import { ApiTransport } from '../client/api-transport.js';
import type { ApiServerPort, Connection, Way } from '../client/connection.js';
import type { EtcdPort } from '../client/etcd-client.js';
import { LazyHeartbeats } from '../client/lazy-heartbeats.js';
import type { ClusterObserver } from '../client/observer.js';
import { AggregatedApis } from '../control-plane/apiserver/aggregated-apis.js';
import { ApiServer } from '../control-plane/apiserver/apiserver.js';
import { apiserverConstants } from '../control-plane/apiserver/constants.js';
import { IdentityGenerator } from '../control-plane/apiserver/registry.js';
import type { Etcd } from '../control-plane/etcd/etcd.js';
import { assert } from '../kernel/assert.js';
import { type Distribution, distribution } from '../kernel/distributions.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import { CpuHost, Link, type StationMeter } from '../kernel/stations.js';
import type { ClusterSpec, LinkSpec, ProcessName } from './cluster-spec.js';
import type { StopSignal } from './elected-process.js';
import { EtcdAssembly } from './etcd-assembly.js';
import { RoundRobin } from './load-balancer.js';
import { Partitions } from './partitions.js';

/** Compiled form of a LinkSpec. */
interface Path {
  readonly delay: Distribution;
  readonly bytesPerSecond: number;
}

/** Machines, etcd, apiservers and the way to them. */
export class ControlPlane {
  readonly transport: ApiTransport;
  readonly etcd: Etcd;
  readonly apiServers: readonly ApiServer[];
  /** Absent where no API is aggregated. */
  readonly aggregatedApis: AggregatedApis | undefined;
  /** Machines and disks, for reports. */
  readonly meters: readonly StationMeter[];
  /** Of the ways between the machines of the control plane. */
  readonly bytesPerSecond: number;
  /** Between machines. */
  readonly partitions: Partitions;
  readonly #simulation: Simulation;
  readonly #etcdAssembly: EtcdAssembly;
  readonly #hosts = new Map<string, CpuHost>();
  readonly #processes = new Map<string, CpuHost>();
  readonly #costs: ClusterSpec['controlPlane']['processes'];
  readonly #balancer: RoundRobin;
  readonly #started: EventKind;
  readonly #paths: { readonly controlPlane: Path; readonly node: Path };

  constructor(
    simulation: Simulation,
    spec: ClusterSpec,
    stored: readonly KubernetesObject[],
    observer: ClusterObserver,
  ) {
    this.#simulation = simulation;
    const isLazy = spec.heartbeats === 'lazy';
    this.transport = new ApiTransport(
      simulation,
      isLazy ? new LazyHeartbeats(simulation) : undefined,
    );
    const { hosts, etcd, apiServer, processes } = spec.controlPlane;
    this.#costs = processes;
    for (const { name, cores } of [...hosts, ...etcd.ownHosts]) {
      this.#hosts.set(name, new CpuHost(simulation, name, cores));
    }
    const { controlPlane, node } = spec.network;
    this.#paths = { controlPlane: compile(controlPlane), node: compile(node) };
    const link = (name: string): Link => newLink(simulation, name, this.#paths.controlPlane);
    const processOn = (host: string): CpuHost => this.process('etcd', host);
    const assembly = new EtcdAssembly({ simulation, observer, processOn, link }, etcd);
    this.etcd = assembly.etcd;
    this.etcd.preload(stored);
    const hasAggregated = spec.podAutoscaling !== undefined;
    this.aggregatedApis = hasAggregated ? new AggregatedApis(simulation) : undefined;
    const identities = new IdentityGenerator(simulation.random);
    const { etcdCompactionIntervalUs } = apiserverConstants;
    const definitionsOf: readonly DefinitionOwner[] =
      spec.autoscaler?.kind === 'karpenter' ? ['karpenter'] : [];
    this.apiServers = apiServer.hosts.map((host, index) => {
      return new ApiServer(simulation, {
        name: `kube-apiserver-${index}`,
        host: this.process('kube-apiserver', host),
        etcd: assembly.connect(`kube-apiserver-${index}`, host, apiServer.etcdServers),
        transport: this.transport,
        observer,
        identities,
        settings: { ...apiServer, etcdCompactionIntervalUs, definitionsOf },
        aggregatedApis: this.aggregatedApis,
      });
    });
    this.#etcdAssembly = assembly;
    this.#balancer = new RoundRobin(this.apiServers);
    const servers = this.apiServers as readonly ApiServerPort[];
    this.partitions = new Partitions(
      () => this.transport.cuts,
      (server) => apiServer.hosts[servers.indexOf(server)] ?? '',
      { hosts: etcd.hosts, connect: (...pair) => this.etcd.faults.connect(...pair) },
      apiServer.hosts,
    );
    this.#started = simulation.defineEvent('kube-apiserver.ProcessStarted', (replica) =>
      this.apiServers[replica]?.start(),
    );
    this.bytesPerSecond = spec.network.controlPlane.bytesPerSecond;
    this.meters = [...[...this.#hosts.values()].map(({ meter }) => meter), ...assembly.meters];
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

  /** Ends the process of an apiserver now, and starts it again after a time. */
  restartApiServer(replica: number, signal: StopSignal, downtimeUs: number): void {
    const server = this.apiServers[replica];
    assert(server !== undefined, `there is no apiserver ${replica}`);
    if (!server.isServing) return;
    server.stop(signal);
    this.#simulation.after(downtimeUs, this.#started, replica);
  }

  /** A client of etcd outside the control plane, connected to all of its members. */
  connectToEtcd(client: string): EtcdPort {
    return this.#etcdAssembly.connect(client, '', 'all');
  }

  /**
   * A connection of a new client, dealt by the load balancer to one of the apiservers; it is open
   * unless all of them are down. `at`: its machine, where partitions can cut it off.
   */
  connect(client: string, from: 'controlPlane' | 'node', at = ''): Connection {
    const link = (direction: string): Link =>
      newLink(this.#simulation, `${client}/${direction}`, this.#paths[from]);
    const balancer = this.#balancer;
    const picked = balancer.pick();
    const server = picked ?? (this.apiServers[0] as ApiServer);
    const wayTo = (other: ApiServerPort): Way => this.partitions.wayTo(at, other);
    // Every field is there from the beginning: what has one layout is read without a search.
    const connection: Connection = {
      up: link('up'),
      down: link('down'),
      server,
      balancer,
      incarnation: server.incarnation,
      isClosed: picked === undefined,
      waiting: undefined,
      watches: undefined,
      cut: undefined,
      lastReadUs: 0,
      wayTo: at === '' ? undefined : wayTo,
      isEnded: false,
    };
    if (at !== '') this.partitions.add(connection, at);
    return connection;
  }
}

function compile({ delay, bytesPerSecond }: LinkSpec): Path {
  return { delay: distribution(delay), bytesPerSecond };
}

function newLink(simulation: Simulation, name: string, { delay, bytesPerSecond }: Path): Link {
  return new Link(simulation, name, delay, bytesPerSecond);
}
