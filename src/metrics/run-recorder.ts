// Everything that is measured in one run, behind one observer; at the end, the run's result.
import type { ApiTransport } from '../client/api-transport.js';
import { type ClusterObserver, ObserverGroup } from '../client/observer.js';
import type { LeaderStatus } from '../cluster/elected-process.js';
import type { ClientTraffic } from '../cluster/traffic/client-traffic.js';
import type { ApiServer } from '../control-plane/apiserver/apiserver.js';
import type { Rental } from '../control-plane/cloud/instance-registry.js';
import type { Etcd } from '../control-plane/etcd/etcd.js';
import type { SchedulerMonitor } from '../control-plane/scheduler/scheduler-monitor.js';
import type { Simulation } from '../kernel/simulation.js';
import type { StationMeter } from '../kernel/stations.js';
import { toSeconds } from '../kernel/time.js';
import type { FlannelFleet } from '../network/flannel/flannel-fleet.js';
import type { NodeCpus } from '../node/node-cpus.js';
import type { Threshold } from '../scenario/threshold.js';
import { summarise } from '../stats/summarise.js';
import { admissionSamples } from './admission-samples.js';
import { ApiCallSlis } from './api-call-slis.js';
import { ApiRequestMetrics } from './api-request-metrics.js';
import { CloudMetrics } from './cloud-metrics.js';
import { ClusterAutoscalerMetrics } from './cluster-autoscaler-metrics.js';
import { ControllerManagerMetrics } from './controller-manager-metrics.js';
import { Convergence } from './convergence.js';
import { ClientLimits } from './critical-path/client-limits.js';
import type { DnsMetrics } from './dns-metrics.js';
import { etcdSamples } from './etcd-samples.js';
import { findingsIn } from './findings.js';
import { FlannelMetrics } from './flannel-metrics.js';
import { flowControlSamples } from './flow-control-samples.js';
import { GpuStates, gpuGauges } from './gpu-states.js';
import { KarpenterMetrics } from './karpenter-metrics.js';
import { KubeProxyMetrics } from './kube-proxy-metrics.js';
import { KubeletMetrics } from './kubelet-metrics.js';
import { KubernetesEvents } from './kubernetes-events.js';
import { leaderElectionSamples } from './leader-election-metrics.js';
import { nodeCostsOf } from './node-costs.js';
import { NodeStates } from './node-states.js';
import { PodTimelines } from './pod-timelines.js';
import { PodUse } from './pod-use.js';
import { RequestStatistics } from './request-statistics.js';
import { RestClientMetrics } from './rest-client-metrics.js';
import type { MetricSample, NodeRow, PodRow, RunResult, SummaryRow } from './run-result.js';
import { samplesOf, selectValues, summaryMetrics } from './samples.js';
import { SchedulerConflicts, type SchedulerIdentity } from './scheduler-conflicts.js';
import { SchedulerMetrics } from './scheduler-metrics.js';
import { storageSamples } from './storage-samples.js';
import { judgeThresholds } from './thresholds.js';
import { TimeSeriesRecorder } from './time-series-recorder.js';
import { trafficGauges, trafficRows } from './traffic.js';
import { VolumeMetrics } from './volume-metrics.js';

/** What the recorder cannot know by itself. */
export type RunFacts = Pick<
  RunResult,
  'scenario' | 'kubernetesVersion' | 'modelVersion' | 'outcome' | 'cluster' | 'notices'
> & { readonly thresholds: readonly Threshold[] };

const defaultScheduler: SchedulerIdentity = {
  name: 'kube-scheduler',
  user: 'system:kube-scheduler',
};

export class RunRecorder {
  readonly observer: ClusterObserver;
  readonly convergence: Convergence;
  readonly pods: PodTimelines;
  readonly #simulation: Simulation;
  readonly #requests = new RequestStatistics();
  readonly #events = new KubernetesEvents();
  readonly #nodes = new NodeStates();
  readonly #gpus = new GpuStates();
  readonly #use: PodUse;
  readonly #slis = new ApiCallSlis();
  /** Who measures the kubelets. */
  readonly kubelets: KubeletMetrics = new KubeletMetrics();
  readonly #volumes = new VolumeMetrics();
  readonly #apiRequests = new ApiRequestMetrics();
  readonly #limits: ClientLimits;
  readonly #restClients: RestClientMetrics;
  readonly controllerManager: ControllerManagerMetrics;
  #apiServers: readonly ApiServer[] = [];
  #etcd: Etcd | undefined;
  readonly autoscaler: ClusterAutoscalerMetrics;
  readonly karpenter: KarpenterMetrics = new KarpenterMetrics();
  readonly flannel: FlannelMetrics = new FlannelMetrics();
  readonly kubeProxy: KubeProxyMetrics = new KubeProxyMetrics();
  #cpus: NodeCpus | undefined;
  #flannelFleet: FlannelFleet | undefined;
  #dns: DnsMetrics | undefined;
  #traffic: ClientTraffic | undefined;
  #cloud: CloudMetrics | undefined;
  #rentals: () => readonly Rental[] = () => [];
  #leaders: () => readonly LeaderStatus[] = () => [];
  readonly #conflicts: SchedulerConflicts;
  readonly #schedulers = new Map<string, SchedulerMetrics>();
  #meters: readonly StationMeter[] = [];
  #series = new TimeSeriesRecorder([], []);
  /** Limits of clients, which are stations too, but have no columns in the time series. */
  #limitSeries = new TimeSeriesRecorder([], []);

