// scheduler_plugin_execution_duration_seconds: a tenth of the cycles is measured, call by call,
// into a buffer that is emptied once a second; what does not fit is lost, as in the real component.
// The model has one time for all plugins of a phase, so each call gets an equal share of it. Left
// out: PreBind and Bind.
// Source: kube-scheduler v1.36 metrics/metric_recorder.go, schedule_one.go; reference: scheduler 4.
import type { Framework } from '../control-plane/scheduler/framework/framework.js';
import { codeOf, type StatusCode } from '../control-plane/scheduler/framework/status.js';
import type { MeasuredCycle } from '../control-plane/scheduler/scheduler-monitor.js';
import type { RandomStream } from '../kernel/random-stream.js';
import type { SimTime } from '../kernel/time.js';
import type { MetricRegistry } from './metric-registry.js';

/** Percentage of the cycles. */
const samplePercent = 10;
const bufferSize = 1000;
const flushIntervalUs = 1_000_000;

/** Calls of one plugin at one extension point in one cycle. */
export interface PluginCalls {
  readonly plugin: string;
  readonly code: StatusCode;
  readonly calls: number;
}

/** The calls of the PreFilter plugins, up to the one that ended the phase. */
export function preFilterCalls({ framework, decision }: MeasuredCycle): readonly PluginCalls[] {
  const { state, points, unschedulablePlugins } = decision;
  const calls: PluginCalls[] = [];
  for (const { name: plugin } of framework.plugins.preFilter) {
    const isSkipped = state.skipFilterPlugins.has(plugin);
    const hasRejected = points.preFilter !== 'Success' && unschedulablePlugins.includes(plugin);
    const code = isSkipped ? 'Skip' : hasRejected ? (points.preFilter ?? 'Success') : 'Success';
    calls.push({ plugin, code, calls: 1 });
    if (code === 'UnschedulableAndUnresolvable') break;
  }
  return calls;
}

/**
 * The calls of the Filter plugins: a node that a plugin refuses is not shown to those after it.
 * Linear in the refused nodes.
 */
export function filterCalls(cycle: MeasuredCycle): readonly PluginCalls[] {
  const { framework, decision, statuses } = cycle;
  const refusals = new Map<string, number>();
  for (let i = 0; i < statuses.count; i++) {
    const plugin = statuses.pluginOf(statuses.rows[i] as number);
    refusals.set(plugin, (refusals.get(plugin) ?? 0) + 1);
  }
  let left = decision.work.examinedNodes;
  const calls: PluginCalls[] = [];
  for (const { name: plugin } of framework.plugins.filter) {
    if (decision.state.skipFilterPlugins.has(plugin)) continue;
    const refused = refusals.get(plugin) ?? 0;
    left -= refused;
    calls.push({ plugin, code: 'Success', calls: left });
    if (refused > 0) calls.push({ plugin, code: 'Unschedulable', calls: refused });
  }
  return calls;
}

/** The calls of the PreScore plugins. */
export function preScoreCalls({ framework, decision }: MeasuredCycle): readonly PluginCalls[] {
  const { skipScorePlugins } = decision.state;
  return framework.plugins.preScore.map(({ name: plugin }) => {
    const code = skipScorePlugins.has(plugin) ? 'Skip' : 'Success';
    return { plugin, code, calls: 1 };
  });
}

/** The calls of the Score plugins: one a node. */
export function scoreCalls({ framework, decision }: MeasuredCycle): readonly PluginCalls[] {
  const { state, work } = decision;
  return framework.plugins.score
    .filter(({ plugin }) => !state.skipScorePlugins.has(plugin.name))
    .map(({ plugin }) => ({ plugin: plugin.name, code: 'Success', calls: work.scoredNodes }));
}

/** Fills the histogram of one scheduler. */
export class PluginSamples {
  readonly #registry: MetricRegistry;
  readonly #stream: RandomStream;
  /** The second that the buffer was last emptied in. */
  #window = -1;
  #free = bufferSize;

  constructor(registry: MetricRegistry, stream: RandomStream) {
    this.#registry = registry;
    this.#stream = stream;
  }

  /** A pod has passed PreEnqueue. */
  preEnqueued({ plugins }: Framework, now: SimTime): void {
    if (!this.#isSampled()) return;
    const calls = plugins.preEnqueue.map(({ name }) => ({ plugin: name, code: success, calls: 1 }));
    this.#observe('PreEnqueue', calls, 0, now);
  }

  cycleEnded(cycle: MeasuredCycle, now: SimTime): void {
    if (!this.#isSampled()) return;
    const { decision, times, framework } = cycle;
    const { preFilter, filter, postFilter, preScore, score } = decision.points;
    if (preFilter !== undefined) {
      this.#observe('PreFilter', preFilterCalls(cycle), times.preFilterUs, now);
    }
    if (filter.length > 0) this.#observe('Filter', filterCalls(cycle), times.filterUs, now);
    if (postFilter !== undefined) {
      const calls = framework.plugins.postFilter.map(({ name: plugin }) => ({
        plugin,
        code: postFilter,
        calls: 1,
      }));
      this.#observe('PostFilter', calls, times.postFilterUs, now);
    }
    if (preScore !== undefined) {
      this.#observe('PreScore', preScoreCalls(cycle), times.preScoreUs, now);
    }
    if (score !== undefined) this.#observe('Score', scoreCalls(cycle), times.scoreUs, now);
    if (decision.result !== 'scheduled') return;
    const reserve = framework.plugins.reserve.map(({ name: plugin }) => ({
      plugin,
      code: success,
      calls: 1,
    }));
    this.#observe('Reserve', reserve, 0, now);
  }

  #isSampled(): boolean {
    return this.#stream.below(100) < samplePercent;
  }

  #observe(point: string, calls: readonly PluginCalls[], totalUs: number, now: SimTime): void {
    const window = Math.floor(now / flushIntervalUs);
    if (window !== this.#window) {
      this.#window = window;
      this.#free = bufferSize;
    }
    const all = calls.reduce((sum, each) => sum + each.calls, 0);
    if (all === 0) return;
    const kept = Math.min(1, this.#free / all);
    const seconds = totalUs / all / 1_000_000;
    for (const { plugin, code, calls: count } of calls) {
      const observed = Math.floor(count * kept);
      if (observed === 0) continue;
      this.#free -= observed;
      const name = 'scheduler_plugin_execution_duration_seconds';
      this.#registry.histogram(name, point, plugin, code).observe(seconds, observed);
    }
  }
}

const success = codeOf(undefined);
