// Cluster DNS as CoreDNS measures it, and lookups as the pods that make them see them. Programming
// durations count from the change of a pod that an EndpointSlice shows, which the controller would
// stamp on the slice.
// Source: CoreDNS plugin/metrics, plugin/cache, plugin/kubernetes (reference: nodes-controllers
// §8.5).
import type { EndpointSlice } from '../api/endpoint-slice.js';
import type { Pod } from '../api/pod.js';
import type { Service } from '../api/service.js';
import { SilentObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import { isPodReady } from '../control-plane/controller-manager/pod-state.js';
import type { Simulation } from '../kernel/simulation.js';
import { type SimTime, toSeconds } from '../kernel/time.js';
import type { DnsServer } from '../network/cluster-dns/dns-server.js';
import type { DnsMonitor, LookupOutcome } from '../network/cluster-dns/dns-traffic-spec.js';
import { DnsLookups } from './dns-lookups.js';
import { type MetricFamily, MetricRegistry } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

const REQUESTS = 'coredns_dns_requests_total';
const DURATIONS = 'coredns_dns_request_duration_seconds';
const RESPONSES = 'coredns_dns_responses_total';
const HITS = 'coredns_cache_hits_total';
const MISSES = 'coredns_cache_misses_total';
const ENTRIES = 'coredns_cache_entries';
const PROGRAMMING = 'coredns_kubernetes_dns_programming_duration_seconds';
const LOOKUPS = 'dns_lookup_duration_seconds';

const doubling = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => first * (1 << index));

export const dnsFamilies: readonly MetricFamily[] = [
  {
    name: REQUESTS,
    help: 'DNS requests by zone and type.',
    type: 'counter',
    labels: ['instance', 'server', 'zone', 'type'],
  },
  {
    name: DURATIONS,
    help: 'Time that a request took at the server.',
    type: 'histogram',
    labels: ['instance', 'server', 'zone', 'type'],
    buckets: doubling(0.000_25, 16),
  },
  {
    name: RESPONSES,
    help: 'DNS responses by code.',
    type: 'counter',
    labels: ['instance', 'server', 'zone', 'rcode'],
  },
  {
    name: HITS,
    help: 'Requests that the cache answered.',
    type: 'counter',
    labels: ['instance', 'server', 'type'],
  },
  {
    name: MISSES,
    help: 'Requests that the cache did not answer.',
    type: 'counter',
    labels: ['instance', 'server'],
  },
  {
    name: ENTRIES,
    help: 'Entries of the cache.',
    type: 'gauge',
    labels: ['instance', 'server', 'type'],
  },
  {
    name: PROGRAMMING,
    help: 'From the change of an endpoint until the server answers with it.',
    type: 'histogram',
    labels: ['service_kind'],
    buckets: doubling(0.001, 20),
  },
  {
    name: LOOKUPS,
    help: 'Time of a lookup of a pod with all its candidates and repetitions.',
    type: 'histogram',
    labels: ['traffic', 'outcome'],
    buckets: doubling(0.000_25, 17),
  },
];

const types = ['A', 'AAAA'] as const;

interface WrittenSlice {
  readonly revision: number;
  readonly changedUs: SimTime;
}

/** Labels that tell servers apart: caches of nodes are counted together. */
function labelsOf({ name }: DnsServer): readonly [instance: string, server: string] {
  const isCache = name.startsWith('node-local-dns');
  const [instance = ''] = name.split('#');
  return isCache ? ['node-local-dns', 'dns://169.254.20.10:53'] : [instance, 'dns://:53'];
}

export class DnsMetrics extends SilentObserver implements DnsMonitor {
  /** What the pods have met. */
  readonly lookups: DnsLookups;
  readonly #simulation: Simulation;
  readonly #registry = new MetricRegistry(dnsFamilies);
  readonly #servers = new Set<DnsServer>();
  /** When the readiness of a pod changed last, by UID. */
  readonly #changedUs = new Map<string, SimTime>();
  readonly #headless = new Set<string>();
  /** Slices of headless services that were written: revision and when their reason was. */
  readonly #written: WrittenSlice[] = [];
  /** By replica: how many of them it has served. */
  readonly #served = new Map<number, number>();

  /** `intervalUs`: of the rows by time. */
  constructor(simulation: Simulation, intervalUs: number) {
    super();
    this.#simulation = simulation;
    this.lookups = new DnsLookups(intervalUs);
  }

