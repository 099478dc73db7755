// What a sweep came to: for each cell its runs, and what the runs of a cell have in common.
import { mean } from '../../stats/mean.js';
import { quantile } from '../../stats/quantile.js';
import { sorted } from '../../stats/sorted.js';
import type { Replication } from '../compare/comparison.js';
import { seedOf } from '../compare/replicate.js';
import type { Parameter } from './parameter.js';
import { type RunFailure, type RunRecord, runKey } from './run-record.js';
import { type Search, type SearchAnswer, searchAnswers } from './search.js';
import type { PlannedCell, SweepPlan } from './sweep-plan.js';

/** A measure over the runs of a cell; all NaN without a sample. */
export interface CellFigures {
  /** Runs with a value. */
  readonly count: number;
  readonly median: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** A run that an error has ended. */
export interface FailedRun extends RunFailure {
  readonly seed: string;
}

/** One cell. */
export interface CellResult {
  readonly cell: PlannedCell;
  /** In order of the seeds. */
  readonly runs: readonly Replication[];
  readonly failures: readonly FailedRun[];
  /** Seeds of the runs that have not been made. */
  readonly missing: readonly string[];
  /** In the order of the measures. */
  readonly figures: readonly CellFigures[];
}

export interface SweepResult {
  readonly scenario: string;
  readonly modelVersion: string;
  readonly measures: readonly string[];
  readonly parameters: readonly Parameter[];
  /** Runs of each cell. */
  readonly seeds: number;
  /** In the order of the plan. */
  readonly cells: readonly CellResult[];
  /** Not all runs that were wanted have been made. */
  readonly isPartial: boolean;
  /** What was searched and found; undefined for a grid. */
  readonly search?: FoundBoundaries;
}

/** A search and its answers, a combination of the other parameters each. */
export interface FoundBoundaries {
  readonly search: Search;
  readonly answers: readonly SearchAnswer[];
}

/** Puts the records of a plan's runs together. O(runs log runs). */
export function sweepResult(
  plan: SweepPlan,
  records: ReadonlyMap<string, RunRecord>,
  search?: Search,
): SweepResult {
  const { scenario, modelVersion, measures, parameters, seeds } = plan;
  const cells = plan.cells.map((cell) => cellResult(cell, plan, records));
  const isPartial = cells.some(({ missing }) => missing.length > 0);
  const result = { scenario, modelVersion, measures, parameters, seeds, cells };
  if (search === undefined) return { ...result, isPartial };
  const answers = searchAnswers(search, cells);
  const isUnfinished = answers.some((each) => each.isPartial);
  return { ...result, isPartial: isPartial || isUnfinished, search: { search, answers } };
}

function cellResult(
  cell: PlannedCell,
  { measures, seeds }: SweepPlan,
  records: ReadonlyMap<string, RunRecord>,
): CellResult {
  const runs: Replication[] = [];
  const failures: FailedRun[] = [];
  const missing: string[] = [];
  for (let k = 0; k < seeds && !('problem' in cell); k++) {
    const seed = seedOf(cell.seed, k);
    const record = records.get(runKey({ cell: cell.digest, seed }));
    if (record === undefined) missing.push(seed);
    else if ('failure' in record) failures.push({ seed, ...record.failure });
    else runs.push({ seed, traceHash: record.traceHash, values: record.values });
  }
  const figures = measures.map((_, index) => figuresOf(runs, index));
  return { cell, runs, failures, missing, figures };
}

function figuresOf(runs: readonly Replication[], index: number): CellFigures {
  const values = sorted(runs.map((run) => run.values[index] ?? Number.NaN).filter(Number.isFinite));
  return {
    count: values.length,
    median: quantile(values, 0.5),
    mean: mean(values),
    min: values[0] ?? Number.NaN,
    max: values.at(-1) ?? Number.NaN,
  };
}

/** What is wrong with a cell, in a sentence; undefined when nothing is known to be. */
export function problemOf({ cell, failures }: CellResult): string | undefined {
  if ('problem' in cell) return cell.problem;
  const [first] = failures;
  return first === undefined ? undefined : `seed ${first.seed}: ${first.message}`;
}
