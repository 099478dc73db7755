// Results of runs, built by hand: small ones with every awkward value, and large ones that look
// like a real rollout. Their numbers come from a fixed recurrence, the same everywhere.
import type {
  ApiCallSli,
  ConvergenceRow,
  DnsRow,
  EventRow,
  MetricSample,
  NodeRow,
  PodRow,
  RequestRow,
  RunResult,
  SummaryRow,
  ThresholdRow,
  TrafficRow,
} from '../../src/metrics/run-result.js';
import { fillingHistory, twoNodeHistory } from './node-histories.js';

/** A pod that went through every stage, 100 ms each, unless told otherwise. */
export function podRow(overrides: Partial<PodRow> = {}): PodRow {
  return {
    namespace: 'default',
    name: 'web-7d4b9c-aaaaa',
    uid: 'uid-1',
    owner: 'Deployment/web',
    node: 'node-1',
    phase: 'Running',
    createdUs: 1_000_000,
    queuedUs: 1_100_000,
    scheduledUs: 1_200_000,
    boundUs: 1_300_000,
    sandboxUs: 1_400_000,
    imagePulledUs: 1_500_000,
    startedUs: 1_600_000,
    readyUs: 1_700_000,
    endpointPublishedUs: 1_800_000,
    endpointProgrammedUs: 1_900_000,
    deletedUs: undefined,
    schedulingAttempts: 1,
    message: '',
    ...overrides,
  };
}

/** A pod that no node can take. */
export function pendingPodRow(overrides: Partial<PodRow> = {}): PodRow {
  return podRow({
    name: 'huge-1',
    uid: 'uid-2',
    owner: '',
    node: '',
    phase: 'Pending',
    scheduledUs: undefined,
    boundUs: undefined,
    sandboxUs: undefined,
    imagePulledUs: undefined,
    startedUs: undefined,
    readyUs: undefined,
    endpointPublishedUs: undefined,
    endpointProgrammedUs: undefined,
    schedulingAttempts: 3,
    message: '0/3 nodes are available: 3 Insufficient cpu.',
    ...overrides,
  });
}

export function nodeRow(overrides: Partial<NodeRow> = {}): NodeRow {
  return {
    name: 'node-1',
    zone: 'zone-a',
    ready: true,
    pods: 12,
    cpuAllocatableMilli: 4000,
    cpuRequestedMilli: 1250,
    memoryAllocatableBytes: 16 * 1024 * 1024 * 1024,
    memoryRequestedBytes: 3 * 1024 * 1024 * 1024,
    imagesPulled: 2,
    imageBytesPulled: 157_286_400,
    kubeProxyCpuUs: 1_250_000,
    ...overrides,
  };
}

export function convergenceRow(overrides: Partial<ConvergenceRow> = {}): ConvergenceRow {
  return {
    change: 'apply Deployment/default/web',
    namespace: 'default',
    kind: 'Deployment',
    name: 'web',
    replicas: 3,
    startedUs: 500_000,
    acceptedUs: 512_000,
    createdUs: 1_000_000,
    scheduledUs: 1_300_000,
    readyUs: 1_700_000,
    endpointsPublishedUs: 1_800_000,
    endpointsProgrammedUs: 1_900_000,
    dnsResolvableUs: undefined,
    convergedUs: 1_900_000,
    longestStage: 'created',
    criticalPath: [
      { activity: 'api_call', us: 12_000, cause: "the client's call to the API" },
      { activity: 'create', us: 988_000, cause: 'controllers at work on the objects' },
      { activity: 'image_pull', us: 400_000, cause: 'images being pulled' },
    ],
    reason: '',
    ...overrides,
  };
}

export function requestRow(overrides: Partial<RequestRow> = {}): RequestRow {
  return {
    verb: 'PATCH',
    resource: 'pods',
    subresource: 'status',
    scope: 'resource',
    client: 'system:nodes',
    count: 12_345,
    errors: 21,
    meanUs: 4_210.5,
    p50Us: 3_900,
    p90Us: 7_000,
    p99Us: 21_000,
    maxUs: 64_123,
    meanQueueWaitUs: 12.5,
    maxQueueWaitUs: 15_000,
    ...overrides,
  };
}

