// One run of one workload of scheduler_perf, from the empty clock to its figures. Synchronous.
// Source: Kubernetes v1.36 test/integration/scheduler_perf/scheduler_perf.go runWorkload.
import { allCheckers } from '../checkers/all-checkers.js';
import { ObserverGroup } from '../client/observer.js';
import type { ClusterSpec } from '../cluster/cluster-spec.js';
import { SchedulingCluster } from '../cluster/scheduling-cluster.js';
import { featureGatesOf } from '../control-plane/scheduler/feature-gates.js';
import type { PluginRegistry } from '../control-plane/scheduler/framework/plugin-handle.js';
import { assert } from '../kernel/assert.js';
import { Simulation } from '../kernel/simulation.js';
import { toSeconds } from '../kernel/time.js';
import type { MetricSample, RunOutcome } from '../metrics/run-result.js';
import { SchedulerMetrics } from '../metrics/scheduler-metrics.js';
import { dataItemsOf, judge } from '../metrics/scheduler-perf/data-items.js';
import { histogramsSince } from '../metrics/scheduler-perf/histograms-since.js';
import type {
  DataItem,
  PerfMeasurement,
  PerfWorkloadResult,
} from '../metrics/scheduler-perf/perf-result.js';
import { ThroughputCollector } from '../metrics/scheduler-perf/throughput-collector.js';
import { filesIn, shippedProfile } from '../scenario/files.js';
import { loadCluster } from '../scenario/load.js';
import { schedulerPerfConstants } from '../workload/scheduler-perf/constants.js';
import {
  type MeasuredWindow,
  PerfExecutor,
  type PerfListener,
} from '../workload/scheduler-perf/run/executor.js';
import { nameOfWorkload, type PerfWorkload } from '../workload/scheduler-perf/test-case.js';
import { promisesRoomOnce } from './promised-room.js';
import { type RunLimits, watchLimits } from './run-limits.js';

/** How far the run of a workload is. */
export interface PerfProgress {
  readonly simulatedUs: number;
  readonly events: number;
  /** Of the window that is open, or of the last one. */
  readonly scheduled: number;
}

export interface PerfOptions extends RunLimits {
  /** `1` by default. */
  readonly seed?: string;
  /** Plugins besides the default ones, for the scheduler configuration of `machine`. */
  readonly plugins?: PluginRegistry;
  readonly onProgress?: (progress: PerfProgress) => void;
}

/** Name of the profile of the machine on which scheduler_perf runs. */
export const schedulerPerfProfile = 'scheduler-perf';

/** The machine of the shipped profile. @throws Error of the file system. */
export function schedulerPerfMachine(): ClusterSpec {
  const files = filesIn('.');
  const file = shippedProfile(schedulerPerfProfile);
  const profile = { file, text: files.read(file) };
  const { scenario, problems } = loadCluster(schedulerPerfProfile, files, { profile });
  assert(scenario !== undefined, problems[0]?.message ?? 'the shipped profile is sound');
  return scenario.cluster;
}

/**
 * Runs a workload of a test case that has nothing unsupported, on `machine`, of which the node
 * pools do not count.
 * @throws AssertionError when an invariant was broken: a bug of kubeclock, never of the file.
 */
export function runPerfWorkload(
  workload: PerfWorkload,
  machine: ClusterSpec,
  options: PerfOptions = {},
): PerfWorkloadResult {
  return new PerfRun(workload, machine, options).run();
}

class PerfRun implements PerfListener {
  readonly #workload: PerfWorkload;
  readonly #options: PerfOptions;
  readonly #simulation: Simulation;
  readonly #metrics: SchedulerMetrics;
  readonly #checkers;
  readonly #cluster: SchedulingCluster;
  readonly #collector: ThroughputCollector;
  readonly #executor: PerfExecutor;
  readonly #measurements: PerfMeasurement[] = [];
  #items: DataItem[] = [];
  /** The metrics when the window was opened. */
  #before: readonly MetricSample[] = [];
  #failure: string | undefined;
  #isFinished = false;