  constructor(
    simulation: Simulation,
    dnsReplicas: number | 'inPods',
    others: readonly ClusterObserver[] = [],
    schedulers: readonly SchedulerIdentity[] = [defaultScheduler],
  ) {
    this.#simulation = simulation;
    this.autoscaler = new ClusterAutoscalerMetrics(simulation);
    this.#limits = new ClientLimits(simulation);
    this.convergence = new Convergence(simulation, dnsReplicas, this.#limits);
    this.#restClients = new RestClientMetrics(this.#limits);
    this.pods = new PodTimelines(simulation);
    this.#use = new PodUse(simulation);
    this.controllerManager = new ControllerManagerMetrics(simulation, this.#volumes);
    this.#conflicts = new SchedulerConflicts(schedulers);
    const isAlone = schedulers.length === 1;
    for (const { name } of schedulers) {
      const labels = isAlone ? [] : ([['instance', name]] as const);
      this.#schedulers.set(name, new SchedulerMetrics(simulation, name, labels));
    }
    this.observer = new ObserverGroup([
      this.pods,
      this.convergence,
      this.#requests,
      this.#events,
      this.#nodes,
      this.#gpus,
      this.#use,
      this.#slis,
      this.#apiRequests,
      this.kubelets,
      this.#volumes,
      this.#conflicts,
      ...others,
    ]);
  }

  /** Who measures the scheduler of that name; undefined for one that was not announced. */
  schedulerMonitor(name: string): SchedulerMonitor | undefined {
    return this.#schedulers.get(name);
  }

  /** Asks at the end who leads. */
  measureLeaders(leaders: () => readonly LeaderStatus[]): void {
    this.#leaders = leaders;
  }

  /** Measures the apiservers and all who send them requests from now on. */
  measureApi(servers: readonly ApiServer[], transport: ApiTransport): void {
    this.#apiServers = servers;
    transport.monitor = this.#restClients;
  }

  /** Reports the connections of clients, if there are any; before the series begin. */
  measureTraffic(traffic: ClientTraffic | undefined): void {
    this.#traffic = traffic;
  }

  /** Who measures the cloud of that name, its controllers, and what its machines cost. */
  measureCloud(name: string, rentals: () => readonly Rental[]): CloudMetrics {
    const metrics = new CloudMetrics(name);
    this.#cloud = metrics;
    this.convergence.awaitLoadBalancers();
    this.#rentals = rentals;
    return metrics;
  }

  /** Reports the metrics of etcd. */
  measureEtcd(etcd: Etcd): void {
    this.#etcd = etcd;
  }

  /** Reports what CPU pods get that say what they use. */
  measureCpu(cpus: NodeCpus): void {
    this.#cpus = cpus;
  }

  /** Reports what cluster DNS does. */
  measureDns(metrics: DnsMetrics | undefined): void {
    this.#dns = metrics;
  }

  /** Reports the network of the pods, where it is flannel's. */
  measureFlannel(fleet: FlannelFleet | undefined): void {
    this.#flannelFleet = fleet;
  }

  /**
   * Samples the time series every `intervalUs` from now on; `meters` are the stations to report.
   */
  recordSeries(intervalUs: number, meters: readonly StationMeter[]): void {
    this.#meters = meters;
    let requests = 0;
    const gauges = [
      { name: 'nodes', read: () => this.#nodes.nodeCount },
      { name: 'pods', read: () => this.pods.podCount },
      { name: 'pods_scheduled', read: () => this.pods.scheduledCount },
      { name: 'pods_ready', read: () => this.pods.readyCount },
      {
        name: 'api_requests_per_second',
        read: () => {
          const rate = ((this.#requests.total - requests) * 1_000_000) / intervalUs;
          requests = this.#requests.total;
          return rate;
        },
      },
      ...(this.#traffic === undefined ? [] : trafficGauges(this.#traffic)),
      ...(this.#gpus.isUsed ? gpuGauges(this.#gpus) : []),
    ];
    const isLimit = ({ name }: StationMeter): boolean => name.endsWith('/client');
    this.#series = new TimeSeriesRecorder(
      gauges,
      meters.filter((meter) => !isLimit(meter)),
    );
    this.#limitSeries = new TimeSeriesRecorder([], meters.filter(isLimit));
    let samples = 0;
    const kind = this.#simulation.defineEvent('metrics.SampleTaken', () => {
      this.#series.sample(this.#simulation.now);
      this.#limitSeries.sample(this.#simulation.now);
      this.#nodes.sample(samples++);
      this.#simulation.after(intervalUs, kind);
    });
    this.#simulation.after(intervalUs, kind);
  }

  #nodeRows(): readonly NodeRow[] {
    return this.#nodes.rows.map((row) => ({
      ...row,
      kubeProxyCpuUs: this.kubeProxy.cpuUsOf(row.name),
    }));
  }

