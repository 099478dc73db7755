// One run of one scenario, from the empty clock to its result. Synchronous: it takes one thread.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { allCheckers } from '../checkers/all-checkers.js';
import type { ClusterObserver } from '../client/observer.js';
import type { CloudListeners } from '../cluster/cloud-assembly.js';
import { Cluster, type ClusterListeners } from '../cluster/cluster.js';
import type { ClusterDnsSpec } from '../cluster/cluster-spec.js';
import { type SchedulingRecorderSource, schedulerUser } from '../cluster/scheduler-process.js';
import type { Rental } from '../control-plane/cloud/instance-registry.js';
import type { PluginRegistry } from '../control-plane/scheduler/framework/plugin-handle.js';
import type { PluginFailure } from '../control-plane/scheduler/out-of-tree/plugin-failure.js';
import { assert } from '../kernel/assert.js';
import { Simulation } from '../kernel/simulation.js';
import { type SimTime, toSeconds } from '../kernel/time.js';
import type { Convergence } from '../metrics/convergence.js';
import { DnsMetrics } from '../metrics/dns-metrics.js';
import { RunRecorder } from '../metrics/run-recorder.js';
import type { ConvergenceRow, RunOutcome, RunResult } from '../metrics/run-result.js';
import type { Scrapes } from '../metrics/scrapes.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import { describeCluster } from './describe-cluster.js';
import { type Hold, runHolding } from './holds.js';
import { modelVersion } from './model-version.js';
import { failedOutcome, failureIn } from './plugin-outcome.js';
import { promisesRoomOnce } from './promised-room.js';
import { QuorumWatch } from './quorum-watch.js';
import { type RunLimits, watchLimits } from './run-limits.js';
import { runPlacement } from './run-placement.js';

export { modelVersion };

/** How far a run is. Times in µs of simulated time. */
export interface RunProgress {
  readonly simulatedUs: number;
  readonly horizonUs: number;
  readonly events: number;
  readonly podsReady: number;
  readonly podsTotal: number;
}

/** Limits and callbacks; none of them changes what a run that reaches its end yields. */
export interface RunOptions extends RunLimits {
  readonly onProgress?: (progress: RunProgress) => void;
  /** Makes what each scheduler tells about the scheduling of pods. */
  readonly schedulingRecorder?: SchedulingRecorderSource;
  /** Called before every event of the trace; it must not change anything. */
  readonly onEvent?: NonNullable<Simulation['onEvent']>;
  /** The scheduler plugins of the scenario's users, as loading it has found them. */
  readonly plugins?: PluginRegistry;
  /** Looks at the cluster at a time, or when the run ends before it; it must not change anything. */
  readonly look?: Look;
  /** Keeps the samples of all metrics at equal intervals. */
  readonly scrapes?: Scrapes;
  /** Makes a further observer; it must not change anything. */
  readonly observe?: (simulation: Simulation) => ClusterObserver;
  /** A plugin has failed, and with it the run; the results are those of the time before. */
  readonly onPluginFailure?: (failure: PluginFailure) => void;
}

/** A look at the objects of a cluster. */
export interface Look {
  /** Of simulated time; undefined: at the end of the run. */
  readonly atUs: SimTime | undefined;
  readonly see: (objects: readonly KubernetesObject[], now: SimTime) => void;
}

/**
 * Runs a scenario until it has converged, or to its horizon, or to a limit.
 * @throws AssertionError when an invariant was broken: a bug of kubeclock, never of the scenario.
 * @throws Error when `options.plugins` lacks a plugin of the scenario.
 * @throws PluginFailure when a plugin cannot be made.
 */
