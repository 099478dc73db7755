// The metrics of one scheduler, as a scrape at the end of the run would find them. Opportunistic
// batching, which does nothing with the default PodTopologySpread arguments, is counted as it is
// then: no hint for any pod, no pod that could be batched.
// Source: kube-scheduler v1.36 metrics, schedule_one.go, framework/runtime; reference: scheduler 4.
import type { CycleTimes } from '../control-plane/scheduler/cost-model.js';
import type { Framework } from '../control-plane/scheduler/framework/framework.js';
import type { StatusCode } from '../control-plane/scheduler/framework/status.js';
import type { QueueEntry } from '../control-plane/scheduler/queue/queue-listener.js';
import type {
  MeasuredAttempt,
  MeasuredCycle,
  PointName,
  SchedulerMonitor,
  SchedulerState,
} from '../control-plane/scheduler/scheduler-monitor.js';
import type { Simulation } from '../kernel/simulation.js';
import { MetricRegistry } from './metric-registry.js';
import { PluginEvaluations } from './plugin-evaluations.js';
import { PluginSamples } from './plugin-samples.js';
import type { MetricSample } from './run-result.js';
import { schedulerFamilies } from './scheduler-families.js';

const usPerSecond = 1_000_000;
/** Attempts are told apart up to here. */
const mostAttempts = 15;
/** What brings a pod back that nothing has moved for five minutes. */
const flushed = 'UnschedulableTimeout';

/** Counts what one scheduler does. */
export class SchedulerMetrics implements SchedulerMonitor {
  readonly #simulation: Simulation;
  readonly #registry: MetricRegistry;
  readonly #samples: PluginSamples;
  readonly #frameworks = new Map<string, Framework>();
  readonly #evaluations = new Map<Framework, PluginEvaluations>();
  #state: (() => SchedulerState) | undefined;
  #hasCycled = false;
  /** Uids of pods that were last brought back by the flush. */
  readonly #flushed = new Set<string>();

