// Tuning sets: at which times a load generator begins the units of its work, as ClusterLoader2 has
// them. Left out: what a shared rate limit has saved up before the operation began.
// Source: perf-tests clusterloader2/pkg/tuningset.
import type { RandomStream } from '../kernel/random-stream.js';
import type { SimTime } from '../kernel/time.js';

/** How units follow each other; rates are units a second. */
export type TuningSet =
  /** One after the other at a steady rate, whether answered or not. */
  | { readonly kind: 'qps'; readonly qps: number }
  /** A token bucket that all phases of an operation share. */
  | { readonly kind: 'globalQps'; readonly qps: number; readonly burst: number }
  /** With gaps drawn between 0 and twice the mean. */
  | { readonly kind: 'randomized'; readonly averageQps: number }
  /** `burst` at once, then a pause. */
  | { readonly kind: 'stepped'; readonly burst: number; readonly stepDelayUs: number }
  /** Evenly over a time. */
  | { readonly kind: 'timeLimited'; readonly timeLimitUs: number }
  /** Each at a time drawn within a limit. */
  | { readonly kind: 'randomizedTimeLimited'; readonly timeLimitUs: number }
  /** So many under way at one time. */
  | { readonly kind: 'parallelism'; readonly limit: number };

/** How many units may be under way at one time. */
export function mostInFlight(set: TuningSet): number {
  return set.kind === 'parallelism' ? set.limit : Number.POSITIVE_INFINITY;
}

/** In which order units begin, and when: both arrays are as long as there are units. */
export interface Schedule {
  /** Indices of units. */
  readonly order: Uint32Array;
  /** µs since the operation began, by place in `order`; ascending. */
  readonly dueUs: Float64Array;
}

/**
 * When the units of each phase begin. Phases that share a bucket take turns.
 *
 * @param stream drawn from by randomized sets only.
 */
export function schedulesOf(
  phases: readonly { readonly tuningSet: string; readonly units: number }[],
  sets: ReadonlyMap<string, TuningSet>,
  stream: () => RandomStream,
): readonly Schedule[] {
  return phases.map(({ tuningSet, units }, phase) => {
    const set = sets.get(tuningSet) as TuningSet;
    const due = Array.from({ length: units }, () => 0);
    if (set.kind === 'randomized') fillRandomized(due, set.averageQps, stream());
    else if (set.kind === 'globalQps') fillShared(due, set, phase, sharing(phases, tuningSet));
    else for (let unit = 0; unit < units; unit++) due[unit] = offsetUs(set, unit, units, stream);
    return inOrder(due);
  });
}

function offsetUs(
  set: Exclude<TuningSet, { readonly kind: 'randomized' | 'globalQps' }>,
  unit: number,
  units: number,
  stream: () => RandomStream,
): SimTime {
  switch (set.kind) {
    case 'qps':
      return Math.floor((unit * 1_000_000) / set.qps);
    case 'stepped':
      return Math.floor(unit / set.burst) * set.stepDelayUs;
    case 'timeLimited':
      return Math.floor((unit * set.timeLimitUs) / units);
    case 'randomizedTimeLimited':
      return Math.floor(stream().uniform() * set.timeLimitUs);
    case 'parallelism':
      return 0;
  }
}

function fillRandomized(due: number[], averageQps: number, stream: RandomStream): void {
  let at = 0;
  for (let unit = 0; unit < due.length; unit++) {
    due[unit] = Math.floor(at);
    at += (stream.uniform() * 2_000_000) / averageQps;
  }
}

/** Units of the phases that share a set, by phase; 0 for others. */
function sharing(
  phases: readonly { readonly tuningSet: string; readonly units: number }[],
  name: string,
): readonly number[] {
  return phases.map(({ tuningSet, units }) => (tuningSet === name ? units : 0));
}

/** Places in the common queue: in round `unit`, every phase that has such a unit comes once. */
function fillShared(
  due: number[],
  { qps, burst }: Extract<TuningSet, { readonly kind: 'globalQps' }>,
  phase: number,
  counts: readonly number[],
): void {
  for (let unit = 0; unit < due.length; unit++) {
    let place = 0;
    for (const [index, count] of counts.entries()) {
      place += Math.min(count, index < phase ? unit + 1 : unit);
    }
    due[unit] = Math.ceil((Math.max(0, place - burst + 1) * 1_000_000) / qps);
  }
}

function inOrder(due: readonly number[]): Schedule {
  const order = Uint32Array.from(due.keys());
  order.sort((a, b) => (due[a] as number) - (due[b] as number) || a - b);
  return { order, dueUs: Float64Array.from(order, (unit) => due[unit] as number) };
}