export function apiCallSli(overrides: Partial<ApiCallSli> = {}): ApiCallSli {
  return {
    verb: 'PATCH',
    resource: 'pods',
    subresource: 'status',
    scope: 'resource',
    count: 12_345,
    p99Us: 21_000,
    limitUs: 1_000_000,
    ok: true,
    ...overrides,
  };
}

export function eventRow(overrides: Partial<EventRow> = {}): EventRow {
  return {
    timeUs: 1_300_000,
    namespace: 'default',
    involved: 'pod/web-7d4b9c-aaaaa',
    type: 'Normal',
    reason: 'Scheduled',
    message: 'Successfully assigned default/web-7d4b9c-aaaaa to node-1',
    source: 'default-scheduler',
    count: 1,
    ...overrides,
  };
}

export function summaryRow(overrides: Partial<SummaryRow> = {}): SummaryRow {
  return {
    metric: 'pod_startup_seconds',
    count: 2,
    mean: 0.75,
    min: 0.7,
    p50: 0.75,
    p90: 0.79,
    p99: 0.799,
    max: 0.8,
    ...overrides,
  };
}

/** The measure of something that did not happen. */
export const emptySummaryRow: SummaryRow = summaryRow({
  metric: 'dns_lookup_seconds',
  count: 0,
  mean: Number.NaN,
  min: Number.NaN,
  p50: Number.NaN,
  p90: Number.NaN,
  p99: Number.NaN,
  max: Number.NaN,
});

export const metricSamples: readonly MetricSample[] = [
  {
    name: 'scheduler_schedule_attempts_total',
    help: 'Number of attempts to schedule pods, by the result.',
    type: 'counter',
    labels: [
      ['profile', 'default-scheduler'],
      ['result', 'scheduled'],
    ],
    value: 2,
  },
  {
    name: 'apiserver_current_inflight_requests',
    help: 'A help text with a \\ and a\nline end.',
    type: 'gauge',
    labels: [['request_kind', 'a "quoted" \\ label\nof two lines']],
    value: -0,
  },
  {
    name: 'scheduler_schedule_attempts_total',
    help: 'Number of attempts to schedule pods, by the result.',
    type: 'counter',
    labels: [
      ['profile', 'default-scheduler'],
      ['result', 'unschedulable'],
    ],
    value: 3,
  },
  {
    name: 'scheduler_pod_scheduling_sli_duration_seconds',
    help: 'E2e latency for a pod being scheduled.',
    type: 'histogram',
    labels: [['attempts', '1']],
    buckets: [
      [0.01, 0],
      [0.32, 1],
      [Number.POSITIVE_INFINITY, 2],
    ],
    sum: 0.7000001,
    count: 2,
  },
];

const awkwardPods: readonly PodRow[] = [
  podRow(),
  podRow({
    name: 'web-7d4b9c-bbbbb',
    uid: 'uid-3',
    createdUs: 0,
    queuedUs: 0,
    boundUs: 1,
    endpointPublishedUs: undefined,
    endpointProgrammedUs: undefined,
    deletedUs: 2_000_000,
  }),
  pendingPodRow({ message: 'a "quoted", message\nof two lines' }),
];

/** A change that never converged. */
export const stuckRow: ConvergenceRow = convergenceRow({
  change: 'apply Pod/default/huge-1',
  kind: 'Pod',
  name: 'huge-1',
  replicas: 1,
  scheduledUs: undefined,
  readyUs: undefined,
  endpointsPublishedUs: undefined,
  endpointsProgrammedUs: undefined,
  convergedUs: undefined,
  longestStage: 'scheduled',
  reason: '1 pod is Pending: 0/3 nodes are available: 3 Insufficient cpu.',
});

export function thresholdRow(overrides: Partial<ThresholdRow> = {}): ThresholdRow {
  const row = { metric: 'pod_startup_seconds', expression: 'p(99)<5', value: 0.799, ok: true };
  return { ...row, level: 'error', ...overrides };
}

