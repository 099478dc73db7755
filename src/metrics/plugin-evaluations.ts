// scheduler_plugin_evaluation_total of one profile: a counter for each plugin at each extension
// point, found once and not by its labels in every cycle. Counts what the lists of calls in
// plugin-samples.ts sum up to. O(plugins + refused nodes) a cycle.
// Source: kube-scheduler v1.36 framework/runtime; reference: scheduler 4.
import type { Framework } from '../control-plane/scheduler/framework/framework.js';
import type { NodeStatuses } from '../control-plane/scheduler/framework/node-statuses.js';
import type { MeasuredCycle } from '../control-plane/scheduler/scheduler-monitor.js';
import type { MetricRegistry, Scalar } from './metric-registry.js';

interface Counted {
  readonly plugin: string;
  readonly evaluations: Scalar;
}

export class PluginEvaluations {
  readonly #preFilter: readonly Counted[];
  readonly #filter: readonly Counted[];
  readonly #preScore: readonly Counted[];
  readonly #score: readonly Counted[];
  /** Nodes that were refused, by place of the Filter plugin. */
  readonly #refused: Int32Array;

  constructor({ schedulerName, plugins }: Framework, registry: MetricRegistry) {
    const at = (point: string, names: readonly string[]): readonly Counted[] =>
      names.map((plugin) => {
        const name = 'scheduler_plugin_evaluation_total';
        return { plugin, evaluations: registry.scalar(name, point, plugin, schedulerName) };
      });
    const namesOf = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name);
    this.#preFilter = at('PreFilter', namesOf(plugins.preFilter));
    this.#filter = at('Filter', namesOf(plugins.filter));
    this.#preScore = at('PreScore', namesOf(plugins.preScore));
    this.#score = at('Score', namesOf(plugins.score.map(({ plugin }) => plugin)));
    this.#refused = new Int32Array(this.#filter.length);
  }

  cycleEnded({ decision, statuses }: MeasuredCycle): void {
    const { points, state, work } = decision;
    const { skipFilterPlugins, skipScorePlugins } = state;
    if (points.preFilter !== undefined) this.#countPreFilter(decision);
    if (points.filter.length > 0) {
      this.#countRefusals(statuses);
      let left = work.examinedNodes;
      for (const [place, { plugin, evaluations }] of this.#filter.entries()) {
        if (skipFilterPlugins.has(plugin)) continue;
        evaluations.value += left;
        // A node that a plugin refuses is not shown to those after it.
        left -= this.#refused[place] ?? 0;
      }
    }
    if (points.preScore !== undefined) {
      for (const { plugin, evaluations } of this.#preScore) {
        if (!skipScorePlugins.has(plugin)) evaluations.value++;
      }
    }
    if (points.score === undefined) return;
    for (const { plugin, evaluations } of this.#score) {
      if (!skipScorePlugins.has(plugin)) evaluations.value += work.scoredNodes;
    }
  }

  #countPreFilter({ points, state, unschedulablePlugins }: MeasuredCycle['decision']): void {
    const isFinal = points.preFilter === 'UnschedulableAndUnresolvable';
    for (const { plugin, evaluations } of this.#preFilter) {
      if (state.skipFilterPlugins.has(plugin)) continue;
      evaluations.value++;
      if (isFinal && unschedulablePlugins.includes(plugin)) return;
    }
  }

  #countRefusals(statuses: NodeStatuses): void {
    const refused = this.#refused;
    refused.fill(0);
    let plugin = '';
    let place = -1;
    for (let i = 0; i < statuses.count; i++) {
      const name = statuses.pluginOf(statuses.rows[i] as number);
      // Neighbours are mostly refused by the same one; extenders are no plugins.
      if (name !== plugin) place = this.#filter.findIndex((each) => each.plugin === name);
      plugin = name;
      if (place >= 0) refused[place] = (refused[place] ?? 0) + 1;
    }
  }
}
