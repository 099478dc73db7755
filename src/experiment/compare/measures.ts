// What policies are compared by: one number a run for each measure, from the rows of its result.
// Left out: use of CPU and memory over time.
import { didYouMean } from '../../api/did-you-mean.js';
import { gpuMilliResource, wholeGpuMilli } from '../../api/gpu-share.js';
import type { ExtendedAmount, NodeRow, PodRow, RunResult } from '../../metrics/run-result.js';
import { samplesOf, selectValues } from '../../metrics/samples.js';
import { mean } from '../../stats/mean.js';
import { quantile } from '../../stats/quantile.js';
import { sorted } from '../../stats/sorted.js';
import { steadyMean } from '../../stats/warm-up.js';

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

/**
 * How far the pods of one owner are apart: the nodes that they are on over the most that they could
 * be on; the mean over owners of several pods, 1 when none shares a node with another of its own.
 */
function ownerSpread({ pods, nodes }: RunResult): number {
  const owners = new Map<string, { pods: number; readonly nodes: Set<string> }>();
  for (const { namespace, owner, node, deletedUs } of pods) {
    if (owner === '' || node === '' || deletedUs !== undefined) continue;
    const key = `${namespace}/${owner}`;
    const known = owners.get(key) ?? { pods: 0, nodes: new Set<string>() };
    known.pods++;
    known.nodes.add(node);
    owners.set(key, known);
  }
  const several = [...owners.values()].filter((each) => each.pods > 1);
  return mean(several.map((each) => each.nodes.size / Math.min(each.pods, nodes.length)));
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
  { name: 'owner_spread_ratio', better: undefined, of: ownerSpread },
  {
    name: 'node_cost',
    better: 'lower',
    of: ({ nodeCosts }) =>
      nodeCosts.length === 0 ? Number.NaN : nodeCosts.reduce((sum, { cost }) => sum + cost, 0),
  },
  {
    name: 'api_requests',
    better: 'lower',
    of: ({ requests }) => requests.reduce((sum, { count }) => sum + count, 0),
  },
];

/** Allocation of one extended resource, as `nvidia.com/gpu_allocation_ratio`. */
function extendedMeasure(resource: string): Measure {
  const amountOf = (node: NodeRow): ExtendedAmount | undefined =>
    node.extended?.find((each) => each.resource === resource);
  return {
    name: `${resource}_allocation_ratio`,
    better: 'higher',
    of: ({ nodes }) =>
      allocation(
        nodes,
        (node) => amountOf(node)?.requested ?? 0,
        (node) => amountOf(node)?.allocatable ?? 0,
      ),
  };
}

/** What pods use at the end of what all nodes have, where any pod says what it uses. */
const useMeasures: readonly Measure[] = [
  {
    name: 'cpu_utilisation_ratio',
    better: undefined,
    of: ({ nodes, use }) =>
      (use?.cpuMilli ?? Number.NaN) /
      nodes.reduce((sum, { cpuAllocatableMilli }) => sum + cpuAllocatableMilli, 0),
  },
  {
    name: 'memory_utilisation_ratio',
    better: undefined,
    of: ({ nodes, use }) =>
      (use?.memoryBytes ?? Number.NaN) /
      nodes.reduce((sum, { memoryAllocatableBytes }) => sum + memoryAllocatableBytes, 0),
  },
];

/** Of GPUs that are shared: what no pod has that a task of the run's mix could not use (FGD). */
const gpuMeasures: readonly Measure[] = [
  {
    name: 'gpu_fragmentation_ratio',
    better: 'lower',
    of: ({ gpus }) =>
      gpus === undefined || gpus.idleMilli === 0
        ? Number.NaN
        : gpus.fragmentedMilli / gpus.idleMilli,
  },
  {
    name: 'gpu_fragmented_count',
    better: 'lower',
    of: ({ gpus }) => (gpus === undefined ? Number.NaN : gpus.fragmentedMilli / wholeGpuMilli),
  },
];

/** A column of the time series is asked for that a run has not. */
export class UnknownColumn extends Error {
  override readonly name = 'UnknownColumn';

  constructor(column: string, { columns }: RunResult['timeSeries']) {
    const names = columns.map(({ name }) => name);
    const near = didYouMean(column, names);
    const hint = near === undefined ? `Columns: ${names.join(', ')}.` : `Did you mean ${near}?`;
    super(`The time series has no column "${column}". ${hint}`);
  }
}

/** Mean of a column of the time series over time, after its warm-up. */
function steadyMeasure(column: string): Measure {
  return {
    name: `${column}_steady_mean`,
    better: undefined,
    of: ({ timeSeries }) => {
      const found = timeSeries.columns.find(({ name }) => name === column);
      if (found !== undefined) return steadyMean(found.values);
      throw new UnknownColumn(column, timeSeries);
    },
  };
}

/** What a comparison measures besides what every one does. */
export interface MoreMeasures {
  /** Extended resources of the nodes. */
  readonly extended: readonly string[];
  /** Columns of the time series. */
  readonly steady: readonly string[];
}

/** The common measures and those. */
export function measuresWith({ extended, steady }: MoreMeasures): readonly Measure[] {
  const ofGpus = extended.includes(gpuMilliResource) ? gpuMeasures : [];
  const ofSteady = steady.map(steadyMeasure);
  return [...measures, ...useMeasures, ...extended.map(extendedMeasure), ...ofGpus, ...ofSteady];
}

/** One number a measure, in their order. */
export function measured(result: RunResult, by: readonly Measure[] = measures): readonly number[] {
  return by.map((measure) => measure.of(result));
}
