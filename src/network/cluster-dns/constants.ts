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
