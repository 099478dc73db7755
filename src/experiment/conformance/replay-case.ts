// One recorded scheduling attempt, done again: every extension point by itself, and then the whole
// decision. The result has the fields of `expected` in the recording.

import { CycleState } from '../../control-plane/scheduler/framework/cycle-state.js';
import type { Decision } from '../../control-plane/scheduler/framework/decision.js';
import type { Framework } from '../../control-plane/scheduler/framework/framework.js';
import { runFiltersWithNominatedPods } from '../../control-plane/scheduler/framework/node-trial.js';
import type { PreemptionPlugin } from '../../control-plane/scheduler/framework/plugin.js';
import type { PluginRegistry } from '../../control-plane/scheduler/framework/plugin-handle.js';
import { PodInfo } from '../../control-plane/scheduler/framework/pod-info.js';
import { codeOf, messageOf, type Status } from '../../control-plane/scheduler/framework/status.js';
import type { Json, JsonObject, RecordedCase } from './recording.js';
import { podOf, ReplayCluster } from './replay-cluster.js';

/** Replays a case. @throws AssertionError when its configuration is refused. */
export function replayCase(recorded: RecordedCase, registry: PluginRegistry): JsonObject {
  return new CaseReplay(recorded, registry).run();
}

/** Scalar resources come from a Go map, so the recording has their reasons sorted. */
function reasonsOf(answer: Status | undefined, plugin: string): readonly string[] {
  const reasons = answer?.reasons ?? [];
  if (plugin !== 'NodeResourcesFit') return reasons;
  const fixed = /^(?:Too many pods|Insufficient (?:cpu|memory|ephemeral-storage))$/;
  const scalars = reasons.filter((reason) => !fixed.test(reason));
  scalars.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return [...reasons.filter((reason) => fixed.test(reason)), ...scalars];
}

