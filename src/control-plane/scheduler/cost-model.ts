// How long a scheduling cycle takes. The decision is exact; its time is a sum of terms in what
// kube-scheduler looks at in the cycle: nodes examined and scored, nodes and pods that plugins walk
// over. Part of it is done by the goroutines of `parallelism`, as many at a time as the machine has
// cores; the recordings say which part. A dry run of preemption costs a copy of the node, as the
// snapshot of a changed node does, and then passes of the filters, as examined nodes do: ASSUMED,
// because preemption was not recorded.
// Source: fitted to recorded cycles, see constants.ts; form of the terms: reference scheduler 6.3.

import type { schedulerConstants } from './constants.js';
import type { Decision } from './framework/decision.js';
import type { PluginWalk } from './framework/plugin-walk.js';

/** The terms of the model; the names are explained in docs/MODEL.md. */
export type SchedulerCosts = Pick<
  typeof schedulerConstants,
  | 'snapshotChangedNodeUs'
  | 'snapshotNodeUs'
  | 'snapshotListedNodeUs'
  | 'filterCycleUs'
  | 'filterNodeUs'
  | 'nodeAffinityFilterNodeUs'
  | 'spreadFilterNodeUs'
  | 'affinityFilterNodeUs'
  | 'otherFilterNodeUs'
  | 'spreadWalkNodeUs'
  | 'affinityWalkNodeUs'
  | 'walkPodUs'
  | 'spreadScorePodUs'
  | 'ownAffinityMatchUs'
  | 'othersAntiAffinityPodUs'
  | 'affinityScoreMatchUs'
  | 'affinityScoreMergeUs'
  | 'scoreCycleUs'
  | 'scoreNodeUs'
  | 'affinityScoreNodeUs'
  | 'otherScoreNodeUs'
  | 'selectCycleUs'
  | 'selectNodeUs'
  | 'extenderJsonNanosecondsPerByte'
>;

/** CPU time of a cycle, in µs. */
export interface CycleCost {
  /** Of the scheduling goroutine. */
  serialUs: number;
  /** Of the workers together. */
  parallelUs: number;
}

/** What the snapshot had to take over; see SchedulerCache and Snapshot. */
export interface SnapshotWork {
  readonly changedRows: number;
  readonly areListsChanged: boolean;
}

/** Plugins whose work is part of `filterNodeUs`. */
const plainFilters: ReadonlySet<string> = new Set([
  'NodeUnschedulable',
  'NodeName',
  'TaintToleration',
  'NodeResourcesFit',
]);

/**
 * Plugins whose work is part of `scoreNodeUs`, as they score every pod of the default profile, and
 * PodTopologySpread, whose work by node is too little to show in the recordings.
 */
const plainScorers: ReadonlySet<string> = new Set([
  'TaintToleration',
  'NodeResourcesFit',
  'NodeResourcesBalancedAllocation',
  'ImageLocality',
  'DynamicResources',
  'PodTopologySpread',
]);

/** CPU time of a cycle from Pop to the binding's start. */
export function cycleCost(
  { result, work }: Pick<Decision, 'result' | 'work'>,
  { changedRows, areListsChanged }: SnapshotWork,
  costs: SchedulerCosts,
): CycleCost {
  const { snapshotNodes, examinedNodes, scoredNodes, postFilter, extenders } = work;
  const { snapshotChangedNodeUs, snapshotNodeUs, snapshotListedNodeUs } = costs;
  const passes = examinedNodes + (postFilter?.dryRunFilterPasses ?? 0);
  const cost: CycleCost = {
    serialUs:
      (changedRows + (postFilter?.dryRunNodes ?? 0)) * snapshotChangedNodeUs +
      snapshotNodes * (snapshotNodeUs + (areListsChanged ? snapshotListedNodeUs : 0)) +
      costs.filterCycleUs +
      passes * costs.filterNodeUs,
    parallelUs: passes * filtersUs(work.filters, costs),
  };
  for (const walk of work.walks) addWalk(cost, walk, costs);
  if (scoredNodes > 0) {
    const scoreNodeUs = costs.scoreNodeUs + costs.selectNodeUs + scorersUs(work.scorers, costs);
    cost.serialUs += costs.scoreCycleUs + scoredNodes * scoreNodeUs;
  }
  if (extenders !== undefined) {
    cost.serialUs += (extenders.jsonBytes * costs.extenderJsonNanosecondsPerByte) / 1000;
  }
  if (result === 'scheduled') cost.serialUs += costs.selectCycleUs;
  return cost;
}

/** What the filters that not every pod has cost for one node. */
function filtersUs(plugins: readonly string[], costs: SchedulerCosts): number {
  let us = 0;
  for (const plugin of plugins) {
    if (plugin === 'NodeAffinity') us += costs.nodeAffinityFilterNodeUs;
    else if (plugin === 'PodTopologySpread') us += costs.spreadFilterNodeUs;
    else if (plugin === 'InterPodAffinity') us += costs.affinityFilterNodeUs;
    else if (!plainFilters.has(plugin)) us += costs.otherFilterNodeUs;
  }
  return us;
}

function scorersUs(plugins: readonly string[], costs: SchedulerCosts): number {
  let us = 0;
  for (const plugin of plugins) {
    if (plugin === 'InterPodAffinity') us += costs.affinityScoreNodeUs;
    else if (!plainScorers.has(plugin)) us += costs.otherScoreNodeUs;
  }
  return us;
}

function addWalk(cost: CycleCost, walk: PluginWalk, costs: SchedulerCosts): void {
  const { name, nodes, pods, matches } = walk;
  switch (name) {
    case 'spreadPreFilter':
      cost.parallelUs += nodes * costs.spreadWalkNodeUs + pods * costs.walkPodUs;
      return;
    case 'spreadPreScore':
      cost.parallelUs += nodes * costs.spreadWalkNodeUs;
      cost.serialUs += pods * costs.spreadScorePodUs;
      return;
    case 'ownAffinity':
      cost.parallelUs += nodes * costs.affinityWalkNodeUs + pods * costs.walkPodUs;
      cost.serialUs += matches * costs.ownAffinityMatchUs;
      return;
    case 'othersAntiAffinity':
      cost.parallelUs += pods * costs.walkPodUs;
      cost.serialUs += pods * costs.othersAntiAffinityPodUs;
      return;
    case 'affinityPreScore':
      cost.parallelUs += nodes * costs.affinityWalkNodeUs + pods * costs.walkPodUs;
      cost.parallelUs += matches * costs.affinityScoreMatchUs;
      cost.serialUs += matches * costs.affinityScoreMergeUs;
  }
}
