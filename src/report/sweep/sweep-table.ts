// What a sweep came to, for people: a line a cell, its parameters and medians of measures, for a
// terminal and for Markdown.
import { cellLabel } from '../../experiment/sweep/parameter.js';
import { holdingRuns } from '../../experiment/sweep/search.js';
import {
  type CellResult,
  type FoundBoundaries,
  problemOf,
  type SweepResult,
} from '../../experiment/sweep/sweep-result.js';
import { markdownTable } from '../markdown-table.js';
import { formatCount, formatMeasure } from '../number-format.js';
import { alignRows, printable } from '../text-table.js';
import { searchLines } from './search-text.js';

/** Names of the measures in whose medians cells differ, or, if there are none, that have any. */
export function tellingMeasures({ measures, cells }: SweepResult): readonly string[] {
  const spreads = measures.map((name, index) => ({ name, spread: spreadOf(cells, index) }));
  const differing = spreads.filter(({ spread }) => spread > 0);
  const found = differing.length > 0 ? differing : spreads.filter(({ spread }) => spread === 0);
  return found.map(({ name }) => name);
}

/** Largest difference of medians, as a part of the largest median; NaN without any. */
function spreadOf(cells: readonly CellResult[], index: number): number {
  const medians = cells
    .map(({ figures }) => figures[index]?.median ?? Number.NaN)
    .filter(Number.isFinite);
  const [low, high] = [Math.min(...medians), Math.max(...medians)];
  if (medians.length === 0) return Number.NaN;
  return low === high ? 0 : (high - low) / Math.max(Math.abs(low), Math.abs(high));
}

function rowsOf(result: SweepResult, shown: readonly string[]): readonly (readonly string[])[] {
  const { parameters, measures, cells } = result;
  const indices = shown.map((name) => measures.indexOf(name));
  // Values carry their unit.
  const titles = shown.map((name) => name.replace(/_seconds$/, ''));
  const { search } = result;
  const held = search === undefined ? [] : ['holds'];
  const head = [...parameters.map(({ name }) => printable(name)), ...held, ...titles];
  return [
    head,
    ...cells.map((each) => [
      ...each.cell.values.map(printable),
      ...(search === undefined ? [] : [heldText(each, search)]),
      ...valuesOf(each, indices, shown),
    ]),
  ];
}

/** `3/5`: runs that keep all conditions, of those that were made. */
function heldText(each: CellResult, { search }: FoundBoundaries): string {
  return `${holdingRuns(each, search)}/${each.runs.length + each.failures.length}`;
}

function valuesOf(
  each: CellResult,
  indices: readonly number[],
  shown: readonly string[],
): readonly string[] {
  const { figures, runs } = each;
  const empty = problemOf(each) === undefined ? 'not run' : 'failed';
  return indices.map((index, column) =>
    runs.length === 0
      ? empty
      : formatMeasure(shown[column] ?? '', figures[index]?.median ?? Number.NaN),
  );
}

/** A line for every cell that has something wrong. */
export function problemLines({ cells, parameters }: SweepResult): readonly string[] {
  return cells.flatMap((each) => {
    const problem = problemOf(each);
    const label = printable(cellLabel(parameters, each.cell.values));
    return problem === undefined ? [] : [`${label}: ${printable(problem)}`];
  });
}

function footer({ seeds, cells, isPartial }: SweepResult, left: number): string {
  const ofSeeds = `Medians of ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`;
  const inCells = `in ${formatCount(cells.length)} ${cells.length === 1 ? 'cell' : 'cells'}`;
  const more = left > 0 ? `; ${left} more in cells.csv (--measures chooses)` : '';
  const part = isPartial ? ' Not every run was made: the same command makes the rest.' : '';
  return `${ofSeeds} ${inCells}${more}.${part}`;
}

const heading = ({ scenario }: SweepResult): string => `SWEEP ${printable(scenario)}`;

/**
 * The table. Of measures that nobody has asked for it has those in which cells differ most, as many
 * as the width has room for.
 */
export function sweepTable(result: SweepResult, asked: readonly string[], width: number): string {
  const telling = tellingMeasures(result);
  const shown = asked.length > 0 ? asked : fittingMeasures(result, telling, width);
  const problems = problemLines(result).map((line) => `  failed: ${line}`);
  const left = asked.length > 0 ? [] : telling.filter((name) => !shown.includes(name));
  const end = footer(result, left.length);
  const lines = linesOf(result, shown);
  const found = searchLines(result).map((line, index) => (index === 0 ? line : `  ${line}`));
  const answer = found.length === 0 ? [] : [...found, ''];
  return [heading(result), ...answer, ...lines, ...problems, '', end, ''].join('\n');
}

/** At least one, in the order of the measures. */
function fittingMeasures(
  result: SweepResult,
  telling: readonly string[],
  width: number,
): readonly string[] {
  const spread = (name: string): number => spreadOf(result.cells, result.measures.indexOf(name));
  const bySpread = telling
    .map((name, index) => ({ name, index, spread: spread(name) }))
    .sort((a, b) => b.spread - a.spread || a.index - b.index);
  // What a search asks for is shown in any case.
  const asked = result.search?.search.conditions.map(({ measure }) => measure) ?? [];
  let shown = result.measures.filter((name) => asked.includes(name));
  for (const { name } of bySpread) {
    const more = result.measures.filter((each) => each === name || shown.includes(each));
    const isWide = widest(linesOf(result, more)) > width;
    if (!isWide || shown.length === 0) shown = more;
  }
  return shown;
}

const widest = (lines: readonly string[]): number =>
  lines.reduce((most, line) => Math.max(most, line.length), 0);

function linesOf(result: SweepResult, shown: readonly string[]): readonly string[] {
  const texts = result.parameters.length + (result.search === undefined ? 0 : 1);
  const align = 'l'.repeat(texts) + 'r'.repeat(shown.length);
  const lines = alignRows(rowsOf(result, shown), { align, width: Number.MAX_SAFE_INTEGER });
  return lines.map((line) => `  ${line}`);
}

/** The same as a Markdown table, with all the measures. */
export function sweepMarkdown(result: SweepResult, asked: readonly string[]): string {
  const rows = rowsOf(result, asked.length > 0 ? asked : tellingMeasures(result));
  const problems = problemLines(result).map((line) => `- failed: ${line}`);
  const found = searchLines(result).map((line, index) => (index === 0 ? line : `- ${line}`));
  const names = result.parameters.map(({ name }) => printable(name)).join(', ');
  return [
    `### ${printable(result.scenario)}: ${names}`,
    '',
    ...(found.length === 0 ? [] : [...found, '']),
    ...markdownTable(rows, result.parameters.length),
    '',
    ...(problems.length === 0 ? [] : [...problems, '']),
    footer(result, 0),
    '',
  ].join('\n');
}
