// The critical paths of a run's changes as a baseline keeps them, and what has become of them.

import type { RunResult } from '../../metrics/run-result.js';
import { ascending } from '../../stats/ascending.js';

/** What one change has waited for. */
export interface ChangePath {
  /** `apply Deployment/shop/cart`, with a number behind when it was asked for again. */
  readonly change: string;
  /** Activity and µs, in the order of the way. */
  readonly parts: readonly (readonly [activity: string, us: number])[];
}

/** Changes of which a baseline keeps the path: those that took longest. */
const mostChanges = 100;

/** A stage of the critical path that takes longer or shorter than it did, over all changes. */
export interface StageChange {
  readonly activity: string;
  /** µs over the changes that both runs have. */
  readonly beforeUs: number;
  readonly afterUs: number;
  /** How many changes it is another time for, and the one with the largest difference. */
  readonly changes: number;
  readonly change: string;
  readonly changeBeforeUs: number;
  readonly changeAfterUs: number;
}

/** The paths of the changes that took longest, in the order of the run. */
export function changePathsOf({ convergence }: RunResult): readonly ChangePath[] {
  const seen = new Map<string, number>();
  const paths = convergence.map(({ change, criticalPath }): ChangePath => {
    const times = (seen.get(change) ?? 0) + 1;
    seen.set(change, times);
    return {
      change: times === 1 ? change : `${change} #${times}`,
      parts: criticalPath.map(({ activity, us }) => [activity, us]),
    };
  });
  const longest = [...paths.keys()].sort(
    (a, b) => totalUs(paths[b] as ChangePath) - totalUs(paths[a] as ChangePath) || a - b,
  );
  const kept = new Set(longest.slice(0, mostChanges));
  return paths.filter((_, index) => kept.has(index));
}

function totalUs({ parts }: ChangePath): number {
  return parts.reduce((sum, [, us]) => sum + us, 0);
}

/** Stages with other times, the largest difference first. O(changes × stages). */
export function stageChanges(
  before: readonly ChangePath[],
  after: readonly ChangePath[],
): readonly StageChange[] {
  const now = new Map(after.map((path) => [path.change, new Map(path.parts)]));
  const stages = new Map<string, StageChange>();
  for (const { change, parts } of before) {
    const other = now.get(change);
    if (other === undefined) continue;
    const own = new Map(parts);
    for (const activity of new Set([...own.keys(), ...other.keys()])) {
      const beforeUs = own.get(activity) ?? 0;
      const afterUs = other.get(activity) ?? 0;
      stages.set(activity, added(stages.get(activity), { activity, change, beforeUs, afterUs }));
    }
  }
  return [...stages.values()]
    .filter(({ changes }) => changes > 0)
    .sort((a, b) => differenceUs(b) - differenceUs(a) || ascending(a.activity, b.activity));
}

const differenceUs = ({ beforeUs, afterUs }: StageChange): number => Math.abs(afterUs - beforeUs);

/** The time of one change put to those of the others. */
function added(
  sum: StageChange | undefined,
  one: Pick<StageChange, 'activity' | 'change' | 'beforeUs' | 'afterUs'>,
): StageChange {
  const { beforeUs, afterUs } = one;
  const isOther = beforeUs !== afterUs;
  const own = { changeBeforeUs: beforeUs, changeAfterUs: afterUs, changes: isOther ? 1 : 0 };
  if (sum === undefined) return { ...one, ...own };
  const isLargest = Math.abs(afterUs - beforeUs) > Math.abs(sum.changeAfterUs - sum.changeBeforeUs);
  return {
    ...sum,
    ...(isLargest ? { ...own, change: one.change } : {}),
    changes: sum.changes + own.changes,
    beforeUs: sum.beforeUs + beforeUs,
    afterUs: sum.afterUs + afterUs,
  };
}
