// Where a series has come to its steady state: the beginning is cut off at the place that leaves
// the mean of the rest known best.
// Source: K. P. White, An Effective Truncation Heuristic for Bias Reduction in Simulation Output,
// Simulation 69 (1997); MSER-5, that is of means of five values.
import { mean } from './mean.js';

const BATCH = 5;

/**
 * Number of values to leave out at the beginning, a multiple of 5 below their half; undefined when
 * leaving out half would be best, or there are fewer than 20: the series is too short to say. O(n).
 */
export function warmUpLength(values: ArrayLike<number>): number | undefined {
  const batches = Float64Array.from({ length: Math.floor(values.length / BATCH) }, (_, i) =>
    mean(Float64Array.from({ length: BATCH }, (_, k) => values[i * BATCH + k] as number)),
  );
  const count = batches.length;
  if (count < 4) return undefined;
  const last = Math.floor(count / 2);
  // From the end on: sums of what is kept, about the mean of all, which keeps their digits.
  const centre = mean(batches);
  let sum = 0;
  let squares = 0;
  let best = { cut: 0, error: Number.POSITIVE_INFINITY };
  for (let cut = count - 1; cut >= 0; cut--) {
    const value = (batches[cut] as number) - centre;
    sum += value;
    squares += value * value;
    const kept = count - cut;
    const error = Math.max(0, squares - (sum * sum) / kept) / (kept * kept);
    if (cut <= last && error <= best.error) best = { cut, error };
  }
  return best.cut === last ? undefined : best.cut * BATCH;
}
