// What policies are compared by: one number a run for each measure, from the rows of its result.
// Left out: use of CPU and memory (what pods ask for stands for it), fragmentation of devices.
import type { NodeRow, PodRow, RunResult } from '../../metrics/run-result.js';
import { samplesOf, selectValues } from '../../metrics/samples.js';
import { mean } from '../../stats/mean.js';
import { quantile } from '../../stats/quantile.js';
import { sorted } from '../../stats/sorted.js';

/** One number of a run. */
export interface Measure {
  /** snake_case, unit last; a quantile in front of the unit's metric as `p99`. */
  readonly name: string;
  /** Undefined: neither is better by itself. */
  readonly better: 'lower' | 'higher' | undefined;
  /** NaN when the run has no sample of it. */
  readonly of: (result: RunResult) => number;
}

const quantiles = [
  ['p50', 0.5],
  ['p99', 0.99],
] as const;

const durations = [
  ['pod_scheduling_latency', 'pod_scheduling_latency_seconds'],
  ['pod_startup', 'pod_startup_seconds'],
] as const;

const latencyMeasures: readonly Measure[] = durations.flatMap(([name, metric]) =>
  quantiles.map(([title, p]) => ({
    name: `${name}_${title}_seconds`,
    better: 'lower' as const,
    of: ({ pods, convergence }: RunResult) =>
      quantile(sorted(selectValues(samplesOf(metric, pods, convergence) ?? [], [])), p),
  })),
);

/** Of all changes together, from the first call to the last effect; NaN when some never ended. */
function convergenceSeconds({ convergence }: RunResult): number {
  const ends = convergence.map(({ convergedUs }) => convergedUs ?? Number.NaN);
  const starts = convergence.map(({ startedUs }) => startedUs);
  return convergence.length === 0
    ? Number.NaN
    : (Math.max(...ends) - Math.min(...starts)) / 1_000_000;
}

/** Pods bound a second, from the first creation to the last binding. */
function boundPerSecond({ pods }: RunResult): number {
  const bound = pods.flatMap(({ boundUs }) => (boundUs === undefined ? [] : [boundUs]));
  const firstUs = pods[0]?.createdUs ?? 0;
  const lastUs = bound.reduce((latest, each) => Math.max(latest, each), firstUs);
  return lastUs === firstUs ? Number.NaN : (bound.length * 1_000_000) / (lastUs - firstUs);
}

const isUnbound = ({ boundUs, deletedUs }: PodRow): boolean =>
  boundUs === undefined && deletedUs === undefined;

/** Share of what all nodes have that pods ask for at the end. */
function allocation(
  nodes: readonly NodeRow[],
  requested: (node: NodeRow) => number,
  allocatable: (node: NodeRow) => number,
): number {
  const total = nodes.reduce((sum, node) => sum + allocatable(node), 0);
  return total === 0 ? Number.NaN : nodes.reduce((sum, node) => sum + requested(node), 0) / total;
}

/** Standard deviation over nodes of the share of CPU that is asked for. */
function cpuImbalance(nodes: readonly NodeRow[]): number {
  const shares = nodes
    .filter(({ cpuAllocatableMilli }) => cpuAllocatableMilli > 0)
    .map(({ cpuRequestedMilli, cpuAllocatableMilli }) => cpuRequestedMilli / cpuAllocatableMilli);
  const average = mean(shares);
  return Math.sqrt(mean(shares.map((each) => (each - average) * (each - average))));
}

/** In the order of the tables. */
export const measures: readonly Measure[] = [
  ...latencyMeasures,
  { name: 'convergence_seconds', better: 'lower', of: convergenceSeconds },
  { name: 'pods_bound_per_second', better: 'higher', of: boundPerSecond },
  {
    name: 'pods_unscheduled',
    better: 'lower',
    of: ({ pods }) => pods.filter(isUnbound).length,
  },
  {
    name: 'pods_preempted',
    better: 'lower',
    of: ({ kubernetesEvents }) =>
      kubernetesEvents
        .filter(({ reason }) => reason === 'Preempted')
        .reduce((sum, { count }) => sum + count, 0),
  },
  {
    name: 'nodes_in_use',
    better: undefined,
    of: ({ nodes }) => nodes.filter(({ pods }) => pods > 0).length,
  },
  {
    name: 'cpu_allocation_ratio',
    better: undefined,
    of: ({ nodes }) =>
      allocation(
        nodes,
        (node) => node.cpuRequestedMilli,
        (node) => node.cpuAllocatableMilli,
      ),
  },
  {
    name: 'memory_allocation_ratio',
    better: undefined,
    of: ({ nodes }) =>
      allocation(
        nodes,
        (node) => node.memoryRequestedBytes,
        (node) => node.memoryAllocatableBytes,
      ),
  },
  { name: 'cpu_imbalance_ratio', better: undefined, of: ({ nodes }) => cpuImbalance(nodes) },
  {
    name: 'api_requests',
    better: 'lower',
    of: ({ requests }) => requests.reduce((sum, { count }) => sum + count, 0),
  },
];

/** One number a measure, in their order. */
export function measured(result: RunResult): readonly number[] {
  return measures.map((measure) => measure.of(result));
}