  /** `labels` tell several schedulers apart; Kubernetes' own are added to them. */
  constructor(simulation: Simulation, name: string, labels: MetricSample['labels'] = []) {
    this.#simulation = simulation;
    this.#registry = new MetricRegistry(schedulerFamilies, labels);
    this.#samples = new PluginSamples(
      this.#registry,
      simulation.random.stream(`${name}/plugin-metrics`),
    );
    // What has no labels is there from the start.
    for (const { name: family, type, labels: own } of schedulerFamilies) {
      if (own.length > 0) continue;
      if (type === 'histogram') this.#registry.histogram(family);
      else this.#registry.scalar(family);
    }
  }

  /** All samples, gauges as of now. */
  get samples(): readonly MetricSample[] {
    if (this.#state !== undefined) this.#readGauges(this.#state());
    return this.#registry.samples;
  }

  attached(frameworks: readonly Framework[], state: () => SchedulerState): void {
    this.#state = state;
    for (const framework of frameworks) {
      this.#frameworks.set(framework.schedulerName, framework);
      this.#evaluations.set(framework, new PluginEvaluations(framework, this.#registry));
    }
  }

  entered({ entry, store, cause }: QueueEntry): void {
    const queue = store === 'gated' ? 'unschedulable' : store;
    const { label } = cause.event;
    this.#registry.scalar('scheduler_queue_incoming_pods_total', label, queue).value++;
    if (label === flushed) this.#flushed.add(entry.info.uid);
  }

  cycleEnded(cycle: MeasuredCycle): void {
    const { framework, decision, times } = cycle;
    const { schedulerName: profile } = framework;
    this.#hasCycled = true;
    this.#observePoints(profile, cycle);
    this.#evaluations.get(framework)?.cycleEnded(cycle);
    this.#samples.cycleEnded(cycle, this.#simulation.now);
    this.#observeUs(algorithmUs(times), 'scheduler_scheduling_algorithm_duration_seconds');
    if (decision.points.preFilter !== 'Success') return;
    this.#registry.scalar('scheduler_batch_attempts_total', profile, 'no_hint').value++;
    this.#observeUs(0, 'scheduler_get_node_hint_duration_seconds', 'no_hint', profile);
    if (decision.result !== 'scheduled') return;
    this.#registry.scalar('scheduler_batch_cache_flushed_total', profile, 'pod_not_batchable')
      .value++;
    this.#observeUs(0, 'scheduler_store_schedule_results_duration_seconds', profile);
  }

  attemptEnded({ entry, profile, result, durationUs }: MeasuredAttempt): void {
    this.#registry.scalar('scheduler_schedule_attempts_total', profile, result).value++;
    this.#observeUs(durationUs, 'scheduler_scheduling_attempt_duration_seconds', profile, result);
    const { uid } = entry.info;
    const wasFlushed = this.#flushed.delete(uid);
    if (result !== 'scheduled') return;
    if (wasFlushed) this.#registry.scalar('scheduler_pod_scheduled_after_flush_total').value++;
    this.#registry.histogram('scheduler_pod_scheduling_attempts').observe(entry.attempts);
    if (entry.initialAttemptUs === undefined) return;
    const { attempts } = entry;
    const label = attempts >= mostAttempts ? `${mostAttempts}+` : String(attempts);
    const waitedUs = this.#simulation.now - entry.initialAttemptUs;
    this.#observeUs(waitedUs, 'scheduler_pod_scheduling_sli_duration_seconds', label);
  }

  pointRan(profile: string, point: PointName, code: StatusCode, durationUs: number): void {
    this.#pointRan(profile, point, code, durationUs);
    const framework = this.#frameworks.get(profile);
    if (point !== 'PreEnqueue' || code !== 'Success' || framework === undefined) return;
    this.#samples.preEnqueued(framework, this.#simulation.now);
  }

  hinted(plugin: string, event: string, hint: 'Queue' | 'QueueSkip'): void {
    this.#observeUs(0, 'scheduler_queueing_hint_execution_duration_seconds', event, hint, plugin);
  }

  permitWaited(code: StatusCode, durationUs: number): void {
    this.#observeUs(durationUs, 'scheduler_permit_wait_duration_seconds', code);
  }

  eventHandled(event: string): void {
    this.#observeUs(0, 'scheduler_event_handling_duration_seconds', event);
  }

  preemptionAttempted(): void {
    this.#registry.scalar('scheduler_preemption_attempts_total').value++;
  }

  victimsSelected(count: number): void {
    this.#registry.histogram('scheduler_preemption_victims').observe(count);
  }

  preemptionEnded(hasFailed: boolean, durationUs: number): void {
    const result = hasFailed ? 'error' : 'success';
    this.#registry.scalar('scheduler_preemption_goroutines_execution_total', result).value++;
    this.#observeUs(durationUs, 'scheduler_preemption_goroutines_duration_seconds', result);
  }

  /** The extension points that a cycle has run through. */
  #observePoints(profile: string, { decision, times }: MeasuredCycle): void {
    const { preFilter, filter, postFilter, preScore, score } = decision.points;
    if (preFilter !== undefined) {
      this.#pointRan(profile, 'PreFilter', preFilter, times.preFilterUs);
    }
    // A nominated node is one of the nodes that were examined.
    const { examinedNodes } = decision.work;
    for (const [i, code] of filter.entries()) {
      const isNominated = i < filter.length - 1;
      const share = filter.length === 1 ? 1 : (isNominated ? 1 : examinedNodes - 1) / examinedNodes;
      this.#pointRan(profile, 'Filter', code, times.filterUs * share);
    }
    if (postFilter !== undefined) {
      this.#pointRan(profile, 'PostFilter', postFilter, times.postFilterUs);
    }
    if (preScore !== undefined) this.#pointRan(profile, 'PreScore', preScore, times.preScoreUs);
    if (score !== undefined) this.#pointRan(profile, 'Score', score, times.scoreUs);
  }

  #pointRan(profile: string, point: string, code: StatusCode, durationUs: number): void {
    const name = 'scheduler_framework_extension_point_duration_seconds';
    this.#observeUs(durationUs, name, point, profile, code);
  }

  #readGauges(state: SchedulerState): void {
    const set = (value: number, name: string, ...labels: readonly string[]): void => {
      this.#registry.scalar(name, ...labels).value = value;
    };
    const { cacheSize, pendingPods } = state;
    set(cacheSize.nodes, 'scheduler_cache_size', 'nodes');
    set(cacheSize.pods, 'scheduler_cache_size', 'pods');
    set(cacheSize.assumedPods, 'scheduler_cache_size', 'assumed_pods');
    for (const queue of ['active', 'backoff', 'gated', 'unschedulable'] as const) {
      set(pendingPods[queue], 'scheduler_pending_pods', queue);
    }
    if (!this.#hasCycled) return;
    for (const [event, count] of state.inFlightEvents)
      set(count, 'scheduler_inflight_events', event);
    set(state.bindings, 'scheduler_goroutines', 'binding');
    // Those of a search end within the cycle.
    for (const operation of ['Filter', 'Score']) set(0, 'scheduler_goroutines', operation);
    for (const [profile, plugins] of state.unschedulablePods) {
      for (const [plugin, count] of plugins)
        set(count, 'scheduler_unschedulable_pods', plugin, profile);
    }
  }

  #observeUs(durationUs: number, name: string, ...labels: readonly string[]): void {
    this.#registry.histogram(name, ...labels).observe(durationUs / usPerSecond);
  }
}

/** From Pop to the choice of a node, or to the end of PostFilter. */
function algorithmUs(times: CycleTimes): number {
  return times.totalUs - times.selectUs;
}
