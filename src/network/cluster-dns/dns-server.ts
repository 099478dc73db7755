// A DNS server that is asked: a replica of CoreDNS, or the cache of a node. Its CPU is a station; a
// pair of queries (A and AAAA) is one job, and more pairs than its socket holds are dropped.
import type { Simulation } from '../../kernel/simulation.js';
import { CpuHost } from '../../kernel/stations.js';
import { clusterDnsConstants as constants } from './constants.js';
import { type CacheTimes, DnsCache } from './dns-cache.js';

export class DnsServer {
  readonly name: string;
  readonly cache: DnsCache;
  /** False: its process has ended, and queries to it get lost. */
  isUp = true;
  /** Pairs of queries that it has taken and not yet worked off. */
  #pending = 0;
  readonly #host: CpuHost;

  constructor(simulation: Simulation, name: string, cores: number, times: CacheTimes) {
    this.name = name;
    this.cache = new DnsCache(times);
    this.#host = new CpuHost(simulation, name, cores);
  }

  /**
   * Takes a pair of queries: fires `kind` with `target` when their CPU time is over; false: they
   * were dropped. `isMade`: the answer is made of records.
   */
  take(isMade: boolean, kind: number, target: number): boolean {
    const { queriesPerCandidate: pair, queryCpuUs, zoneCpuUs, socketQueries } = constants;
    if (!this.isUp || (this.#pending + 1) * pair > socketQueries) return false;
    this.#pending++;
    this.#host.run(pair * (queryCpuUs + (isMade ? zoneCpuUs : 0)), kind, target);
    return true;
  }

  /** The CPU time of a pair is over. */
  done(): void {
    this.#pending--;
  }

  /** Its process has ended. */
  stop(): void {
    this.isUp = false;
  }
}
