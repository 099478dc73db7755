// DefaultPreemption: makes room for a pod at the cost of pods of lower priority. The choice is made
// here, in the scheduling cycle; the scheduler deletes the victims afterwards. Left out: extenders,
// preemption for groups of pods.
// Source: kube-scheduler v1.36 plugins/defaultpreemption, framework/preemption; reference:
// scheduler 1.10, 2.13.

import type { Pod } from '../../../../api/pod.js';
import type { Snapshot } from '../../cache/snapshot.js';
import type { DefaultPreemptionArgs } from '../../configuration/plugin-args.js';
import { assignedPodDelete } from '../../framework/cluster-event.js';
import type { CycleState } from '../../framework/cycle-state.js';
import { fitErrorMessage } from '../../framework/fit-error.js';
import { NodeStatuses } from '../../framework/node-statuses.js';
import { fixedFilters } from '../../framework/node-trial.js';
import type {
  ClusterEventWithHint,
  PostFilterResult,
  PreEnqueuePlugin,
  PreemptionPlugin,
} from '../../framework/plugin.js';
import type { PluginHandle } from '../../framework/plugin-handle.js';
import type { PodInfo } from '../../framework/pod-info.js';
import { codeOf, messageOf, type Status, status } from '../../framework/status.js';
import { chooseCandidate } from './choose-candidate.js';
import {
  type DryRun,
  selectVictimsOnNode,
  type VictimSearch,
  withoutVictims,
} from './select-victims.js';

const isWaiting = status(
  'UnschedulableAndUnresolvable',
  'waiting for the preemption for this pod to be finished',
);
const notHelpful = status(
  'UnschedulableAndUnresolvable',
  'Preemption is not helpful for scheduling',
);

/** Why a pod may not preempt, as in Events. */
const policyIsNever = 'not eligible due to preemptionPolicy=Never.';
const victimIsTerminating = 'not eligible due to a terminating pod on the nominated node.';

const noWork = { dryRunNodes: 0, dryRunFilterPasses: 0 };

/** PreEnqueue and PostFilter. */
export class DefaultPreemption implements PreEnqueuePlugin, PreemptionPlugin {
  readonly name = 'DefaultPreemption';
  readonly #args: DefaultPreemptionArgs;
  readonly #handle: PluginHandle;

  constructor(args: DefaultPreemptionArgs, handle: PluginHandle) {
    this.#args = args;
    this.#handle = handle;
  }

  preEnqueue({ metadata }: Pod): Status | undefined {
    return this.#handle.isPreempting(metadata.uid ?? '') ? isWaiting : undefined;
  }

  postFilter(
    state: CycleState,
    pod: PodInfo,
    statuses: NodeStatuses,
    snapshot: Snapshot,
  ): PostFilterResult {
    const obstacle = this.#obstacle(pod, statuses, snapshot);
    if (obstacle !== '') {
      return { status: status('Unschedulable', `preemption: ${obstacle}`), work: noWork };
    }
    const runs = this.#tryUntilEnough(state, pod, statuses, snapshot);
    const candidates = runs.filter(({ status: answer }) => answer === undefined);
    const dryRunNodes = runs.length;
    const dryRunFilterPasses = runs.reduce((sum, { filterPasses }) => sum + filterPasses, 0);
    const work = { dryRunNodes, dryRunFilterPasses };
    if (candidates.length === 0) return { ...noCandidate(runs, snapshot), trials: runs, work };
    const { best } = chooseCandidate([
      ...candidates.filter(({ numPDBViolations }) => numPDBViolations === 0),
      ...candidates.filter(({ numPDBViolations }) => numPDBViolations > 0),
    ]);
    const victims = best.victims.filter(
      ({ pod: { metadata } }) => metadata.deletionTimestamp === undefined,
    );
    const nominatedNodeName = snapshot.table.names[best.row] as string;
    return { status: undefined, nominatedNodeName, victims, trials: runs, work };
  }

  dryRun(
    state: CycleState,
    pod: PodInfo,
    statuses: NodeStatuses,
    snapshot: Snapshot,
  ): readonly DryRun[] {
    const search = this.#searchFor(state, pod, snapshot);
    return potentialRows(statuses, snapshot).map((row) => selectVictimsOnNode(search, row));
  }

