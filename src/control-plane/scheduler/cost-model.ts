// How long a scheduling cycle takes. The decision is exact; its time is a sum of terms in what the
// cycle had to look at. Sixteen workers on two cores are recorded as one wall time and charged as
// work of one thread, so a machine with more cores is not faster here. A dry run of preemption
// costs a copy of the node, as the snapshot of a changed node does, and then passes of the filters,
// as examined nodes do: ASSUMED, because preemption was not recorded.
// Source: fitted to recorded cycles, see constants.ts; form of the terms: reference scheduler 6.3.

import type { schedulerConstants } from './constants.js';
import type { Decision } from './framework/decision.js';

/** The terms of the model in microseconds; the names are explained in docs/MODEL.md. */
export type SchedulerCosts = Pick<
  typeof schedulerConstants,
  | 'snapshotChangedNodeUs'
  | 'snapshotNodeUs'
  | 'filterCycleUs'
  | 'filterNodeUs'
  | 'nodeAffinityFilterNodeUs'
  | 'otherFilterNodeUs'
  | 'scoreCycleUs'
  | 'scoreNodeUs'
  | 'otherScoreNodeUs'
  | 'selectCycleUs'
  | 'selectNodeUs'
  | 'extenderJsonNanosecondsPerByte'
>;

/** Plugins whose work is part of `filterNodeUs`. */
const plainFilters: ReadonlySet<string> = new Set([
  'NodeUnschedulable',
  'NodeName',
  'TaintToleration',
  'NodeResourcesFit',
]);

/** Plugins whose work is part of `scoreNodeUs`. */
const plainScorers: ReadonlySet<string> = new Set([
  'TaintToleration',
  'NodeResourcesFit',
  'NodeResourcesBalancedAllocation',
  'ImageLocality',
]);

/** CPU time of a cycle from Pop to the binding's start. `changedNodes`: see SchedulerCache. */
export function cycleCostUs(
  { result, work }: Pick<Decision, 'result' | 'work'>,
  changedNodes: number,
  costs: SchedulerCosts,
): number {
  const { snapshotNodes, examinedNodes, scoredNodes, filters, scorers, postFilter, extenders } =
    work;
  let filterNodeUs = costs.filterNodeUs;
  for (const plugin of filters) {
    if (plugin === 'NodeAffinity') filterNodeUs += costs.nodeAffinityFilterNodeUs;
    else if (!plainFilters.has(plugin)) filterNodeUs += costs.otherFilterNodeUs;
  }
  let costUs =
    changedNodes * costs.snapshotChangedNodeUs +
    snapshotNodes * costs.snapshotNodeUs +
    costs.filterCycleUs +
    examinedNodes * filterNodeUs;
  if (scoredNodes > 0) {
    let scoreNodeUs = costs.scoreNodeUs + costs.selectNodeUs;
    for (const plugin of scorers)
      if (!plainScorers.has(plugin)) scoreNodeUs += costs.otherScoreNodeUs;
    costUs += costs.scoreCycleUs + scoredNodes * scoreNodeUs;
  }
  if (postFilter !== undefined) {
    costUs += postFilter.dryRunNodes * costs.snapshotChangedNodeUs;
    costUs += postFilter.dryRunFilterPasses * filterNodeUs;
  }
  if (extenders !== undefined) {
    costUs += (extenders.jsonBytes * costs.extenderJsonNanosecondsPerByte) / 1000;
  }
  return result === 'scheduled' ? costUs + costs.selectCycleUs : costUs;
}
