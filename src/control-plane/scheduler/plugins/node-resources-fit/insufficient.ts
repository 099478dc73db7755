// Which resources a node lacks for a pod, and the answers that say so.
// Source: kube-scheduler v1.36 plugins/noderesources/fit.go fitsRequest; reference: scheduler 2.2.

import type { ResourceAmounts } from '../../../../api/resource-requests.js';
import type { NodeTable, ResourceColumn } from '../../cache/node-table.js';
import type { NodeFilter } from '../../framework/plugin.js';
import { type Status, status } from '../../framework/status.js';

/** Scalar resources that the profile tells the filter not to look at. */
export interface IgnoredResources {
  readonly names: ReadonlySet<string>;
  /** Prefixes before the "/". */
  readonly groups: ReadonlySet<string>;
}

/** One resource that the pod asks for. The column is missing where no node has it. */
interface Wanted {
  readonly amount: number;
  readonly reason: string;
  readonly column: ResourceColumn | undefined;
}

function wantedOf(
  requests: ResourceAmounts,
  table: NodeTable,
  ignored: IgnoredResources,
): Wanted[] {
  const wanted: Wanted[] = [
    { amount: requests.cpuMilli, reason: 'Insufficient cpu', column: table.cpu },
    { amount: requests.memoryBytes, reason: 'Insufficient memory', column: table.memory },
    {
      amount: requests.ephemeralStorageBytes,
      reason: 'Insufficient ephemeral-storage',
      column: table.ephemeralStorage,
    },
  ];
  for (const [name, amount] of requests.scalars) {
    const isExtended = name.includes('/') && !name.includes('kubernetes.io/');
    const group = name.slice(0, Math.max(name.indexOf('/'), 0));
    if (isExtended && (ignored.names.has(name) || ignored.groups.has(group))) continue;
    wanted.push({ amount, reason: `Insufficient ${name}`, column: table.scalars.get(name) });
  }
  return wanted.filter(({ amount }) => amount > 0);
}

/** One Status per combination of reasons, made when it first occurs. */
class Refusals {
  readonly #reasons: readonly string[];
  readonly #known = new Map<number, Status>();

  constructor(reasons: readonly string[]) {
    this.#reasons = reasons;
  }

  /** Bits of `missing` are places in the list of reasons. */
  of(missing: number, isUnresolvable: boolean): Status {
    const key = missing * 2 + (isUnresolvable ? 1 : 0);
    let answer = this.#known.get(key);
    if (answer === undefined) {
      const code = isUnresolvable ? 'UnschedulableAndUnresolvable' : 'Unschedulable';
      // Division, not a shift: a pod may ask for more than 31 resources.
      const reasons = this.#reasons.filter(
        (_, bit) => Math.floor(missing / weightOf(bit)) % 2 === 1,
      );
      answer = status(code, ...reasons);
      this.#known.set(key, answer);
    }
    return answer;
  }
}

function weightOf(bit: number): number {
  let weight = 1;
  for (let i = 0; i < bit; i++) weight *= 2;
  return weight;
}

/**
 * The filter of one pod. All resources are looked at, so that the reasons are complete; a request
 * above what the node has at all makes the answer unresolvable.
 */
export function insufficientResources(
  requests: ResourceAmounts,
  table: NodeTable,
  ignored: IgnoredResources,
): NodeFilter {
  const { podCount, allocatablePods } = table;
  const wanted = wantedOf(requests, table, ignored);
  const refusals = new Refusals(['Too many pods', ...wanted.map(({ reason }) => reason)]);
  const isPlain = wanted.every(({ column }) => column === table.cpu || column === table.memory);
  const examine: NodeFilter = (row) => {
    let missing = podCount[row]! + 1 > allocatablePods[row]! ? 1 : 0;
    let isUnresolvable = false;
    let weight = 2;
    for (let i = 0; i < wanted.length; i++) {
      const { amount, column } = wanted[i]!;
      const allocatable = column === undefined ? 0 : column.allocatable[row]!;
      if (column === undefined || amount > allocatable - column.requested[row]!) {
        missing += weight;
        if (amount > allocatable) isUnresolvable = true;
      }
      weight *= 2;
    }
    return missing === 0 ? undefined : refusals.of(missing, isUnresolvable);
  };
  if (!isPlain) return examine;
  const { cpuMilli, memoryBytes } = requests;
  const { allocatable: cpuAllocatable, requested: cpuRequested } = table.cpu;
  const { allocatable: memoryAllocatable, requested: memoryRequested } = table.memory;
  // Nearly all pods ask for CPU and memory only, and nearly all nodes examined fit.
  return (row) =>
    podCount[row]! < allocatablePods[row]! &&
    (cpuMilli === 0 || cpuMilli <= cpuAllocatable[row]! - cpuRequested[row]!) &&
    (memoryBytes === 0 || memoryBytes <= memoryAllocatable[row]! - memoryRequested[row]!)
      ? undefined
      : examine(row);
}
