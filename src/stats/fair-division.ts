// Weighted max-min fairness: what is there is dealt out in proportion to weights, nobody gets more
// than it asks for, and what one leaves goes to the others in proportion to theirs.
// Source: Bertsekas and Gallager, Data Networks, 2nd edition 1992, §6.5.2.

/** One of those who share. */
export interface Sharer {
  /** Above 0. */
  readonly weight: number;
  /** Most that it takes, at least 0. */
  readonly demand: number;
  /** What it gets. Invariant: at most its demand. */
  share: number;
}

/** Sets the share of each. O(n) for each of the levels at which somebody has enough. */
export function divide(amount: number, sharers: readonly Sharer[]): void {
  let left = amount;
  let weights = 0;
  for (const sharer of sharers) {
    sharer.share = -1;
    weights += sharer.weight;
  }
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    const level = weights > 0 ? Math.max(0, left) / weights : 0;
    for (const sharer of sharers) {
      const { weight, demand, share } = sharer;
      if (share >= 0 || demand > level * weight) continue;
      sharer.share = demand;
      left -= demand;
      weights -= weight;
      isSettled = false;
    }
  }
  for (const sharer of sharers) {
    if (sharer.share < 0) sharer.share = (Math.max(0, left) * sharer.weight) / weights;
  }
}
