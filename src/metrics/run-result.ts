// What one run yields, as plain data: the only thing that reports, baselines and comparisons read.
// Times are microseconds since the start of the scenario; `undefined` means it did not happen.

import type { StationReport } from '../kernel/stations.js';
import type { LookupOutcome } from '../network/cluster-dns/dns-traffic-spec.js';

/** One row a pod, in order of creation. */
export interface PodRow {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** `Deployment/frontend`, the top-most owner; empty for a bare pod. */
  readonly owner: string;
  readonly node: string;
  readonly phase: string;
  readonly createdUs: number;
  /** It had been running when the run began: it has no times of its start. */
  readonly wasThere?: true;
  /** First seen by the scheduler. */
  readonly queuedUs: number | undefined;
  /** Node chosen and assumed. */
  readonly scheduledUs: number | undefined;
  /** Binding committed. */
  readonly boundUs: number | undefined;
  readonly sandboxUs: number | undefined;
  /** Last image on the node. */
  readonly imagePulledUs: number | undefined;
  /** Last container started. */
  readonly startedUs: number | undefined;
  /** Ready condition committed to the API. */
  readonly readyUs: number | undefined;
  /**
   * First EndpointSlice with this pod ready committed; undefined too when no Service selects it.
   */
  readonly endpointPublishedUs: number | undefined;
  /** Programmed on every kube-proxy. */
  readonly endpointProgrammedUs: number | undefined;
  readonly deletedUs: number | undefined;
  readonly schedulingAttempts: number;
  /** Last FailedScheduling message; empty when none. */
  readonly message: string;
  /** CPU that its containers have used and asked for; absent where they do not say. */
  readonly cpu?: PodCpuRow;
}

/** Core-microseconds of a pod. */
export interface PodCpuRow {
  readonly usedUs: number;
  readonly askedUs: number;
}

/** One row a node at the end of the run. */
export interface NodeRow {
  readonly name: string;
  readonly zone: string;
  readonly ready: boolean;
  readonly pods: number;
  readonly cpuAllocatableMilli: number;
  readonly cpuRequestedMilli: number;
  readonly memoryAllocatableBytes: number;
  readonly memoryRequestedBytes: number;
  readonly imagesPulled: number;
  readonly imageBytesPulled: number;
  /** Extended resources that it has, sorted by name; absent where it has none. */
  readonly extended?: readonly ExtendedAmount[];
  /** CPU time of the syncs of its kube-proxy. */
  readonly kubeProxyCpuUs: number;
}

/**
 * What every node held over time, as changes. `sample`, `node`, `state`, `pods`, `cpuPercent` and
 * `memoryPercent` are columns of one table, a row a change, in order of samples; within a sample a
 * node changes once.
 */
export interface NodeHistory {
  /** Nodes by number, in order of registration; a node that comes again keeps its number. */
  readonly names: readonly string[];
  /** '' without a zone. */
  readonly zones: readonly string[];
  /** Index into `timeUs` of the time series. */
  readonly sample: readonly number[];
  /** Index into `names`. */
  readonly node: readonly number[];
  /** 0: not registered; 1: not ready; 2: ready. */
  readonly state: readonly number[];
  /** Bound and not ended. */
  readonly pods: readonly number[];
  /** Requested of allocatable, rounded to whole percents. */
  readonly cpuPercent: readonly number[];
  readonly memoryPercent: readonly number[];
}

/** One extended resource of a node. */
export interface ExtendedAmount {
  /** `nvidia.com/gpu`. */
  readonly resource: string;
  readonly allocatable: number;
  readonly requested: number;
}

/** The devices of all nodes that share their GPUs (api/gpu-share.ts), in milli-GPU. */
export interface GpuFigures {
  readonly totalMilli: number;
  /** Of no pod. */
  readonly idleMilli: number;
  /** Of what is idle, what a task of the run's mix can not use: F summed up over the nodes. */
  readonly fragmentedMilli: number;
}

