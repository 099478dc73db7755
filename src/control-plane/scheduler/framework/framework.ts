// One profile at work: runs its plugins at the extension points of the scheduling cycle and
// combines their answers. It holds no state of a cycle but reused buffers.
// Source: kube-scheduler v1.36 framework/runtime/framework.go; reference: scheduler 1.6-1.11.

import type { Pod } from '../../../api/pod.js';
import type { Snapshot } from '../cache/snapshot.js';
import { ActiveFilters, success } from './active-filters.js';
import type { CycleNotes } from './cycle-notes.js';
import type { CycleState } from './cycle-state.js';
import type { NodeStatuses } from './node-statuses.js';
import { maxNodeScore } from './normalize-score.js';
import type { NodeList, PostFilterResult } from './plugin.js';
import type { PluginSet, WeightedScorePlugin } from './plugin-set.js';
import type { PodInfo } from './pod-info.js';
import { RowScores } from './row-scores.js';
import { RowVerdicts } from './row-verdicts.js';
import { codeOf, isRejected, messageOf, type Status, status } from './status.js';

/** An answer and whose it is; `status` undefined is success. */
export interface PluginAnswer {
  readonly status: Status | undefined;
  readonly plugin: string;
}

/** What PreFilter as a whole says. */
export interface PreFilterAnswer extends PluginAnswer {
  /** Only these nodes can be feasible; undefined, all. */
  readonly nodeNames: ReadonlySet<string> | undefined;
  /** Plugins that narrowed the nodes, by name. */
  readonly narrowedBy: readonly string[];
}

/** What PostFilter as a whole says, and whose refusal came first; '' for success. */
export interface PostFilterAnswer extends PostFilterResult {
  readonly plugin: string;
}

/** Options of a profile. */
export interface FrameworkOptions {
  readonly schedulerName: string;
  readonly plugins: PluginSet;
  /** Of the profile; absent: the scheduler's. */
  readonly percentageOfNodesToScore?: number;
}

/** The plugins of one profile. */
export class Framework {
  readonly schedulerName: string;
  readonly plugins: PluginSet;
  readonly percentageOfNodesToScore: number | undefined;
  /** What its filters have said about nodes. */
  readonly verdicts: RowVerdicts = new RowVerdicts();
  readonly #rowScores = new RowScores();
  #scores: Float64Array = new Float64Array(64);

  constructor(options: FrameworkOptions) {
    this.schedulerName = options.schedulerName;
    this.plugins = options.plugins;
    this.percentageOfNodesToScore = options.percentageOfNodesToScore;
  }

  /** The first refusal; `first` (a plugin's name) is asked before the others. */
  runPreEnqueue(pod: Pod, first: string): PluginAnswer {
    const { preEnqueue } = this.plugins;
    const gating = preEnqueue.find(({ name }) => name === first);
    const answer = gating?.preEnqueue(pod);
    if (gating !== undefined && answer !== undefined) return { status: answer, plugin: first };
    for (const plugin of preEnqueue) {
      const refusal = plugin === gating ? undefined : plugin.preEnqueue(pod);
      if (refusal !== undefined) return { status: refusal, plugin: plugin.name };
    }
    return success;
  }

  /** Runs all PreFilters; an unresolvable refusal or an error ends it, any other is kept. */
  runPreFilter(state: CycleState, pod: PodInfo, snapshot: Snapshot): PreFilterAnswer {
    let rejection = success;
    let nodeNames: ReadonlySet<string> | undefined;
    const narrowedBy: string[] = [];
    for (const plugin of this.plugins.preFilter) {
      const result = plugin.preFilter(state, pod, snapshot);
      const code = codeOf(result.status);
      if (code === 'Skip') {
        state.skipFilterPlugins.add(plugin.name);
      } else if (code === 'Unschedulable') {
        rejection = { status: result.status, plugin: plugin.name };
      } else if (code !== 'Success') {
        const isError = !isRejected(result.status);
        const text = `running PreFilter plugin "${plugin.name}": ${messageOf(result.status)}`;
        const answer = isError ? status('Error', text) : result.status;
        return { status: answer, plugin: plugin.name, nodeNames, narrowedBy: [] };
      } else if (result.nodeNames !== undefined) {
        narrowedBy.push(plugin.name);
        nodeNames = intersection(nodeNames, result.nodeNames);
        if (nodeNames.size === 0) {
          return { status: noNodeLeft(narrowedBy), plugin: '', nodeNames, narrowedBy };
        }
      }
    }
    return { status: rejection.status, plugin: rejection.plugin, nodeNames, narrowedBy };
  }

  /** The filters of this cycle in profile order. */
  startFilters(state: CycleState, pod: PodInfo, snapshot: Snapshot): ActiveFilters {
    const active = new ActiveFilters();
    for (const plugin of this.plugins.filter) {
      if (state.skipFilterPlugins.has(plugin.name)) continue;
      const filter = plugin.filter(state, pod, snapshot);
      if (filter !== undefined) active.add(plugin.name, filter, plugin.verdictKey?.(pod));
    }
    return active;
  }

