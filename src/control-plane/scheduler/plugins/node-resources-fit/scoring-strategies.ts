// How NodeResourcesFit scores: which function makes a score of what a pod would leave of a node.
// Source: kube-scheduler v1.36 plugins/noderesources/most_allocated.go,
// requested_to_capacity_ratio.go; reference: scheduler 2.2.

import type { ScoringStrategy, UtilizationShapePoint } from '../../configuration/plugin-args.js';
import { maxNodeScore } from '../../framework/normalize-score.js';
import { leastAllocated, percentageOf } from './least-allocated.js';
import type { ScoredColumn } from './scored-resources.js';

/** Scores a node by the resources that the pod asks for. */
export type NodeScorer = (columns: readonly ScoredColumn[], row: number) => number;

/** The score of one resource; `requested` with the pod, `allocatable` above 0. */
type ResourceScorer = (requested: number, allocatable: number) => number;

/** The fuller, the better: how much is in use, in percent; 100 when it would be overcommitted. */
export function mostRequestedScore(requested: number, allocatable: number): number {
  return percentageOf(Math.min(requested, allocatable), allocatable);
}

/** Scores of the shape's points are 0..10, those of nodes 0..100. */
const scoreScale = maxNodeScore / 10;

/** The value at `utilization` of the line through the points, level before the first and after. */
export function shapeScore(shape: readonly UtilizationShapePoint[], utilization: number): number {
  for (let i = 0; i < shape.length; i++) {
    const { utilization: x, score } = shape[i]!;
    if (utilization > x) continue;
    const before = shape[i - 1];
    if (before === undefined) return score * scoreScale;
    const rise = (score - before.score) * scoreScale * (utilization - before.utilization);
    return before.score * scoreScale + Math.trunc(rise / (x - before.utilization));
  }
  return (shape.at(-1)?.score ?? 0) * scoreScale;
}

/** The weighted mean over the resources that a node has, rounded down; 0 when it has none. */
function mostAllocated(columns: readonly ScoredColumn[], row: number): number {
  let sum = 0;
  let weights = 0;
  for (const { allocatable, requested, amount, weight } of columns) {
    const whole = allocatable[row]!;
    if (whole === 0) continue;
    sum += mostRequestedScore(requested[row]! + amount, whole) * weight;
    weights += weight;
  }
  return weights === 0 ? 0 : Math.floor(sum / weights);
}

/** The weighted mean, rounded to nearest, over the resources whose score is not 0. */
function ratioScore(
  columns: readonly ScoredColumn[],
  row: number,
  scoreOf: ResourceScorer,
): number {
  let sum = 0;
  let weights = 0;
  for (const { allocatable, requested, amount, weight } of columns) {
    const whole = allocatable[row]!;
    if (whole === 0) continue;
    const score = scoreOf(requested[row]! + amount, whole);
    if (score <= 0) continue;
    sum += score * weight;
    weights += weight;
  }
  return weights === 0 ? 0 : Math.round(sum / weights);
}

/** The scorer of a strategy. */
export function nodeScorer({ type, shape }: ScoringStrategy): NodeScorer {
  switch (type) {
    case 'LeastAllocated':
      return leastAllocated;
    case 'MostAllocated':
      return mostAllocated;
    case 'RequestedToCapacityRatio': {
      const scoreOf: ResourceScorer = (requested, allocatable) =>
        shapeScore(shape, mostRequestedScore(requested, allocatable));
      return (columns, row) => ratioScore(columns, row, scoreOf);
    }
  }
}
