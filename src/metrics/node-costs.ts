// What the machines of a cloud have cost: the price of their type for as long as they were let.
import type { Rental } from '../control-plane/cloud/instance-registry.js';
import type { SimTime } from '../kernel/time.js';
import type { NodeCostRow } from './run-result.js';

const usPerHour = 3_600_000_000;

/** One row a pool and instance type of known price, in order of first use. O(rentals). */
export function nodeCostsOf(rentals: readonly Rental[], now: SimTime): readonly NodeCostRow[] {
  const rows = new Map<string, NodeCostRow>();
  for (const { pool, instanceType, pricePerHour, fromUs, endedUs } of rentals) {
    if (pricePerHour === undefined) continue;
    const key = `${pool}/${instanceType}`;
    const known = rows.get(key);
    const instanceUs = (known?.instanceUs ?? 0) + (endedUs ?? now) - fromUs;
    const instances = (known?.instances ?? 0) + 1;
    const cost = (instanceUs / usPerHour) * pricePerHour;
    rows.set(key, { pool, instanceType, pricePerHour, instances, instanceUs, cost });
  }
  return [...rows.values()];
}
