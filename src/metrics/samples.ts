// The samples behind every metric that a summary or a threshold can name, from the rows of a run.
import type { ConvergenceRow, EventRow, PodRow, TrafficRow } from './run-result.js';
import { trafficSamples } from './traffic.js';

/** Values of one metric under one set of labels; durations in seconds. */
export interface Samples {
  readonly labels: ReadonlyMap<string, string>;
  readonly values: readonly number[];
}

type PodMeasure = (pod: PodRow) => number | undefined;

const between = (from: number | undefined, to: number | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : (to - from) / 1_000_000;

/** Metrics of pods by name. */
const podMeasures: ReadonlyMap<string, PodMeasure> = new Map<string, PodMeasure>([
  ['pod_startup_seconds', (pod) => between(pod.createdUs, pod.readyUs)],
  ['pod_scheduling_latency_seconds', (pod) => between(pod.queuedUs, pod.boundUs)],
  ['pod_image_pull_seconds', (pod) => between(pod.sandboxUs, pod.imagePulledUs)],
  ['pod_endpoint_programming_seconds', (pod) => between(pod.readyUs, pod.endpointProgrammedUs)],
  ['pod_cpu_share', ({ cpu }) => (cpu && cpu.askedUs > 0 ? cpu.usedUs / cpu.askedUs : undefined)],
  ['pods_ready', (pod) => (pod.readyUs === undefined ? undefined : 1)],
  ['pods_not_ready', (pod) => ((pod.readyUs ?? pod.wasThere) === undefined ? 1 : undefined)],
]);

/** Metrics whose value is the number of their samples. */
export const countedMetrics: ReadonlySet<string> = new Set([
  'pods_ready',
  'pods_not_ready',
  'events_seen',
  'dns_lookups',
  'dns_stale_lookups',
]);

/** Durations that every run is summed up by. */
export const summaryMetrics: readonly string[] = [
  'pod_startup_seconds',
  'pod_scheduling_latency_seconds',
  'pod_image_pull_seconds',
  'pod_endpoint_programming_seconds',
  'convergence_seconds',
  'dns_lookup_seconds',
];

/** The samples of a metric, one entry a pod, change, Event or kind of traffic. */
export function samplesOf(
  metric: string,
  pods: readonly PodRow[],
  changes: readonly ConvergenceRow[],
  events: readonly EventRow[] = [],
  traffic: readonly TrafficRow[] = [],
): readonly Samples[] | undefined {
  if (metric === 'events_seen') return events.map(eventSamples);
  if (metric === 'convergence_seconds') return changes.flatMap(changeSamples);
  if (metric === 'scheduling_throughput') return [throughputOf(pods)];
  const measure = podMeasures.get(metric);
  if (measure === undefined) return trafficSamples(metric, traffic);
  return pods.flatMap((pod) => {
    const value = measure(pod);
    if (value === undefined) return [];
    const labels = new Map([
      ['namespace', pod.namespace],
      ['owner', pod.owner],
      ['node', pod.node],
    ]);
    return [{ labels, values: [value] }];
  });
}

/**
 * Pods bound in every second from the first to the last, as ClusterLoader2's SchedulingThroughput
 * counts them.
 */
function throughputOf(pods: readonly PodRow[]): Samples {
  const counts: number[] = [];
  const bound = pods.flatMap(({ boundUs }) => boundUs ?? []);
  const firstUs = bound.reduce((first, at) => Math.min(first, at), Number.POSITIVE_INFINITY);
  for (const at of bound) {
    const second = Math.floor((at - firstUs) / 1_000_000);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return { labels: new Map(), values: Array.from(counts, (count) => count ?? 0) };
}

/** An Event that was seen several times counts as often. */
function eventSamples({ namespace, involved, reason, count }: EventRow): Samples {
  const [kind = '', name = ''] = involved.split('/');
  const labels = new Map([
    ['reason', reason],
    ['namespace', namespace],
    ['kind', kind],
    ['name', name],
  ]);
  return { labels, values: Array.from({ length: count }, () => 1) };
}

function changeSamples(change: ConvergenceRow): readonly Samples[] {
  const value = between(change.startedUs, change.convergedUs);
  if (value === undefined) return [];
  const labels = new Map([
    ['namespace', change.namespace],
    ['kind', change.kind],
    ['name', change.name],
  ]);
  return [{ labels, values: [value] }];
}

/** All values whose labels agree with the wanted ones. */
export function selectValues(
  samples: readonly Samples[],
  wanted: readonly (readonly [key: string, value: string])[],
): readonly number[] {
  return samples
    .filter(({ labels }) => wanted.every(([key, value]) => labels.get(key) === value))
    .flatMap(({ values }) => values);
}
