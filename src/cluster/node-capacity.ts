// What the nodes of a cluster offer of a resource when all of them are there.

import { nodeAllocatable, type ResourceAmounts } from '../api/resource-requests.js';
import { ascending } from '../stats/ascending.js';
import type { NodePoolSpec } from './cluster-spec.js';

/** One resource of many: milli-CPU of `cpu`, bytes, whole units of others; 0 where it is not. */
export function quantityAmount(amounts: ResourceAmounts, resource: string): number {
  switch (resource) {
    case 'cpu':
      return amounts.cpuMilli;
    case 'memory':
      return amounts.memoryBytes;
    case 'ephemeral-storage':
      return amounts.ephemeralStorageBytes;
    default:
      return amounts.scalars.get(resource) ?? 0;
  }
}

/** What the nodes that pools begin with have of a resource. O(pools). */
export function poolCapacity(pools: readonly NodePoolSpec[], resource: string): number {
  return pools.reduce(
    (sum, { count, template }) => sum + count * quantityAmount(nodeAllocatable(template), resource),
    0,
  );
}

/** Extended resources of the nodes of pools, sorted. O(pools). */
export function extendedResources(pools: readonly NodePoolSpec[]): readonly string[] {
  const names = pools.flatMap(({ template }) => [...nodeAllocatable(template).scalars.keys()]);
  return [...new Set(names)].filter((name) => name.includes('/')).sort(ascending);
}
