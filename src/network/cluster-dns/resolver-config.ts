// The resolv.conf that a kubelet writes for a pod, by its dnsPolicy and dnsConfig.
// Left out: options other than ndots.
// Source: Kubernetes v1.36 pkg/kubelet/network/dns/dns.go (reference: nodes-controllers §6.1).
import type { PodSpec } from '../../api/pod.js';
import { clusterDnsConstants } from './constants.js';
import { searchList } from './name-resolution.js';

/** What a process finds in /etc/resolv.conf. */
export interface ResolverConfig {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  /** A name with so many dots or more is tried as it is first. */
  readonly ndots: number;
}

/** The cluster's DNS as kubelets are told of it, and the resolv.conf of their node. */
export interface ResolverSurroundings {
  readonly domain: string;
  /** Address of the Service kube-dns, or of the node's cache. */
  readonly clusterDns: string;
  readonly host: Pick<ResolverConfig, 'nameservers' | 'searches'>;
}

type DnsSettings = Pick<PodSpec, 'dnsPolicy' | 'dnsConfig' | 'hostNetwork'>;

interface DnsConfig {
  readonly nameservers?: readonly string[];
  readonly searches?: readonly string[];
  readonly options?: readonly { readonly name?: string; readonly value?: string }[];
}

/** The resolv.conf of a pod of a namespace. */
export function resolverConfig(
  spec: DnsSettings,
  namespace: string,
  surroundings: ResolverSurroundings,
): ResolverConfig {
  const base = baseConfig(spec, namespace, surroundings);
  const { nameservers = [], searches = [], options = [] }: DnsConfig = spec.dnsConfig ?? {};
  const stated = options.find(({ name }) => name === 'ndots')?.value;
  const ndots = stated === undefined || stated === '' ? base.ndots : Number(stated);
  return {
    nameservers: unique([...base.nameservers, ...nameservers]).slice(
      0,
      clusterDnsConstants.maxNameservers,
    ),
    searches: fitting(unique([...base.searches, ...searches])),
    ndots,
  };
}

function baseConfig(
  { dnsPolicy = 'ClusterFirst', hostNetwork }: DnsSettings,
  namespace: string,
  { domain, clusterDns, host }: ResolverSurroundings,
): ResolverConfig {
  if (dnsPolicy === 'None') return { nameservers: [], searches: [], ndots: 1 };
  const isOfHost = dnsPolicy === 'Default' || (dnsPolicy === 'ClusterFirst' && hostNetwork);
  if (isOfHost) return { ...host, ndots: 1 };
  const searches = searchList(namespace, domain, host.searches);
  return { nameservers: [clusterDns], searches, ndots: clusterDnsConstants.ndots };
}

const unique = (all: readonly string[]): readonly string[] => [...new Set(all)];

/** As many as resolv.conf may hold. */
function fitting(searches: readonly string[]): readonly string[] {
  const { maxSearchPaths, maxSearchCharacters } = clusterDnsConstants;
  let characters = -1;
  return searches.slice(0, maxSearchPaths).filter((each) => {
    characters += each.length + 1;
    return characters <= maxSearchCharacters;
  });
}
