// What a CPU request is worth in the kernel's scheduler: cpu.shares of cgroup v1, and cpu.weight of
// cgroup v2, into which the runtimes convert it so that one core is worth as much as a service of
// the system.
// Source: Kubernetes v1.36 pkg/kubelet/cm/helpers_linux.go (MilliCPUToShares), KEP 2254 and runc
// 1.3.2 (opencontainers/cgroups ConvertCPUSharesToCgroupV2Value).
import { exp, log } from '../kernel/math.js';

const sharesPerCore = 1024;
const leastShares = 2;
const mostShares = 262_144;
/** Rounding of the logarithm must not lift a whole weight to the next one. */
const slack = 1e-9;
const ln2 = log(2);
const ln10 = log(10);

/** cpu.shares of a request; of none, 2. */
export function cpuShares(requestMilli: number): number {
  const shares = Math.floor((requestMilli * sharesPerCore) / 1_000);
  return Math.min(mostShares, Math.max(leastShares, shares));
}

/** cpu.weight of a request: 1 of none, 100 of a core, 10,000 of the most that is told apart. */
export function cpuWeight(requestMilli: number): number {
  const level = log(cpuShares(requestMilli)) / ln2;
  const exponent = (level * level + 125 * level) / 612 - 7 / 34;
  return Math.ceil(exp(exponent * ln10) - slack);
}
