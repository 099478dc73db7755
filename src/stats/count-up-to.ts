// The empirical distribution of a sample, as counts.

/**
 * How many of the values of `sorted` are at or below each of `bounds`; both ascend. O(values +
 * bounds).
 */
export function countUpTo(sorted: Float64Array, bounds: readonly number[]): number[] {
  let count = 0;
  return bounds.map((bound) => {
    while (count < sorted.length && (sorted[count] as number) <= bound) count++;
    return count;
  });
}
