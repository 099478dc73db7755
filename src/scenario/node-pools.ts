/**
 * Node pools: the Node object that each pool makes its nodes from, and the pool that fits a
 * workload when the user describes none.
 */

import type { Node } from '../api/node.js';
import type { Pod, PodSpec } from '../api/pod.js';
import { formatBytes, formatMilliCpu, quantityMilliValue, quantityValue } from '../api/quantity.js';
import { podRequests, type ResourceAmounts } from '../api/resource-requests.js';
import type { NodePoolSpec } from '../cluster/cluster-spec.js';
import { defaultNode } from './defaults.js';
import { kubeProxyOf } from './kube-proxy-of.js';
import { kubeletConfigurationOf } from './kubelet-configuration.js';
import type { NodePoolText, ScenarioSpec } from './schema.js';

/** Labels that cloud providers and kubelets put on every node, but for hostname and zone. */
function standardLabels(pool: NodePoolText): Readonly<Record<string, string>> {
  return {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': instanceTypeOf(pool),
    'topology.kubernetes.io/region': pool.region ?? '',
  };
}

/** `4cpu-16Gi` outside the catalogue; a template that states no type is named after its pool. */
function instanceTypeOf({ name, instanceType, cpu, memory }: NodePoolText): string {
  if (instanceType !== undefined) return instanceType;
  return cpu === undefined || memory === undefined ? name : `${cpu}cpu-${memory}`;
}

type NodeParts = Partial<Pick<Node, 'metadata' | 'spec' | 'status'>>;

/** Most pods of a node: `podsPerCore` of its kubelet may allow fewer than `pods`. */
function podsOf({ pods = 0, cpu, kubelet }: NodePoolText): number {
  const perCore = kubelet?.podsPerCore ?? 0;
  if (perCore === 0) return pods;
  const cores = Math.max(1, Math.ceil(quantityMilliValue(String(cpu)) / 1000));
  return Math.min(pods, perCore * cores);
}

/** Capacity and allocatable are equal: a pool states what pods may use. */
function statusOf(pool: NodePoolText, given: NodeParts): Node['status'] {
  if (pool.template !== undefined) return given.status ?? {};
  const amounts = {
    cpu: String(pool.cpu),
    memory: String(pool.memory),
    pods: String(podsOf(pool)),
    'ephemeral-storage': String(pool.ephemeralStorage ?? '100Gi'),
  };
  return { capacity: amounts, allocatable: amounts };
}

/** The Node object of a pool, without a name. */
function templateOf(pool: NodePoolText): Node {
  const given = (pool.template ?? {}) as NodeParts;
  const taints = [...(given.spec?.taints ?? []), ...(pool.taints ?? [])].map(
    ({ key, value, effect }) => ({ key, effect, ...(value === undefined ? {} : { value }) }),
  );
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      ...given.metadata,
      name: '',
      labels: { ...standardLabels(pool), ...given.metadata?.labels, ...pool.labels },
    },
    spec: { ...given.spec, ...(taints.length === 0 ? {} : { taints }) },
    status: statusOf(pool, given) ?? {},
  };
}

/** Whole cores of a machine, at least 1: the CPU its kubelet and runtime share. */
function coresOf(node: Node): number {
  const cpu = node.status?.capacity?.['cpu'] ?? node.status?.allocatable?.['cpu'];
  return cpu === undefined ? 1 : Math.max(1, Math.ceil(quantityMilliValue(cpu) / 1000));
}

/** A pool as the cluster is built from it, whose kube-proxies it may state anew. */
export function nodePoolOf(
  pool: NodePoolText,
  kubeProxy: ScenarioSpec['kubeProxy'] = {},
): NodePoolSpec {
  const template = templateOf(pool);
  const isSerial = pool.serializeImagePulls !== false;
  const kubelet = kubeletConfigurationOf(pool.kubelet);
  return {
    name: pool.name,
    count: pool.count,
    namePrefix: `${pool.name}-`,
    ...(pool.nodeNames && { nodeNames: pool.nodeNames }),
    template,
    zones: pool.zones ?? [],
    segment: pool.segment ?? '',
    runtime: pool.runtime ?? 'containerd',
    cores: coresOf(template),
    images: pool.images ?? [],
    serializeImagePulls: isSerial,
    maxParallelImagePulls: isSerial ? 1 : (pool.maxParallelImagePulls ?? Number.POSITIVE_INFINITY),
    kubeProxy: pool.kubeProxy && kubeProxyOf(kubeProxy, pool.kubeProxy),
    ...(kubelet && { kubelet }),
    ...(pool.staticPods && { staticPods: pool.staticPods as unknown as readonly Pod[] }),
  };
}

