// Which nodes would help which pods: pods that ask for most come first; each goes to a node that
// was planned before, if one of its instance types has room for all its pods, or to a new one. In
// the end each node gets the cheapest type that will do.
// Source: kubernetes-sigs/karpenter pkg/controllers/provisioning/scheduling (reference:
// nodes-controllers 4.5). Left out: preferences that are given up one by one; the choice of the
// cloud among several types.
import type { DaemonSet } from '../../../api/daemon-set.js';
import type { Node } from '../../../api/node.js';
import { requiredNodeMatcher } from '../../../api/node-selector.js';
import type { Pod } from '../../../api/pod.js';
import { nodeAllocatable, podRequests } from '../../../api/resource-requests.js';
import type { SchedulingSimulation } from '../scheduling-simulation.js';
import { ThoughtNodes } from '../thought-nodes.js';
import type { KarpenterNodePool, Offering } from './karpenter-settings.js';

/** A node that is to be asked for. */
export interface PlannedNode {
  readonly nodePool: KarpenterNodePool;
  readonly zone: string;
  readonly offering: Offering;
  readonly pods: readonly Pod[];
}

/** A node under way: its pods, and the types that have room for them. */
interface Draft {
  readonly name: string;
  readonly nodePool: KarpenterNodePool;
  readonly zone: string;
  readonly pods: Pod[];
  options: readonly Offering[];
}

export class NodePlan {
  readonly #simulation: SchedulingSimulation;
  readonly #thought: ThoughtNodes;
  readonly #pools: readonly KarpenterNodePool[];
  readonly #isAvailable: (offering: Offering) => boolean;
  readonly #drafts: Draft[] = [];

  constructor(
    simulation: SchedulingSimulation,
    daemonSets: readonly DaemonSet[],
    pools: readonly KarpenterNodePool[],
    isAvailable: (offering: Offering) => boolean,
  ) {
    this.#simulation = simulation;
    this.#thought = new ThoughtNodes(simulation, 'planned', daemonSets);
    this.#pools = pools;
    this.#isAvailable = isAvailable;
  }

  /** Places the pods; the nodes for those that find a place. O(pods × drafts × types). */
  make(pods: readonly Pod[]): readonly PlannedNode[] {
    for (const pod of inOrderOfSize(pods)) {
      if (!this.#addToDraft(pod)) this.#open(pod);
    }
    const planned = this.#drafts.map(({ nodePool, zone, pods: helped, options }) => ({
      nodePool,
      zone,
      pods: helped,
      offering: cheapest(options),
    }));
    this.#thought.clear();
    return planned;
  }

  #addToDraft(pod: Pod): boolean {
    for (const draft of this.#drafts) {
      const options = this.#optionsFor(draft.options, [...draft.pods, pod], draft.zone);
      if (options.length === 0) continue;
      if (this.#simulation.firstFit(pod, [draft.name]) === undefined) continue;
      draft.options = options;
      this.#take(draft, pod);
      return true;
    }
    return false;
  }

  /** Begins a node as large as there are any, of the first pool and zone in which the pod fits. */
  #open(pod: Pod): void {
    for (const nodePool of this.#pools) {
      const offerings = nodePool.offerings.filter(this.#isAvailable);
      const zones = new Set(offerings.flatMap(({ zones: each }) => each));
      for (const zone of zones) {
        const options = this.#optionsFor(offerings, [pod], zone);
        const largest = options.reduce<Offering | undefined>(larger, undefined);
        if (largest === undefined) continue;
        const template = inZone(largest.template, zone);
        const name = this.#thought.add({ name: nodePool.name, template });
        if (this.#simulation.firstFit(pod, [name]) === undefined) continue;
        const draft = { name, nodePool, zone, pods: [], options };
        this.#drafts.push(draft);
        return this.#take(draft, pod);
      }
    }
  }

  #take(draft: Draft, pod: Pod): void {
    draft.pods.push(pod);
    this.#thought.assume(pod, draft.name);
  }

  /** Types that are to be had in the zone, that each pod may use, with room for all of them. */
  #optionsFor(
    offerings: readonly Offering[],
    pods: readonly Pod[],
    zone: string,
  ): readonly Offering[] {
    let cpuMilli = 0;
    let memoryBytes = 0;
    for (const { spec } of pods) {
      const requests = podRequests(spec);
      cpuMilli += requests.cpuMilli;
      memoryBytes += requests.memoryBytes;
    }
    return offerings.filter(({ template, zones, maxPods }) => {
      const allocatable = nodeAllocatable(template);
      const hasRoom = cpuMilli <= allocatable.cpuMilli && memoryBytes <= allocatable.memoryBytes;
      if (!hasRoom || pods.length > maxPods || !zones.includes(zone)) return false;
      const node = inZone(template, zone);
      return pods.every(({ spec }) => requiredNodeMatcher(spec)(node));
    });
  }
}

function inZone(node: Node, zone: string): Node {
  const labels = { ...node.metadata.labels, 'topology.kubernetes.io/zone': zone };
  return { ...node, metadata: { ...node.metadata, labels } };
}

function larger(best: Offering | undefined, each: Offering): Offering {
  if (best === undefined) return each;
  const [a, b] = [nodeAllocatable(best.template), nodeAllocatable(each.template)];
  return b.cpuMilli > a.cpuMilli ? each : best;
}

/** By price, then by size; the first of equals. */
function cheapest(options: readonly Offering[]): Offering {
  const priceOf = ({ pricePerHour = Number.POSITIVE_INFINITY }: Offering): number => pricePerHour;
  const sizeOf = ({ template }: Offering): number => nodeAllocatable(template).cpuMilli;
  return options.reduce((best, each) => {
    if (priceOf(each) !== priceOf(best)) return priceOf(each) < priceOf(best) ? each : best;
    return sizeOf(each) < sizeOf(best) ? each : best;
  });
}

/** Those that ask for most CPU first, then for most memory; else as they came. */
function inOrderOfSize(pods: readonly Pod[]): readonly Pod[] {
  const rows = pods.map((pod, index) => ({ pod, index, requests: podRequests(pod.spec) }));
  rows.sort(
    (a, b) =>
      b.requests.cpuMilli - a.requests.cpuMilli ||
      b.requests.memoryBytes - a.requests.memoryBytes ||
      a.index - b.index,
  );
  return rows.map(({ pod }) => pod);
}
