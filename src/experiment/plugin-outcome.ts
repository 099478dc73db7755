// A plugin of a user that fails ends the run, not the program.
import { PluginFailure } from '../control-plane/scheduler/out-of-tree/plugin-failure.js';
import type { Simulation } from '../kernel/simulation.js';
import { toSeconds } from '../kernel/time.js';
import type { RunOutcome } from '../metrics/run-result.js';

/** What a plugin of a user does wrong; nothing else is caught. */
export function failureIn(body: () => void): PluginFailure | undefined {
  try {
    body();
    return undefined;
  } catch (error) {
    if (error instanceof PluginFailure) return error;
    throw error;
  }
}

/** The end of a run that a plugin has failed. */
export function failedOutcome({ message }: PluginFailure, { now }: Simulation): RunOutcome {
  const at = `${toSeconds(now)} s of simulated time`;
  return { end: 'failed', partial: true, message: `Ended at ${at} by ${message}.` };
}
