// Cluster DNS as the cluster has it: replicas that are there from the start, or that come and go
// with the pods of the add-on; caches of nodes; and pods that look up names.
import type { Pod } from '../api/pod.js';
import type { ApiTransport } from '../client/api-transport.js';
import type { Connection } from '../client/connection.js';
import type { ClusterObserver } from '../client/observer.js';
import { assert } from '../kernel/assert.js';
import type { Simulation } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import { ClusterDns } from '../network/cluster-dns/cluster-dns.js';
import { clusterDnsConstants } from '../network/cluster-dns/constants.js';
import type { CacheTimes } from '../network/cluster-dns/dns-cache.js';
import { DnsServer } from '../network/cluster-dns/dns-server.js';
import { DnsTraffic } from '../network/cluster-dns/dns-traffic.js';
import type { DnsMonitor } from '../network/cluster-dns/dns-traffic-spec.js';
import { ProportionalAutoscaler } from '../network/cluster-dns/proportional-autoscaler.js';
import type { ServerListener } from '../node/kubelet/pod-servers.js';
import type { ClusterDnsSpec } from './cluster-spec.js';
import {
  applyDns,
  coreDnsApp,
  dnsAppLabel,
  dnsDeploymentName,
  dnsNamespace,
  dnsServiceAddress,
  nodeLocalApp,
} from './dns-addon.js';
import { type DnsReplica, type DnsRouterOptions, PodDnsRouter } from './dns-router.js';
import type { Operation } from './operation.js';
import { PodServersTable } from './traffic/pod-servers-table.js';

export interface DnsAssemblyOptions {
  readonly simulation: Simulation;
  readonly transport: ApiTransport;
  readonly spec: ClusterDnsSpec;
  /** `at`: the node of a replica in a pod. */
  readonly connect: (name: string, at?: string) => Connection;
  readonly observer: ClusterObserver;
  readonly monitor: DnsMonitor | undefined;
}

/** What lookups need of the rest of the cluster. */
export type DnsSurroundings = Pick<
  DnsRouterOptions,
  'proxies' | 'nodes' | 'link' | 'flannel' | 'wayBetween'
>;

/** The resolver of the nodes: a server outside the cluster. */
const hostNameserver = '192.168.0.1';

const nodeCacheTimes: CacheTimes = {
  answerUs: clusterDnsConstants.nodeLocalAnswerUs,
  denialUs: clusterDnsConstants.nodeLocalDenialUs,
};

/** A cache of a node that runs, or has run. */
interface NodeCache {
  readonly uid: string;
  readonly server: DnsServer;
}

/** Told by the kubelets which pods run. */
export class DnsAssembly implements ServerListener {
  readonly #options: DnsAssemblyOptions;
  readonly #isInPods: boolean;
  /** By UID of their pods, or by names of their own. */
  readonly #replicas = new Map<string, DnsReplica>();
  readonly #caches = new Map<number, NodeCache>();
  readonly #table: PodServersTable;
  #dns: ClusterDns | undefined;
  #traffic: DnsTraffic | undefined;
  #autoscaler: ProportionalAutoscaler | undefined;
  #started = 0;
  /** By index, as they come. */
  #nodeNames: readonly string[] = [];

  constructor(options: DnsAssemblyOptions) {
    this.#options = options;
    this.#isInPods = options.spec.runAs === 'pods';
    this.#table = new PodServersTable(options.simulation, () => {});
  }

  /** Makes the replicas that are there from the start; to be called once, before the run. */
  build(): void {
    const { simulation, transport, spec, connect, observer } = this.#options;
    const replicas = this.#isInPods ? 0 : spec.replicas;
    this.#dns = new ClusterDns({
      simulation,
      transport,
      spec: { domain: spec.domain, replicas },
      connectionFor: connect,
      observer,
    });
    if (spec.autoscaler === undefined) return;
    this.#autoscaler = new ProportionalAutoscaler({
      simulation,
      transport,
      connection: connect('dns-autoscaler'),
      parameters: spec.autoscaler,
      namespace: dnsNamespace,
      name: dnsDeploymentName,
    });
  }

  /** What is done before everything else. */
  static operationsOf({ runAs, replicas, hasNodeLocal }: ClusterDnsSpec): readonly Operation[] {
    return runAs === 'pods' ? [applyDns(replicas, hasNodeLocal)] : [];
  }

  start(surroundings: DnsSurroundings): void {
    const { simulation, spec, monitor } = this.#options;
    this.#nodeNames = surroundings.nodes.names;
    this.#dnsOf.start();
    this.#autoscaler?.start();
    if (spec.traffic.length === 0 || monitor === undefined) return;
    for (let index = 0; index < (this.#isInPods ? 0 : spec.replicas); index++) {
      const server = this.#newServer(`coredns-${index}`, this.#replicaTimes);
      this.#replicas.set(`coredns-${index}`, { index, node: -1, server });
    }
    const host = { nameservers: [hostNameserver], searches: spec.hostSearches };
    this.#traffic = new DnsTraffic({
      simulation,
      surroundings: { domain: spec.domain, clusterDns: dnsServiceAddress, host },
      flows: spec.traffic,
      router: new PodDnsRouter({
        ...surroundings,
        simulation,
        dns: this.#dnsOf,
        servers: this.#table,
        replicas: this.#replicas,
        isInPods: this.#isInPods,
        nodeCacheOf: (node) => this.#caches.get(node)?.server,
      }),
      monitor,
    });
  }

  serverStarted(pod: Pod, node: number, address: string, fromUs: SimTime): void {
    const { namespace, labels = {}, uid = '', name } = pod.metadata;
    this.#table.serverStarted(pod, node, address, fromUs);
    this.#traffic?.podRuns(pod, node);
    if (!this.#isInPods || namespace !== dnsNamespace) return;
    const app = labels[dnsAppLabel];
    if (app === coreDnsApp && !this.#replicas.has(uid)) {
      const index = this.#dnsOf.startReplica(name, this.#nodeNames[node] ?? '');
      const server = this.#newServer(name, this.#replicaTimes);
      this.#replicas.set(uid, { index, node, server });
    }
    if (app === nodeLocalApp && this.#caches.get(node)?.uid !== uid) {
      const server = this.#newServer(`node-local-dns/${name}`, nodeCacheTimes);
      this.#caches.set(node, { uid, server });
    }
  }

  serverClosed(uid: string): void {
    this.#table.serverClosed(uid);
  }

  serverStopped(uid: string): void {
    this.#table.serverStopped(uid);
    this.#traffic?.podStopped(uid);
    for (const cache of this.#caches.values()) if (cache.uid === uid) cache.server.stop();
    const replica = this.#isInPods ? this.#replicas.get(uid) : undefined;
    if (replica === undefined) return;
    replica.server.stop();
    this.#replicas.delete(uid);
    this.#dnsOf.stopReplica(replica.index);
  }

  nodeStopped(node: number): void {
    const onNode = this.#table.running.filter((server) => server.node === node);
    this.#table.nodeStopped(node);
    for (const { uid } of onNode) this.serverStopped(uid);
  }

  get #dnsOf(): ClusterDns {
    assert(this.#dns !== undefined, 'cluster DNS is used before it was built');
    return this.#dns;
  }

  get #replicaTimes(): CacheTimes {
    const { cacheUs } = this.#options.spec;
    return { answerUs: cacheUs, denialUs: cacheUs };
  }

  /** Each has a name of its own, also when it comes again. */
  #newServer(name: string, times: CacheTimes): DnsServer {
    const { simulation, spec } = this.#options;
    return new DnsServer(simulation, `${name}#${this.#started++}`, spec.cores, times);
  }
}
