// The fewest pods of one node that must go so that another one fits: all of lower priority are
// taken off, then put back one by one, the most important first, for as long as the pod still fits.
// Source: kube-scheduler v1.36 plugins/defaultpreemption SelectVictimsOnNode; reference:
// scheduler 1.10.

import type { ActiveFilters } from '../../framework/active-filters.js';
import type { CycleState } from '../../framework/cycle-state.js';
import type { PluginAnswer } from '../../framework/framework.js';
import { NodeTrial, type TrialContext } from '../../framework/node-trial.js';
import type { PreemptionTrial } from '../../framework/plugin.js';
import type { ClusterListers } from '../../framework/plugin-handle.js';
import type { PodInfo } from '../../framework/pod-info.js';
import { isRejected, messageOf, status } from '../../framework/status.js';
import { splitByDisruptionBudgets } from './disruption-budgets.js';
import { sortByImportance } from './pod-importance.js';

/** A trial, and how often it ran the filters. */
export interface DryRun extends PreemptionTrial {
  readonly filterPasses: number;
}

/** What is the same for all nodes of one preemption. */
export interface VictimSearch {
  readonly context: TrialContext;
  readonly state: CycleState;
  /** `fixedFilters` of context and state. */
  readonly filters: ActiveFilters | undefined;
  readonly listers: Pick<ClusterListers, 'podDisruptionBudgets'>;
}

const noVictims = status(
  'UnschedulableAndUnresolvable',
  'No preemption victims found for incoming pod',
);

/** What comes of a node without any pod of lower priority. */
export function withoutVictims(row: number): DryRun {
  return refused(row, { status: noVictims, plugin: '' }, 0);
}

/** Leaves node and state as they were. Filter passes: one, and one for each possible victim. */
export function selectVictimsOnNode(search: VictimSearch, row: number): DryRun {
  const { context, state, filters, listers } = search;
  const { pod, snapshot } = context;
  const pods = snapshot.table.pods[row] as readonly PodInfo[];
  const potential = pods.filter(({ priority }) => priority < pod.priority);
  if (potential.length === 0) return withoutVictims(row);
  const trial = new NodeTrial(context, state, row, filters);
  for (const info of potential) trial.removePod(info);
  const answer = trial.runFiltersWithNominatedPods();
  if (answer.status !== undefined) {
    trial.end();
    return refused(row, answer, 1);
  }
  sortByImportance(potential);
  const { violating, nonViolating } = splitByDisruptionBudgets(potential, listers);
  const victims: PodInfo[] = [];
  for (const info of violating) if (!isReprieved(trial, info)) victims.push(info);
  const numPDBViolations = victims.length;
  for (const info of nonViolating) if (!isReprieved(trial, info)) victims.push(info);
  trial.end();
  if (violating.length > 0 && nonViolating.length > 0) sortByImportance(victims);
  const filterPasses = 1 + potential.length;
  if (victims.length > 0) {
    return { row, victims, numPDBViolations, status: undefined, plugin: '', filterPasses };
  }
  const text = `expected at least one victim pod on node "${snapshot.table.names[row]}"`;
  return refused(row, { status: status('Error', text), plugin: '' }, filterPasses);
}

/** Whether the pod can stay after all; if so it is back on the node. */
function isReprieved(trial: NodeTrial, info: PodInfo): boolean {
  trial.addPod(info);
  if (trial.runFiltersWithNominatedPods().status === undefined) return true;
  trial.removePod(info);
  return false;
}

function refused(row: number, { status: answer, plugin }: PluginAnswer, passes: number): DryRun {
  const isError = !isRejected(answer) && plugin !== '';
  return {
    row,
    victims: [],
    numPDBViolations: 0,
    status: isError
      ? status('Error', `running "${plugin}" filter plugin: ${messageOf(answer)}`)
      : answer,
    plugin,
    filterPasses: passes,
  };
}
