/** From tuning sets as written to tuning sets as a load generator follows them. */

import type { TuningSet } from '../cluster/tuning-set.js';
import { durationUs } from './duration.js';
import type { TuningSetText } from './schema-phases.js';

/** What a phase without a tuning set does: one unit after the other. */
export const oneByOne: TuningSet = { kind: 'parallelism', limit: 1 };

/** The set that a text describes. */
export function tuningSetOf(text: TuningSetText): TuningSet {
  const { qpsLoad, globalQPSLoad, randomizedLoad, steppedLoad } = text;
  if (qpsLoad !== undefined) return { kind: 'qps', ...qpsLoad };
  if (globalQPSLoad !== undefined) return { kind: 'globalQps', ...globalQPSLoad };
  if (randomizedLoad !== undefined) {
    return { kind: 'randomized', averageQps: randomizedLoad.averageQPS };
  }
  if (steppedLoad !== undefined) {
    const { burstSize: burst, stepDelay } = steppedLoad;
    return { kind: 'stepped', burst, stepDelayUs: durationUs(stepDelay) };
  }
  const { timeLimitedLoad, randomizedTimeLimitedLoad, parallelismLimitedLoad } = text;
  if (timeLimitedLoad !== undefined) {
    return { kind: 'timeLimited', timeLimitUs: durationUs(timeLimitedLoad.timeLimit) };
  }
  if (randomizedTimeLimitedLoad !== undefined) {
    const timeLimitUs = durationUs(randomizedTimeLimitedLoad.timeLimit);
    return { kind: 'randomizedTimeLimited', timeLimitUs };
  }
  const { parallelismLimit: limit = 1 } = parallelismLimitedLoad ?? {};
  return { kind: 'parallelism', limit };
}
