// The Node and Lease objects of nodes that are up before a run begins, and what their kubelets are
// started with.
import { extended } from '../api/extended.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Node, NodeAddress, NodeCondition, NodeSystemInfo } from '../api/node.js';
import type { RandomRoot } from '../kernel/random-stream.js';
import type { RuntimeName } from '../node/cri.js';
import type { ProxyNode } from '../node/kube-proxy/kube-proxy-fleet.js';
import type { KubeletNode } from '../node/kubelet/node-agent.js';
import { type NodePoolSpec, nodeOfPool } from './cluster-spec.js';

const READY: NodeCondition = {
  type: 'Ready',
  status: 'True',
  lastHeartbeatTime: 0,
  lastTransitionTime: 0,
  reason: 'KubeletReady',
  message: 'kubelet is posting ready status',
};

const HEALTHY = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
] as const;

/** The node as its kubelet has registered it. */
export function registeredNode(pool: NodePoolSpec, index: number): Node {
  const node = nodeOfPool(pool, index);
  const { status } = node;
  const allocatable = status?.allocatable ?? status?.capacity;
  const healthy = HEALTHY.map(
    ([type, reason, message]): NodeCondition => ({
      ...READY,
      type,
      status: 'False',
      reason,
      message,
    }),
  );
  const conditions = [...healthy, READY];
  const { apiVersion, kind, metadata, spec } = node;
  return {
    apiVersion,
    kind,
    metadata,
    spec,
    status: extended(status ?? {}, { ...(allocatable && { allocatable }), conditions }),
  };
}

/** Versions that nodes report, by container runtime. */
const RUNTIME_VERSIONS: Readonly<Record<RuntimeName, string>> = {
  containerd: 'containerd://2.1.4',
  'cri-o': 'cri-o://1.36.0',
  docker: 'docker://28.5.1',
  rkt: 'rkt://1.30.0',
};

/**
 * The node with what it says about its machine, where its template does not: addresses and
 * versions. `ordinal`: of all nodes of the cluster; 192.168.0.0/16 and beyond has room for each.
 * ASSUMED: a machine of Debian 12; only the length of what it says matters.
 */
export function withMachine(
  { node, runtime, ...rest }: KubeletNode,
  ordinal: number,
  kubernetesVersion: string,
  random: RandomRoot,
): KubeletNode {
  const { name } = node.metadata;
  const address = [192, 168 + (ordinal >>> 16), (ordinal >>> 8) & 0xff, ordinal & 0xff].join('.');
  const addresses: readonly NodeAddress[] = [
    { type: 'InternalIP', address },
    { type: 'Hostname', address: name },
  ];
  const status = { addresses, nodeInfo: nodeInfo(name, runtime, kubernetesVersion, random) };
  const { apiVersion, kind, metadata, spec } = node;
  const told = { apiVersion, kind, metadata, spec, status: extended(status, node.status ?? {}) };
  return extended(rest, { runtime, node: told });
}

function nodeInfo(
  name: string,
  runtime: RuntimeName,
  kubernetesVersion: string,
  random: RandomRoot,
): NodeSystemInfo {
  const stream = random.stream(`machine/${name}`);
  const hex = (words: number): string =>
    Array.from({ length: words }, () =>
      stream.below(4_294_967_296).toString(16).padStart(8, '0'),
    ).join('');
  const uuid = (): string => hex(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return {
    architecture: 'amd64',
    bootID: uuid(),
    containerRuntimeVersion: RUNTIME_VERSIONS[runtime],
    kernelVersion: '6.1.0-40-amd64',
    kubeProxyVersion: '',
    kubeletVersion: `v${kubernetesVersion}${kubernetesVersion.split('.').length < 3 ? '.0' : ''}`,
    machineID: hex(4),
    operatingSystem: 'linux',
    osImage: 'Debian GNU/Linux 12 (bookworm)',
    systemUUID: uuid(),
  };
}

/** The Lease that a kubelet renews. */
export function nodeLease(name: string): KubernetesObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: 0 },
  };
}

/** What the kubelet of a node is started with. */
export function kubeletNode(pool: NodePoolSpec, index: number, isRegistered: boolean): KubeletNode {
  const node = isRegistered ? registeredNode(pool, index) : nodeOfPool(pool, index);
  return kubeletOf(pool, node, isRegistered);
}

/** The same for a node whose object is known. */
export function kubeletOf(pool: NodePoolSpec, node: Node, isRegistered: boolean): KubeletNode {
  const { runtime, cores, images, serializeImagePulls, maxParallelImagePulls } = pool;
  const { kubelet, staticPods } = pool;
  return {
    name: node.metadata.name,
    node,
    runtime,
    cores,
    images,
    serializeImagePulls,
    maxParallelImagePulls,
    ...(kubelet && { configuration: kubelet }),
    ...(staticPods && { staticPods }),
    isRegistered,
  };
}

/** A node as its kube-proxy starts on it. */
export function proxyNode({ name, node }: KubeletNode, { kubeProxy }: NodePoolSpec): ProxyNode {
  return { name, zone: zoneOf(node), settings: kubeProxy };
}

/** The zone of a node; '' without one. */
export function zoneOf({ metadata }: Node): string {
  return metadata.labels?.['topology.kubernetes.io/zone'] ?? '';
}
