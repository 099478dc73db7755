// Small arithmetic of time that the parts of a kubelet share: grids and drawn durations.
import { type Distribution, distribution } from '../../kernel/distributions.js';
import type { SimTime } from '../../kernel/time.js';

/** First instant of the grid `phase + k x period` that is not before `at`; `at` for period 0. */
export function nextTick(at: SimTime, phaseUs: number, periodUs: number): SimTime {
  if (periodUs === 0) return at;
  return phaseUs + Math.ceil((at - phaseUs) / periodUs) * periodUs;
}

/** A log-normal duration by its median and 99th percentile, a constant where they are equal. */
export function durationOf(p50Us: number, p99Us: number): Distribution {
  return distribution(
    p50Us === p99Us
      ? { kind: 'constant', value: p50Us }
      : { kind: 'logNormal', p50: p50Us, p99: p99Us },
  );
}
