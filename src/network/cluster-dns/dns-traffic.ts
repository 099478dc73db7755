// Pods that look up names. For each name the resolver of the pod tries its candidates one after the
// other, each with a pair of queries (A and AAAA) that go together: to the cache of the node where
// there is one, else through the node's rules to a replica of CoreDNS, which answers from its
// cache, its records, or asks servers outside the cluster. A pair that is lost is sent again after
// 5 s, once.
// Left out: caches of programs, answers too large for UDP, resolvers other than glibc's.
// Source: glibc resolv, CoreDNS (reference: nodes-controllers §6).
import type { Pod } from '../../api/pod.js';
import { Slab } from '../../client/slab.js';
import { type Distribution, distribution } from '../../kernel/distributions.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { clusterDnsConstants as constants } from './constants.js';
import type { DnsServer } from './dns-server.js';
import type { DnsMonitor, DnsRouter, DnsTrafficSpec, LookupOutcome } from './dns-traffic-spec.js';
import { LookupSource, type SourcePod } from './lookup-source.js';
import { candidatesOf } from './name-resolution.js';
import type { ResolverSurroundings } from './resolver-config.js';
import type { DnsAnswer, DnsRecords } from './service-records.js';

export interface DnsTrafficOptions {
  readonly simulation: Simulation;
  readonly surroundings: ResolverSurroundings;
  readonly flows: readonly DnsTrafficSpec[];
  readonly router: DnsRouter;
  readonly monitor: DnsMonitor;
}

/** One name that one pod looks up. */
interface Lookup {
  readonly flow: number;
  readonly pod: SourcePod;
  readonly candidates: readonly string[];
  readonly startedUs: SimTime;
  /** Candidate that is tried, and how often it has been sent before. */
  place: number;
  attempt: number;
  sentUs: SimTime;
  /** Who has the pair now, and when it arrived there. */
  server: DnsServer | undefined;
  arrivedUs: SimTime;
  records: DnsRecords | undefined;
  /** The cache of the node that asks a replica for the pod. */
  cache: DnsServer | undefined;
  /** Of the way from the asker to the server and back. */
  roundTripUs: number;
  isStale: boolean;
}

export class DnsTraffic {
  readonly #options: DnsTrafficOptions;
  readonly #sources: readonly LookupSource[];
  readonly #lookups = new Slab<Lookup>();
  readonly #random: RandomStream;
  readonly #upstream: Distribution;
  /** Names outside the cluster that there are. */
  readonly #external: ReadonlySet<string>;
  readonly #arrived: EventKind;
  readonly #served: EventKind;
  readonly #upstreamAnswered: EventKind;
  readonly #continued: EventKind;

  constructor(options: DnsTrafficOptions) {
    const { simulation, flows, surroundings } = options;
    this.#options = options;
    this.#random = simulation.random.stream('dns-traffic/ways');
    const { upstreamP50Us: p50, upstreamP99Us: p99 } = constants;
    this.#upstream = distribution({ kind: 'logNormal', p50, p99 });
    const names = flows.flatMap((flow) => flow.names.map((name) => name.replace(/\.$/, '')));
    this.#external = new Set(names.filter((name) => !this.#isInZone(name)));
    const began = simulation.defineEvent('dns.LookupBegan', (flow) => this.#begin(flow));
    this.#sources = flows.map(
      (spec, flow) => new LookupSource(simulation, spec, surroundings, flow, began),
    );
    const define = (name: string, act: (slot: number) => void): EventKind =>
      simulation.defineEvent(`dns.${name}`, act);
    this.#arrived = define('QueriesArrived', (slot) => this.#onArrived(slot));
    this.#served = define('QueriesServed', (slot) => this.#onServed(slot));
    this.#upstreamAnswered = define('UpstreamAnswered', (slot) => this.#onUpstream(slot));
    this.#continued = define('LookupContinued', (slot) => this.#send(slot));
  }

