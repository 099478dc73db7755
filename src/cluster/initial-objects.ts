// A workload that has been running for long when a run begins: its pods that have a node are up
// and Ready on it, with addresses of its range, as their kubelet has reported them; it finds them
// at its runtime when it starts.
// Left out: restarts before the run, pods on their way up or down. Where the nodes have no range of
// addresses yet (flannel), pods with a node are bound only, and started anew.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { isPodTerminal, type Pod } from '../api/pod.js';
import type { KubeletFleet } from '../node/kubelet/kubelet-fleet.js';
import type { KubeletNode } from '../node/kubelet/node-agent.js';
import { type NetworkPlugin, PodNetwork } from '../node/kubelet/pod-network.js';
import { runningStatus } from '../node/kubelet/running-pods.js';

/** What is there when a run begins. */
export interface InitialState {
  readonly objects: readonly KubernetesObject[];
  /** The pods that run, and the index of the node of each; in order of the objects. */
  readonly running: readonly { readonly pod: Pod; readonly node: number }[];
  /** The pods that have not been started; in order of the objects. */
  readonly pending: readonly Pod[];
}

/**
 * Stored objects, with the pods among them running where they have a node. `nodes`: in the order in
 * which the cluster numbers them. Linear in the objects.
 */
export function initialState(
  stored: readonly KubernetesObject[],
  nodes: readonly KubeletNode[],
  plugin: NetworkPlugin,
): InitialState {
  const network = new PodNetwork(plugin);
  const indexes = new Map(nodes.map(({ name }, index) => [name, index]));
  const running: { pod: Pod; node: number }[] = [];
  const pending: Pod[] = [];
  const objects = stored.map((object): KubernetesObject => {
    if (object.kind !== 'Pod' || isPodTerminal(object)) return object;
    const node = indexes.get(object.spec.nodeName ?? '');
    const address = node === undefined ? '' : addressOf(nodes[node] as KubeletNode);
    const isOnHost = object.spec.hostNetwork === true;
    const podIp = isOnHost || node === undefined ? address : network.assign(node);
    if (node === undefined || podIp === undefined) {
      const pod = notStarted(object);
      pending.push(pod);
      return pod;
    }
    const pod = { ...object, status: runningStatus(object, address, podIp) };
    running.push({ pod, node });
    return pod;
  });
  return { objects, running, pending };
}

/** Lets the kubelets find the pods that run. */
export function adoptPods(fleet: KubeletFleet, { running }: InitialState): void {
  for (const { node, pod } of running) fleet.adopt(node, pod);
}

/** Nodes on which the images of their running pods have been pulled. */
export function withImages(
  nodes: readonly KubeletNode[],
  objects: readonly KubernetesObject[],
): readonly KubeletNode[] {
  const images = new Map<string, Set<string>>();
  for (const object of objects) {
    const node = object.kind === 'Pod' ? object.spec.nodeName : undefined;
    if (object.kind !== 'Pod' || node === undefined) continue;
    const known = images.get(node) ?? new Set();
    images.set(node, known);
    for (const { image } of [...(object.spec.initContainers ?? []), ...object.spec.containers]) {
      if (image !== undefined) known.add(image);
    }
  }
  return nodes.map((node) => {
    const own = images.get(node.name);
    return own === undefined ? node : { ...node, images: [...new Set([...node.images, ...own])] };
  });
}

function addressOf({ node }: KubeletNode): string {
  return node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
}

/** A pod that nothing has been done for yet but, where it has a node, its binding. */
function notStarted(pod: Pod): Pod {
  const { nodeName } = pod.spec;
  if (nodeName === undefined) return { ...pod, status: { phase: 'Pending' } };
  const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: 0 } as const;
  return { ...pod, status: { phase: 'Pending', conditions: [scheduled] } };
}
