// The decision: which node a pod goes to, or why to none. It sees one snapshot, changes nothing but
// the place at which the next search starts, and knows neither simulation nor clients, so that
// recorded decisions are replayed against it directly. Left out: opportunistic batching (inert with
// the default PodTopologySpread arguments).
// Source: kube-scheduler v1.36 schedule_one.go; reference: scheduler 1.5-1.10.
//
// Cost of a plain pod of a kind that was seen before: two reads and a comparison for each node that
// is examined, and three passes over the feasible nodes; what changed since is computed anew.

import type { Snapshot } from '../cache/snapshot.js';
import { type ActiveFilters, runFilters, success } from './active-filters.js';
import type { CycleNotes } from './cycle-notes.js';
import { CycleState } from './cycle-state.js';
import type { CycleWork, Decision, DecisionResult, PointCodes } from './decision.js';
import { type ExtenderChain, type ExtenderRound, extenderName } from './extender-chain.js';
import { fitErrorMessage } from './fit-error.js';
import { type Framework, goList, type PluginAnswer } from './framework.js';
import { NodeStatuses } from './node-statuses.js';
import { runFiltersWithNominatedPods } from './node-trial.js';
import type { Nominator } from './nominator.js';
import { numFeasibleNodesToFind } from './num-feasible-nodes.js';
import { type Parallelizer, sequential } from './parallelizer.js';
import type { PostFilterResult } from './plugin.js';
import type { PluginWalk } from './plugin-walk.js';
import type { PodInfo } from './pod-info.js';
import { selectHost, type TieBreak } from './select-host.js';
import { codeOf, isRejected, messageOf, type Status, status } from './status.js';

/** The text of an attempt in an empty cluster. */
const noNodesAvailable = 'no nodes available to schedule pods';

/** The nodes of one search: rows in order, and how many there are. */
interface SearchSpace {
  readonly rows: Int32Array;
  readonly count: number;
}

/** What applies to all profiles. */
export interface AlgorithmOptions {
  /** 0, the default, is the adaptive rule. */
  readonly percentageOfNodesToScore?: number;
  /** Who examines the nodes; one by one by default. */
  readonly parallelizer?: Parallelizer;
  /** Which of the best nodes is taken; by default as 1.35 and 1.36 do. */
  readonly tieBreak?: TieBreak;
  /** Services that are asked about the nodes; none by default. */
  readonly extenders?: ExtenderChain | undefined;
}

/** Schedules pods of all profiles, one after the other. */
export class SchedulingAlgorithm {
  /** Index into the snapshot's order at which the next search starts. */
  nextStartNodeIndex = 0;
  /** Of the last decision; valid until the next. */
  readonly statuses: NodeStatuses = new NodeStatuses();
  readonly #snapshot: Snapshot;
  readonly #nominator: Nominator;
  readonly #percentage: number;
  readonly #parallelizer: Parallelizer;
  readonly #tieBreak: TieBreak;
  readonly #extenders: ExtenderChain | undefined;
  #feasible: Int32Array = new Int32Array(64);
  #feasibleCount = 0;
  #totals: Float64Array = new Float64Array(64);
  /** Of the last search that failed with an error. */
  #error: Status | undefined;
  readonly #rejectors = new Set<string>();
  /** The refusal that was noted last: neighbours mostly have the same. */
  #noted: PluginAnswer = success;
  readonly #pending = new Set<string>();
  #work: CycleWork = newWork(0, []);
  #points: PointCodes = { filter: [] };
  #notes: CycleNotes | undefined;
  #round: ExtenderRound | undefined;

  constructor(snapshot: Snapshot, nominator: Nominator, options: AlgorithmOptions = {}) {
    this.#snapshot = snapshot;
    this.#nominator = nominator;
    this.#percentage = options.percentageOfNodesToScore ?? 0;
    this.#parallelizer = options.parallelizer ?? sequential;
    this.#tieBreak = options.tieBreak ?? selectHost;
    this.#extenders = options.extenders;
  }