  /** A pod runs; where it looks up names it does so from now on. */
  podRuns(pod: Pod, node: number): void {
    for (const source of this.#sources) source.add(pod, node);
  }

  podStopped(uid: string): void {
    for (const source of this.#sources) source.remove(uid);
  }

  #isInZone(name: string): boolean {
    return name.endsWith(`.${this.#options.surroundings.domain}`);
  }

  #begin(flow: number): void {
    const { simulation } = this.#options;
    const source = this.#sources[flow] as LookupSource;
    const drawn = source.draw();
    source.plan();
    if (drawn === undefined) return;
    const { pod, name } = drawn;
    const { searches, ndots } = pod.resolver;
    const slot = this.#lookups.add({
      flow,
      pod,
      candidates: candidatesOf(name, searches, ndots),
      startedUs: simulation.now,
      place: 0,
      attempt: 0,
      sentUs: 0,
      server: undefined,
      arrivedUs: 0,
      records: undefined,
      cache: undefined,
      roundTripUs: 0,
      isStale: false,
    });
    this.#send(slot);
  }

  /** Sends a pair for the candidate whose turn it is. */
  #send(slot: number): void {
    const { simulation, router, surroundings } = this.#options;
    const lookup = this.#lookups.get(slot);
    lookup.sentUs = simulation.now;
    lookup.cache = undefined;
    lookup.server = undefined;
    lookup.isStale = false;
    if (!lookup.pod.resolver.nameservers.includes(surroundings.clusterDns)) {
      return this.#askOutside(slot);
    }
    const cache = router.nodeCache(lookup.pod.node);
    if (cache === undefined) return this.#askReplica(slot, false);
    if (!cache.isUp) return this.#lose(slot);
    lookup.server = cache;
    lookup.roundTripUs = constants.nodeLocalRttUs;
    simulation.after(Math.round(lookup.roundTripUs / 2), this.#arrived, slot);
  }

  /** `isCache`: the cache of the node asks, by TCP and without address translation. */
  #askReplica(slot: number, isCache: boolean): void {
    const { simulation, router } = this.#options;
    const lookup = this.#lookups.get(slot);
    const { outcome, roundTripUs, server, records } = router.route(lookup.pod.node);
    if (outcome === 'refused') return this.#retry(slot, simulation.now + roundTripUs);
    const isRaced = !isCache && this.#random.uniform() < constants.conntrackRaceShare;
    if (outcome === 'silent' || isRaced || server === undefined) return this.#lose(slot);
    lookup.cache = isCache ? lookup.server : undefined;
    lookup.server = server;
    lookup.records = records;
    lookup.roundTripUs = roundTripUs + (isCache ? constants.nodeLocalRttUs : 0);
    simulation.after(Math.round(roundTripUs / 2), this.#arrived, slot);
  }

  #onArrived(slot: number): void {
    const { now } = this.#options.simulation;
    const lookup = this.#lookups.get(slot);
    const server = lookup.server as DnsServer;
    const name = nameOf(lookup);
    lookup.arrivedUs = now;
    const isMade = this.#isInZone(name) && server.cache.get(name, now) === undefined;
    if (!server.take(isMade, this.#served, slot)) this.#lose(slot);
  }

  #onServed(slot: number): void {
    const { now } = this.#options.simulation;
    const { monitor, router } = this.#options;
    const lookup = this.#lookups.get(slot);
    const server = lookup.server as DnsServer;
    const name = nameOf(lookup);
    server.done();
    if (!server.isUp) return this.#lose(slot);
    const hit = server.cache.get(name, now);
    const isInZone = this.#isInZone(name);
    const found = hit === undefined ? 'nothing' : hit.answer === undefined ? 'denial' : 'success';
    monitor.cacheAsked(server, found);
    if (hit !== undefined) {
      if (isInZone) lookup.isStale = !isSame(hit.answer, router.truth?.lookup(name));
      return this.#answer(slot, hit.answer);
    }
    const isNodeCache = server === router.nodeCache(lookup.pod.node);
    if (!isInZone) return this.#askUpstream(slot);
    if (isNodeCache) return this.#askReplica(slot, true);
    if (lookup.records === undefined)
      return this.#end(slot, 'SERVFAIL', now + this.#backUs(lookup));
    const answer = lookup.records.lookup(name);
    server.cache.put(name, answer, now);
    this.#answer(slot, answer);
  }

  #askUpstream(slot: number): void {
    const { simulation } = this.#options;
    simulation.after(this.#upstream.sample(this.#random), this.#upstreamAnswered, slot);
  }

  /** The resolver of the pod asks the servers of its host by itself. */
  #askOutside(slot: number): void {
    this.#lookups.get(slot).roundTripUs = 0;
    this.#askUpstream(slot);
  }

  #onUpstream(slot: number): void {
    const { now } = this.#options.simulation;
    const lookup = this.#lookups.get(slot);
    const name = nameOf(lookup);
    const answer = this.#external.has(name) ? { addresses: [] } : undefined;
    if (lookup.server?.isUp === false) return this.#lose(slot);
    lookup.server?.cache.put(name, answer, now);
    this.#answer(slot, answer);
  }

  /** The server has an answer, or knows that there is none: the pod takes it or goes on. */
  #answer(slot: number, answer: DnsAnswer | undefined): void {
    const { simulation, monitor } = this.#options;
    const { now } = simulation;
    const lookup = this.#lookups.get(slot);
    const { server, cache } = lookup;
    const name = nameOf(lookup);
    const zone = this.#isInZone(name) ? `${this.#options.surroundings.domain}.` : '.';
    const rcode = answer === undefined ? 'NXDOMAIN' : 'NOERROR';
    if (server !== undefined) monitor.served(server, rcode, zone, now - lookup.arrivedUs);
    if (cache !== undefined) {
      cache.cache.put(name, answer, now);
      monitor.served(cache, rcode, zone, now - lookup.sentUs);
    }
    const atUs = now + this.#backUs(lookup);
    const isLast = lookup.place === lookup.candidates.length - 1;
    if (answer !== undefined || isLast) return this.#end(slot, rcode, atUs);
    lookup.place++;
    lookup.attempt = 0;
    simulation.at(atUs, this.#continued, slot);
  }

  /** From the server to the pod. */
  #backUs({ roundTripUs }: Lookup): number {
    return Math.round(roundTripUs / 2);
  }

  /** Nothing comes back: the resolver waits, and sends again or gives up. */
  #lose(slot: number): void {
    const lookup = this.#lookups.get(slot);
    this.#retry(slot, lookup.sentUs + constants.resolverTimeoutUs);
  }

  #retry(slot: number, atUs: SimTime): void {
    const { simulation } = this.#options;
    const lookup = this.#lookups.get(slot);
    const at = Math.max(atUs, simulation.now);
    if (++lookup.attempt >= constants.resolverAttempts) return this.#end(slot, 'timeout', at);
    simulation.at(at, this.#continued, slot);
  }

  #end(slot: number, outcome: LookupOutcome, atUs: SimTime): void {
    const { flow, startedUs, isStale } = this.#lookups.remove(slot);
    const { name } = (this.#sources[flow] as LookupSource).spec;
    this.#options.monitor.lookedUp(name, outcome, atUs - startedUs, isStale);
  }
}

function nameOf({ candidates, place }: Lookup): string {
  return candidates[place] as string;
}

function isSame(a: DnsAnswer | undefined, b: DnsAnswer | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const { addresses } = b;
  return (
    a.addresses.length === addresses.length &&
    a.addresses.every((address, index) => address === addresses[index])
  );
}
