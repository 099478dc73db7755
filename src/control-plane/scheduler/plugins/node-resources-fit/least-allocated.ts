// LeastAllocated: the emptier, the better. Exact integers, as in Go.
// Source: kube-scheduler v1.36 plugins/noderesources/least_allocated.go; reference: scheduler 2.2.

import { maxNodeScore } from '../../framework/normalize-score.js';
import type { NodeList } from '../../framework/plugin.js';
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
function scoreOf(columns: readonly ScoredColumn[], row: number): number {
  let sum = 0;
  let weights = 0;
  for (const { allocatable, requested, amount, weight } of columns) {
    const whole = allocatable[row]!;
    if (whole === 0) continue;
    sum += leastRequestedScore(requested[row]! + amount, whole) * weight;
    weights += weight;
  }
  return weights === 0 ? 0 : Math.floor(sum / weights);
}

/** Scores all nodes. */
export function leastAllocated(
  columns: readonly ScoredColumn[],
  { rows, count }: NodeList,
  scores: Float64Array,
): void {
  const [first, second] = columns;
  if (first === undefined || second === undefined || columns.length > 2) {
    for (let i = 0; i < count; i++) scores[i] = scoreOf(columns, rows[i]!);
    return;
  }
  // CPU and memory, nearly always: without the inner loop a third of the time.
  const weights = first.weight + second.weight;
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    const whole1 = first.allocatable[row]!;
    const whole2 = second.allocatable[row]!;
    if (whole1 === 0 || whole2 === 0 || whole1 > largestExact || whole2 > largestExact) {
      scores[i] = scoreOf(columns, row);
      continue;
    }
    const left1 = Math.max(0, whole1 - first.requested[row]! - first.amount);
    const left2 = Math.max(0, whole2 - second.requested[row]! - second.amount);
    const score1 = Math.floor((left1 * maxNodeScore) / whole1);
    const score2 = Math.floor((left2 * maxNodeScore) / whole2);
    scores[i] = Math.floor((score1 * first.weight + score2 * second.weight) / weights);
  }
}
