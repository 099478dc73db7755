// Which of several choices no other one is better than: the Pareto front.

/** Which end of a criterion is better. */
export type Direction = 'lower' | 'higher';

/**
 * Whether each of the points is on the front: no other is at least as good by every criterion and
 * better by one. A point with a NaN is not on it, and keeps none off. O(points^2 x criteria).
 *
 * @param points a value a criterion.
 */
export function paretoFront(
  points: readonly (readonly number[])[],
  directions: readonly Direction[],
): readonly boolean[] {
  const known = points.map((point) => point.every((value) => !Number.isNaN(value)));
  return points.map(
    (point, index) =>
      known[index] === true &&
      !points.some((other, at) => known[at] === true && dominates(other, point, directions)),
  );
}

function dominates(
  a: readonly number[],
  b: readonly number[],
  directions: readonly Direction[],
): boolean {
  let isBetter = false;
  for (const [index, direction] of directions.entries()) {
    const sign = direction === 'lower' ? 1 : -1;
    const gap = sign * ((a[index] as number) - (b[index] as number));
    if (gap > 0) return false;
    if (gap < 0) isBetter = true;
  }
  return isBetter;
}
