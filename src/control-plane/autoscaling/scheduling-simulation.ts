// What an autoscaler asks of the scheduler's own filters: where a pod would fit, on nodes that are
// there and on nodes that might be. The assembly hands it in, so that both judge alike.
// Source: kubernetes/autoscaler cluster-autoscaler simulator/clustersnapshot (reference:
// nodes-controllers 4.4).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Node } from '../../api/node.js';
import type { Pod } from '../../api/pod.js';

/** Shares of a node that its pods have asked for; 0 of a node that is not known. */
export interface NodeShares {
  readonly cpu: number;
  readonly memory: number;
}

export interface SchedulingSimulation {
  /** Filters that were run so far, each pod and node once. */
  readonly checks: number;
  /** A node that is new, has changed, or is only thought of. */
  setNode(node: Node): void;
  removeNode(name: string): void;
  /** A pod on its node, new or changed. */
  setPod(pod: Pod): void;
  removePod(pod: Pod): void;
  /** Anything else that filters look at: volumes, claims, namespaces. */
  setObject(object: KubernetesObject): void;
  removeObject(object: KubernetesObject): void;
  /** The first of the nodes on which the pod fits. O(nodes). */
  firstFit(pod: Pod, nodes: Iterable<string>): string | undefined;
  /** Why the pod does not fit there: `Insufficient cpu`; '' when it does. */
  refusal(pod: Pod, node: string): string;
  /** Counts the pod on a node from now on, as if it had been bound. */
  assume(pod: Pod, node: string): void;
  forget(pod: Pod): void;
  podsOf(node: string): readonly Pod[];
  sharesOf(node: string): NodeShares;
}