function statusRecord(answer: Status | undefined, plugin: string): JsonObject {
  return { code: codeOf(answer), plugin, reasons: reasonsOf(answer, plugin) };
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

class CaseReplay {
  readonly #cluster: ReplayCluster;
  readonly #framework: Framework;
  readonly #pod: PodInfo;
  readonly #state = new CycleState();
  readonly #names: readonly string[];

  constructor({ config, cluster, pod }: RecordedCase, registry: PluginRegistry) {
    this.#cluster = new ReplayCluster(config, registry);
    this.#cluster.load(cluster);
    this.#pod = new PodInfo(podOf(pod));
    this.#cluster.objects.set(this.#pod.pod);
    this.#framework = this.#cluster.frameworkOf(this.#pod);
    this.#names = this.#cluster.cache.updateSnapshot().names();
  }

  get #snapshot() {
    return this.#cluster.cache.snapshot;
  }

  #row(name: string): number {
    return this.#snapshot.rowOf(name) as number;
  }

  run(): JsonObject {
    const { runPreEnqueue } = this.#framework;
    const preEnqueue = runPreEnqueue.call(this.#framework, this.#pod.pod, '');
    const preFilter = this.#framework.runPreFilter(this.#state, this.#pod, this.#snapshot);
    const isOpen = preFilter.status === undefined;
    const skipped = isOpen ? sorted(this.#state.skipFilterPlugins) : [];
    const filter = isOpen ? this.#filter(preFilter.nodeNames) : {};
    const feasible = this.#names.filter((name) => filter[name] === null);
    return {
      preEnqueue:
        preEnqueue.status === undefined ? null : statusRecord(preEnqueue.status, preEnqueue.plugin),
      perPluginPreFilter: this.#perPluginPreFilter(),
      preFilter: {
        ...statusRecord(preFilter.status, preFilter.plugin),
        nodeNames: preFilter.nodeNames === undefined ? null : sorted(preFilter.nodeNames),
        ...(preFilter.narrowedBy.length > 0 && {
          unschedulablePlugins: sorted(preFilter.narrowedBy),
        }),
      },
      filter,
      skippedFilterPlugins: skipped,
      perPluginFilter: isOpen ? this.#perPluginFilter() : {},
      feasibleNodes: feasible,
      ...this.#scores(feasible),
      ...this.#decision(),
    };
  }

  #perPluginPreFilter(): JsonObject {
    const records: Record<string, Json> = {};
    for (const plugin of this.#framework.plugins.preFilter) {
      const { name } = plugin;
      const result = plugin.preFilter(new CycleState(), this.#pod, this.#snapshot);
      if (result.status === undefined && result.nodeNames === undefined) continue;
      const nodeNames = result.nodeNames === undefined ? null : sorted(result.nodeNames);
      records[name] = { ...statusRecord(result.status, name), nodeNames };
    }
    return records;
  }

  #filter(nodeNames: ReadonlySet<string> | undefined): Record<string, Json> {
    const snapshot = this.#snapshot;
    const { nominator } = this.#cluster;
    const context = { framework: this.#framework, nominator, pod: this.#pod, snapshot };
    const active = this.#framework.startFilters(this.#state, this.#pod, snapshot);
    const records: Record<string, Json> = {};
    for (const name of this.#names) {
      if (nodeNames !== undefined && !nodeNames.has(name)) {
        records[name] = { code: 'NotEvaluated', reasons: [] };
        continue;
      }
      const row = this.#row(name);
      const { status, plugin } = runFiltersWithNominatedPods(context, this.#state, active, row);
      records[name] = status === undefined ? null : statusRecord(status, plugin);
    }
    return records;
  }

  /** Every plugin by itself, without nominated pods. */
  #perPluginFilter(): JsonObject {
    const records: Record<string, Json> = {};
    for (const plugin of this.#framework.plugins.filter) {
      if (this.#state.skipFilterPlugins.has(plugin.name)) continue;
      const judge = plugin.filter(this.#state, this.#pod, this.#snapshot);
      const refused: Record<string, Json> = {};
      for (const name of this.#names) {
        const status = judge?.(this.#row(name));
        if (status === undefined) continue;
        refused[name] = { code: status.code, reasons: reasonsOf(status, plugin.name) };
      }
      if (Object.keys(refused).length > 0) records[plugin.name] = refused;
    }
    return records;
  }

  #scores(feasible: readonly string[]): JsonObject {
    const framework = this.#framework;
    const weights = Object.fromEntries(
      framework.plugins.score.map(({ plugin, weight }) => [plugin.name, weight]),
    );
    const nothing = { skippedScorePlugins: [], scores: {}, weights, total: {} };
    if (feasible.length === 0) return nothing;
    const rows = Int32Array.from(feasible, (name) => this.#row(name));
    const nodes = { rows, count: rows.length };
    const failure = framework.runPreScore(this.#state, this.#pod, nodes, this.#snapshot);
    if (failure !== undefined) return { ...nothing, scoreError: messageOf(failure) };
    const scores: Record<string, Json> = {};
    const totals = new Float64Array(nodes.count);
    for (const { plugin, weight } of framework.plugins.score) {
      if (this.#state.skipScorePlugins.has(plugin.name)) continue;
      const values = new Float64Array(nodes.count);
      const error = plugin.score(this.#state, this.#pod, nodes, this.#snapshot, values);
      if (error !== undefined) {
        const text = `running Score plugin "${plugin.name}": ${messageOf(error)}`;
        return { ...nothing, scoreError: text };
      }
      const raw = values.slice();
      plugin.normalizeScore?.(values, nodes.count);
      scores[plugin.name] = Object.fromEntries(
        feasible.map((name, i) => [
          name,
          { raw: raw[i] as number, normalized: values[i] as number },
        ]),
      );
      for (let i = 0; i < nodes.count; i++) {
        totals[i] = (totals[i] as number) + (values[i] as number) * weight;
      }
    }
    const total = Object.fromEntries(feasible.map((name, i) => [name, totals[i] as number]));
    const skippedScorePlugins = sorted(this.#state.skipScorePlugins);
    return { skippedScorePlugins, scores, weights, total };
  }

  #decision(): JsonObject {
    const { algorithm } = this.#cluster;
    const decision = algorithm.decide(this.#framework, this.#pod);
    const { result, nodeName, evaluatedNodes, feasibleNodes, message } = decision;
    if (result === 'error') {
      const nowhere = { selectedHost: null, evaluatedNodes: 0, feasibleNodes: 0 };
      const schedulePod = { ...nowhere, error: message };
      return { schedulePod, fitErrorMessage: null, postFilter: null };
    }
    const selectedHost = result === 'scheduled' ? nodeName : null;
    const isRefused = result === 'unschedulable';
    return {
      schedulePod: { selectedHost, evaluatedNodes, feasibleNodes },
      fitErrorMessage: isRefused ? message : null,
      postFilter: isRefused ? this.#postFilter(decision) : null,
    };
  }

  #postFilter({ state }: Decision): Json {
    const { statuses } = this.#cluster.algorithm;
    const framework = this.#framework;
    const snapshot = this.#snapshot;
    if (framework.plugins.postFilter.length === 0) return null;
    const answer = framework.runPostFilter(state, this.#pod, statuses, snapshot);
    const victims = (answer.victims ?? []).map(({ pod }) => pod.metadata.name);
    return {
      code: codeOf(answer.status),
      ...(answer.plugin !== '' && { plugin: answer.plugin }),
      nominatedNode: answer.nominatedNodeName ?? '',
      victims: sorted(victims),
      message: messageOf(answer.status),
      ...this.#dryRun(state),
    };
  }

  /** Candidates, and why other nodes are none. */
  #dryRun(state: CycleState): JsonObject {
    const plugin = this.#framework.plugins.postFilter.find((each) => 'dryRun' in each);
    if (plugin === undefined) return {};
    const { statuses } = this.#cluster.algorithm;
    const { dryRun } = plugin as PreemptionPlugin;
    const trials = dryRun.call(plugin, state, this.#pod, statuses, this.#snapshot);
    const candidates: Record<string, Json> = {};
    const dryRunStatus: Record<string, Json> = {};
    for (const trial of trials) {
      const name = this.#snapshot.table.names[trial.row] as string;
      if (trial.status === undefined) {
        const victims = trial.victims.map(({ pod }) => pod.metadata.name);
        candidates[name] = { victims, numPDBViolations: trial.numPDBViolations };
      } else {
        const { code, reasons } = statusRecord(trial.status, trial.plugin);
        const { plugin: filter } = trial;
        dryRunStatus[name] = { code, ...(filter !== '' && { plugin: filter }), reasons };
      }
    }
    return {
      ...(Object.keys(candidates).length > 0 && { candidates }),
      ...(Object.keys(dryRunStatus).length > 0 && { dryRunStatus }),
    };
  }
}
