// How a pod resolves a name: the search list that the kubelet writes into its resolv.conf, tried in
// order for names with few dots, before or after the name itself.
// Left out: retries and timeouts, and resolvers that ask all candidates at once.
// Source: Kubernetes v1.36 pkg/kubelet/network/dns/dns.go, glibc resolv
// (reference: nodes-controllers §6.1).
import { clusterDnsConstants } from './constants.js';
import type { DnsAnswer, DnsRecords } from './service-records.js';

/** What surrounds a pod that asks. */
export interface ResolverOptions {
  /** Search domains of the node, after those of the cluster. */
  readonly hostDomains?: readonly string[];
  /** Names outside the cluster that exist, in full. */
  readonly externalNames?: ReadonlySet<string>;
}

/** The way to an answer. */
export interface Resolution {
  /** Names asked for, in order; the last one was answered when there is an answer. */
  readonly candidates: readonly string[];
  /** DNS queries that this took: A and AAAA for every candidate. */
  readonly queries: number;
  readonly answer: DnsAnswer | undefined;
}

/** The search list of a pod with dnsPolicy ClusterFirst. */
export function searchList(
  namespace: string,
  domain: string,
  hostDomains: readonly string[] = [],
): readonly string[] {
  return [`${namespace}.svc.${domain}`, `svc.${domain}`, domain, ...hostDomains];
}

/** The names that are tried for `name`, in order, without their last dot. */
export function candidatesOf(
  name: string,
  search: readonly string[],
  ndots: number = clusterDnsConstants.ndots,
): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const expanded = search.map((suffix) => `${name}.${suffix}`);
  const dots = name.split('.').length - 1;
  return dots >= ndots ? [name, ...expanded] : [...expanded, name];
}

/** Resolves `name` for a pod of a namespace: tries its candidates until one is answered. */
export function resolve(
  name: string,
  fromNamespace: string,
  domain: string,
  services: DnsRecords,
  { hostDomains = [], externalNames = new Set() }: ResolverOptions = {},
): Resolution {
  const asked: string[] = [];
  let answer: DnsAnswer | undefined;
  for (const candidate of candidatesOf(name, searchList(fromNamespace, domain, hostDomains))) {
    asked.push(candidate);
    answer = externalNames.has(candidate) ? { addresses: [] } : services.lookup(candidate);
    if (answer !== undefined) break;
  }
  const queries = asked.length * clusterDnsConstants.queriesPerCandidate;
  return { candidates: asked, queries, answer };
}
