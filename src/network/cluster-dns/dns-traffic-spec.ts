// Lookups of names by pods, as plain data; who carries them; who measures them.
import type { LabelSelector } from '../../api/label-selector.js';
import type { SimTime } from '../../kernel/time.js';
import type { DnsServer } from './dns-server.js';
import type { DnsRecords } from './service-records.js';

/** Lookups of one kind. */
export interface DnsTrafficSpec {
  readonly name: string;
  readonly namespace: string;
  /** Of the pods that look up. */
  readonly selector: LabelSelector;
  /** Looked up with equal shares, as the program writes them. */
  readonly names: readonly string[];
  /** Of each pod, at random times. */
  readonly perSecond: number;
  readonly fromUs: SimTime;
  readonly untilUs: SimTime;
}

/** What a lookup came to. */
export type LookupOutcome = 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'timeout';

/** The way of a query through the rules of its node. */
export interface DnsRoute {
  /** `silent`: nobody answers; `refused`: that is known after the round trip. */
  readonly outcome: 'taken' | 'refused' | 'silent';
  /** The round trip, µs. */
  readonly roundTripUs: number;
  readonly server?: DnsServer;
  /** Of that server; undefined: it has not read everything yet. */
  readonly records?: DnsRecords | undefined;
}

/** The servers as a node reaches them. */
export interface DnsRouter {
  /** To a replica of CoreDNS, as of now. */
  route(node: number): DnsRoute;
  /** NodeLocal DNSCache of a node; undefined: there has never been one. */
  nodeCache(node: number): DnsServer | undefined;
  /** What is true now, whatever caches say. */
  readonly truth: DnsRecords | undefined;
}

/** Who measures. Queries are counted by pairs: A and AAAA. */
export interface DnsMonitor {
  /** A server has answered a pair; time since it arrived there. */
  served(server: DnsServer, rcode: string, zone: string, durationUs: number): void;
  /** A server has looked into its cache. */
  cacheAsked(server: DnsServer, found: 'success' | 'denial' | 'nothing'): void;
  /** A pod has its answer, or has given up. `isStale`: from a cache, and not true any more. */
  lookedUp(traffic: string, outcome: LookupOutcome, durationUs: number, isStale: boolean): void;
}