  /** Rows of the nodes that the last decision found feasible, in order. */
  get feasible(): Int32Array {
    return this.#feasible.subarray(0, this.#feasibleCount);
  }

  /** Total scores of the last decision, by place in `feasible`. */
  get totals(): Float64Array {
    return this.#totals.subarray(0, this.#feasibleCount);
  }

  /**
   * Decides for one pod on the snapshot as it is now. `attempt` counts from 1; `notes` are filled
   * in on the way.
   */
  decide(framework: Framework, pod: PodInfo, attempt = 1, notes?: CycleNotes): Decision {
    const snapshot = this.#snapshot;
    const state = new CycleState();
    this.#notes = notes;
    this.statuses.clear();
    this.#rejectors.clear();
    this.#pending.clear();
    this.#noted = success;
    this.#feasibleCount = 0;
    this.#error = undefined;
    this.#work = newWork(snapshot.count, state.walks);
    this.#points = { filter: [] };
    this.#round = this.#extenders?.begin(pod, attempt);
    if (this.#round !== undefined) this.#work.extenders = this.#round.work;
    if (snapshot.count === 0) {
      return this.#refuse('unschedulable', state, noNodesAvailable, unnominated);
    }
    this.#reserveSpace(snapshot.count);
    const preFilter = framework.runPreFilter(state, pod, snapshot);
    this.#points.preFilter = codeOf(preFilter.status);
    if (notes !== undefined) notes.preFilter = preFilter;
    for (const plugin of preFilter.narrowedBy) this.#rejectors.add(plugin);
    if (preFilter.status !== undefined) {
      if (!isRejected(preFilter.status)) return this.#fail(state, preFilter.status);
      this.statuses.absent = preFilter.status;
      this.#note(preFilter.status, preFilter.plugin);
      return this.#unschedulable(framework, state, pod, messageOf(preFilter.status));
    }
    const filters = framework.startFilters(state, pod, snapshot);
    this.#work.filters = filters.plugins;
    this.#find(framework, state, pod, filters, preFilter.nodeNames, preFilter.narrowedBy);
    if (this.#error !== undefined) return this.#fail(state, this.#error);
    if (this.#feasibleCount === 0) return this.#unschedulable(framework, state, pod, '');
    return this.#choose(framework, state, pod, attempt);
  }

  /** Fills the list of feasible nodes. */
  #find(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    filters: ActiveFilters,
    nodeNames: ReadonlySet<string> | undefined,
    narrowedBy: readonly string[],
  ): void {
    const snapshot = this.#snapshot;
    const nominated = snapshot.rowOf(pod.pod.status?.nominatedNodeName ?? '');
    if (nominated !== undefined) {
      if (this.#notes !== undefined)
        this.#notes.nominatedNodeName = snapshot.table.names[nominated]!;
      const only = { rows: Int32Array.of(nominated), count: 1 };
      this.#search(framework, state, pod, filters, only);
      this.#askExtenders();
      if (this.#feasibleCount > 0) return;
      this.#error = undefined; // kube-scheduler logs it and looks at the others
    }
    let space: SearchSpace = { rows: snapshot.order, count: snapshot.count };
    if (nodeNames !== undefined) {
      space = this.#namedNodes(nodeNames);
      const text = `node(s) didn't satisfy plugin(s) ${goList(narrowedBy)}`;
      this.statuses.absent = status('UnschedulableAndUnresolvable', text);
    }
    this.#search(framework, state, pod, filters, space);
    const processed = this.#feasibleCount + this.statuses.count;
    this.nextStartNodeIndex = (this.nextStartNodeIndex + processed) % snapshot.count;
    if (this.#askExtenders()) this.#rejectors.add(extenderName);
  }

  /** Leaves the nodes that extenders want too. True when some are lost. */
  #askExtenders(): boolean {
    if (this.#round === undefined || this.#error !== undefined) return false;
    const before = this.#feasibleCount;
    const left = this.#round.filter({ rows: this.#feasible, count: before }, this.statuses);
    this.#feasibleCount = typeof left === 'number' ? left : 0;
    if (typeof left !== 'number') this.#error = left;
    return this.#feasibleCount < before;
  }

  /** kube-scheduler walks a Go set here, in random order; this is the order of the names. */
  #namedNodes(nodeNames: ReadonlySet<string>): SearchSpace {
    const names = [...nodeNames].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const rows = names.map((name) => this.#snapshot.rowOf(name));
    const known = Int32Array.from(rows.filter((row) => row !== undefined));
    return { rows: known, count: known.length };
  }

  /**
   * Examines nodes in rotation until one more than enough is found. Nodes that were begun together
   * with that one are still judged: a refusal counts, another feasible node does not.
   */
  #search(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    active: ActiveFilters,
    { rows, count }: SearchSpace,
  ): void {
    const hasOthers = active.others.filters.length > 0;
    const wanted = this.#wanted(framework, count);
    const nominator = this.#nominator;
    const hasNominated = !nominator.isEmpty;
    const context = { framework, nominator, pod, snapshot: this.#snapshot };
    // Without any filter kube-scheduler just takes the first nodes.
    const isParallel = framework.plugins.filter.length > 0;
    const { places, roundEnds } = (isParallel ? this.#parallelizer : sequential).order(count);
    const feasible = this.#feasible;
    const start = count === 0 ? 0 : this.nextStartNodeIndex % count;
    let found = 0;
    this.#notes?.searches.push({ nodes: count, start, wanted });
    const { versions } = this.#snapshot.table;
    // Each pod of a DaemonSet names a node of its own: there is nothing to remember.
    const remembers = !hasNominated && count === this.#snapshot.count;
    const known = remembers ? framework.verdicts.of(this.#snapshot.table, active) : undefined;
    let end = count;
    let examined = 0;
    for (; examined < end; examined++) {
      const place = start + places[examined]!;
      const row = rows[place < count ? place : place - count]!;
      let refusal = success;
      if (hasNominated) {
        refusal = runFiltersWithNominatedPods(context, state, active, row);
      } else if (known === undefined || known.versions[row] !== versions[row]) {
        refusal = runFilters(active, row);
        known?.write(row, versions[row]!, refusal, active);
      } else if (known.places[row] !== 0) {
        const before = known.answers[known.places[row]!]!;
        refusal = active.areOthersLast ? before : runFilters(active, row);
      } else if (hasOthers) {
        refusal = runFilters(active.others, row);
      }
      if (refusal.status !== undefined) {
        if (!this.#refuseNode(row, refusal)) end = roundEnds[examined]!;
      } else if (found < wanted) {
        feasible[found++] = row;
      } else {
        end = roundEnds[examined]!;
      }
    }
    this.#work.examinedNodes += examined;
    this.#points.filter.push(codeOf(this.#error));
    this.#feasibleCount = found;
  }

  #wanted({ plugins, percentageOfNodesToScore }: Framework, count: number): number {
    const percentage = percentageOfNodesToScore ?? this.#percentage;
    const needsOne = plugins.score.length === 0 && this.#extenders?.isAsked !== true;
    return needsOne ? 1 : numFeasibleNodesToFind(percentage, count);
  }

  /** False when the filter has failed and the search ends. */
  #refuseNode(row: number, refusal: PluginAnswer): boolean {
    const { status: answer, plugin } = refusal;
    if (!isRejected(answer)) {
      this.#error ??= status('Error', `running "${plugin}" filter plugin: ${messageOf(answer)}`);
      return false;
    }
    this.statuses.refuse(row, refusal);
    if (refusal !== this.#noted) this.#note(answer, plugin);
    this.#noted = refusal;
    return true;
  }

  #choose(framework: Framework, state: CycleState, pod: PodInfo, attempt: number): Decision {
    const count = this.#feasibleCount;
    if (count === 1) return this.#accept(state, 0, 1 + this.statuses.count);
    const nodes = { rows: this.#feasible, count };
    const snapshot = this.#snapshot;
    const unready = framework.runPreScore(state, pod, nodes, snapshot);
    this.#points.preScore = codeOf(unready);
    if (unready !== undefined) return this.#fail(state, unready);
    const failure = framework.runScore(state, pod, nodes, snapshot, this.#totals, this.#notes);
    this.#points.score = codeOf(failure);
    if (failure !== undefined) return this.#fail(state, failure);
    this.#work.scoredNodes = count;
    const names = framework.plugins.score.map(({ plugin }) => plugin.name);
    this.#work.scorers = names.filter((name) => !state.skipScorePlugins.has(name));
    const shuffle = this.#round?.prioritize(nodes, this.#totals);
    const index = (shuffle ?? this.#tieBreak)(this.#totals, count, pod, attempt);
    return this.#accept(state, index, count + this.statuses.count);
  }

  #accept(state: CycleState, index: number, evaluatedNodes: number): Decision {
    const nodeName = this.#snapshot.table.names[this.#feasible[index]!]!;
    return this.#end('scheduled', state, '', nodeName, evaluatedNodes, noPostFilter);
  }

  #unschedulable(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    preFilterMessage: string,
  ): Decision {
    const { count } = this.#snapshot;
    let result: PostFilterResult = unnominated;
    if (framework.plugins.postFilter.length > 0) {
      result = framework.runPostFilter(state, pod, this.statuses, this.#snapshot);
      this.#points.postFilter = codeOf(result.status);
      if (this.#notes !== undefined) this.#notes.postFilter = result;
      if (result.work !== undefined) this.#work.postFilter = result.work;
    }
    const postFilterMessage = messageOf(result.status);
    const text = fitErrorMessage(count, this.statuses, preFilterMessage, postFilterMessage);
    return this.#refuse('unschedulable', state, text, result);
  }

  #fail(state: CycleState, answer: Status): Decision {
    this.#rejectors.clear();
    this.#pending.clear();
    return this.#refuse('error', state, messageOf(answer), unnominated);
  }

  #refuse(
    result: DecisionResult,
    state: CycleState,
    message: string,
    postFilter: PostFilterResult,
  ): Decision {
    return this.#end(result, state, message, '', this.statuses.count, postFilter);
  }

  #end(
    result: DecisionResult,
    state: CycleState,
    message: string,
    nodeName: string,
    evaluatedNodes: number,
    { nominatedNodeName, victims = noVictims }: PostFilterResult,
  ): Decision {
    return {
      result,
      nodeName,
      evaluatedNodes,
      feasibleNodes: this.#feasibleCount,
      message,
      unschedulablePlugins: sorted(this.#rejectors),
      pendingPlugins: sorted(this.#pending),
      nominatedNodeName,
      victims,
      state,
      work: this.#work,
      points: this.#points,
    };
  }

  #note(answer: Status, plugin: string): void {
    if (plugin === '') return;
    (codeOf(answer) === 'Pending' ? this.#pending : this.#rejectors).add(plugin);
  }

  #reserveSpace(count: number): void {
    if (this.#feasible.length >= count) return;
    this.#feasible = new Int32Array(count * 2);
    this.#totals = new Float64Array(count * 2);
  }
}

function newWork(snapshotNodes: number, walks: readonly PluginWalk[]): CycleWork {
  return { snapshotNodes, examinedNodes: 0, scoredNodes: 0, walks, filters: [], scorers: [] };
}

function sorted(names: ReadonlySet<string>): readonly string[] {
  if (names.size === 0) return none;
  return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

const none: readonly string[] = [];
const noVictims: readonly PodInfo[] = [];
const noPostFilter: PostFilterResult = { status: undefined };
/** Whatever was promised to the pod no longer holds. */
const unnominated: PostFilterResult = { status: undefined, nominatedNodeName: '' };
