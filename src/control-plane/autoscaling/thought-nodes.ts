// Nodes that are not there yet, or never will be, in the simulation of an autoscaler.
import type { DaemonSet } from '../../api/daemon-set.js';
import type { Node } from '../../api/node.js';
import { requiredNodeMatcher } from '../../api/node-selector.js';
import type { Pod } from '../../api/pod.js';
import { findUntoleratedTaint } from '../../api/toleration.js';
import type { SchedulingSimulation } from './scheduling-simulation.js';

/** A kind of nodes. */
export interface NodeTemplate {
  readonly name: string;
  /** A node of it, without a name. */
  readonly template: Node;
}

/** Nodes that are only thought of, with the pods of DaemonSets that they would get. */
export class ThoughtNodes {
  readonly names: string[] = [];
  readonly #simulation: SchedulingSimulation;
  readonly #kind: string;
  readonly #daemonSets: readonly DaemonSet[];
  readonly #assumed: Pod[] = [];

  /** `kind` tells the names of these nodes from those of others that are thought of. */
  constructor(simulation: SchedulingSimulation, kind: string, daemonSets: readonly DaemonSet[]) {
    this.#simulation = simulation;
    this.#kind = kind;
    this.#daemonSets = daemonSets;
  }

  /** One more node of a kind; its name. */
  add({ name: group, template }: NodeTemplate): string {
    const name = `${this.#kind}-node-for-${group}-${this.names.length}`;
    const labels = { ...template.metadata.labels, 'kubernetes.io/hostname': name };
    const node: Node = { ...template, metadata: { ...template.metadata, name, labels } };
    this.#simulation.setNode(node);
    this.names.push(name);
    for (const set of this.#daemonSets)
      if (wants(set, node)) this.assume(daemonPod(set, name), name);
    return name;
  }

  /** Counts the pod on a node until `clear`. */
  assume(pod: Pod, node: string): void {
    this.#simulation.assume(pod, node);
    this.#assumed.push(pod);
  }

  /** Forgets everything. */
  clear(): void {
    for (const pod of this.#assumed.splice(0)) this.#simulation.forget(pod);
    for (const name of this.names.splice(0)) this.#simulation.removeNode(name);
  }
}

function wants({ spec }: DaemonSet, node: Node): boolean {
  const podSpec = spec.template.spec;
  const { taints } = node.spec;
  const taint = findUntoleratedTaint(taints, podSpec.tolerations, ['NoSchedule', 'NoExecute']);
  return taint === undefined && requiredNodeMatcher(podSpec)(node);
}

function daemonPod({ metadata, spec }: DaemonSet, node: string): Pod {
  const { namespace = '' } = metadata;
  const name = `${metadata.name}-${node}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid: `${namespace}/${name}` },
    spec: spec.template.spec,
  };
}
