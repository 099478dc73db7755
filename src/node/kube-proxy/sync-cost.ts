// How long one sync of the rules takes, from what is to be written. Sizes count service ports, and
// endpoints once for each port of their service.
// Source: reference nodes-controllers §2.4-2.6 (fits to published syncs).
import { kubeProxyConstants as cost } from './constants.js';

export type ProxyMode = 'iptables' | 'ipvs' | 'nftables' | 'userspace';

/** What a sync meets. */
export interface SyncWork {
  /** Everything there is. */
  readonly servicePorts: number;
  readonly endpoints: number;
  /** Of the services that have changed: their ports and all their endpoints. */
  readonly changedPorts: number;
  readonly changedEndpoints: number;
  /** Single entries that were added or removed. */
  readonly changedEntries: number;
  /** Everything is written anew. */
  readonly isFull: boolean;
  /** The present rules are read first. */
  readonly isSaved: boolean;
}

/** Rules in the nat table: 2 a service port, 3 an endpoint. */
export function natRules(servicePorts: number, endpoints: number): number {
  return cost.staticRules + 2 * servicePorts + 3 * endpoints;
}

/** Lines that a partial sync writes: all service jumps, and the chains of what has changed. */
export function partialLines(work: SyncWork): number {
  return cost.staticRules + work.servicePorts + work.changedPorts + 3 * work.changedEndpoints;
}

/** Time of one sync on the reference machine, whole µs. */
export function syncUs(mode: ProxyMode, work: SyncWork): number {
  switch (mode) {
    case 'iptables':
      return Math.round(iptablesUs(work));
    case 'ipvs':
      return Math.round(ipvsUs(work));
    case 'nftables':
      return Math.round(nftablesUs(work));
    case 'userspace':
      return Math.round(userspaceUs(work));
  }
}

function iptablesUs(work: SyncWork): number {
  const rules = natRules(work.servicePorts, work.endpoints);
  const perLine = cost.computeNanosecondsPerLine + cost.restoreNanosecondsPerLine;
  if (work.isFull) {
    const commandsUs = cost.fullSyncCommands * cost.commandUs;
    return commandsUs + (rules * (perLine + cost.saveNanosecondsPerRule)) / 1_000;
  }
  const perRule = cost.copyNanosecondsPerRule + (work.isSaved ? cost.saveNanosecondsPerRule : 0);
  const scan = work.endpoints * cost.scanNanosecondsPerEndpoint;
  return (partialLines(work) * perLine + rules * perRule + scan) / 1_000;
}

function ipvsUs({ servicePorts, endpoints, changedEntries, isFull }: SyncWork): number {
  const entries = servicePorts + endpoints;
  const changed = isFull ? entries : changedEntries;
  const listed = entries * cost.ipvsListNanosecondsPerEntry;
  return (listed + changed * cost.ipvsChangeNanosecondsPerEntry) / 1_000;
}

function nftablesUs(work: SyncWork): number {
  if (work.isFull) {
    const elements = work.servicePorts + work.endpoints;
    const crowding = 1 + elements / cost.nftablesCrowdedEndpoints;
    return cost.nftablesBaseUs + cost.nftablesFullPerEndpointUs * elements * crowding;
  }
  const weight = work.changedPorts + work.changedEndpoints / cost.nftablesServiceEndpoints;
  return cost.nftablesBaseUs + cost.nftablesPerServiceUs * weight;
}

function userspaceUs(work: SyncWork): number {
  const ports = work.isFull ? work.servicePorts : work.changedPorts;
  const entries = work.isFull ? work.endpoints : work.changedEntries;
  const entriesUs = (entries * cost.userspacePerEndpointNanoseconds) / 1_000;
  return ports * cost.userspaceCommands * cost.commandUs + entriesUs;
}