/** Pods that a workload asks for: `replicas` alike, or one a node for a DaemonSet. */
export interface PodDemand {
  readonly spec: PodSpec;
  readonly replicas: number;
  readonly perNode: boolean;
}

interface NodeSize {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

const smallest: NodeSize = {
  cpuMilli: quantityMilliValue(defaultNode.cpu),
  memoryBytes: quantityValue(defaultNode.memory),
  pods: defaultNode.pods,
};

/** Nodes of a generated pool never exceed this many doublings of the default size. */
const maxDoublings = 7;

/** How many such pods an empty node holds, its DaemonSet pods set aside. */
function fitting(pod: ResourceAmounts, size: NodeSize, reserved: NodeSize): number {
  const cpu = (size.cpuMilli - reserved.cpuMilli) / Math.max(1, pod.cpuMilli);
  const memory = (size.memoryBytes - reserved.memoryBytes) / Math.max(1, pod.memoryBytes);
  return Math.floor(Math.min(cpu, memory, size.pods - reserved.pods));
}

/** Whether a pod refuses company of its kind on a node, as far as hostnames go. */
function isSpread({ affinity }: PodSpec): boolean {
  const terms = affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.some(({ topologyKey }) => topologyKey === 'kubernetes.io/hostname');
}

/** The rule of `fittingPool`, for people. */
export const fittingRule =
  'at least 3 nodes of 4 CPU and 16Gi; twice that size until the largest pod fits on one; ' +
  'as many as the workloads need when each is packed by itself';

/** The default pool: sized by `fittingRule`. Linear in the number of demands. */
export function fittingPool(demands: readonly PodDemand[]): NodePoolText {
  const rows = demands.map((demand) => ({ ...demand, requests: podRequests(demand.spec) }));
  const reserved = { cpuMilli: 0, memoryBytes: 0, pods: 0 };
  for (const { perNode, requests } of rows) {
    if (!perNode) continue;
    reserved.cpuMilli += requests.cpuMilli;
    reserved.memoryBytes += requests.memoryBytes;
    reserved.pods += 1;
  }
  const placed = rows.filter(({ perNode, replicas }) => !perNode && replicas > 0);
  let size = smallest;
  for (let doubling = 0; doubling < maxDoublings; doubling += 1) {
    if (placed.every(({ requests }) => fitting(requests, size, reserved) >= 1)) break;
    size = { ...size, cpuMilli: size.cpuMilli * 2, memoryBytes: size.memoryBytes * 2 };
  }
  let nodes = 0;
  let spread = 0;
  for (const { requests, replicas, spec } of placed) {
    nodes += replicas / Math.max(1, fitting(requests, size, reserved));
    if (isSpread(spec)) spread = Math.max(spread, replicas);
  }
  return {
    name: 'default',
    count: Math.max(3, spread, Math.ceil(nodes)),
    cpu: formatMilliCpu(size.cpuMilli),
    memory: formatBytes(size.memoryBytes),
    pods: size.pods,
  };
}

const nodesPattern = /^([1-9]\d*)(?:x(\d+(?:\.\d+)?|\d+m)(?:cpu|x)(\d+(?:\.\d+)?[KMGTPE]i?))?$/;

/** What `--nodes` says: `5`, `3x4cpu16Gi` or `3x4x16Gi`; undefined when it is none of these. */
export function parseNodes(
  text: string,
): { count: number; cpu?: string; memory?: string } | undefined {
  const match = nodesPattern.exec(text);
  if (match === null) return undefined;
  const [, count = '', cpu, memory] = match;
  if (cpu === undefined || memory === undefined) return { count: Number(count) };
  return { count: Number(count), cpu, memory };
}