  constructor(workload: PerfWorkload, machine: ClusterSpec, options: PerfOptions) {
    const simulation = new Simulation(options.seed ?? '1');
    this.#workload = workload;
    this.#options = options;
    this.#simulation = simulation;
    const { plugins = new Map() } = options;
    const spec = clusterFor(workload, machine);
    const { scheduler } = spec.controlPlane;
    this.#checkers = allCheckers(simulation, promisesRoomOnce([scheduler], plugins));
    const observer = new ObserverGroup(this.#checkers);
    const metrics = new SchedulerMetrics(simulation, scheduler.name);
    const monitorOf = (): SchedulerMetrics => metrics;
    this.#metrics = metrics;
    this.#cluster = new SchedulingCluster(simulation, spec, { observer, monitorOf, plugins });
    const { pods } = this.#cluster;
    const { clientQps: qps, clientBurst: burst } = schedulerPerfConstants;
    const client = this.#cluster.client('scheduler-perf', { qps, burst });
    this.#collector = new ThroughputCollector(simulation, pods);
    const { operations } = workload;
    this.#executor = new PerfExecutor({ simulation, client, pods, operations, listener: this });
  }

  run(): PerfWorkloadResult {
    const { onProgress } = this.#options;
    const simulation = this.#simulation;
    const stopped = watchLimits(simulation, this.#options, ({ time, events }) =>
      onProgress?.({ simulatedUs: time, events, scheduled: this.#collector.scheduled }),
    );
    this.#cluster.start(() => this.#executor.start());
    simulation.run(schedulerPerfConstants.workloadTimeoutUs);
    this.windowClosed();
    const violations = this.#checkers.flatMap((checker) => checker.violations);
    assert(violations.length === 0, `an invariant was broken: ${violations[0]}`);
    const { testCase, name, labels, nodes, pods, notices, threshold } = this.#workload;
    const { items, verdict } = judge(this.#items, threshold);
    return {
      testCase,
      workload: name,
      labels,
      nodes,
      pods,
      outcome: stopped.outcome ?? this.#outcome(),
      failure: this.#failure ?? '',
      notices,
      measurements: this.#measurements,
      dataItems: items,
      verdict,
      endUs: simulation.now,
      events: simulation.events,
      traceHash: simulation.traceHash,
    };
  }

  windowOpened(window: MeasuredWindow): void {
    this.#before = this.#metrics.samples;
    this.#collector.open(window);
  }

  windowClosed(): void {
    if (!this.#collector.isCollecting) return;
    const measurement = this.#collector.close();
    this.#measurements.push(measurement);
    const { metrics } = this.#workload;
    const name = nameOfWorkload(this.#workload);
    const histograms = histogramsSince(this.#before, this.#metrics.samples);
    const items = dataItemsOf(name, measurement, histograms, metrics);
    this.#items = [...this.#items, ...items];
  }

  finished(failure: string | undefined): void {
    this.#isFinished = true;
    this.#failure = failure;
    this.#simulation.stop();
  }

  #outcome(): RunOutcome {
    const at = `${toSeconds(this.#simulation.now)} s`;
    if (!this.#isFinished) {
      this.#failure = `the workload has not ended after ${at}`;
      return { end: 'horizon', partial: true, message: `Stopped after ${at}.` };
    }
    const message = this.#failure ?? `All operations were done after ${at}.`;
    return { end: 'converged', partial: this.#failure !== undefined, message };
  }
}

/** The machine with the scheduler that the workload asks for. */
function clusterFor(workload: PerfWorkload, machine: ClusterSpec): ClusterSpec {
  const { controlPlane } = machine;
  const { scheduler } = controlPlane;
  const featureGates = featureGatesOf(workload.gates, scheduler.featureGates);
  const own = { ...scheduler, ...workload.scheduler, featureGates };
  return { ...machine, controlPlane: { ...controlPlane, scheduler: own } };
}
