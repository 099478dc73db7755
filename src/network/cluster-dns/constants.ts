// What a cluster DNS server does by default, with sources.
import { type Constants, defineConstants } from '../../stats/constants.js';

const table = {
  ndots: {
    value: 5,
    unit: 'dots',
    source: 'Kubernetes v1.36 pkg/kubelet/network/dns/dns.go (reference: nodes-controllers §6.1)',
    note: 'names with fewer dots try the search list first',
  },
  maxNameservers: {
    value: 3,
    unit: 'servers',
    source: 'Kubernetes v1.36 pkg/apis/core/validation (reference: nodes-controllers §6.1)',
  },
  maxSearchPaths: { value: 32, unit: 'paths', source: 'as maxNameservers' },
  maxSearchCharacters: { value: 2_048, unit: 'characters', source: 'as maxNameservers' },
  queriesPerCandidate: {
    value: 2,
    unit: 'queries',
    source: 'glibc getaddrinfo: A and AAAA (reference: nodes-controllers §6.1)',
  },
  queryCpuUs: {
    value: 56,
    unit: 'µs',
    source:
      'coredns/deployment Scaling_CoreDNS.md: 33,669 queries/s on 1.9 cores (reference: §6.3)',
    note: 'of one query that a cache answers',
  },
  zoneCpuUs: {
    value: 20,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §6.3',
    note: "added where the answer is made of the cluster's records",
  },
  upstreamP50Us: {
    value: 5_000,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §6.3, names outside the cluster',
  },
  upstreamP99Us: { value: 80_000, unit: 'µs', source: 'ASSUMED: as upstreamP50Us' },
  cacheEntries: {
    value: 9_984,
    unit: 'entries',
    source: 'CoreDNS plugin/cache (reference: nodes-controllers §6.2)',
    note: 'of answers, and as many of denials',
  },
  nodeLocalDenialUs: {
    value: 5_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 cluster/addons/dns/nodelocaldns (reference: §6.5)',
  },
  nodeLocalAnswerUs: {
    value: 30_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 cluster/addons/dns/nodelocaldns (reference: §6.5)',
  },
  nodeLocalRttUs: {
    value: 60,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §6.5, a hit takes 0.1 to 0.2 ms in all',
  },
  socketQueries: {
    value: 277,
    unit: 'queries',
    source: 'ASSUMED: net.core.rmem_default of 212,992 bytes by 768 bytes a datagram',
    note: 'under way at one server; more are dropped',
  },
  resolverTimeoutUs: {
    value: 5_000_000,
    unit: 'µs',
    source: 'glibc resolv.conf timeout (reference: nodes-controllers §6.1)',
  },
  resolverAttempts: {
    value: 2,
    unit: 'attempts',
    source: 'glibc resolv.conf attempts (reference: nodes-controllers §6.1)',
  },
  conntrackRaceShare: {
    value: 0.0001,
    unit: '1',
    source: 'ASSUMED: reference nodes-controllers §6.4, kernels since 5.0',
    note: 'of pairs of queries through DNAT of which one is lost',
  },
  autoscalerPollUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'cluster-proportional-autoscaler poll-period-seconds (reference: §6.3)',
  },
  coresPerReplica: {
    value: 256,
    unit: 'cores',
    source: 'Kubernetes v1.36 cluster/addons/dns-horizontal-autoscaler (reference: §6.3)',
  },
  nodesPerReplica: {
    value: 16,
    unit: 'nodes',
    source: 'Kubernetes v1.36 cluster/addons/dns-horizontal-autoscaler (reference: §6.3)',
  },
} as const;

/** Constants of cluster DNS. */
export const clusterDnsConstants: Constants<typeof table> = defineConstants('cluster-dns', table);
