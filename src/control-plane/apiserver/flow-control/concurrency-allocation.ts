// Divides the server's seats among priority levels: each gets the same multiple of its target,
// unless a bound of its own stops it.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/conc_alloc.go, KEP-1040
// (reference: controlplane B4).
import { flowControlConstants } from './constants.js';

/** What a level asks for. Invariant: 0 <= lowerBound <= upperBound, lowerBound <= target. */
export interface SeatClaim {
  readonly target: number;
  readonly lowerBound: number;
  readonly upperBound: number;
}

export interface SeatAllocation {
  /** Seats of each claim, in the order of the claims; fractions included. They sum to `seats`. */
  readonly allocations: readonly number[];
  /** The multiple of the targets. */
  readonly fairFraction: number;
}

/**
 * The one multiple by which all `seats` are given away; undefined when the bounds leave none.
 * O(n²) in the number of claims.
 */
export function allocateSeats(
  seats: number,
  claims: readonly SeatClaim[],
): SeatAllocation | undefined {
  const targets = claims.map(({ target }) => Math.max(target, flowControlConstants.minTargetSeats));
  const at = (fraction: number): readonly number[] =>
    claims.map(({ lowerBound, upperBound }, i) =>
      Math.max(lowerBound, Math.min(upperBound, fraction * (targets[i] as number))),
    );
  const total = (fraction: number): number => at(fraction).reduce((sum, each) => sum + each, 0);
  // Between two neighbouring bounds the total is a straight line.
  const bends = claims
    .flatMap(({ lowerBound, upperBound }, i) => [
      lowerBound / (targets[i] as number),
      upperBound / (targets[i] as number),
    ])
    .sort((a, b) => a - b);
  let low = bends[0] ?? 0;
  if (total(low) > seats) return undefined;
  for (const bend of bends) {
    const reached = total(bend);
    const before = total(low);
    if (reached < seats) {
      low = bend;
      continue;
    }
    const rise = reached - before;
    const fairFraction = rise === 0 ? low : low + ((bend - low) * (seats - before)) / rise;
    return { allocations: at(fairFraction), fairFraction };
  }
  return undefined;
}
