// A cluster in one line, for the head of every report.
import type { ClusterSpec, NodePoolSpec } from '../cluster/cluster-spec.js';

/** `1 control-plane host (4 cores), 1 etcd member, 3 nodes of 4 CPU 16Gi (containerd)`. */
export function describeCluster(spec: ClusterSpec): string {
  return [describeControlPlane(spec), ...spec.nodePools.map(describePool)].join(', ');
}

/** `1 control-plane host (4 cores), 1 etcd member`. */
export function describeControlPlane(spec: ClusterSpec): string {
  const { hosts, etcd, apiServer } = spec.controlPlane;
  const cores = [...new Set(hosts.map((host) => host.cores))].join('/');
  const parts = [
    `${counted(hosts.length, 'control-plane host')} (${cores} cores)`,
    counted(etcd.members, 'etcd member'),
    ...(apiServer.hosts.length > 1 ? [counted(apiServer.hosts.length, 'kube-apiserver')] : []),
  ];
  return parts.join(', ');
}

function describePool(pool: NodePoolSpec): string {
  const { capacity, allocatable } = pool.template.status ?? {};
  const { cpu = '?', memory = '?' } = allocatable ?? capacity ?? {};
  return `${counted(pool.count, 'node')} of ${cpu} CPU ${memory} (${pool.runtime})`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