export function runScenario(scenario: LoadedScenario, options: RunOptions = {}): RunResult {
  const { plugins = new Map(), schedulingRecorder } = options;
  requirePlugins(scenario, plugins);
  if (scenario.cluster.scope === 'placement') return runPlacement(scenario, options, plugins);
  const simulation = new Simulation(scenario.seed);
  simulation.onEvent = options.onEvent;
  const { clusterDns, controlPlane } = scenario.cluster;
  const schedulers = [controlPlane.scheduler, ...controlPlane.additionalSchedulers];
  const checkers = allCheckers(simulation, promisesRoomOnce(schedulers, plugins));
  const identities = schedulers.map(({ name }) => ({ name, user: schedulerUser(name) }));
  const dnsReplicas = clusterDns.runAs === 'pods' ? 'inPods' : clusterDns.replicas;
  const { sampleIntervalUs } = scenario.outputs;
  const dns = isDnsMeasured(clusterDns) ? new DnsMetrics(simulation, sampleIntervalUs) : undefined;
  const asked = options.observe?.(simulation);
  const others = [...checkers, dns, asked].filter((each) => each !== undefined);
  const recorder = new RunRecorder(simulation, dnsReplicas, others, identities);
  recorder.measureDns(dns);
  const { convergence, observer } = recorder;
  let isConverged = false;
  const quorum = new QuorumWatch(scenario);
  const ending = (): RunEnding => ({ isConverged, isHopeless: quorum.isHopeless });
  const listeners = {
    observer,
    changes: convergence,
    controllers: recorder.controllerManager,
    kubelets: recorder.kubelets,
    flannel: recorder.flannel,
    kubeProxy: recorder.kubeProxy,
    cloud: cloudListeners(scenario, recorder, (): readonly Rental[] => cluster.rentals),
    dns,
    scheduling: schedulingRecorder,
    plugins,
    monitorOf: (name: string) => recorder.schedulerMonitor(name),
    onOperationsDone: () => {
      quorum.operationsDone(simulation.now);
      convergence.whenSettled(() => {
        isConverged = true;
        if (scenario.untilConverged) simulation.stop();
      });
    },
  };
  const cluster = newCluster(simulation, scenario, listeners);
  measure(cluster, recorder, scenario.outputs.sampleIntervalUs);
  const { horizonUs } = scenario;
  const stopped = watchLimits(simulation, options, ({ time, events }) => {
    const { podCount: podsTotal, readyCount: podsReady } = recorder.pods;
    options.onProgress?.({ simulatedUs: time, horizonUs, events, podsReady, podsTotal });
  });
  const failure = failureIn(() => {
    cluster.start();
    const looks = quorum.holds(() => cluster.etcd.faults.quorumLostUs);
    runHolding(simulation, horizonUs, [...holdsOf(options, cluster, recorder), ...looks]);
  });
  if (failure === undefined) {
    const violations = checkers.flatMap((checker) => checker.violations);
    assert(violations.length === 0, `an invariant was broken: ${violations[0]}`);
  } else {
    stopped.outcome = failedOutcome(failure, simulation);
    options.onPluginFailure?.(failure);
  }
  return recorder.result({
    scenario: scenario.name,
    kubernetesVersion: scenario.cluster.kubernetesVersion,
    modelVersion,
    outcome: stopped.outcome ?? outcomeOf(scenario, simulation, ending(), cluster, convergence),
    cluster: describeCluster(scenario.cluster),
    notices: scenario.notices,
    thresholds: scenario.thresholds,
  });
}

/** Whether anything beside its answers is of interest. */
function isDnsMeasured({ runAs, traffic }: ClusterDnsSpec): boolean {
  return runAs === 'pods' || traffic.length > 0;
}

/** The cluster of a scenario, with those who connect to its Services. */
function newCluster(
  simulation: Simulation,
  { cluster, operations, traffic, outputs }: LoadedScenario,
  listeners: ClusterListeners,
): Cluster {
  const plan = { flows: traffic, intervalUs: outputs.sampleIntervalUs };
  return new Cluster(simulation, cluster, operations, listeners, plan);
}

/** Has the recorder look at the parts of a cluster. */
function measure(cluster: Cluster, recorder: RunRecorder, intervalUs: number): void {
  recorder.convergence.awaitPending(cluster.pendingPods);
  recorder.measureApi(cluster.apiServers, cluster.transport);
  recorder.measureEtcd(cluster.etcd);
  recorder.convergence.obstacle = () => cluster.verdict;
  recorder.measureFlannel(cluster.network.flannel);
  recorder.measureCpu(cluster.nodeCpus);
  recorder.measureLeaders(() => cluster.leaders);
  recorder.measureTraffic(cluster.traffic);
  recorder.recordSeries(intervalUs, cluster.meters);
}

