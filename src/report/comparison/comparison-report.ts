// What a comparison of policies came to, for people: a table in the shape that benchstat has, for a
// terminal and for Markdown. One line a measure; `~` where no difference is shown.
import {
  type ComparisonRow,
  type Difference,
  fewestSeeds,
  type PolicyFigures,
  SIGNIFICANCE,
} from '../../experiment/compare/comparison.js';
import type { ComparisonResult } from '../../experiment/compare/replicate.js';
import { markdownTable } from '../markdown-table.js';
import { formatMeasure, formatPercent } from '../number-format.js';
import { alignRows, printable } from '../text-table.js';
import { paretoTable } from './pareto.js';

/** What a report says about the comparison besides its figures. */
export interface ComparedScenario {
  readonly scenario: string;
  readonly modelVersion: string;
  /** Measures by which the policies are weighed against each other; absent: they are not. */
  readonly pareto?: readonly string[];
}

/** Number of runs of each policy. */
function seedCount({ runs }: ComparisonResult): number {
  return runs[0]?.replications.length ?? 0;
}

function header({ runs }: ComparisonResult): readonly string[] {
  const [base, ...others] = runs.map(({ name }) => printable(name));
  return ['measure', base ?? '', ...others.flatMap((name) => [name, `vs ${base}`, ''])];
}

/** The table as texts: its headings, and a row a measure. */
export function comparisonCells(result: ComparisonResult): {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  return { head: header(result), rows: result.rows.map(cellsOf) };
}

function cellsOf(row: ComparisonRow): readonly string[] {
  const [base, ...others] = row.policies;
  const value = ({ median }: PolicyFigures): string => formatMeasure(row.measure, median);
  return [
    row.measure,
    base === undefined ? '' : value(base),
    ...others.flatMap((figures) => [value(figures), ...differenceCells(row, figures)]),
  ];
}

function differenceCells({ measure }: ComparisonRow, { difference }: PolicyFigures): string[] {
  if (difference === undefined) return ['no pairs', ''];
  const { pairs, correctedPValue, verdict, mean, interval, relative } = difference;
  const test = `p=${correctedPValue.toFixed(3)} n=${pairs}`;
  if (verdict === '~') return ['~', test];
  if (Number.isFinite(relative)) {
    const scale = mean === 0 ? 0 : relative / mean;
    const [low, high] = [interval.low * scale, interval.high * scale];
    const bounds = scale < 0 ? [high, low] : [low, high];
    const range = [...new Set(bounds.map(signed))].join(' to ');
    return [`${signed(relative)} ${sign(difference)}`, `[${range}] ${test}`];
  }
  const size = formatMeasure(measure, Math.abs(mean));
  return [`${mean < 0 ? '-' : '+'}${size} ${sign(difference)}`, test];
}

/** Never by colour alone. */
function sign({ verdict }: Difference): string {
  return verdict === 'better' ? '✓' : verdict === 'worse' ? '✗' : '≠';
}

function signed(fraction: number): string {
  return `${fraction < 0 ? '' : '+'}${formatPercent(fraction)}`;
}

/** What the signs of the table mean. */
export function comparisonFooter(result: ComparisonResult): string {
  const seeds = seedCount(result);
  const needed = fewestSeeds(result.rows);
  const few = seeds < needed ? ` With fewer than ${needed} seeds nothing can be shown.` : '';
  return (
    `Medians of ${seeds} seeds; difference of the means with its 95 % interval, in pairs of equal ` +
    `seed. ✓ better, ✗ worse, ≠ different, ~ nothing shown at ${formatPercent(SIGNIFICANCE)} ` +
    `(sign-flip test, corrected by Holm over the measures).${few}`
  );
}

/** The table and what its signs mean; never cut, however narrow the terminal is. */
export function comparisonTable(result: ComparisonResult, about: ComparedScenario): string {
  const rows = [header(result), ...result.rows.map(cellsOf)];
  const align = `l${'r'.repeat(1)}${'rrl'.repeat(Math.max(0, result.runs.length - 1))}`;
  const lines = alignRows(rows, { align, width: Number.MAX_SAFE_INTEGER });
  const title = `COMPARE ${printable(about.scenario)}`;
  const front = about.pareto === undefined ? [] : [paretoTable(result, about.pareto)];
  return [
    title,
    ...lines.map((line) => `  ${line}`),
    '',
    comparisonFooter(result),
    '',
    ...front,
  ].join('\n');
}

/** The same as a Markdown table. */
export function comparisonMarkdown(result: ComparisonResult, about: ComparedScenario): string {
  return [
    `### ${printable(about.scenario)}: ${result.runs.map(({ name }) => printable(name)).join(', ')}`,
    '',
    ...markdownTable([header(result), ...result.rows.map(cellsOf)]),
    '',
    comparisonFooter(result),
    '',
  ].join('\n');
}
