// The verdict on a scenario: what has moved against its baseline, and what may be the cause.
import { betterOf } from '../../scenario/figure-metrics.js';
import { isWithin, type Tolerance, toleranceFor } from '../../scenario/tolerance.js';
import type { Baseline } from './baseline.js';
import { type StageChange, stageChanges } from './change-paths.js';
import type { CheckRun } from './check-run.js';
import type { FirstDifference } from './first-difference.js';
import { type InputChange, inputChanges } from './input-rows.js';
import type { ModelChange } from './model-file.js';

/** A figure with another value; undefined on the side where there is no sample. */
export interface FigureMove {
  readonly figure: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly direction: 'better' | 'worse' | 'other';
  /** What it is allowed to differ by; undefined: not at all. */
  readonly tolerance: Tolerance | undefined;
  /** Whether the tolerance covers it. */
  readonly isAllowed: boolean;
}

/** What a run differs in from its baseline. */
export interface Difference {
  readonly figures: readonly FigureMove[];
  readonly stages: readonly StageChange[];
  readonly input: readonly InputChange[];
  readonly model: readonly ModelChange[];
  /** Undefined when the trace is the same. */
  readonly first: FirstDifference | undefined;
}

/**
 * `same`: nothing differs. `within`: it differs, as far as it may. `regressed`: further than that.
 * `modelChanged`: further, and the model is another, so that nobody can say whose doing it is.
 * `new`: there was no baseline. `stopped`: the run has not reached its end.
 */
export type Status = 'same' | 'within' | 'regressed' | 'modelChanged' | 'new' | 'stopped';

/** The verdict on a run. */
export interface Judgement {
  readonly status: Status;
  /** Undefined when there is nothing to compare. */
  readonly difference: Difference | undefined;
}

/** Compares a run with its baseline. Without tolerances everything must be the same, the trace too. */
export function judge(
  baseline: Baseline | undefined,
  { found, outcome, first }: CheckRun,
  tolerances: readonly Tolerance[],
  model: readonly ModelChange[],
): Judgement {
  if (outcome.partial) return { status: 'stopped', difference: undefined };
  if (baseline === undefined) return { status: 'new', difference: undefined };
  const figures = figureMoves(baseline, found, tolerances);
  const isSameTrace = baseline.traceHash === found.traceHash;
  if (isSameTrace && figures.length === 0) return { status: 'same', difference: undefined };
  const difference = {
    figures,
    stages: stageChanges(baseline.paths, found.paths),
    input: inputChanges(baseline.input, found.input),
    model,
    first,
  };
  const isExact = tolerances.length === 0;
  const isAllowed = figures.every((move) => move.isAllowed) && (isSameTrace || !isExact);
  if (isAllowed) return { status: 'within', difference };
  return { status: model.length > 0 ? 'modelChanged' : 'regressed', difference };
}

/** Figures that the baseline has and that are others now, in the order of the baseline. */
function figureMoves(
  baseline: Baseline,
  found: Baseline,
  tolerances: readonly Tolerance[],
): readonly FigureMove[] {
  return [...new Set([...baseline.figures.keys(), ...found.figures.keys()])].flatMap((figure) => {
    const before = baseline.figures.get(figure);
    const after = found.figures.get(figure);
    if (before === after) return [];
    const direction = directionOf(figure, before, after);
    const tolerance = toleranceFor(figure, tolerances);
    const isAllowed =
      tolerance !== undefined &&
      before !== undefined &&
      after !== undefined &&
      (direction === 'better' || isWithin(tolerance, before, after));
    return [{ figure, before, after, direction, tolerance, isAllowed }];
  });
}

function directionOf(
  figure: string,
  before: number | undefined,
  after: number | undefined,
): FigureMove['direction'] {
  const better = betterOf(figure);
  if (better === undefined || before === undefined || after === undefined) return 'other';
  return after < before === (better === 'lower') ? 'better' : 'worse';
}
