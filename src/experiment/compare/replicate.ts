// Which runs a comparison consists of: every policy with every seed, or, when a precision is asked
// for, with more seeds until that is reached. What it comes to depends on the runs alone and not on
// their order in time.
import {
  type ComparisonRow,
  compareRuns,
  isPrecise,
  type PolicyRuns,
  type Replication,
} from './comparison.js';
import { type Measure, measures } from './measures.js';

/** One run that is wanted. */
export interface Job {
  /** Index of the policy. */
  readonly policy: number;
  readonly seed: string;
}

export interface ComparisonPlan {
  /** At least one; the others are compared with the first. */
  readonly policies: readonly string[];
  /** Seed of the scenario, from which those of the runs are made. */
  readonly seed: string;
  /** Most seeds. */
  readonly seeds: number;
  /** Part of the mean; undefined: all seeds are run. */
  readonly precision: number | undefined;
  /** What the values of the runs are; the common ones when absent. */
  readonly measures?: readonly Measure[];
}

/** Runs jobs, in whatever order; a result a job, in theirs. Undefined: it was interrupted. */
export type RunJobs = (jobs: readonly Job[]) => Promise<readonly (Replication | undefined)[]>;

export interface ComparisonResult {
  /** What the values of the runs are, in their order. */
  readonly measures: readonly Measure[];
  readonly runs: readonly PolicyRuns[];
  readonly rows: readonly ComparisonRow[];
  /** Not all runs that were wanted have been made. */
  readonly isPartial: boolean;
}

/** Seeds between two looks at the precision. */
const BATCH = 5;

/** The k-th seed: that of the scenario, then others made from it. */
export function seedOf(seed: string, k: number): string {
  return k === 0 ? seed : `${seed}#${k + 1}`;
}

export async function replicate(plan: ComparisonPlan, run: RunJobs): Promise<ComparisonResult> {
  const { policies, seeds, precision, measures: by = measures } = plan;
  const batch = precision === undefined ? seeds : BATCH;
  const found: Replication[][] = policies.map(() => []);
  for (let from = 0; from < seeds; from += batch) {
    const wanted = Array.from({ length: Math.min(batch, seeds - from) }, (_, k) =>
      seedOf(plan.seed, from + k),
    );
    const jobs = wanted.flatMap((seed) => policies.map((_, policy) => ({ policy, seed })));
    const results = await run(jobs);
    const isPartial = addWhole(found, results, policies.length);
    const runs = found.map((replications, i) => ({ name: policies[i] as string, replications }));
    const rows = compareRuns(runs, by);
    const isDone = from + batch >= seeds || (precision !== undefined && isPrecise(rows, precision));
    if (isPartial || isDone) return { measures: by, runs, rows, isPartial };
  }
  return { measures: by, runs: [], rows: [], isPartial: false };
}

/** Keeps the seeds that all policies have come to the end with; true when some have not. */
function addWhole(
  found: Replication[][],
  results: readonly (Replication | undefined)[],
  policies: number,
): boolean {
  let isPartial = false;
  for (let from = 0; from < results.length; from += policies) {
    const ofSeed = results.slice(from, from + policies).filter((each) => each !== undefined);
    if (ofSeed.length < policies) isPartial = true;
    else for (const [policy, each] of ofSeed.entries()) found[policy]?.push(each);
  }
  return isPartial;
}
