// Judging a node with other pods on it: the nominated ones. The pods are put onto the node table
// and taken off again, which within one decision nobody else can see.
// Source: kube-scheduler v1.36 RunFilterPluginsWithNominatedPods; reference: scheduler 1.8.

import type { Snapshot } from '../cache/snapshot.js';
import type { CycleState } from './cycle-state.js';
import type { ActiveFilters, Framework, PluginAnswer } from './framework.js';
import type { PodInfo } from './pod-info.js';

const feasible: PluginAnswer = { status: undefined, plugin: '' };

/** The first refusal of one node. */
export function runFilters({ filters, plugins }: ActiveFilters, row: number): PluginAnswer {
  for (let i = 0; i < filters.length; i++) {
    const answer = filters[i]!(row);
    if (answer !== undefined) return { status: answer, plugin: plugins[i]! };
  }
  return feasible;
}

/** The first refusal of a node if `added` were on it too. Leaves node and state as they were. */
export function runFiltersWithPods(
  framework: Framework,
  state: CycleState,
  pod: PodInfo,
  snapshot: Snapshot,
  row: number,
  added: readonly PodInfo[],
): PluginAnswer {
  const { table } = snapshot;
  const trial = state.clone();
  const ports = table.hostPorts[row];
  table.hostPorts[row] = ports?.clone();
  for (const info of added) {
    table.addPod(row, info);
    for (const plugin of framework.plugins.preFilter) {
      if (trial.skipFilterPlugins.has(plugin.name)) continue;
      plugin.addPod?.(trial, pod, info, row, snapshot);
    }
  }
  const answer = runFilters(framework.startFilters(trial, pod, snapshot), row);
  // The last one added is the last of the node's list, so nothing changes its place.
  for (let i = added.length - 1; i >= 0; i--) table.removePod(row, added[i]!);
  table.hostPorts[row] = ports;
  return answer;
}
