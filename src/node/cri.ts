// The Container Runtime Interface: what a kubelet asks of the runtime of its node. The runtimes
// themselves are in container-runtime/. Left out: exec, logs and statistics, which take no part in
// starting or stopping a pod.
// Source: Kubernetes v1.36 staging/src/k8s.io/cri-api (reference: nodes-controllers §1.7, §7.1).
import type { Distribution, DistributionSpec } from '../kernel/distributions.js';
import type { EventKind } from '../kernel/simulation.js';

export type RuntimeName = 'containerd' | 'cri-o' | 'docker' | 'rkt';

/** Times of CRI calls on a node that does nothing else, µs. */
export interface RuntimeTimes<D> {
  /** RunPodSandbox without the network. */
  readonly runPodSandbox: D;
  /** CNI ADD, part of RunPodSandbox; pods on the host network do without. */
  readonly networkAdd: D;
  readonly createContainer: D;
  readonly startContainer: D;
  /** StopContainer for a process that ends at once on its signal. */
  readonly stopContainer: D;
  /** StopPodSandbox with CNI DEL. */
  readonly stopPodSandbox: D;
}

/** A runtime as plain data. */
export type RuntimeProfile = RuntimeTimes<DistributionSpec>;

/** The runtimes of all nodes; a node is known by the index under which it was added, from 0. */
export interface RuntimeService {
  /** Adds the runtime of the next node, a machine with `cores` cores. */
  addNode(runtime: RuntimeName, cores: number): void;
  /** What its calls take when they are alone. */
  timesOf(node: number): RuntimeTimes<Distribution>;
  /**
   * Performs a call that takes `aloneUs` on an idle node, then fires the continuation; calls beyond
   * the number of cores share the node.
   */
  perform(node: number, aloneUs: number, kind: EventKind, target: number, arg?: number): void;
}