/** What all pods that have a node use at the end. */
export interface UseFigures {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

/** A part of the way of a change. */
export interface CriticalPathRow {
  /** As in convergence.csv: `image_pull`. */
  readonly activity: string;
  readonly us: number;
  /** Who was at work, or was waited for, in words. */
  readonly cause: string;
}

/** What the machines of one instance type and pool have cost. */
export interface NodeCostRow {
  readonly pool: string;
  readonly instanceType: string;
  readonly pricePerHour: number;
  /** Machines that were let for some time, and their times together. */
  readonly instances: number;
  readonly instanceUs: number;
  /** In the currency of the price. */
  readonly cost: number;
}

/** One change asked for by a client: an apply, a scale, … */
export interface ConvergenceRow {
  /** `apply Deployment/default/frontend`. */
  readonly change: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly replicas: number;
  readonly startedUs: number;
  /** API call answered. */
  readonly acceptedUs: number | undefined;
  /** All wanted pods exist. */
  readonly createdUs: number | undefined;
  readonly scheduledUs: number | undefined;
  /** All wanted pods are Ready, and no others are left. */
  readonly readyUs: number | undefined;
  readonly endpointsPublishedUs: number | undefined;
  readonly endpointsProgrammedUs: number | undefined;
  readonly dnsResolvableUs: number | undefined;
  /** All of the above that apply; undefined when it never converged. */
  readonly convergedUs: number | undefined;
  /** Name of the stage that took longest: `accepted`, or one of STAGES. */
  readonly longestStage: string;
  /**
   * What it has been waiting for, one thing at a time, in the order of the way through the cluster;
   * the parts add up to the time from its start to its convergence, or to the end of the run. Of a
   * change of several objects the way of the one that took longest.
   */
  readonly criticalPath: readonly CriticalPathRow[];
  /** Why it has not converged; empty when it has. */
  readonly reason: string;
}

/** API requests of one kind and client. Latency as the apiserver measures it. */
export interface RequestRow {
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string;
  /** `resource`, `namespace` or `cluster`. */
  readonly scope: string;
  /** The user; `system:nodes` for the nodes together. */
  readonly client: string;
  readonly count: number;
  /** Answers with a code of 400 or more. */
  readonly errors: number;
  readonly meanUs: number;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  /** In queues of flow control. */
  readonly meanQueueWaitUs: number;
  readonly maxQueueWaitUs: number;
}

/** Verdict on one kind of API call by SIG Scalability's service level objective. */
export interface ApiCallSli {
  /** `POST`, `LIST`. */
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string;
  readonly scope: string;
  readonly count: number;
  /** 99th percentile over 5 minutes, the worst of the run. */
  readonly p99Us: number;
  readonly limitUs: number;
  readonly ok: boolean;
}

/** Samples taken at equal intervals; every column has the length of `timeUs`. */
export interface TimeSeries {
  readonly timeUs: readonly number[];
  /** Column name with unit (snake_case, `pods_ready`, `apiserver_cpu_cores`) and its values. */
  readonly columns: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** The samples of one station; both columns have the length of `timeUs` of the time series. */
export interface StationSeries {
  readonly name: string;
  /** Units: cores, workers, disks. */
  readonly capacity: number;
  /** Units in use, the mean over the interval. */
  readonly busy: readonly number[];
  /** Jobs that wait at its end. */
  readonly waiting: readonly number[];
}

/** Connections of one kind of traffic that were made in one interval. */
export interface TrafficRow {
  /** End of the interval. */
  readonly timeUs: number;
  /** Name of the kind of traffic. */
  readonly traffic: string;
  readonly namespace: string;
  readonly service: string;
  readonly connections: number;
  /** Accepted by a pod. */
  readonly ok: number;
  /** Sent to an endpoint whose pod does not listen. */
  readonly refused: number;
  /** Sent to an endpoint whose node does not answer. */
  readonly timedOut: number;
  /** The rules of the client's node led nowhere. */
  readonly noEndpoints: number;
  /** Of those accepted: by a pod on the client's node, in its zone, where its last one went. */
  readonly sameNode: number;
  readonly sameZone: number;
  readonly sameEndpoint: number;
  /** Made earlier, and cut off in this interval because their pod stopped. */
  readonly broken: number;
  /** Time until an accepted connection was set up; NaN without any. */
  readonly setupMeanUs: number;
  readonly setupMaxUs: number;
}

/** Lookups of one kind that ended in one interval. */
export interface DnsRow {
  /** End of the interval. */
  readonly timeUs: number;
  /** Name of the kind of lookups. */
  readonly traffic: string;
  readonly lookups: number;
  readonly outcomes: Readonly<Record<LookupOutcome, number>>;
  /** Answered from a cache with what was not true any more. */
  readonly stale: number;
  /** Time until the pod had its answer, or gave up. */
  readonly meanUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** One Kubernetes Event object, as `kubectl get events` lists it. */
export interface EventRow {
  readonly timeUs: number;
  readonly namespace: string;
  readonly involved: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly source: string;
  readonly count: number;
}

/** A distribution of one measure. */
export interface SummaryRow {
  /** Metric name with unit, `pod_scheduling_latency_seconds`. */
  readonly metric: string;
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** What one scheduler has done. */
export interface SchedulerRow {
  readonly name: string;
  readonly podsBound: number;
  /** Bindings that the API server refused because the pod had a node already. */
  readonly bindingConflicts: number;
  /** Pods that it had bound and that the kubelet did not admit, as `OutOfcpu`. */
  readonly podsRejected: number;
}

/** Verdict on one threshold of the scenario. */
export interface ThresholdRow {
  readonly metric: string;
  readonly expression: string;
  readonly level: 'warn' | 'error';
  /** Measured value; NaN when there was no sample. */
  readonly value: number;
  readonly ok: boolean;
}

/** How the run ended. `partial` when a limit, a signal or a failed plugin cut it short. */
export interface RunOutcome {
  readonly end: 'converged' | 'horizon' | 'idle' | 'limit' | 'interrupted' | 'failed';
  readonly partial: boolean;
  /** One sentence. */
  readonly message: string;
}

/** A histogram of Prometheus: cumulative counts per upper bound. */
export interface MetricSample {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly (readonly [string, string])[];
  /** Counter or gauge. */
  readonly value?: number;
  readonly buckets?: readonly (readonly [upperBound: number, cumulativeCount: number])[];
  readonly sum?: number;
  readonly count?: number;
}

/** Everything a run yields. Contains no clock, host or path: equal inputs give equal bytes. */
export interface RunResult {
  readonly scenario: string;
  readonly seed: string;
  readonly kubernetesVersion: string;
  readonly modelVersion: string;
  readonly outcome: RunOutcome;
  readonly endUs: number;
  readonly events: number;
  readonly traceHash: string;
  readonly checkpoints: readonly {
    readonly events: number;
    readonly time: number;
    readonly hash: string;
  }[];
  /**
   * The cluster in one line: `3 control-plane hosts (4 cores), 1 etcd member, 3 nodes of 4 CPU
   * 16Gi`.
   */
  readonly cluster: string;
  /** Things the reader must know: ignored kinds, model limits, defaults taken. */
  readonly notices: readonly string[];
  readonly pods: readonly PodRow[];
  readonly nodes: readonly NodeRow[];
  readonly nodeHistory: NodeHistory;
  /** Absent where no node shares GPUs. */
  readonly gpus?: GpuFigures | undefined;
  /** Absent where no pod says what it uses. */
  readonly use?: UseFigures | undefined;
  /** Empty unless a catalogue states prices. */
  readonly nodeCosts: readonly NodeCostRow[];
  readonly convergence: readonly ConvergenceRow[];
  readonly requests: readonly RequestRow[];
  readonly apiCallSlis: readonly ApiCallSli[];
  readonly timeSeries: TimeSeries;
  /** Of all stations: those that the time series has columns for, then limits of clients. */
  readonly stationSeries: readonly StationSeries[];
  /** By kind of traffic, then by time; intervals without connections are left out. */
  readonly traffic: readonly TrafficRow[];
  /** By kind of lookups, then by time; intervals without any are left out. */
  readonly dns: readonly DnsRow[];
  readonly kubernetesEvents: readonly EventRow[];
  readonly summary: readonly SummaryRow[];
  readonly stations: readonly StationReport[];
  /** At least one, in the order of the scenario. */
  readonly schedulers: readonly SchedulerRow[];
  readonly thresholds: readonly ThresholdRow[];
  readonly metrics: readonly MetricSample[];
}
