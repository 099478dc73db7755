// How the priority levels lend seats to each other: every 10 s each gets what its smoothed demand
// claims, within its bounds, so that all seats are given to somebody.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/apf_controller.go updateBorrowingLocked,
// KEP-1040 (reference: controlplane B4). The allocation asks for all seats, also those that exempt
// requests use, as the source does.
import { allocateSeats } from './concurrency-allocation.js';
import type { PriorityLevel } from './priority-level.js';

/** New limits in the order of the levels, and the multiple of the targets that led to them. */
export interface Adjustment {
  readonly limits: readonly number[];
  readonly fairFraction: number;
}

/** Adjusts by the demand of the period that has just ended. Sets each level's `targetSeats`. */
export function adjustedLimits(levels: readonly PriorityLevel[]): Adjustment {
  const total = levels.reduce((sum, { nominalLimit }) => sum + nominalLimit, 0);
  const floors = levels.map(floorOf);
  let remaining = total;
  let leastSum = 0;
  let floorSum = 0;
  for (const [i, level] of levels.entries()) {
    const floor = floors[i] as number;
    level.targetSeats = level.isExempt ? floor : Math.max(floor, level.demand.smoothed);
    if (level.isExempt) remaining -= floor;
    else {
      leastSum += level.minLimit;
      floorSum += floor;
    }
  }
  if (remaining <= leastSum) return { limits: levels.map(leastOf), fairFraction: 0 };
  if (remaining <= floorSum) {
    const share = (remaining - leastSum) / (floorSum - leastSum);
    const limits = levels.map((level, i) =>
      level.isExempt
        ? (floors[i] as number)
        : level.minLimit + Math.round(((floors[i] as number) - level.minLimit) * share),
    );
    return { limits, fairFraction: 0 };
  }
  return fairLimits(levels, floors, total);
}

function fairLimits(
  levels: readonly PriorityLevel[],
  floors: readonly number[],
  total: number,
): Adjustment {
  const claims = levels.flatMap((level, i) =>
    level.isExempt
      ? []
      : [
          {
            target: level.targetSeats,
            lowerBound: floors[i] as number,
            upperBound: level.maxLimit,
          },
        ],
  );
  const allocation = allocateSeats(total, claims);
  // With borrowing limits there may be more seats than the levels may take: nothing changes then.
  if (allocation === undefined) {
    return { limits: levels.map(({ limit }) => limit), fairFraction: 0 };
  }
  let next = 0;
  const limits = levels.map((level, i) =>
    level.isExempt ? (floors[i] as number) : Math.round(allocation.allocations[next++] as number),
  );
  return { limits, fairFraction: allocation.fairFraction };
}

/** What a level is sure to get when there is enough: what it used, up to what is its own. */
function floorOf({ isExempt, minLimit, nominalLimit, demand }: PriorityLevel): number {
  const peak = Math.round(demand.highWatermark);
  return Math.max(minLimit, isExempt ? peak : Math.min(nominalLimit, peak));
}

function leastOf(level: PriorityLevel): number {
  return level.isExempt ? floorOf(level) : level.minLimit;
}