  /** The hint never queues: who gave the real reason does. The event reopens PreEnqueue's gate. */
  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [{ event: assignedPodDelete, hint: () => 'QueueSkip' }];
  }

  #searchFor(state: CycleState, pod: PodInfo, snapshot: Snapshot): VictimSearch {
    const { nominator, listers } = this.#handle;
    const context = { framework: this.#handle.framework(), nominator, pod, snapshot };
    return { context, state, filters: fixedFilters(context, state), listers };
  }

  /** Why the pod may not preempt; '' when it may. Its newest state counts. */
  #obstacle(info: PodInfo, statuses: NodeStatuses, snapshot: Snapshot): string {
    const { namespace = '', name } = info.pod.metadata;
    const pod = this.#handle.listers.pod(namespace, name) ?? info.pod;
    if (pod.spec.preemptionPolicy === 'Never') return policyIsNever;
    const row = snapshot.rowOf(pod.status?.nominatedNodeName ?? '');
    if (row === undefined) return '';
    if (codeOf(statuses.get(row)) === 'UnschedulableAndUnresolvable') return '';
    const pods = snapshot.table.pods[row] as readonly PodInfo[];
    const isBusy = pods.some(
      (other) => other.priority < info.priority && isTerminatingByPreemption(other.pod),
    );
    return isBusy ? victimIsTerminating : '';
  }

  /**
   * Tries nodes in rotation from a random one, until there are candidates enough and the nodes that
   * were begun with the last of them are done. No more than wanted are kept of either sort.
   */
  #tryUntilEnough(
    state: CycleState,
    pod: PodInfo,
    statuses: NodeStatuses,
    snapshot: Snapshot,
  ): readonly DryRun[] {
    const rows = potentialRows(statuses, snapshot);
    if (rows.length === 0) return [];
    const offset = this.#handle.stream(`preemption/${pod.uid}`).below(rows.length);
    const { places, roundEnds } = this.#handle.parallelizer.order(rows.length);
    if (snapshot.table.lowestPriority >= pod.priority) {
      return rows.map((_, i) =>
        withoutVictims(rows[(offset + places[i]!) % rows.length] as number),
      );
    }
    const search = this.#searchFor(state, pod, snapshot);
    const wanted = this.#candidatesWanted(rows.length);
    const runs: DryRun[] = [];
    let clean = 0;
    let violating = 0;
    let end = rows.length;
    for (let i = 0; i < end; i++) {
      const row = rows[(offset + places[i]!) % rows.length] as number;
      const run = selectVictimsOnNode(search, row);
      if (run.status !== undefined) runs.push(run);
      else if (run.numPDBViolations === 0 ? clean < wanted : violating < wanted) {
        if (run.numPDBViolations === 0) clean++;
        else violating++;
        runs.push(run);
      }
      if (clean > 0 && clean + violating >= wanted) end = Math.min(end, roundEnds[i]!);
    }
    return runs;
  }

  #candidatesWanted(nodeCount: number): number {
    const { minCandidateNodesPercentage, minCandidateNodesAbsolute } = this.#args;
    const share = Math.floor((nodeCount * minCandidateNodesPercentage) / 100);
    return Math.min(Math.max(share, minCandidateNodesAbsolute), nodeCount);
  }
}

/** Nodes in snapshot order on which the removal of pods may help. */
function potentialRows(statuses: NodeStatuses, { order, count }: Snapshot): number[] {
  const rows: number[] = [];
  for (let i = 0; i < count; i++) {
    const row = order[i]!;
    if (codeOf(statuses.get(row)) === 'Unschedulable') rows.push(row);
  }
  return rows;
}

/** An earlier victim of the scheduler that has not gone yet. */
function isTerminatingByPreemption({ metadata, status: podStatus }: Pod): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  const target = podStatus?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  return target?.status === 'True' && target.reason === 'PreemptionByScheduler';
}

/** Clears the nomination, unless a filter failed. */
function noCandidate(runs: readonly DryRun[], snapshot: Snapshot): PostFilterResult {
  const errors = runs.flatMap(({ status: answer }) =>
    codeOf(answer) === 'Error' ? [messageOf(answer)] : [],
  );
  if (errors.length > 0) {
    const texts = [...new Set(errors)];
    const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
    return { status: status('Error', `preemption: ${text}`) };
  }
  const statuses = new NodeStatuses();
  for (const { row, status: answer, plugin } of runs) {
    if (answer !== undefined) statuses.set(row, answer, plugin);
  }
  statuses.absent = notHelpful;
  const text = fitErrorMessage(snapshot.count, statuses, '', '');
  return { status: status('Unschedulable', `preemption: ${text}`), nominatedNodeName: '' };
}