/** One that holds, one that failed, and a warning without a sample. */
const thresholdRows: readonly ThresholdRow[] = [
  thresholdRow(),
  thresholdRow({ metric: 'pods_unready', expression: 'value==0', value: 1, ok: false }),
  thresholdRow({
    metric: 'dns_lookup_seconds',
    expression: 'p(90)<1',
    level: 'warn',
    value: Number.NaN,
    ok: false,
  }),
];

export function trafficRow(overrides: Partial<TrafficRow> = {}): TrafficRow {
  return {
    timeUs: 2_000_000,
    traffic: 'shoppers',
    namespace: 'shop',
    service: 'api',
    connections: 200,
    ok: 197,
    refused: 2,
    timedOut: 1,
    noEndpoints: 0,
    sameNode: 60,
    sameZone: 100,
    sameEndpoint: 49,
    broken: 4,
    setupMeanUs: 263.5,
    setupMaxUs: 301,
    ...overrides,
  };
}

/** Ten lookups of one second, one of a name that is not there. */
const dnsRow: DnsRow = {
  timeUs: 5_000_000,
  traffic: 'orders',
  lookups: 10,
  outcomes: { NOERROR: 8, NXDOMAIN: 1, SERVFAIL: 0, timeout: 1 },
  stale: 2,
  meanUs: 501_250,
  p50Us: 1_250,
  p99Us: 5_000_000,
  maxUs: 5_000_000,
};

/** An interval without connections, in which open ones broke. */
const emptyTrafficRow = trafficRow({
  timeUs: 3_000_000,
  ...{ connections: 0, ok: 0, refused: 0, timedOut: 0, broken: 3 },
  ...{ sameNode: 0, sameZone: 0, sameEndpoint: 0 },
  setupMeanUs: Number.NaN,
  setupMaxUs: Number.NaN,
});

const checkpoints = [{ events: 65_536, time: 2_400_000, hash: 'fedcba9876543210' }];

const schedulers = [
  { name: 'kube-scheduler', podsBound: 2, bindingConflicts: 1, podsRejected: 0 },
  { name: 'batch', podsBound: 1, bindingConflicts: 0, podsRejected: 3 },
];

/** Two stations over the three samples of the run. */
const stationSeries = [
  { name: 'control-plane-0', capacity: 4, busy: [0.4, 2, 4], waiting: [0, 0, 7] },
  { name: 'etcd-0/disk', capacity: 1, busy: [0.5, 0, 0.25], waiting: [0, 0, 0] },
];

const diskStation: RunResult['stations'][number] = {
  name: 'etcd/disk',
  utilisation: 0.4321,
  meanQueueLength: 0.25,
  maxQueueLength: 9,
  served: 420,
  meanWaitUs: 1_520.25,
};

/** A run of three pods with every awkward value once. */
export function runResult(overrides: Partial<RunResult> = {}): RunResult {
  return {
    scenario: 'quickstart',
    seed: '1',
    nodeCosts: [],
    nodeHistory: twoNodeHistory(),
    kubernetesVersion: 'v1.36.2',
    modelVersion: '0.1.0',
    outcome: { end: 'converged', partial: false, message: 'Every change took effect.' },
    endUs: 2_500_000,
    events: 70_123,
    traceHash: '0123456789abcdef',
    checkpoints,
    cluster: '1 control-plane host (4 cores), 1 etcd member, 3 nodes of 4 CPU 16Gi',
    notices: ['Ignored 1 object of kind Ingress: it has no effect on scheduling.'],
    pods: awkwardPods,
    nodes: [nodeRow(), nodeRow({ name: 'node-2', zone: '', ready: false, pods: 0 })],
    convergence: [convergenceRow(), stuckRow],
    requests: [
      requestRow(),
      requestRow({
        verb: 'LIST',
        resource: 'nodes',
        subresource: '',
        scope: 'cluster',
        client: 'load-generator',
        count: 3,
        errors: 3,
      }),
    ],
    apiCallSlis: [apiCallSli(), apiCallSli({ verb: 'POST', p99Us: 1_200_000, ok: false })],
    timeSeries: {
      timeUs: [0, 1_000_000, 2_000_000],
      columns: [
        { name: 'pods_ready', values: [0, 0, 2] },
        { name: 'apiserver_cpu_cores', values: [0.1, 0.3333333333, Number.NaN] },
      ],
    },
    stationSeries,
    traffic: [trafficRow(), emptyTrafficRow],
    dns: [dnsRow],
    kubernetesEvents: [
      eventRow(),
      eventRow({
        timeUs: 1_250_001,
        involved: 'pod/huge-1',
        type: 'Warning',
        reason: 'FailedScheduling',
        message: '0/3 nodes are available: 3 Insufficient cpu.',
        count: 3,
      }),
    ],
    summary: [summaryRow(), emptySummaryRow],
    schedulers,
    stations: [diskStation],
    thresholds: thresholdRows,
    metrics: metricSamples,
    ...overrides,
  };
}

