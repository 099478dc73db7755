// How many nodes of each group would help which pods: bin packing by first fit, the pods that ask
// for most first, on empty nodes of the group with its DaemonSets on them, judged by the
// scheduler's filters.
// Source: kubernetes/autoscaler cluster-autoscaler core/scaleup, estimator/binpacking_estimator.go
// (reference: nodes-controllers 4.4).
import type { DaemonSet } from '../../../api/daemon-set.js';
import type { Node } from '../../../api/node.js';
import { controllerOf } from '../../../api/object-meta.js';
import type { Pod } from '../../../api/pod.js';
import { nodeAllocatable, podRequests } from '../../../api/resource-requests.js';
import type { SchedulingSimulation } from '../scheduling-simulation.js';
import { ThoughtNodes } from '../thought-nodes.js';
import type { AutoscaledGroup } from './autoscaler-settings.js';
import type { ExpansionOption } from './expander.js';

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
