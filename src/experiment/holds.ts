// A run that holds at times, between two events, so that something can be looked at: the trace is
// the same as without.
import type { Simulation } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';

/** What is done at a time of the run, or at its end when that comes first. */
export interface Hold {
  readonly atUs: SimTime;
  readonly act?: (now: SimTime) => void;
  /** Asked at each of its times: whether the run ends there. */
  readonly endsRun?: (now: SimTime) => boolean;
  /** When to hold next for the same; undefined: never. */
  readonly everyUs: SimTime | undefined;
}

/** Runs to the horizon, holding where that is wished: nothing happens in between. */
export function runHolding(
  simulation: Simulation,
  horizonUs: SimTime,
  wished: readonly Hold[],
): void {
  let holds = wished;
  for (;;) {
    const nextUs = holds.reduce((least, { atUs }) => Math.min(least, atUs), horizonUs);
    const end = simulation.run(nextUs);
    const isEnded = holds.some(({ atUs, endsRun }) => atUs === nextUs && endsRun?.(nextUs));
    const isOver = end !== 'horizon' || nextUs === horizonUs || isEnded;
    for (const { atUs, act } of holds) if (isOver || atUs === nextUs) act?.(simulation.now);
    if (isOver) return;
    holds = holds.flatMap((hold) => {
      if (hold.atUs > nextUs) return [hold];
      return hold.everyUs === undefined ? [] : [{ ...hold, atUs: nextUs + hold.everyUs }];
    });
  }
}
