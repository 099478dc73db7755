// How large paired differences are beside their own spread.
// Source: J. Cohen, Statistical Power Analysis for the Behavioral Sciences (1988), d for pairs.
import { mean } from './mean.js';

/**
 * Mean of the differences in standard deviations of them (of the sample, n - 1); 0 when all are 0,
 * infinite when they are all the same otherwise, NaN of fewer than two that are not 0. O(n).
 */
export function effectSize(differences: ArrayLike<number>): number {
  const values = Float64Array.from(differences);
  const average = mean(values);
  if (values.every((each) => each === 0)) return 0;
  const squares = mean(values.map((each) => (each - average) * (each - average)));
  return average / Math.sqrt((squares * values.length) / (values.length - 1));
}
