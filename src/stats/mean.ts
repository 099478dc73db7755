// The arithmetic mean.
import { neumaierSum } from './neumaier-sum.js';

/** Mean of finite values, in the unit of the values; NaN when there are none. O(n). */
export function mean(values: ArrayLike<number>): number {
  return neumaierSum(values) / values.length;
}
