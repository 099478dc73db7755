// How queries of pods reach the servers of cluster DNS: through the rules of the Service kube-dns
// on their node, and over the network of the pods; or, where replicas are in no pods, to any.
import { type DistributionSpec, distribution } from '../kernel/distributions.js';
import type { RandomStream } from '../kernel/random-stream.js';
import type { Simulation } from '../kernel/simulation.js';
import type { ClusterDns } from '../network/cluster-dns/cluster-dns.js';
import type { DnsServer } from '../network/cluster-dns/dns-server.js';
import type { DnsRoute, DnsRouter } from '../network/cluster-dns/dns-traffic-spec.js';
import type { DnsRecords } from '../network/cluster-dns/service-records.js';
import type { FlannelFleet } from '../network/flannel/flannel-fleet.js';
import type { KubeProxyFleet } from '../node/kube-proxy/kube-proxy-fleet.js';
import { dnsNamespace, dnsServiceName } from './dns-addon.js';
import { Dialer, type DialerOptions } from './traffic/dialer.js';
import type { PodServersTable } from './traffic/pod-servers-table.js';

/** A replica of CoreDNS as queries meet it. */
export interface DnsReplica {
  readonly index: number;
  readonly node: number;
  readonly server: DnsServer;
}

export interface DnsRouterOptions {
  readonly simulation: Simulation;
  readonly dns: ClusterDns;
  readonly proxies: KubeProxyFleet;
  readonly nodes: {
    readonly names: readonly string[];
    readonly zones: readonly string[];
    readonly indexes: ReadonlyMap<string, number>;
  };
  /** What runs in pods. */
  readonly servers: PodServersTable;
  /** From a node to another, one way. */
  readonly link: DistributionSpec;
  /** What becomes of packets between two nodes now. */
  readonly wayBetween: DialerOptions['wayBetween'];
  readonly flannel: () => FlannelFleet | undefined;
  /** By UID of their pods; replicas in no pods have names of their own. */
  readonly replicas: ReadonlyMap<string, DnsReplica>;
  readonly isInPods: boolean;
  readonly nodeCacheOf: (node: number) => DnsServer | undefined;
}

export class PodDnsRouter implements DnsRouter {
  readonly #options: DnsRouterOptions;
  readonly #dialer: Dialer;
  readonly #random: RandomStream;
  readonly #roundTripUs: number;

  constructor(options: DnsRouterOptions) {
    const { simulation, proxies, nodes, servers, link, wayBetween } = options;
    this.#options = options;
    this.#random = simulation.random.stream('dns-traffic/replicas');
    this.#roundTripUs = 2 * Math.round(distribution(link).mean);
    this.#dialer = new Dialer({
      proxies,
      servers,
      nodes,
      wayBetween,
      history: proxies.follow(`${dnsNamespace}/${dnsServiceName}`),
      origin: 'internal',
      roundTripUs: this.#roundTripUs,
      timeoutUs: 0,
      balancing: simulation.random.stream('dns-traffic/balancing'),
      latencies: simulation.random.stream('dns-traffic/first-packets'),
    });
  }

  get truth(): DnsRecords | undefined {
    const { dns, replicas } = this.#options;
    for (const { index } of replicas.values())
      if (dns.hasSynced(index)) return dns.recordsOf(index);
    return undefined;
  }

  nodeCache(node: number): DnsServer | undefined {
    return this.#options.nodeCacheOf(node);
  }

  route(node: number): DnsRoute {
    const { simulation, replicas, isInPods } = this.#options;
    if (!isInPods) return this.#toAny();
    const dialer = this.#dialer;
    dialer.dial(node, 'dns', simulation.now);
    const { outcome, waitedUs } = dialer;
    if (outcome === 'timedOut') return { outcome: 'silent', roundTripUs: 0 };
    const replica = replicas.get(dialer.server?.uid ?? '');
    if (outcome !== 'ok' || replica === undefined) {
      return { outcome: 'refused', roundTripUs: waitedUs };
    }
    return this.#to(node, replica, waitedUs);
  }

  #to(node: number, { index, node: to, server }: DnsReplica, roundTripUs: number): DnsRoute {
    const { dns, flannel } = this.#options;
    const fleet = flannel();
    const path = node === to ? undefined : fleet?.path(node, to);
    if (fleet !== undefined && node !== to && path === undefined) {
      return { outcome: 'silent', roundTripUs: 0 };
    }
    const records = dns.hasSynced(index) ? dns.recordsOf(index) : undefined;
    const extraUs = path?.rttUs ?? 0;
    return { outcome: 'taken', roundTripUs: roundTripUs + extraUs, server, records };
  }

  #toAny(): DnsRoute {
    const all = [...this.#options.replicas.values()];
    if (all.length === 0) return { outcome: 'refused', roundTripUs: this.#roundTripUs };
    const { index, server } = all[this.#random.below(all.length)] as DnsReplica;
    const { dns } = this.#options;
    const records = dns.hasSynced(index) ? dns.recordsOf(index) : undefined;
    return { outcome: 'taken', roundTripUs: this.#roundTripUs, server, records };
  }
}