/** A run in which nothing happened. */
export function emptyResult(): RunResult {
  return runResult({
    pods: [],
    nodes: [],
    convergence: [],
    requests: [],
    timeSeries: { timeUs: [], columns: [] },
    stationSeries: [],
    apiCallSlis: [],
    traffic: [],
    dns: [],
    kubernetesEvents: [],
    summary: [],
    schedulers: [],
    stations: [],
    thresholds: [],
    metrics: [],
    notices: [],
    checkpoints: [],
    endUs: 0,
  });
}

/** Uniform in [0, 1), the same on every machine. */
function uniforms(): () => number {
  let state = 12_345;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

/** A rollout of `podCount` pods on `nodeCount` nodes, created at 50 a second. */
export function rolloutResult(podCount: number, nodeCount: number): RunResult {
  const next = uniforms();
  const longTail = (meanUs: number): number => {
    const u = next();
    return Math.round((meanUs * (0.4 + u * u * u * 3)) / 1.15);
  };
  const pods = Array.from({ length: podCount }, (_, index) =>
    rolloutPod(index, nodeCount, longTail),
  );
  const endUs =
    Math.max(...sample(pods.map((pod) => pod.endpointProgrammedUs ?? 0)), 1) + 30_000_000;
  const timeUs = Array.from({ length: 1 + Math.ceil(endUs / 1_000_000) }, (_, i) => i * 1_000_000);
  const wave = (scale: number): number[] => timeUs.map(() => scale * next() * next());
  const series = (name: string, values: number[]) => ({ name, values });
  const ready = timeUs.map((us) => Math.min(podCount, Math.floor((us / endUs) * podCount)));
  return runResult({
    scenario: `rollout of ${podCount} pods`,
    endUs,
    events: podCount * 140,
    cluster: `3 control-plane hosts (4 cores), 3 etcd members, ${nodeCount} nodes of 4 CPU 16Gi`,
    pods,
    nodes: Array.from({ length: nodeCount }, (_, i) => rolloutNode(i, podCount / nodeCount, next)),
    convergence: Array.from({ length: 12 }, (_, i) => rolloutChange(i, podCount, longTail)),
    requests: ['pods', 'nodes', 'leases', 'events', 'endpointslices', 'replicasets'].flatMap(
      (resource) =>
        ['GET', 'LIST', 'WATCH', 'PATCH', 'PUT', 'POST'].map((verb) =>
          requestRow({ resource, verb, subresource: '', count: Math.round(next() * podCount * 9) }),
        ),
    ),
    timeSeries: {
      timeUs,
      columns: [
        series('pods_ready', ready),
        series(
          'pods_pending',
          ready.map((count) => podCount - count),
        ),
        series('apiserver_cpu_cores', wave(3.5)),
        series('etcd_cpu_cores', wave(1.2)),
        series('scheduler_cpu_cores', wave(0.9)),
        series('apiserver_queue_length', wave(120)),
        series('etcd_disk_queue_length', wave(20)),
        series('etcd_disk_utilisation', wave(1)),
        series('network_bytes_per_second', wave(9e7)),
      ],
    },
    stationSeries: Array.from({ length: 6 }, (_, i) => ({
      name: `etcd-${i}/disk`,
      capacity: 1,
      busy: wave(1),
      waiting: wave(9),
    })),
    nodeHistory: fillingHistory(nodeCount, timeUs.length, 30),
    kubernetesEvents: pods.map((pod) =>
      eventRow({ timeUs: pod.boundUs ?? pod.createdUs, involved: `pod/${pod.name}` }),
    ),
    schedulers: [{ name: 'kube-scheduler', podsBound: 1200, bindingConflicts: 0, podsRejected: 0 }],
    stations: Array.from({ length: 14 }, (_, i) => ({
      name: `${['apiserver-0/cpu', 'etcd-0/disk', 'kubelet/qps', 'scheduler/binding'][i % 4]}-${i}`,
      utilisation: next(),
      meanQueueLength: next() * 4,
      maxQueueLength: Math.round(next() * 300),
      served: Math.round(next() * podCount * 20),
      meanWaitUs: next() * 20_000,
    })),
  });
}

/** At most 1,000 of the values, the last among them: enough to find the end of a long run. */
function sample(values: readonly number[]): number[] {
  const step = Math.ceil(values.length / 1_000);
  return values.filter((_, index) => (values.length - 1 - index) % step === 0);
}

function rolloutPod(index: number, nodeCount: number, longTail: (us: number) => number): PodRow {
  const createdUs = 1_000_000 + index * 20_000;
  const queuedUs = createdUs + longTail(9_000);
  const scheduledUs = queuedUs + longTail(40_000);
  const boundUs = scheduledUs + longTail(15_000);
  const sandboxUs = boundUs + longTail(450_000);
  const imagePulledUs = sandboxUs + longTail(index < nodeCount * 2 ? 2_600_000 : 60_000);
  const startedUs = imagePulledUs + longTail(380_000);
  const readyUs = startedUs + longTail(700_000);
  const app = ['web', 'checkout', 'recommendation-engine'][index % 3] ?? 'web';
  const tail = (((index + 7) * 2_654_435_761) % 60_466_176).toString(36).padStart(5, '0');
  const identity = {
    name: `${app}-6f9c7d5b8d-${tail}`,
    uid: `uid-${index}`,
    owner: `Deployment/${app}`,
    createdUs,
    queuedUs,
  };
  if (index % 97 === 96) return pendingPodRow(identity);
  return podRow({
    ...identity,
    node: `node-${(index * 7) % nodeCount}`,
    scheduledUs,
    boundUs,
    sandboxUs,
    imagePulledUs,
    startedUs,
    readyUs,
    endpointPublishedUs: readyUs + longTail(120_000),
    endpointProgrammedUs: readyUs + 200_000 + longTail(900_000),
  });
}

function rolloutNode(index: number, podsPerNode: number, next: () => number): NodeRow {
  return nodeRow({
    name: `node-${index}`,
    zone: `zone-${'abc'[index % 3]}`,
    ready: index % 41 !== 40,
    pods: Math.round(podsPerNode * (0.5 + next())),
    cpuRequestedMilli: Math.round(4000 * next()),
    memoryRequestedBytes: Math.round(next() * 16 * 1024 * 1024 * 1024),
  });
}

function rolloutChange(
  index: number,
  podCount: number,
  longTail: (us: number) => number,
): ConvergenceRow {
  const startedUs = index * 400_000;
  const acceptedUs = startedUs + longTail(20_000);
  const createdUs = acceptedUs + longTail(2_000_000);
  const scheduledUs = createdUs + longTail(300_000);
  const readyUs = scheduledUs + longTail(4_000_000);
  const endpointsPublishedUs = readyUs + longTail(200_000);
  const endpointsProgrammedUs = endpointsPublishedUs + longTail(1_000_000);
  return convergenceRow({
    change: `apply Deployment/shop/service-${index}`,
    replicas: Math.ceil(podCount / 12),
    startedUs,
    acceptedUs,
    createdUs,
    scheduledUs,
    readyUs,
    endpointsPublishedUs,
    endpointsProgrammedUs,
    convergedUs: endpointsProgrammedUs,
    longestStage: 'ready',
  });
}
