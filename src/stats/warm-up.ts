// Where the beginning of a series ends that is unlike the rest: MSER-5. The series is cut where the
// means of five values each, from there on, give the least standard error of their mean.
// Source: K. P. White, M. J. Cobb, S. C. Spratt, "A comparison of five steady-state truncation
// heuristics for simulation", Winter Simulation Conference 2000.
import { mean } from './mean.js';

/** Values to a batch. */
const BATCH = 5;

/**
 * How many values to leave out: a multiple of 5, at most half of them. 0 for series of less than
 * four batches, from which nothing can be said. O(n).
 */
export function warmUpLength(values: ArrayLike<number>): number {
  const batches = Math.floor(values.length / BATCH);
  if (batches < 4) return 0;
  const means = Array.from({ length: batches }, (_, batch) =>
    mean(Array.from({ length: BATCH }, (_, i) => values[batch * BATCH + i] as number)),
  );
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  // From the end: the sums over what is left grow by one batch at a time.
  let sum = 0;
  let squares = 0;
  const shift = mean(means);
  for (let from = batches - 1; from >= 0; from--) {
    const value = (means[from] as number) - shift;
    sum += value;
    squares += value * value;
    const left = batches - from;
    if (from > batches / 2) continue;
    const error = (squares - (sum * sum) / left) / (left * left);
    if (error <= least) {
      least = error;
      best = from;
    }
  }
  return best * BATCH;
}

/** Mean of values taken at equal intervals after their warm-up; NaN without any. O(n). */
export function steadyMean(values: ArrayLike<number>): number {
  return mean(Array.from(values).slice(warmUpLength(values)));
}
