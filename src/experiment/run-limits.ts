// Ends a run before its time: at a limit, or when it is asked to.
import type { Checkpoint, Simulation } from '../kernel/simulation.js';
import { toSeconds } from '../kernel/time.js';
import type { RunOutcome } from '../metrics/run-result.js';

/** Limits; none of them changes what a run that reaches its end yields. */
export interface RunLimits {
  /** Kept to the event. */
  readonly maxEvents?: number;
  /** Looked at where there is a checkpoint. */
  readonly maxWallMs?: number;
  /** Asked at every checkpoint; the run ends, its results marked partial, when it says so. */
  readonly shouldStop?: () => boolean;
}

/**
 * Stops the run at a limit; the holder gets the outcome then. `onCheckpoint` is told how far the
 * run is.
 */
export function watchLimits(
  simulation: Simulation,
  { maxEvents, maxWallMs, shouldStop }: RunLimits,
  onCheckpoint: (checkpoint: Checkpoint) => void,
): { outcome: RunOutcome | undefined } {
  const stopped: { outcome: RunOutcome | undefined } = { outcome: undefined };
  const startMs = performance.now();
  const pauseAtLimit = (): void => {
    const { events, nextCheckpoint } = simulation;
    const limit = Math.max(maxEvents ?? nextCheckpoint, events + 1);
    simulation.nextCheckpoint = Math.min(nextCheckpoint, limit);
  };
  pauseAtLimit();
  simulation.onCheckpoint = (checkpoint) => {
    onCheckpoint(checkpoint);
    const { time, events } = checkpoint;
    const at = `at ${toSeconds(time)} s of simulated time; the results are partial.`;
    if (maxEvents !== undefined && events >= maxEvents) {
      stopped.outcome = { end: 'limit', partial: true, message: `Stopped at --max-events ${at}` };
    } else if (maxWallMs !== undefined && performance.now() - startMs >= maxWallMs) {
      stopped.outcome = { end: 'limit', partial: true, message: `Stopped at --max-wall ${at}` };
    } else if (shouldStop?.() === true) {
      stopped.outcome = { end: 'interrupted', partial: true, message: `Interrupted ${at}` };
    }
    if (stopped.outcome === undefined) pauseAtLimit();
    else simulation.stop();
  };
  return stopped;
}
