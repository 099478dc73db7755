// The files of a comparison: figures and differences (comparison.csv), every run (runs.csv), all of
// it as JSON, and the table as Markdown. Equal runs give equal bytes.
import type { Difference, PolicyFigures } from '../../experiment/compare/comparison.js';
import type { ComparisonResult } from '../../experiment/compare/replicate.js';
import { type CsvFile, csvFile, numberColumn, textColumn } from '../csv/csv-file.js';
import { type JsonValue, stableJson } from '../stable-json.js';
import { comparisonPage } from './comparison-page.js';
import { type ComparedScenario, comparisonMarkdown } from './comparison-report.js';
import { paretoCsv, paretoRows } from './pareto.js';

/** One policy by one measure. */
interface FiguresRow extends PolicyFigures {
  readonly measure: string;
}

type Figure = (difference: Difference) => number;

const differenceColumns: readonly (readonly [name: string, description: string, of: Figure])[] = [
  ['pairs', 'Seeds with which both policies have a value.', (each) => each.pairs],
  ['difference_median', 'Median of the differences to the first policy.', (each) => each.median],
  ['difference_mean', 'Mean of the differences.', (each) => each.mean],
  ['difference_low', 'Lower end of its 95 % interval (bootstrap).', (each) => each.interval.low],
  ['difference_high', 'Upper end.', (each) => each.interval.high],
  ['relative', "Mean difference over the first policy's mean.", (each) => each.relative],
  ['p_value', 'Of the sign-flip test.', (each) => each.pValue],
  ['p_value_corrected', 'By Holm, over all measures.', (each) => each.correctedPValue],
  ['effect_size', 'Mean difference in its standard deviations.', (each) => each.effectSize],
];

const finite = (value: number | undefined): number =>
  value !== undefined && Number.isFinite(value) ? value : Number.NaN;

const comparisonCsv: CsvFile<ComparisonResult> = csvFile<FiguresRow, ComparisonResult>(
  'comparison.csv',
  'One row for every measure and policy; the first policy is the one that others differ from.',
  [
    textColumn('measure', 'Name of the measure, unit last.', (row) => row.measure),
    textColumn('policy', 'Name of the policy.', (row) => row.policy),
    numberColumn('runs', 'Runs that have a value.', (row) => row.count),
    numberColumn('median', 'Median over the runs.', (row) => finite(row.median)),
    numberColumn('mean', 'Mean over the runs.', (row) => finite(row.mean)),
    ...differenceColumns.map(([name, description, of]) =>
      numberColumn<FiguresRow>(name, description, ({ difference }) =>
        finite(difference && of(difference)),
      ),
    ),
    textColumn(
      'verdict',
      '`better`, `worse`, `different`, or `~` when nothing is shown; empty for the first policy.',
      (row) => row.difference?.verdict ?? '',
    ),
  ],
  ({ rows }) =>
    rows.flatMap(({ measure, policies }) => policies.map((each) => ({ measure, ...each }))),
);

/** One run by one measure. */
interface RunValue {
  readonly policy: string;
  readonly seed: string;
  readonly traceHash: string;
  readonly measure: string;
  readonly value: number;
}

const comparedRunsCsv: CsvFile<ComparisonResult> = csvFile<RunValue, ComparisonResult>(
  'runs.csv',
  'One row for every run and measure.',
  [
    textColumn('policy', 'Name of the policy.', (row) => row.policy),
    textColumn('seed', 'Seed of the run; equal seeds are pairs.', (row) => row.seed),
    textColumn('trace_hash', 'Hash of its trace.', (row) => row.traceHash),
    textColumn('measure', 'Name of the measure, unit last.', (row) => row.measure),
    numberColumn('value', 'Its value; empty without a sample.', (row) => row.value),
  ],
  ({ runs, measures }) =>
    runs.flatMap(({ name, replications }) =>
      replications.flatMap(({ seed, traceHash, values }) =>
        measures.map((measure, index) => ({
          policy: name,
          seed,
          traceHash,
          measure: measure.name,
          value: values[index] as number,
        })),
      ),
    ),
);

/** Everything in one versioned object. */
function comparisonJson(result: ComparisonResult, about: ComparedScenario): string {
  const { runs, rows, isPartial } = result;
  return stableJson({
    schemaVersion: 1,
    kind: 'Comparison',
    scenario: about.scenario,
    modelVersion: about.modelVersion,
    partial: isPartial,
    policies: runs.map(({ name }) => name),
    seeds: runs[0]?.replications.map(({ seed }) => seed) ?? [],
    traceHashes: runs.map(({ replications }) => replications.map(({ traceHash }) => traceHash)),
    ...(about.pareto !== undefined && { pareto: paretoJson(result, about.pareto) }),
    measures: rows.map(({ measure, better, policies }) => ({
      measure,
      better: better ?? null,
      policies: policies.map(figuresJson),
    })),
  });
}

function paretoJson(result: ComparisonResult, by: readonly string[]): JsonValue {
  const rows = paretoRows(result, by);
  return {
    measures: by,
    front: rows.filter(({ isOnFront }) => isOnFront).map(({ policy }) => policy),
  };
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function figuresJson({ policy, count, median, mean, difference }: PolicyFigures): JsonValue {
  return {
    policy,
    runs: count,
    median: orNull(median),
    mean: orNull(mean),
    difference: difference === undefined ? null : differenceJson(difference),
  };
}

function differenceJson({ interval, verdict, ...figures }: Difference): JsonValue {
  const numbers = Object.entries(figures).map(([name, value]) => [name, orNull(value)] as const);
  const bounds = [orNull(interval.low), orNull(interval.high)];
  return { ...Object.fromEntries(numbers), interval95: bounds, verdict };
}

/** All files by name. */
export function comparisonFiles(
  result: ComparisonResult,
  about: ComparedScenario,
): ReadonlyMap<string, string> {
  return new Map([
    ['comparison.json', comparisonJson(result, about)],
    ['comparison.csv', comparisonCsv.render(result)],
    ['runs.csv', comparedRunsCsv.render(result)],
    ['comparison.md', comparisonMarkdown(result, about)],
    ['comparison.html', comparisonPage(result, about)],
    ...(about.pareto === undefined
      ? []
      : ([['pareto.csv', paretoCsv(about.pareto).render(result)]] as const)),
  ]);
}
