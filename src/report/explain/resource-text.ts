// Amounts of resources for people.
import type { ResourceAmount } from '../../experiment/explain/pod-explanation.js';
import { formatBytes, formatCount, formatNumber } from '../number-format.js';

/** `cpu 500m`, `memory 64 MiB`, `nvidia.com/gpu 2`. */
export function formatResource({ resource, amount }: ResourceAmount): string {
  return `${resource} ${formatAmount(resource, amount)}`;
}

/** The amount alone: `500m`, `64 MiB`, `2`. */
export function formatAmount(resource: string, amount: number): string {
  if (resource === 'cpu') {
    return amount % 1000 === 0 ? formatNumber(amount / 1000) : `${formatNumber(amount)}m`;
  }
  const isBytes = /^(?:memory|ephemeral-storage|hugepages-.*)$/.test(resource);
  return isBytes ? formatBytes(amount) : formatCount(amount);
}
