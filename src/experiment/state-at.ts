// The objects of a cluster at a time of a run: the scenario is run as far as it takes, or a run
// that was made before is made again, as a whole, so that its trace proves that it is the same.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { SimTime } from '../kernel/time.js';
import type { RunOutcome, RunResult } from '../metrics/run-result.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import { type RunTrace, rerun } from './rerun.js';
import { type RunOptions, runScenario } from './run-scenario.js';

/** What a cluster held. */
export interface ClusterState {
  /** The time that was asked for, or the end of the run when that came before. */
  readonly atUs: SimTime;
  readonly objects: readonly KubernetesObject[];
  /** Where the run ended; when it was made only so far, that is where. */
  readonly outcome: RunOutcome;
  readonly modelVersion: string;
  readonly traceHash: string;
  /** False when `earlier` is another run, so that nothing can be said about that one. */
  readonly isSame: boolean;
}

/**
 * Runs `scenario` and looks at its objects.
 *
 * @param atUs undefined: at the end of the run.
 * @param earlier the run that is asked about; undefined: the scenario as it runs now.
 */
export function stateAt(
  scenario: LoadedScenario,
  atUs: SimTime | undefined,
  earlier: RunTrace | undefined,
  options: RunOptions = {},
): ClusterState {
  let seen: Pick<ClusterState, 'atUs' | 'objects'> = { atUs: 0, objects: [] };
  const looking: RunOptions = {
    ...options,
    look: {
      atUs,
      see: (objects, now) => {
        seen = { atUs: now, objects };
      },
    },
  };
  const { result, isSame } = made(scenario, atUs, earlier, looking);
  const { outcome, modelVersion, traceHash } = result;
  return { ...seen, outcome, modelVersion, traceHash, isSame };
}

function made(
  scenario: LoadedScenario,
  atUs: SimTime | undefined,
  earlier: RunTrace | undefined,
  options: RunOptions,
): { readonly result: RunResult; readonly isSame: boolean } {
  if (earlier !== undefined) return rerun(scenario, earlier, options);
  const horizonUs = Math.min(atUs ?? scenario.horizonUs, scenario.horizonUs);
  return { result: runScenario({ ...scenario, horizonUs }, options), isSame: true };
}