  /** Runs PostFilters until one succeeds or gives up for good; the others' reasons are joined. */
  runPostFilter(
    state: CycleState,
    pod: PodInfo,
    statuses: NodeStatuses,
    snapshot: Snapshot,
  ): PostFilterAnswer {
    const reasons: string[] = [];
    let nomination: PostFilterResult = { status: undefined };
    let rejector = '';
    for (const plugin of this.plugins.postFilter) {
      const result = plugin.postFilter(state, pod, statuses, snapshot);
      const code = codeOf(result.status);
      const isFinal = code === 'Success' || code === 'UnschedulableAndUnresolvable';
      if (isFinal || !isRejected(result.status)) {
        return { ...result, plugin: code === 'Success' ? '' : plugin.name };
      }
      reasons.push(...result.status.reasons);
      if (rejector === '') rejector = plugin.name;
      if (result.nominatedNodeName !== undefined) nomination = result;
      else if (result.work !== undefined) nomination = { ...nomination, work: result.work };
    }
    return { ...nomination, status: status('Unschedulable', ...reasons), plugin: rejector };
  }

  /** Undefined unless a PreScore plugin failed. */
  runPreScore(
    state: CycleState,
    pod: PodInfo,
    nodes: NodeList,
    snapshot: Snapshot,
  ): Status | undefined {
    for (const plugin of this.plugins.preScore) {
      const answer = plugin.preScore(state, pod, nodes, snapshot);
      if (answer === undefined) continue;
      if (answer.code === 'Skip') state.skipScorePlugins.add(plugin.name);
      else return status('Error', `running PreScore plugin "${plugin.name}": ${messageOf(answer)}`);
    }
    return undefined;
  }

  /** Adds up weight times normalised score of every plugin, by place in `nodes`. */
  runScore(
    state: CycleState,
    pod: PodInfo,
    nodes: NodeList,
    snapshot: Snapshot,
    totals: Float64Array,
    notes?: CycleNotes,
  ): Status | undefined {
    const { count } = nodes;
    if (this.#scores.length < count) this.#scores = new Float64Array(count * 2);
    const scores = this.#scores;
    const all = this.plugins.score.filter(({ plugin }) => !state.skipScorePlugins.has(plugin.name));
    let asked: readonly WeightedScorePlugin[] = all;
    // Notes have the scores of every plugin by node.
    if (notes === undefined) asked = this.#rowScores.addUp(all, pod, nodes, snapshot, totals);
    else totals.fill(0, 0, count);
    for (const { plugin, weight } of asked) {
      const answer = plugin.score(state, pod, nodes, snapshot, scores);
      if (answer !== undefined) {
        return status('Error', `running Score plugin "${plugin.name}": ${messageOf(answer)}`);
      }
      notes?.scored(plugin.name, weight, scores, count);
      plugin.normalizeScore?.(scores, count);
      notes?.normalized(scores, count);
      for (let i = 0; i < count; i++) {
        const score = scores[i]!;
        if (!(score >= 0 && score <= maxNodeScore)) return invalidScore(plugin.name, score);
        totals[i]! += score * weight;
      }
    }
    return undefined;
  }

  /** Reserves everywhere or nowhere. */
  runReserve(state: CycleState, pod: PodInfo, nodeName: string): PluginAnswer {
    for (const plugin of this.plugins.reserve) {
      const answer = plugin.reserve(state, pod, nodeName);
      if (answer === undefined) continue;
      this.runUnreserve(state, pod, nodeName);
      return { status: answer, plugin: plugin.name };
    }
    return success;
  }

  /** All Reserve plugins in reverse order. */
  runUnreserve(state: CycleState, pod: PodInfo, nodeName: string): void {
    const { reserve } = this.plugins;
    for (let i = reserve.length - 1; i >= 0; i--) reserve[i]?.unreserve(state, pod, nodeName);
  }
}

function intersection(
  current: ReadonlySet<string> | undefined,
  names: ReadonlySet<string>,
): ReadonlySet<string> {
  return current === undefined ? names : new Set([...current].filter((name) => names.has(name)));
}

function noNodeLeft(plugins: readonly string[]): Status {
  const names = goList(plugins);
  const text =
    plugins.length === 1
      ? `node(s) didn't satisfy plugin ${plugins[0]}`
      : `node(s) didn't satisfy plugin(s) ${names} simultaneously`;
  return status('UnschedulableAndUnresolvable', text);
}

function invalidScore(plugin: string, score: number): Status {
  const range = `[0, ${maxNodeScore}] after normalizing`;
  const text = `plugin "${plugin}" returns an invalid score ${score}`;
  return status('Error', `${text}, it should in the range of ${range}`);
}

/** Names as Go prints a sorted list of them: `[A B]`. */
export function goList(names: readonly string[]): string {
  return `[${[...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join(' ')}]`;
}
