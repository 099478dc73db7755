// Policies compared by runs in pairs: for each seed the same arrivals, pull times and run times, so
// that the difference between two policies is theirs. A difference counts as shown when the
// sign-flip test says so, corrected for the number of measures.
import { assert } from '../../kernel/assert.js';
import { RandomRoot } from '../../kernel/random-stream.js';
import { bootstrapInterval, type Interval } from '../../stats/bootstrap.js';
import { effectSize } from '../../stats/effect-size.js';
import { holm } from '../../stats/holm.js';
import { mean } from '../../stats/mean.js';
import { quantile } from '../../stats/quantile.js';
import { signFlipTest } from '../../stats/sign-flip-test.js';
import { sorted } from '../../stats/sorted.js';
import { type Measure, measures } from './measures.js';

/** What a run with one seed came to. */
export interface Replication {
  readonly seed: string;
  readonly traceHash: string;
  /** In the order of the measures of the comparison; NaN without a sample. */
  readonly values: readonly number[];
}

/** The runs of one policy, in the order of the seeds, which all policies share. */
export interface PolicyRuns {
  readonly name: string;
  readonly replications: readonly Replication[];
}

/** A policy beside the first, over the seeds with which both have a value. */
export interface Difference {
  readonly pairs: number;
  readonly median: number;
  readonly mean: number;
  /** Of the mean difference, 95 %. */
  readonly interval: Interval;
  /** Mean difference over the mean of the first policy; NaN when that is 0. */
  readonly relative: number;
  readonly pValue: number;
  /** By Holm, over the measures of this policy. */
  readonly correctedPValue: number;
  /** Mean difference in standard deviations of the differences. */
  readonly effectSize: number;
  /** `~`: nothing is shown. `different`: neither is better by itself. */
  readonly verdict: 'better' | 'worse' | 'different' | '~';
}

/** One policy by one measure. */
export interface PolicyFigures {
  readonly policy: string;
  /** Runs with a value. */
  readonly count: number;
  /** NaN without any. */
  readonly median: number;
  readonly mean: number;
  /** Undefined for the first policy, and without pairs. */
  readonly difference: Difference | undefined;
}

export interface ComparisonRow {
  readonly measure: string;
  readonly better: Measure['better'];
  /** In the order of the policies. */
  readonly policies: readonly PolicyFigures[];
}

/** Chance of a false alarm among all measures of a policy. */
export const SIGNIFICANCE = 0.05;

/** With 2,000 samples the standard error of either end is 1.5 % of the width (of a normal law). */
const options = { resamples: 2000, confidence: 0.95 };

/** What intervals and sampled tests draw from: the same for the same runs. */
const random = new RandomRoot('compare');

/**
 * One row a measure that any run has. At least one policy, all with the same seeds.
 *
 * @param by what the values of the runs are, in their order.
 */
export function compareRuns(
  policies: readonly PolicyRuns[],
  by: readonly Measure[] = measures,
): readonly ComparisonRow[] {
  const [base, ...others] = policies;
  assert(base !== undefined, 'A comparison needs a policy.');
  const differences = new Map(others.map((policy) => [policy, differencesOf(base, policy, by)]));
  return by
    .map(({ name, better }, index) => ({
      measure: name,
      better,
      policies: policies.map((policy) => ({
        ...figuresOf(policy, index),
        difference: differences.get(policy)?.[index],
      })),
    }))
    .filter((row) => row.policies.some(({ count }) => count > 0));
}

function figuresOf({ name, replications }: PolicyRuns, index: number) {
  const values = replications.map((each) => each.values[index] as number).filter(Number.isFinite);
  return {
    policy: name,
    count: values.length,
    median: quantile(sorted(values), 0.5),
    mean: mean(values),
  };
}

/** In the order of the measures; undefined where there is no pair. */
function differencesOf(
  base: PolicyRuns,
  other: PolicyRuns,
  by: readonly Measure[],
): readonly (Difference | undefined)[] {
  const found = by.map(({ name, better }, index) => {
    const pairs = pairsOf(base, other, index);
    if (pairs.length === 0) return undefined;
    const values = pairs.map(([before, after]) => after - before);
    const stream = random.stream(`${other.name}/${name}`);
    const average = mean(values);
    return {
      better,
      pairs: pairs.length,
      median: quantile(sorted(values), 0.5),
      mean: average,
      interval: bootstrapInterval(values, mean, stream, options),
      relative: average / mean(pairs.map(([before]) => before)),
      pValue: signFlipTest(values, stream),
      effectSize: effectSize(values),
    };
  });
  // A measure in which no run differs tests nothing, and so does not make the others less certain.
  const tested = found.filter((each) => each !== undefined && each.pValue < 1);
  const corrected = new Map(
    holm(tested.map((each) => each?.pValue ?? 1)).map((p, index) => [tested[index], p]),
  );
  return found.map((each) => {
    if (each === undefined) return undefined;
    const { better, ...figures } = each;
    const correctedPValue = corrected.get(each) ?? 1;
    return {
      ...figures,
      correctedPValue,
      verdict: verdictOf(figures.mean, correctedPValue, better),
    };
  });
}

function pairsOf(
  base: PolicyRuns,
  other: PolicyRuns,
  index: number,
): readonly (readonly [before: number, after: number])[] {
  return base.replications.flatMap(({ seed, values }, run) => {
    const pair = other.replications[run];
    assert(pair?.seed === seed, `seed ${seed} of ${base.name} has no pair in ${other.name}`);
    const [before, after] = [values[index] as number, pair.values[index] as number];
    return Number.isFinite(before) && Number.isFinite(after) ? [[before, after] as const] : [];
  });
}

function verdictOf(
  difference: number,
  pValue: number,
  better: Measure['better'],
): Difference['verdict'] {
  if (difference === 0 || pValue >= SIGNIFICANCE) return '~';
  if (better === undefined) return 'different';
  return difference < 0 === (better === 'lower') ? 'better' : 'worse';
}

/**
 * Seeds with which differences that all have one sign would be shown: the least of which the
 * sign-flip test's smallest p-value passes Holm's correction.
 */
export function fewestSeeds(rows: readonly ComparisonRow[]): number {
  const tests = (policy: number): number =>
    rows.filter(({ policies }) => (policies[policy]?.difference?.pValue ?? 1) < 1).length;
  const most = Math.max(1, ...(rows[0]?.policies.map((_, policy) => tests(policy)) ?? []));
  let seeds = 1;
  for (let p = 1; p * most >= SIGNIFICANCE; p /= 2) seeds++;
  return seeds;
}

/**
 * Whether every difference is known to that part of the first policy's mean: its interval is no
 * wider than that on either side.
 */
export function isPrecise(rows: readonly ComparisonRow[], precision: number): boolean {
  return rows.every(({ policies }) => {
    const scale = Math.abs(policies[0]?.mean ?? 0);
    return policies.every(({ difference }) => {
      if (difference === undefined) return true;
      const { low, high } = difference.interval;
      return (high - low) / 2 <= precision * scale;
    });
  });
}