  served(server: DnsServer, rcode: string, zone: string, durationUs: number): void {
    const labels = labelsOf(server);
    this.#servers.add(server);
    this.#registry.scalar(RESPONSES, ...labels, zone, rcode).value += types.length;
    for (const type of types) {
      this.#registry.scalar(REQUESTS, ...labels, zone, type).value++;
      this.#registry.histogram(DURATIONS, ...labels, zone, type).observe(toSeconds(durationUs));
    }
  }

  cacheAsked(server: DnsServer, found: 'success' | 'denial' | 'nothing'): void {
    const labels = labelsOf(server);
    const scalar =
      found === 'nothing'
        ? this.#registry.scalar(MISSES, ...labels)
        : this.#registry.scalar(HITS, ...labels, found);
    scalar.value += types.length;
  }

  lookedUp(traffic: string, outcome: LookupOutcome, durationUs: number, isStale: boolean): void {
    this.lookups.ended(traffic, outcome, durationUs, isStale, this.#simulation.now);
    this.#registry.histogram(LOOKUPS, traffic, outcome).observe(toSeconds(durationUs));
  }

  override committed({ object, previous, type, revision }: WatchEvent): void {
    switch (object.kind) {
      case 'Pod':
        return this.#podChanged(object, previous as Pod | undefined, type === 'DELETED');
      case 'Service':
        return this.#serviceChanged(object, type === 'DELETED');
      case 'EndpointSlice':
        return this.#sliceWritten(object, previous as EndpointSlice | undefined, revision);
      default:
    }
  }

  override dnsServes(replica: number, revision: number): void {
    let next = this.#served.get(replica);
    if (next === undefined) {
      // What was there before it is nothing that it has had to program.
      next = this.#written.findIndex((written) => written.revision > revision);
      this.#served.set(replica, next < 0 ? this.#written.length : next);
      return;
    }
    for (; next < this.#written.length; next++) {
      const { revision: written, changedUs } = this.#written[next] as WrittenSlice;
      if (written > revision) break;
      const durationUs = this.#simulation.now - changedUs;
      this.#registry
        .histogram(PROGRAMMING, 'headless_with_selector')
        .observe(toSeconds(durationUs));
    }
    this.#served.set(replica, next);
  }

  override dnsStopped(replica: number): void {
    this.#served.delete(replica);
  }

  /** As of now. */
  get samples(): readonly MetricSample[] {
    const entries = new Map<string, number>();
    for (const server of this.#servers) {
      const { cache } = server;
      for (const [type, count] of [
        ['success', cache.answerCount],
        ['denial', cache.denialCount],
      ] as const) {
        const key = [...labelsOf(server), type].join(' ');
        entries.set(key, (entries.get(key) ?? 0) + count);
        this.#registry.scalar(ENTRIES, ...labelsOf(server), type).value = entries.get(key) ?? 0;
      }
    }
    return this.#registry.samples;
  }

  #podChanged(pod: Pod, previous: Pod | undefined, isDeleted: boolean): void {
    const { uid = '', deletionTimestamp } = pod.metadata;
    if (isDeleted) return void this.#changedUs.delete(uid);
    const isLeaving = previous?.metadata.deletionTimestamp !== deletionTimestamp;
    const wasReady = previous !== undefined && isPodReady(previous);
    if (isLeaving || wasReady !== isPodReady(pod)) {
      this.#changedUs.set(uid, this.#simulation.now);
    }
  }

  #serviceChanged({ metadata, spec }: Service, isDeleted: boolean): void {
    const key = `${metadata.namespace}/${metadata.name}`;
    const isMeant = spec.clusterIP === 'None' && spec.selector !== undefined;
    if (isMeant && !isDeleted) this.#headless.add(key);
    else this.#headless.delete(key);
  }

  /** The earliest change among the endpoints that differ is what the slice was written for. */
  #sliceWritten(
    { metadata, endpoints }: EndpointSlice,
    previous: EndpointSlice | undefined,
    revision: number,
  ): void {
    const service = metadata.labels?.['kubernetes.io/service-name'] ?? '';
    if (!this.#headless.has(`${metadata.namespace}/${service}`)) return;
    const before = new Set(previous?.endpoints ?? []);
    let changedUs = Number.POSITIVE_INFINITY;
    for (const endpoint of endpoints) {
      if (before.has(endpoint)) continue;
      const at = this.#changedUs.get(endpoint.targetRef?.uid ?? '');
      if (at !== undefined) changedUs = Math.min(changedUs, at);
    }
    if (changedUs < Number.POSITIVE_INFINITY) this.#written.push({ revision, changedUs });
  }
}
