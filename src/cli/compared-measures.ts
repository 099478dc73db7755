/**
 * Which measures a comparison has: those that are named, or all that its nodes and options give.
 */

import { didYouMean } from '../api/did-you-mean.js';
import { extendedResources } from '../cluster/node-capacity.js';
import { type Measure, type MoreMeasures, measuresWith } from '../experiment/compare/measures.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import { UsageError } from './exit-code.js';
import { namesOf } from './study-options.js';

/** The options that say so; names are separated by commas. */
export interface MeasureArguments {
  readonly measures?: string | readonly string[];
  readonly pareto?: string | readonly string[];
  /** Columns of the time series. */
  readonly steady?: string | readonly string[];
}

export interface ComparedMeasures {
  /** What runs are asked for beside the common measures. */
  readonly more: MoreMeasures;
  /** In the order of the tables. */
  readonly chosen: readonly Measure[];
  /** For each of them its place among all that a run gives. */
  readonly places: readonly number[];
  /** Names of those by which policies are weighed against each other; empty: they are not. */
  readonly pareto: readonly string[];
}

/** The measures of a comparison of this scenario. @throws UsageError for a name of no measure. */
export function comparedMeasures(
  args: MeasureArguments,
  { cluster }: Pick<LoadedScenario, 'cluster'>,
): ComparedMeasures {
  const extended = extendedResources(cluster.nodePools);
  const more: MoreMeasures = { extended, steady: namesOf(args.steady) };
  const all = measuresWith(more);
  const wanted = namesOf(args.measures).map((name) => measureNamed('measures', name, all).name);
  const chosen = wanted.length === 0 ? all : all.filter(({ name }) => wanted.includes(name));
  const pareto = namesOf(args.pareto).map((name) => {
    const { better } = measureNamed('pareto', name, chosen);
    if (better !== undefined) return name;
    throw new UsageError(`--pareto ${name}: neither more nor less of it is better by itself.`);
  });
  if (pareto.length === 1) {
    throw new UsageError(`--pareto ${pareto[0]}: name two measures or more, as a,b.`);
  }
  return { more, chosen, places: chosen.map((each) => all.indexOf(each)), pareto };
}

function measureNamed(option: string, name: string, among: readonly Measure[]): Measure {
  const found = among.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = among.map((each) => each.name);
  const near = didYouMean(name, names);
  const hint = near === undefined ? `Measures: ${names.join(', ')}.` : `Did you mean ${near}?`;
  throw new UsageError(`--${option} ${name}: there is no such measure. ${hint}`);
}
