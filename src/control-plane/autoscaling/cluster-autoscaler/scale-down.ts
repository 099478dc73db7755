// Nodes that nobody needs: their pods ask for less than half of them, may be moved, and would fit
// on other nodes. Each is remembered since when; after ten minutes it may go, a node that is not
// Ready after twenty. Pods of a node that could go are counted where they would go to, so that two
// nodes do not count on the same room.
// Source: kubernetes/autoscaler cluster-autoscaler core/scaledown (reference: nodes-controllers
// 4.4).
import type { Node } from '../../../api/node.js';
import type { Pod } from '../../../api/pod.js';
import type { PodDisruptionBudget } from '../../../api/pod-disruption-budget.js';
import type { SimTime } from '../../../kernel/time.js';
import type { NodeGroup } from '../../cloud-provider.js';
import { placeElsewhere } from '../elsewhere.js';
import { isNodeReady } from '../node-health.js';
import { keepsNode, staysWithNode } from '../pod-removal.js';
import type { SchedulingSimulation } from '../scheduling-simulation.js';
import type { ClusterAutoscalerSettings } from './autoscaler-settings.js';

const DISABLED = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';

/** A node that could go. */
export interface Removable {
  readonly node: Node;
  readonly group: string;
  /** Those that have to be moved. */
  readonly pods: readonly Pod[];
  readonly sinceUs: SimTime;
  readonly utilization: number;
  readonly reason: 'empty' | 'underutilized' | 'unready';
}

/** What is known of the cluster when the question is asked. */
export interface ScaleDownView {
  readonly nodes: readonly Node[];
  readonly groups: readonly NodeGroup[];
  readonly budgets: readonly PodDisruptionBudget[];
  /** Nodes that are being removed. */
  readonly leaving: ReadonlySet<string>;
  readonly now: SimTime;
}

export class UnneededNodes {
  readonly #simulation: SchedulingSimulation;
  readonly #settings: ClusterAutoscalerSettings;
  #since = new Map<string, SimTime>();

  constructor(simulation: SchedulingSimulation, settings: ClusterAutoscalerSettings) {
    this.#simulation = simulation;
    this.#settings = settings;
  }

  /** Nodes that are not needed now, those without pods first. O(candidates × pods × nodes). */
  update(view: ScaleDownView): readonly Removable[] {
    const groupOf = new Map<string, string>();
    for (const { name, instances } of view.groups) {
      for (const { nodeName } of instances) groupOf.set(nodeName, name);
    }
    const candidates = view.nodes.filter((node) => this.#isCandidate(node, groupOf, view));
    const rows = candidates.map((node) => ({ node, pods: this.#movable(node) }));
    const ordered = [
      ...rows.filter(({ pods }) => pods.length === 0),
      ...rows.filter(({ pods }) => pods.length > 0),
    ];
    const found = this.#findRemovable(ordered, groupOf, view);
    this.#since = new Map(found.map(({ node, sinceUs }) => [node.metadata.name, sinceUs]));
    return found;
  }

  /** Whether a node has been unneeded for long enough. */
  isDue({ sinceUs, reason }: Removable, now: SimTime): boolean {
    const { scaleDownUnneededTimeUs, scaleDownUnreadyTimeUs } = this.#settings;
    const needsUs = reason === 'unready' ? scaleDownUnreadyTimeUs : scaleDownUnneededTimeUs;
    return now - sinceUs >= needsUs;
  }

  #isCandidate(
    { metadata, ...node }: Node,
    groupOf: ReadonlyMap<string, string>,
    { leaving }: ScaleDownView,
  ): boolean {
    const { name, annotations } = metadata;
    if (!groupOf.has(name) || leaving.has(name)) return false;
    if (annotations?.[DISABLED] === 'true' || metadata.deletionTimestamp !== undefined)
      return false;
    if (!isNodeReady(node)) return true;
    return this.#utilization(name) < this.#settings.scaleDownUtilizationThreshold;
  }

  #utilization(name: string): number {
    const { cpu, memory } = this.#simulation.sharesOf(name);
    return Math.max(cpu, memory);
  }

  #movable({ metadata }: Node): readonly Pod[] {
    return this.#simulation.podsOf(metadata.name).filter((pod) => !staysWithNode(pod));
  }

  #findRemovable(
    rows: readonly { readonly node: Node; readonly pods: readonly Pod[] }[],
    groupOf: ReadonlyMap<string, string>,
    view: ScaleDownView,
  ): readonly Removable[] {
    const { budgets, now, leaving } = view;
    const places = new Set(view.nodes.map(({ metadata }) => metadata.name));
    for (const name of leaving) places.delete(name);
    const placed: Pod[] = [];
    const found: Removable[] = [];
    for (const { node, pods } of rows) {
      const { name } = node.metadata;
      if (pods.some((pod) => keepsNode(pod, budgets))) continue;
      places.delete(name);
      const moved = placeElsewhere(this.#simulation, pods, places);
      if (moved === undefined) {
        places.add(name);
        continue;
      }
      placed.push(...moved.placed);
      const reason = isNodeReady(node)
        ? pods.length === 0
          ? 'empty'
          : 'underutilized'
        : 'unready';
      const sinceUs = this.#since.get(name) ?? now;
      const group = groupOf.get(name) ?? '';
      found.push({ node, group, pods, sinceUs, reason, utilization: this.#utilization(name) });
    }
    for (const pod of placed) this.#simulation.forget(pod);
    return found;
  }
}
