// The Node and Lease objects of nodes that are up before a run begins, and what their kubelets are
// started with.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Node, NodeCondition } from '../api/node.js';
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
  return {
    ...node,
    status: { ...status, ...(allocatable && { allocatable }), conditions: [...healthy, READY] },
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
  const { runtime, cores, images, serializeImagePulls, maxParallelImagePulls } = pool;
  const node = isRegistered ? registeredNode(pool, index) : nodeOfPool(pool, index);
  return {
    name: node.metadata.name,
    node,
    runtime,
    cores,
    images,
    serializeImagePulls,
    maxParallelImagePulls,
    isRegistered,
  };
}
