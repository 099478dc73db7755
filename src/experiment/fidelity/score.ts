// The verdict on a figure, by SIG-Scalability's rule for comparing two kinds of runs: the ratio of
// the means lies within [0.66, 1.50], after short latencies have been raised to a floor below which
// differences do not matter.
// Source: kubernetes/perf-tests benchmark, quoted in reference: validation-targets.

/** Bounds of a ratio that matches. */
const LOWEST_RATIO = 0.66;
const HIGHEST_RATIO = 1.5;
/** The goal, beside the rule. */
const LOWEST_CLOSE = 0.85;
const HIGHEST_CLOSE = 1.15;
/** Of latencies of API calls and of what is made of a few of them, s. */
const LATENCY_FLOOR_S = 0.05;
/** Of the start and stop of pods, s. */
const STARTUP_FLOOR_S = 1;
/** Share of figures that must match, %. */
export const PASS_PERCENT = 90;

/** Figures that are no times. */
const NO_TIME = /^requests\.|^etcd_puts$|_cpu_s$|_per_s$|^pods_on_dead_nodes$/;
const STARTUP = /\.intervals_s\.(?:\w+_to_(?:ready|running|succeeded|deleted))\./;

/** What a figure is raised to at least; 0 for counts, rates and CPU time. */
export function floorOf(name: string): number {
  if (NO_TIME.test(name)) return 0;
  return STARTUP.test(name) ? STARTUP_FLOOR_S : LATENCY_FLOOR_S;
}

/** A recorded figure beside the predicted one. */
export interface Comparison {
  readonly predicted: number;
  /** Of the means, after flooring; infinite where nothing was recorded. */
  readonly ratio: number;
  readonly matches: boolean;
  /** Within ±15 %. */
  readonly isClose: boolean;
}

/** Compares the means of one figure. */
export function compare(name: string, recorded: number, predicted: number): Comparison {
  const floor = floorOf(name);
  const [top, bottom] = [Math.max(predicted, floor), Math.max(recorded, floor)];
  const ratio = top === bottom ? 1 : top / bottom;
  return {
    predicted,
    ratio,
    matches: ratio >= LOWEST_RATIO && ratio <= HIGHEST_RATIO,
    isClose: ratio >= LOWEST_CLOSE && ratio <= HIGHEST_CLOSE,
  };
}