/** Who measures the cloud, if there is one, and what works with it. */
function cloudListeners(
  { cluster: { cloud } }: LoadedScenario,
  recorder: RunRecorder,
  rentals: () => readonly Rental[],
): CloudListeners | undefined {
  if (cloud === undefined) return undefined;
  const metrics = recorder.measureCloud(cloud.profile.name, rentals);
  const { autoscaler, karpenter } = recorder;
  return { calls: metrics, controllers: metrics, autoscaler, karpenter };
}

/** The look and the scrapes that the options ask for. */
function holdsOf(
  { look, scrapes }: RunOptions,
  cluster: Cluster,
  recorder: RunRecorder,
): readonly Hold[] {
  const never = Number.POSITIVE_INFINITY;
  const holds: Hold[] = [];
  if (look !== undefined) {
    const act = (now: SimTime): void => look.see(cluster.objects, now);
    holds.push({ atUs: look.atUs ?? never, act, everyUs: undefined });
  }
  if (scrapes !== undefined) {
    const act = (now: SimTime): void => scrapes.add(recorder.samples, now);
    holds.push({ atUs: scrapes.intervalUs, act, everyUs: scrapes.intervalUs });
  }
  return holds;
}

function requirePlugins({ plugins }: LoadedScenario, given: PluginRegistry): void {
  const missing = plugins.map(({ name }) => name).filter((name) => !given.has(name));
  if (missing.length === 0) return;
  throw new Error(
    `The scenario uses the plugins ${missing.join(', ')}: pass runScenario the plugins that ` +
      'loading it has returned.',
  );
}

/** How a run came to its end. */
interface RunEnding {
  readonly isConverged: boolean;
  /** No quorum of etcd, and no hope of one. */
  readonly isHopeless: boolean;
}

function outcomeOf(
  { untilConverged }: LoadedScenario,
  { now }: Simulation,
  { isConverged, isHopeless }: RunEnding,
  { verdict }: Pick<Cluster, 'verdict'>,
  { rows }: Pick<Convergence, 'rows'>,
): RunOutcome {
  const at = `${toSeconds(now)} s`;
  const never = rows.filter(({ convergedUs }) => convergedUs === undefined);
  const neverMessage = neverText(never, rows.length);
  const isSaid = verdict === undefined || (never.length > 0 && neverMessage.includes(verdict));
  const why = isSaid ? '' : `; ${verdict}`;
  if (isConverged && untilConverged) {
    const how =
      never.length === 0
        ? `Every change converged after ${at}`
        : `Settled after ${at}; ${neverMessage}`;
    return { end: 'converged', partial: false, message: `${how}${why}.` };
  }
  const how = never.length === 0 ? 'everything had converged' : neverMessage;
  if (isHopeless) {
    const message = `Ended after ${at}, as nothing will mend etcd; ${how}${why}.`;
    return { end: 'idle', partial: false, message };
  }
  const message = `Ended at the horizon of ${at}; ${how}${why}.`;
  return { end: 'horizon', partial: false, message };
}

/** Changes that are named in the outcome before the rest is only counted. */
const namedChanges = 3;

/** Characters of a reason in the outcome; the whole reason stands with its change. */
const reasonLength = 100;

function shortened(reason: string): string {
  return reason.length <= reasonLength ? reason : `${reason.slice(0, reasonLength)}…`;
}

/** Which changes never converged, and why. */
function neverText(never: readonly ConvergenceRow[], changes: number): string {
  const named = never
    .slice(0, namedChanges)
    .map(({ change, reason }) => `${change} because ${shortened(reason)}`);
  const rest = never.length > namedChanges ? ['…'] : [];
  return `${never.length} of ${changes} changes never converged: ${[...named, ...rest].join('; ')}`;
}
