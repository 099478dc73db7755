// comparison.html: what policies differ in, as tables that need no script and as drawings of the
// same figures. One file that works from a disk without a network (see html/page-frame.ts).
import type { ComparisonRow, PolicyFigures } from '../../experiment/compare/comparison.js';
import type { ComparisonResult } from '../../experiment/compare/replicate.js';
import { type Html, html, nothing } from '../html/markup.js';
import { renderFrame } from '../html/page-frame.js';
import { table } from '../html/table.js';
import { formatMeasure, formatNumber, formatPercent } from '../number-format.js';
import { type ComparedScenario, comparisonCells, comparisonFooter } from './comparison-report.js';
import { type ParetoRow, paretoRows } from './pareto.js';

/** The text of the page. */
export function comparisonPage(result: ComparisonResult, about: ComparedScenario): string {
  const [base] = result.runs;
  const seeds = base?.replications.length ?? 0;
  const { pareto = [] } = about;
  const sections = [
    { id: 'measures', title: 'Measures', body: measureTable(result) },
    { id: 'differences', title: 'Differences', body: differenceSection(result) },
    { id: 'pareto', title: 'Pareto front', body: paretoSection(result, pareto) },
  ];
  const content = {
    title: `${about.scenario}: policies compared`,
    lead: html`${result.runs.length} policies with ${seeds} seeds each, in the Kubernetes simulator
kubeclock. Every seed gives all policies the same arrivals and times.`,
    sections,
    footer: html`${comparisonFooter(result)} Every figure is in comparison.csv and runs.csv.`,
    nonce: `kubeclock-${base?.replications[0]?.traceHash ?? 'none'}`,
  };
  return renderFrame(content, { uPlotJs: '', uPlotCss: '' });
}

function measureTable(result: ComparisonResult): Html {
  const { head, rows } = comparisonCells(result);
  const columns = head.map((title, column) => ({
    title: title === '' ? 'interval and test' : title,
    isNumeric: column > 0,
    cell: (row: readonly string[]) => row[column] ?? '',
  }));
  return table('Medians of the seeds, and differences to the first policy', columns, rows);
}

/** One policy by one measure, of which the first policy's mean is not 0. */
interface Interval {
  readonly measure: string;
  readonly verdict: string;
  /** Of the difference, as parts of the first policy's mean. */
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

function differenceSection({ runs, rows }: ComparisonResult): Html {
  const others = runs.slice(1).map(({ name }, index) => {
    const found = rows.flatMap((row) => intervalOf(row, index + 1) ?? []);
    return found.length === 0 ? nothing : intervals(name, runs[0]?.name ?? '', found);
  });
  return html`${others}`;
}

function intervalOf({ measure, policies }: ComparisonRow, policy: number): Interval | undefined {
  const scale = (policies[0] as PolicyFigures).mean;
  const difference = policies[policy]?.difference;
  if (difference === undefined || difference.pValue >= 1 || !(Math.abs(scale) > 0))
    return undefined;
  const { interval, mean, verdict } = difference;
  const ends = [interval.low / scale, interval.high / scale];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  return { measure, verdict, low, middle: mean / scale, high };
}

/** That of the names beside the bars, px. */
const rowHeight = 18;
const axisHeight = 20;

/** Each measure as a bar from one end of its interval to the other, about the line of no change. */
function intervals(policy: string, base: string, rows: readonly Interval[]): Html {
  const reach = rows.reduce(
    (most, { low, high }) => Math.max(most, Math.abs(low), Math.abs(high)),
    0.001,
  );
  const x = (value: number): string => `${formatNumber(50 + (48 * value) / reach, 3)}%`;
  const height = axisHeight + rows.length * rowHeight + 4;
  const label = `${policy} against ${base}: intervals of the differences; the table has values.`;
  return html`<h3>${policy} against ${base}</h3>
<p class="note">Difference of the means as a part of that of ${base}, with its 95 % interval.</p>
<div class="waterfall bars">
<ol>
${rows.map(
  ({ measure, verdict }) => html`<li title="${measure}"><bdi>${measure} ${verdict}</bdi></li>
`,
)}</ol>
<svg height="${height}" role="img" aria-label="${label}">
${[-reach, 0, reach].map(
  (mark) => html`<line class="grid" x1="${x(mark)}" x2="${x(mark)}" y1="16" y2="${height}"/>
<text x="${x(mark)}" y="11" text-anchor="${mark < 0 ? 'start' : mark > 0 ? 'end' : 'middle'}">${formatPercent(mark)}</text>
`,
)}${rows.map((row, index) => intervalBar(row, axisHeight + index * rowHeight, x))}</svg>
</div>
`;
}

function intervalBar(row: Interval, y: number, x: (value: number) => string): Html {
  const { measure, verdict, low, middle, high } = row;
  const said = `${measure}: ${formatPercent(middle)} (${formatPercent(low)} to ${formatPercent(high)}), ${verdict}`;
  const ends = html`x1="${x(low)}" x2="${x(high)}" y1="${y + 9}" y2="${y + 9}"`;
  const look = html`class="interval" stroke="currentColor" stroke-width="3"`;
  return html`<line ${look} ${ends}><title>${said}</title></line>
<circle class="p${verdict === '~' ? 3 : 0}" cx="${x(middle)}" cy="${y + 9}" r="5"><title>${said}</title></circle>
`;
}

function paretoSection(result: ComparisonResult, by: readonly string[]): Html {
  if (by.length === 0) return nothing;
  const rows = paretoRows(result, by);
  const values = by.map((measure, index) => ({
    title: measure,
    isNumeric: true,
    cell: ({ values: of }: ParetoRow) => formatMeasure(measure, of[index] as number),
  }));
  const columns = [
    { title: 'policy', cell: ({ policy }: ParetoRow) => policy },
    ...values,
    { title: 'on the front', cell: ({ isOnFront }: ParetoRow) => (isOnFront ? 'yes' : 'no') },
  ];
  return html`<p>On the front is who no other policy beats: none is at least as good by all of
these measures and better by one.</p>
${scatter(rows, by)}${table('Means over the seeds', columns, rows)}`;
}

/** The first two measures against each other. */
function scatter(rows: readonly ParetoRow[], [first = '', second = '']: readonly string[]): Html {
  const known = rows.filter(({ values }) => values.every(Number.isFinite));
  const place = (index: number): ((value: number) => number) => {
    const all = known.map(({ values }) => values[index] as number);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return (value) => (high === low ? 50 : 10 + (70 * (value - low)) / (high - low));
  };
  const [across, up] = [place(0), place(1)];
  const dots = known.map(({ policy, values, isOnFront }) => {
    const x = `${formatNumber(across(values[0] as number), 3)}%`;
    const y = 220 - 2 * up(values[1] as number);
    const anchor = across(values[0] as number) > 50 ? 'end' : 'start';
    return html`<circle class="p${isOnFront ? 0 : 3}" cx="${x}" cy="${formatNumber(y, 1)}" r="6"/>
<text x="${x}" y="${formatNumber(y - 10, 1)}" text-anchor="${anchor}">${isOnFront ? '* ' : ''}${policy}</text>
`;
  });
  return html`<p class="note">Across: ${first}. Up: ${second}. * on the front.</p>
<div class="waterfall"><svg class="clipped" height="230" role="img" aria-label="Policies by ${first} and ${second}; the table has values.">
<line class="grid" x1="5%" x2="95%" y1="222" y2="222"/>
<line class="grid" x1="5%" x2="5%" y1="8" y2="222"/>
${dots}</svg></div>
`;
}
