// The mean over time of a quantity that changes in steps: a queue length, a number of busy servers.
import { assert } from '../kernel/assert.js';
import { NeumaierSum } from './neumaier-sum.js';

/**
 * Average of a step function that takes `values[i]` from `times[i]` on, over `times[0]`..`end`, in
 * the unit of the values. `times` ascends (any unit, equal times allowed) and is as long as
 * `values`; NaN when the span is empty. O(n).
 * @throws AssertionError when the lengths differ, or time goes backwards.
 */
export function timeWeightedAverage(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  end: number,
): number {
  assert(times.length === values.length, 'Every value needs the time from which on it holds.');
  const area = new NeumaierSum();
  for (let i = 0; i < times.length; i++) {
    const until = i + 1 < times.length ? (times[i + 1] as number) : end;
    const span = until - (times[i] as number);
    assert(span >= 0, 'Time must not go backwards.');
    area.add((values[i] as number) * span);
  }
  return area.value / (end - (times[0] as number));
}
