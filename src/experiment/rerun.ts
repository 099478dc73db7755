// Running again what was run before, to look at it more closely: the same input gives the same
// trace, and the trace's hash proves that it was the same run.
import type { RunResult } from '../metrics/run-result.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import { type RunOptions, runScenario } from './run-scenario.js';

/** What a run has left behind to be recognised by; fields of summary.json. */
export interface RunTrace {
  readonly modelVersion: string;
  readonly traceHash: string;
  /** How far it went until a limit or a signal stopped it, in events; undefined if none did. */
  readonly stoppedAtEvents: number | undefined;
}

/** A run that was made twice. */
export interface Rerun {
  readonly result: RunResult;
  /** Whether the trace is the earlier one. If not, nothing that was seen is true of that run. */
  readonly isSame: boolean;
}

/**
 * Runs `scenario`, loaded from the input that the earlier run has kept, as far as that run went.
 * `options` let the caller look on.
 */
export function rerun(scenario: LoadedScenario, earlier: RunTrace, options: RunOptions): Rerun {
  const { stoppedAtEvents } = earlier;
  const limits = stoppedAtEvents === undefined ? {} : { maxEvents: stoppedAtEvents };
  const result = runScenario(scenario, { ...options, ...limits });
  return { result, isSame: result.traceHash === earlier.traceHash };
}