  /** With the CPU that they have had, where they say what they ask for. */
  #podRows(): readonly PodRow[] {
    const uses = this.#cpus?.podUses;
    if (uses === undefined || uses.size === 0) return this.pods.rows;
    return this.pods.rows.map((row) => {
      const use = uses.get(row.uid);
      if (use === undefined) return row;
      const { askedMilliUs, missedMilliUs } = use;
      const usedUs = Math.round((askedMilliUs - missedMilliUs) / 1_000);
      return { ...row, cpu: { usedUs, askedUs: Math.round(askedMilliUs / 1_000) } };
    });
  }

  /** All metrics as a scrape finds them now. */
  get samples(): readonly MetricSample[] {
    const simulation = this.#simulation;
    const isAlone = this.#apiServers.length <= 1;
    return [
      ...this.#apiRequests.samples(isAlone),
      ...this.#apiServers.flatMap((server) => [
        ...flowControlSamples(server, isAlone, simulation.now),
        ...admissionSamples(server.admission, isAlone ? [] : [['instance', server.name]]),
        ...storageSamples(server, isAlone, simulation.now),
      ]),
      ...(this.#etcd === undefined ? [] : etcdSamples(this.#etcd)),
      ...this.#restClients.samples,
      ...this.controllerManager.samples,
      ...leaderElectionSamples(this.#leaders()),
      ...(this.#cloud?.samples ?? []),
      ...this.autoscaler.samples,
      ...this.karpenter.samples,
      ...this.kubelets.samples,
      ...this.#volumes.samples,
      ...this.flannel.samplesOf(this.#flannelFleet),
      ...this.kubeProxy.samples,
      ...(this.#dns?.samples ?? []),
      ...this.#conflicts.samples,
      ...[...this.#schedulers.values()].flatMap(({ samples }) => samples),
    ];
  }

  /** The result as of now. */
  result(facts: RunFacts): RunResult {
    const simulation = this.#simulation;
    const pods = this.#podRows();
    const convergence = this.convergence.rows;
    const events = this.#events.rows;
    const traffic = this.#traffic === undefined ? [] : trafficRows(this.#traffic);
    const { thresholds, ...rest } = facts;
    const valuesOf = ({ selector }: Threshold): readonly number[] =>
      selectValues(
        samplesOf(selector.name, pods, convergence, events, traffic) ??
          this.#dns?.lookups.samplesOf(selector.name) ??
          [],
        selector.labels,
      );
    return {
      ...rest,
      seed: simulation.random.seed,
      endUs: simulation.now,
      events: simulation.events,
      traceHash: simulation.traceHash,
      checkpoints: simulation.checkpoints,
      pods,
      nodes: this.#nodeRows(),
      nodeHistory: this.#nodes.history,
      ...(this.#gpus.isUsed && { gpus: this.#gpus.figures }),
      ...(this.#use.isUsed && { use: this.#use.figures(this.#cpus?.shortfallMilli ?? 0) }),
      nodeCosts: nodeCostsOf(this.#rentals(), simulation.now),
      convergence,
      requests: this.#requests.rows,
      apiCallSlis: this.#slis.rows,
      timeSeries: this.#series.series,
      stationSeries: [...this.#series.stationSeries, ...this.#limitSeries.stationSeries],
      traffic,
      dns: this.#dns?.lookups.rows ?? [],
      notices: [...facts.notices, ...findingsIn(events)],
      kubernetesEvents: events,
      summary: summaryMetrics.flatMap((metric): SummaryRow[] => {
        const samples =
          samplesOf(metric, pods, convergence) ?? this.#dns?.lookups.samplesOf(metric) ?? [];
        const figures = summarise(selectValues(samples, []));
        return figures.count === 0 ? [] : [{ metric, ...figures }];
      }),
      stations: this.#meters.map((meter) => meter.report(simulation.now)),
      schedulers: this.#conflicts.rows,
      thresholds: judgeThresholds(thresholds, valuesOf, toSeconds(simulation.now)),
      metrics: this.samples,
    };
  }
}
