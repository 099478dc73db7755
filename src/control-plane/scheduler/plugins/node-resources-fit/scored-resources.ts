// The resources that a scoring strategy weighs, as columns of the node table.
// Source: kube-scheduler v1.36 plugins/noderesources/resource_allocation.go; reference: scheduler
// 2.2 and 2.3.

import type { ResourceAmounts } from '../../../../api/resource-requests.js';
import type { NodeTable } from '../../cache/node-table.js';

/** A resource of a scoring strategy; weights are 1..100. */
export interface ScoredResource {
  readonly name: string;
  readonly weight: number;
}

/** What strategies weigh when the profile does not say. */
export const defaultScoredResources: readonly ScoredResource[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/** One resource of one pod on all nodes. */
export interface ScoredColumn {
  readonly weight: number;
  readonly allocatable: Float64Array;
  readonly requested: Float64Array;
  /** What the pod adds. */
  readonly amount: number;
}

/** The amount of any resource. */
export function amountOf(amounts: ResourceAmounts, resource: string): number {
  if (resource === 'cpu') return amounts.cpuMilli;
  if (resource === 'memory') return amounts.memoryBytes;
  if (resource === 'ephemeral-storage') return amounts.ephemeralStorageBytes;
  return amounts.scalars.get(resource) ?? 0;
}

/** What a pod asks for of each resource: all that its scores depend on besides the nodes. */
export function amountsOf(
  resources: readonly ScoredResource[],
  amounts: ResourceAmounts,
): number[] {
  return resources.map(({ name }) => amountOf(amounts, name));
}

/**
 * The columns to score. Scalar resources that the pod does not ask for, and resources that no node
 * has, are left out. `withAssumptions`: CPU and memory as scoring assumes them for containers that
 * state nothing.
 */
export function scoredColumns(
  resources: readonly ScoredResource[],
  amounts: ResourceAmounts,
  table: NodeTable,
  withAssumptions: boolean,
): ScoredColumn[] {
  const columns: ScoredColumn[] = [];
  for (const { name, weight } of resources) {
    const amount = amountOf(amounts, name);
    const column = table.column(name);
    if (column === undefined) continue;
    const isScalar = column !== table.cpu && column !== table.memory;
    if (isScalar && column !== table.ephemeralStorage && amount === 0) continue;
    let { requested } = column;
    if (withAssumptions && column === table.cpu) requested = table.nonZeroCpuMilli;
    if (withAssumptions && column === table.memory) requested = table.nonZeroMemoryBytes;
    columns.push({ weight, allocatable: column.allocatable, requested, amount });
  }
  return columns;
}
