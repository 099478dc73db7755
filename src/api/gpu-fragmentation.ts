/**
 * How much of a node's idle GPUs the tasks of a workload can not use: F(n, M), the expected amount
 * of fragments on node n for a task drawn from the mix M. For one task a device is a fragment when
 * less is left of it than the task wants of a device; all idle devices are when the node lacks CPU
 * or devices enough for the task, has another model, or the task wants no GPU at all.
 *
 * Cost: O(kinds of demands x devices) a node state.
 *
 * Source: Q. Weng et al., USENIX ATC 2023, section 4 (definition of F); pkg/utils/frag.go of
 * hkust-adsl/kubernetes-scheduler-simulator.
 */

import { devicesFor, type GpuTask, milliEachOf } from './gpu-share.js';

/** Tasks that want the same of GPUs, by the CPU that they want beside. */
interface Demand {
  readonly milliEach: number;
  readonly devices: number;
  readonly models: readonly string[];
  /** Ascending; `shares[i]` is the part of the mix that wants at most `cpus[i]`. */
  readonly cpus: readonly number[];
  readonly shares: readonly number[];
}

/** What is left on a node. */
export interface IdleGpus {
  readonly model: string;
  readonly cpuMilli: number;
  /** Of each device. */
  readonly gpuMilli: ArrayLike<number>;
}

/** How often a task comes, in whatever unit. */
export interface WeightedTask extends GpuTask {
  readonly weight: number;
}

export class GpuFragmentation {
  readonly #demands: readonly Demand[];
  /** Part of the mix that wants no GPU. */
  readonly #cpuOnly: number;

  /** `tasks`: the mix; of equal tasks the weights add up. */
  constructor(tasks: readonly WeightedTask[]) {
    const total = tasks.reduce((sum, { weight }) => sum + weight, 0);
    const groups = new Map<string, WeightedTask[]>();
    let cpuOnly = 0;
    for (const task of tasks) {
      const { gpuMilli, gpuModels, weight } = task;
      if (gpuMilli === 0) {
        cpuOnly += weight / total;
        continue;
      }
      const key = `${gpuMilli} ${gpuModels.join(' ')}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [task]);
      else group.push(task);
    }
    this.#cpuOnly = cpuOnly;
    this.#demands = [...groups.values()].map((group) => demandOf(group, total));
  }

  /** F of a node, milli-GPU: at least 0, at most what is idle. */
  amount({ model, cpuMilli, gpuMilli }: IdleGpus): number {
    let idle = 0;
    for (let d = 0; d < gpuMilli.length; d++) idle += gpuMilli[d] as number;
    if (idle === 0) return 0;
    let fragments = this.#cpuOnly * idle;
    for (const { milliEach, devices, models, cpus, shares } of this.#demands) {
      const all = shares[shares.length - 1] as number;
      let fitting = 0;
      let lost = 0;
      for (let d = 0; d < gpuMilli.length; d++) {
        const left = gpuMilli[d] as number;
        if (left >= milliEach) fitting++;
        else lost += left;
      }
      const isOpen = fitting >= devices && (models.length === 0 || models.includes(model));
      const served = isOpen ? shareUpTo(cpus, shares, cpuMilli) : 0;
      fragments += served * lost + (all - served) * idle;
    }
    return fragments;
  }
}

function demandOf(group: readonly WeightedTask[], total: number): Demand {
  const [first] = group as [WeightedTask];
  const weights = new Map<number, number>();
  for (const { cpuMilli, weight } of group) {
    weights.set(cpuMilli, (weights.get(cpuMilli) ?? 0) + weight);
  }
  const cpus = [...weights.keys()].sort((a, b) => a - b);
  let sum = 0;
  const shares = cpus.map((cpu) => {
    sum += weights.get(cpu) as number;
    return sum / total;
  });
  const { gpuMilli, gpuModels: models } = first;
  return {
    milliEach: milliEachOf(gpuMilli),
    devices: devicesFor(gpuMilli),
    models,
    cpus,
    shares,
  };
}

/** The share of the last entry that is at most `cpuMilli`; 0 when there is none. */
function shareUpTo(cpus: readonly number[], shares: readonly number[], cpuMilli: number): number {
  let low = 0;
  let high = cpus.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cpus[middle] as number) <= cpuMilli) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (shares[low - 1] as number);
}
