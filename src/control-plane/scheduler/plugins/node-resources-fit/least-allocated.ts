// LeastAllocated: the emptier, the better. Exact integers, as in Go.
// Source: kube-scheduler v1.36 plugins/noderesources/least_allocated.go; reference: scheduler 2.2.

import { maxNodeScore } from '../../framework/normalize-score.js';
import type { ScoredColumn } from './scored-resources.js';

/** Above this, 100 times the amount is not a safe integer: 90 TB of memory on one node. */
const largestExact = Math.floor(Number.MAX_SAFE_INTEGER / maxNodeScore);

/** ⌊part · 100 / whole⌋ for integers with 0 ≤ part ≤ whole, whole > 0. */
export function percentageOf(part: number, whole: number): number {
  if (whole > largestExact) return Number((BigInt(part) * 100n) / BigInt(whole));
  return Math.floor((part * maxNodeScore) / whole);
}

/** The score of one resource: what is left of it, in percent; 0 when it would be overcommitted. */
export function leastRequestedScore(requested: number, allocatable: number): number {
  if (allocatable === 0 || requested > allocatable) return 0;
  return percentageOf(allocatable - requested, allocatable);
}

/** The weighted mean over the resources that a node has, rounded down; 0 when it has none. */
export function leastAllocated(columns: readonly ScoredColumn[], row: number): number {
  let sum = 0;
  let weights = 0;
  for (let i = 0; i < columns.length; i++) {
    const { allocatable, requested, amount, weight } = columns[i]!;
    const whole = allocatable[row]!;
    if (whole === 0) continue;
    sum += leastRequestedScore(requested[row]! + amount, whole) * weight;
    weights += weight;
  }
  return weights === 0 ? 0 : Math.floor(sum / weights);
}
