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

/**
 * CPU time of the parts of a cycle. What a phase costs whatever the number of nodes counts as its
 * preparation: it cannot be told from the rest of the phase in the recorded times.
 */
export interface CyclePhases {
  readonly snapshot: CycleCost;
  readonly preFilter: CycleCost;
  readonly filter: CycleCost;
  /** Handling their JSON. */
  readonly extenders: CycleCost;
  readonly postFilter: CycleCost;
  readonly preScore: CycleCost;
  /** With normalisation. */
  readonly score: CycleCost;
  /** Host choice, assume, Reserve, Permit. */
  readonly select: CycleCost;
}

/** CPU time of a cycle from Pop to the binding's start, phase by phase. */
export function cyclePhases(
  { result, work }: Pick<Decision, 'result' | 'work'>,
  { changedRows, areListsChanged }: SnapshotWork,
  costs: SchedulerCosts,
): CyclePhases {
  const { snapshotNodes, examinedNodes, scoredNodes, extenders } = work;
  const { dryRunNodes = 0, dryRunFilterPasses = 0 } = work.postFilter ?? {};
  const { snapshotChangedNodeUs, snapshotListedNodeUs } = costs;
  const listedNodeUs = costs.snapshotNodeUs + (areListsChanged ? snapshotListedNodeUs : 0);
  const pluginsUs = filtersUs(work.filters, costs);
  const scoreNodeUs = costs.scoreNodeUs + costs.selectNodeUs + scorersUs(work.scorers, costs);
  const phases: CyclePhases = {
    snapshot: serial(changedRows * snapshotChangedNodeUs + snapshotNodes * listedNodeUs),
    preFilter: serial(costs.filterCycleUs),
    filter: {
      serialUs: examinedNodes * costs.filterNodeUs,
      parallelUs: examinedNodes * pluginsUs,
    },
    extenders: serial(((extenders?.jsonBytes ?? 0) * costs.extenderJsonNanosecondsPerByte) / 1000),
    postFilter: {
      serialUs: dryRunNodes * snapshotChangedNodeUs + dryRunFilterPasses * costs.filterNodeUs,
      parallelUs: dryRunFilterPasses * pluginsUs,
    },
    preScore: serial(scoredNodes > 0 ? costs.scoreCycleUs : 0),
    score: serial(scoredNodes * scoreNodeUs),
    select: serial(result === 'scheduled' ? costs.selectCycleUs : 0),
  };
  for (const walk of work.walks) addWalk(phases, walk, costs);
  return phases;
}

function serial(serialUs: number): CycleCost {
  return { serialUs, parallelUs: 0 };
}

/** CPU time of a cycle from Pop to the binding's start. */
export function cycleCost(...cycle: Parameters<typeof cyclePhases>): CycleCost {
  return sumOf(cyclePhases(...cycle));
}

/** All phases together. */
export function sumOf(phases: CyclePhases): CycleCost {
  const { snapshot, preFilter, filter, extenders, postFilter, preScore, score, select } = phases;
  const sum = { serialUs: 0, parallelUs: 0 };
  add(sum, snapshot);
  add(sum, preFilter);
  add(sum, filter);
  add(sum, extenders);
  add(sum, postFilter);
  add(sum, preScore);
  add(sum, score);
  add(sum, select);
  return sum;
}

function add(sum: CycleCost, { serialUs, parallelUs }: CycleCost): void {
  sum.serialUs += serialUs;
  sum.parallelUs += parallelUs;
}

/** How long the phases of a cycle have taken, µs. */
export interface CycleTimes {
  readonly totalUs: number;
  readonly preFilterUs: number;
  readonly filterUs: number;
  readonly postFilterUs: number;
  readonly preScoreUs: number;
  readonly scoreUs: number;
  readonly selectUs: number;
}

/**
 * The times of a cycle that has lasted `elapsedUs`, `waitUs` of them for extenders, with this many
 * `workers` at a time: a machine that others use too stretches all phases alike.
 */
export function cycleTimes(
  phases: CyclePhases,
  workers: number,
  elapsedUs: number,
  waitUs: number,
): CycleTimes {
  const aloneUs = ({ serialUs, parallelUs }: CycleCost): number => serialUs + parallelUs / workers;
  const shortestUs = aloneUs(sumOf(phases));
  const stretch = shortestUs === 0 ? 1 : (elapsedUs - waitUs) / shortestUs;
  return {
    totalUs: elapsedUs,
    preFilterUs: aloneUs(phases.preFilter) * stretch,
    filterUs: aloneUs(phases.filter) * stretch,
    postFilterUs: aloneUs(phases.postFilter) * stretch,
    preScoreUs: aloneUs(phases.preScore) * stretch,
    scoreUs: aloneUs(phases.score) * stretch,
    selectUs: aloneUs(phases.select) * stretch,
  };
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

function addWalk({ preFilter, preScore }: CyclePhases, walk: PluginWalk, costs: SchedulerCosts) {
  const { name, nodes, pods, matches } = walk;
  switch (name) {
    case 'spreadPreFilter':
      preFilter.parallelUs += nodes * costs.spreadWalkNodeUs + pods * costs.walkPodUs;
      return;
    case 'spreadPreScore':
      preScore.parallelUs += nodes * costs.spreadWalkNodeUs;
      preScore.serialUs += pods * costs.spreadScorePodUs;
      return;
    case 'ownAffinity':
      preFilter.parallelUs += nodes * costs.affinityWalkNodeUs + pods * costs.walkPodUs;
      preFilter.serialUs += matches * costs.ownAffinityMatchUs;
      return;
    case 'othersAntiAffinity':
      preFilter.parallelUs += pods * costs.walkPodUs;
      preFilter.serialUs += pods * costs.othersAntiAffinityPodUs;
      return;
    case 'affinityPreScore':
      preScore.parallelUs += nodes * costs.affinityWalkNodeUs + pods * costs.walkPodUs;
      preScore.parallelUs += matches * costs.affinityScoreMatchUs;
      preScore.serialUs += matches * costs.affinityScoreMergeUs;
  }
}
