// A run of a scenario that has a baseline: what is kept of it, and where its trace leaves that of
// the baseline.
import type { RunOutcome, RunResult, ThresholdRow } from '../../metrics/run-result.js';
import type { LoadedScenario } from '../../scenario/scenario.js';
import { type RunOptions, runScenario } from '../run-scenario.js';
import type { Baseline } from './baseline.js';
import { changePathsOf } from './change-paths.js';
import { figuresOf } from './figures.js';
import {
  differentStretch,
  type FirstDifference,
  firstMoved,
  StretchProbe,
} from './first-difference.js';
import type { InputRows } from './input-rows.js';
import { type Landmark, LandmarkRecorder } from './landmarks.js';

/** A scenario that is to be compared with its baseline. */
export interface CheckInput {
  readonly scenario: LoadedScenario;
  readonly input: InputRows;
  /** Undefined when there is none yet. */
  readonly baseline: Baseline | undefined;
}

/** What a run has come to beside its baseline. */
export interface CheckRun {
  /** Of this run. */
  readonly found: Baseline;
  readonly outcome: RunOutcome;
  readonly thresholds: readonly ThresholdRow[];
  /** Undefined when there is no baseline, or the trace is the same. */
  readonly first: FirstDifference | undefined;
}

/** Runs a scenario, and once more when its trace is another than the baseline's, to see where. */
export function runCheck({ scenario, input, baseline }: CheckInput, options: RunOptions): CheckRun {
  const recorder = new LandmarkRecorder();
  const result = runScenario(scenario, {
    ...options,
    onEvent: (time, kind, target) => recorder.see(time, kind, target),
  });
  const { outcome, thresholds } = result;
  const landmarks = outcome.partial ? [] : recorder.landmarks();
  const found = baselineOf(result, input, landmarks);
  const isOther = baseline !== undefined && baseline.traceHash !== found.traceHash;
  const first =
    isOther && !outcome.partial ? firstDifference(scenario, baseline, found, options) : undefined;
  return { found, outcome, thresholds, first };
}

function baselineOf(result: RunResult, input: InputRows, landmarks: readonly Landmark[]): Baseline {
  const { scenario, seed, traceHash } = result;
  const figures = figuresOf(result);
  return { scenario, seed, traceHash, figures, input, paths: changePathsOf(result), landmarks };
}

function firstDifference(
  scenario: LoadedScenario,
  baseline: Baseline,
  { figures, landmarks }: Baseline,
  options: RunOptions,
): FirstDifference {
  const stretch = differentStretch(baseline.landmarks, landmarks, figures.get('events') ?? 0);
  const probe = new StretchProbe(stretch);
  runScenario(scenario, {
    ...options,
    onEvent: (time, kind, target) => probe.see(time, kind, target),
  });
  const events = baseline.figures.get('events') ?? 0;
  return probe.difference(stretch, events, firstMoved(baseline.landmarks, landmarks));
}
