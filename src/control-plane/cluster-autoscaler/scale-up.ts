// How many nodes of each group would help which pods: bin packing by first fit, the pods that ask
// for most first, on empty nodes of the group with its DaemonSets on them, judged by the
// scheduler's filters.
// Source: kubernetes/autoscaler cluster-autoscaler core/scaleup, estimator/binpacking_estimator.go
// (reference: nodes-controllers 4.4).
import type { DaemonSet } from '../../api/daemon-set.js';
import type { Node } from '../../api/node.js';
import { requiredNodeMatcher } from '../../api/node-selector.js';
import { controllerOf } from '../../api/object-meta.js';
import type { Pod } from '../../api/pod.js';
import { nodeAllocatable, podRequests } from '../../api/resource-requests.js';
import { findUntoleratedTaint } from '../../api/toleration.js';
import type { SchedulingSimulation } from '../scheduling-simulation.js';
import type { AutoscaledGroup } from './autoscaler-settings.js';
import type { ExpansionOption } from './expander.js';

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

  /** One more node of the group. */
  add({ name: group, template }: AutoscaledGroup): string {
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

/** What a group can do. */
export interface Estimate {
  /** Undefined: it helps nobody. */
  readonly option: ExpansionOption | undefined;
  /** Why it does not help those that it does not. */
  readonly refusals: readonly string[];
}

/** At most `most` nodes of the group for the pods. O(pods × new nodes). */
export function estimate(
  simulation: SchedulingSimulation,
  group: AutoscaledGroup,
  pods: readonly Pod[],
  daemonSets: readonly DaemonSet[],
  most: number,
): Estimate {
  const thought = new ThoughtNodes(simulation, 'template', daemonSets);
  const refusals = new Set<string>();
  const hopeless = new Set<string>();
  const helped: Pod[] = [];
  /** The newest node, if nothing but DaemonSets is on it. */
  let empty = thought.add(group);
  let used = 0;
  for (const pod of inOrderOfSize(pods, group.template)) {
    const kind = kindOf(pod);
    if (hopeless.has(kind)) continue;
    let node = simulation.firstFit(pod, thought.names);
    if (node === undefined && empty === '' && thought.names.length < most) {
      empty = thought.add(group);
      node = simulation.firstFit(pod, [empty]);
    }
    if (node === undefined) {
      if (empty === '') continue; // as many nodes as there may be
      hopeless.add(kind);
      refusals.add(simulation.refusal(pod, empty));
      continue;
    }
    if (node === empty) {
      empty = '';
      used++;
    }
    thought.assume(pod, node);
    helped.push(pod);
  }
  const waste = wasteOf(simulation, thought.names.slice(0, used));
  thought.clear();
  const option = used === 0 ? undefined : { group, nodes: used, pods: helped, waste };
  return { option, refusals: [...refusals] };
}

function wasteOf(simulation: SchedulingSimulation, nodes: readonly string[]): number {
  const shares = nodes.map((name) => simulation.sharesOf(name));
  const used = shares.reduce((sum, { cpu, memory }) => sum + cpu + memory, 0);
  return nodes.length === 0 ? 0 : 2 - used / nodes.length;
}

/** Pods of one controller are alike. */
function kindOf(pod: Pod): string {
  return controllerOf(pod)?.uid ?? pod.metadata.uid ?? pod.metadata.name;
}

/** Those that ask for the largest share of a node first; by creation where they are alike. */
function inOrderOfSize(pods: readonly Pod[], node: Node): readonly Pod[] {
  const { cpuMilli, memoryBytes } = nodeAllocatable(node);
  const rows = pods.map((pod, index) => {
    const requests = podRequests(pod.spec);
    const size = requests.cpuMilli / (cpuMilli || 1) + requests.memoryBytes / (memoryBytes || 1);
    return { pod, size, index };
  });
  return rows.sort((a, b) => b.size - a.size || a.index - b.index).map(({ pod }) => pod);
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
