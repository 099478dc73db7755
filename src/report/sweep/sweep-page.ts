// report.html of a sweep: what was found, a plot of every measure, and all cells in a table.
import { cellLabel } from '../../experiment/sweep/parameter.js';
import { holdingRuns } from '../../experiment/sweep/search.js';
import type { CellResult, SweepResult } from '../../experiment/sweep/sweep-result.js';
import { type Html, html, nothing } from '../html/markup.js';
import { type ReportAssets, renderFrame } from '../html/page-frame.js';
import { plotFigure } from '../html/plot.js';
import { type HtmlColumn, shownRows, table } from '../html/table.js';
import { formatCount, formatMeasure } from '../number-format.js';
import { searchLines } from './search-text.js';
import { axisOf, measurePlot } from './sweep-plots.js';
import { problemLines, tellingMeasures } from './sweep-table.js';

/** Rows of the table; cells.csv has all. */
const mostRows = 500;
/** Bars of a measure. */
const mostBars = 40;

/**
 * The text of the page. Equal results give equal texts.
 * @throws AssertionError when an asset could end the element it is put into.
 */
export function sweepPage(
  result: SweepResult,
  asked: readonly string[],
  assets: ReportAssets,
): string {
  const measures = asked.length > 0 ? asked : tellingMeasures(result);
  const { scenario, cells, seeds, modelVersion } = result;
  const what = `${formatCount(cells.length)} ${cells.length === 1 ? 'cell' : 'cells'}`;
  const runs = `${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`;
  const content = {
    title: scenario,
    lead: html`A sweep of the Kubernetes simulator kubeclock, model ${modelVersion}: ${what} with
${runs} each. All times are simulated.`,
    sections: [
      { id: 'found', title: 'Found', body: foundSection(result) },
      { id: 'problems', title: 'Not run', body: problemSection(result) },
      { id: 'plots', title: 'Measures', body: plotSection(result, measures) },
      { id: 'cells', title: 'Cells', body: cellSection(result, measures) },
    ],
    footer: html`The same sweep gives this same page. Every figure is in the CSV and JSON files
beside it.`,
    nonce: `kubeclock-${nonceOf(result)}`,
  };
  return renderFrame(content, assets);
}

function foundSection(result: SweepResult): Html {
  const [heading, ...answers] = searchLines(result);
  if (heading === undefined) return nothing;
  return html`<p>${heading}</p>
<ul>
${answers.map(
  (line) => html`<li><strong>${line}</strong></li>
`,
)}</ul>
`;
}

function problemSection(result: SweepResult): Html {
  const problems = problemLines(result);
  const part = result.isPartial
    ? html`<p>Not every run was made: the same command makes the rest.</p>
`
    : nothing;
  if (problems.length === 0) return part;
  return html`${part}<ul class="notices">
${problems.slice(0, mostRows).map(
  (line) => html`<li>${line}</li>
`,
)}</ul>
`;
}

function plotSection(result: SweepResult, measures: readonly string[]): Html {
  const axis = axisOf(result);
  const figures =
    axis === undefined
      ? measures.map((measure) => barTable(result, measure))
      : measures
          .map((measure) => measurePlot(result, measure, axis))
          .filter(({ series }) => series.some(({ values }) => values.some(isNumber)))
          .map(plotFigure);
  if (figures.length === 0) return nothing;
  return html`<div class="plots">
${figures}</div>
`;
}

const isNumber = (value: number | null): boolean => value !== null;

/** Where there is nothing to draw along: a bar a cell. */
function barTable(result: SweepResult, measure: string): Html {
  const shown = result.cells.slice(0, mostBars);
  const columns = [
    { title: 'Cell', cell: ({ cell }: CellResult) => cellLabel(result.parameters, cell.values) },
    measureColumn(result, measure),
  ];
  const rest = shownRows(shown.length, result.cells.length, 'the first', 'cells.csv');
  return html`<div>${table(measure, columns, shown)}${rest}</div>
`;
}

function cellSection(result: SweepResult, measures: readonly string[]): Html {
  const shown = result.cells.slice(0, mostRows);
  const rule = 'the first';
  return html`${shownRows(shown.length, result.cells.length, rule, 'cells.csv')}${table(
    'Medians of every cell',
    columnsOf(result, measures),
    shown,
  )}`;
}

/** Parameters, then what a search asks, then measures with a bar that compares the cells. */
function columnsOf(
  result: SweepResult,
  measures: readonly string[],
): readonly HtmlColumn<CellResult>[] {
  const { search } = result;
  const parameters = result.parameters.map(({ name }, index) => ({
    title: name,
    cell: ({ cell }: CellResult) => cell.values[index] ?? '',
  }));
  const holds = {
    title: 'Runs that hold',
    isNumeric: true,
    cell: (each: CellResult) =>
      search === undefined ? '' : `${holdingRuns(each, search.search)} of ${each.runs.length}`,
  };
  const medians = measures.map((name) => measureColumn(result, name));
  return [...parameters, ...(search === undefined ? [] : [holds]), ...medians];
}

function measureColumn({ measures, cells }: SweepResult, name: string): HtmlColumn<CellResult> {
  const index = measures.indexOf(name);
  const medianOf = ({ figures }: CellResult): number => figures[index]?.median ?? Number.NaN;
  const most = cells.reduce((high, each) => Math.max(high, medianOf(each) || 0), 0);
  return {
    // Values carry their unit.
    title: name.replace(/_seconds$/, ''),
    isNumeric: true,
    cell: (each) => {
      const median = medianOf(each);
      if (!Number.isFinite(median)) return '–';
      const width = most > 0 ? Math.max(0, Math.round((median / most) * 100)) : 0;
      const bar = html`<rect width="${width}%" height="100%"/>`;
      return html`<svg class="meter" aria-hidden="true">${bar}</svg>
<span class="share">${formatMeasure(name, median)}</span>`;
    },
  };
}

/** Nobody who names a scenario knows what its runs will come to. */
function nonceOf({ cells }: SweepResult): string {
  const hashes = cells.flatMap(({ runs }) => runs.map(({ traceHash }) => traceHash));
  return hashes
    .slice(0, 4)
    .join('-')
    .replaceAll(/[^A-Za-z0-9-]/g, '');
}
