// Judging a node as if other pods were on it, or some of its own were gone: pods nominated to it,
// victims of a preemption. The pods are put onto the node table and taken off again, which within
// one decision nobody else can see.
// Source: kube-scheduler v1.36 RunFilterPluginsWithNominatedPods, NodeInfo.Snapshot,
// RunPreFilterExtensionAddPod and -RemovePod; reference: scheduler 1.8, 1.10.

import type { HostPorts } from '../cache/host-ports.js';
import type { Snapshot } from '../cache/snapshot.js';
import { type ActiveFilters, runFilters } from './active-filters.js';
import type { CycleState } from './cycle-state.js';
import type { Framework, PluginAnswer } from './framework.js';
import type { Nominator } from './nominator.js';
import type { PodInfo } from './pod-info.js';

/** Who wants to know what: the same for all nodes of one decision. */
export interface TrialContext {
  readonly framework: Framework;
  readonly nominator: Nominator;
  /** The pod that a node is looked for. */
  readonly pod: PodInfo;
  readonly snapshot: Snapshot;
}

/**
 * Judges a node with the pods of at least equal priority that are nominated to it, and then without
 * them: it must do in both cases. `active` are the filters for `state`.
 */
export function runFiltersWithNominatedPods(
  context: TrialContext,
  state: CycleState,
  active: ActiveFilters,
  row: number,
): PluginAnswer {
  const { nominator, pod, snapshot } = context;
  const waiting = nominator
    .podsFor(snapshot.table.names[row]!)
    .filter((other) => other.priority >= pod.priority && other.uid !== pod.uid);
  if (waiting.length > 0) {
    const trial = new NodeTrial(context, state, row);
    for (const other of waiting) trial.addPod(other);
    const answer = trial.runFilters();
    trial.end();
    if (answer.status !== undefined) return answer;
  }
  return runFilters(active, row);
}

/**
 * The filters for `state` when no plugin of this cycle wants to hear of pods that come or go in a
 * trial: all they look at then is the node itself. Undefined when one does.
 */
export function fixedFilters(context: TrialContext, state: CycleState): ActiveFilters | undefined {
  const { framework, pod, snapshot } = context;
  const hears = framework.plugins.preFilter.some(
    ({ name, addPod, removePod }) =>
      (addPod !== undefined || removePod !== undefined) && !state.skipFilterPlugins.has(name),
  );
  return hears ? undefined : framework.startFilters(state, pod, snapshot);
}

/** One node under changes, from construction to `end`; trials of a node end in reverse order. */
export class NodeTrial {
  readonly #context: TrialContext;
  readonly #state: CycleState;
  readonly #row: number;
  readonly #pods: readonly PodInfo[];
  readonly #hostPorts: HostPorts | undefined;
  readonly #fixed: ActiveFilters | undefined;

  /**
   * `state` stays as it is. `fixed` are filters for it that stay right whatever the trial does
   * (see `fixedFilters`). Linear in the pods of the node and in what plugins copy.
   */
  constructor(context: TrialContext, state: CycleState, row: number, fixed?: ActiveFilters) {
    const { table } = context.snapshot;
    this.#context = context;
    this.#fixed = fixed;
    this.#state = fixed === undefined ? state.clone() : state;
    this.#row = row;
    this.#pods = [...(table.pods[row] as PodInfo[])];
    this.#hostPorts = table.hostPorts[row];
    table.hostPorts[row] = this.#hostPorts?.clone();
  }

  /** Puts a pod onto the node, and tells the plugins. */
  addPod(added: PodInfo): void {
    const { framework, pod, snapshot } = this.#context;
    snapshot.table.addPod(this.#row, added);
    for (const plugin of framework.plugins.preFilter) {
      if (this.#state.skipFilterPlugins.has(plugin.name)) continue;
      plugin.addPod?.(this.#state, pod, added, this.#row, snapshot);
    }
  }

  /** Takes a pod off the node, and tells the plugins. */
  removePod(removed: PodInfo): void {
    const { framework, pod, snapshot } = this.#context;
    snapshot.table.removePod(this.#row, removed);
    for (const plugin of framework.plugins.preFilter) {
      if (this.#state.skipFilterPlugins.has(plugin.name)) continue;
      plugin.removePod?.(this.#state, pod, removed, this.#row, snapshot);
    }
  }

  /** The first refusal of the node as it is now. */
  runFilters(): PluginAnswer {
    return runFilters(this.#filters(), this.#row);
  }

  /** The same under the condition of `runFiltersWithNominatedPods`. */
  runFiltersWithNominatedPods(): PluginAnswer {
    return runFiltersWithNominatedPods(this.#context, this.#state, this.#filters(), this.#row);
  }

  /** Leaves the node as it was found: the same pods in the same order, the same ports. */
  end(): void {
    const { table } = this.#context.snapshot;
    const list = table.pods[this.#row] as PodInfo[];
    const present = new Set(list);
    const before = new Set(this.#pods);
    for (const info of present) if (!before.has(info)) table.removePod(this.#row, info);
    for (const info of before) if (!present.has(info)) table.addPod(this.#row, info);
    for (let i = 0; i < list.length; i++) list[i] = this.#pods[i]!;
    table.hostPorts[this.#row] = this.#hostPorts;
  }

  /** A filter may have looked at the state when it was made, so each judgement makes its own. */
  #filters(): ActiveFilters {
    if (this.#fixed !== undefined) return this.#fixed;
    const { framework, pod, snapshot } = this.#context;
    return framework.startFilters(this.#state, pod, snapshot);
  }
}
