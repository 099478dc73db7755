// How close recorded runs were predicted, as a table for people, as CSV, as JSON lines, and as the
// Markdown of docs/validation.md. All show the same rows.
import { type FidelityRow, type FidelityScore, scoreOf } from '../experiment/fidelity/fidelity.js';
import { type CsvColumn, numberColumn, renderCsv, textColumn } from './csv/csv-file.js';
import { formatNumber } from './number-format.js';
import { alignRows } from './text-table.js';

/** Three significant digits are enough to compare by. */
function short(value: number): string {
  return formatNumber(Number(value.toPrecision(4)));
}

/** `ok`, `close` within ±15 %, `FAIL`, or why there is no prediction. */
function verdictOf({ comparison, reason }: FidelityRow): string {
  if (comparison === undefined) return `FAIL ${reason}`;
  if (!comparison.matches) return 'FAIL';
  return comparison.isClose ? 'close' : 'ok';
}

function unitOf(metric: string): string {
  if (metric.endsWith('_per_s')) return '1/s';
  if (metric.startsWith('requests.')) return 'requests';
  if (metric === 'etcd_puts') return 'puts';
  if (metric.endsWith('.count') || metric.startsWith('pods_on_')) return 'pods';
  return 's';
}

const range = ({ recordedMin, recordedMax }: FidelityRow): string =>
  recordedMin === recordedMax ? '' : `[${short(recordedMin)}–${short(recordedMax)}]`;

const cellsOf = (row: FidelityRow): string[] => [
  row.run,
  row.metric,
  short(row.recorded),
  range(row),
  row.comparison === undefined ? '' : short(row.comparison.predicted),
  row.comparison === undefined ? '' : row.comparison.ratio.toFixed(2),
  verdictOf(row),
];

const header = ['RUN', 'METRIC', 'RECORDED', '[MIN–MAX]', 'PREDICTED', 'RATIO', 'VERDICT'];

/** One sentence: `512 of 540 figures match (94.8 %, at least 90 % are needed), 430 within ±15 %.` */
function fidelitySentence({ rows, matching, close, percent }: FidelityScore): string {
  const share = percent.toFixed(1);
  return `${matching} of ${rows} figures match (${share} %; 90 % are needed), ${close} within ±15 %.`;
}

/** The table, and the score below it. */
export function fidelityTable(rows: readonly FidelityRow[]): string {
  // Metric names are what the reader looks for: none is cut, however narrow the terminal is.
  const width = Number.MAX_SAFE_INTEGER;
  const lines = alignRows([header, ...rows.map(cellsOf)], { align: 'llrrrrl', width });
  return [...lines, '', ...scoresByRun(rows), fidelitySentence(scoreOf(rows)), ''].join('\n');
}

/** One line a run: how many of its figures match. */
function scoresByRun(rows: readonly FidelityRow[]): string[] {
  const runs = [...new Set(rows.map(({ run }) => run))];
  const lines = runs.map((run) => {
    const { rows: all, matching, close } = scoreOf(rows.filter((row) => row.run === run));
    return [run, String(all), String(matching), String(close)];
  });
  const head = ['RUN', 'FIGURES', 'MATCH', 'WITHIN ±15 %'];
  return [...alignRows([head, ...lines], { align: 'lrrr', width: 100 }), ''];
}

/** NaN where there is none. */
function finiteRatio({ comparison }: FidelityRow): number {
  const ratio = comparison?.ratio ?? Number.NaN;
  return Number.isFinite(ratio) ? ratio : Number.NaN;
}

const columns: readonly CsvColumn<FidelityRow>[] = [
  textColumn('run', 'Group of equal runs.', (row) => row.run),
  textColumn('metric', 'Name of the figure as in the recording.', (row) => row.metric),
  textColumn('unit', 'Its unit.', (row) => unitOf(row.metric)),
  numberColumn('recorded', 'Mean over the repeats.', (row) => row.recorded),
  numberColumn('recorded_min', 'Smallest of the repeats.', (row) => row.recordedMin),
  numberColumn('recorded_max', 'Largest of the repeats.', (row) => row.recordedMax),
  numberColumn('predicted', 'By the simulator.', (row) => row.comparison?.predicted ?? Number.NaN),
  numberColumn('ratio', 'Predicted to recorded, floored.', finiteRatio),
  textColumn('verdict', 'close, ok, or FAIL and why.', verdictOf),
];

/** The rows as CSV. */
export function fidelityCsv(rows: readonly FidelityRow[]): string {
  return renderCsv(columns, rows);
}

/** One JSON object a line; the last one is the score. */
export function fidelityJson(rows: readonly FidelityRow[]): string {
  const score = scoreOf(rows);
  const lines: object[] = rows.map((row) => ({
    name: `fidelity/${row.run}/${row.metric}`,
    value: row.comparison?.predicted ?? null,
    unit: unitOf(row.metric),
    target: row.recorded,
    ok: row.comparison?.matches === true,
    run: row.run,
    metric: row.metric,
    min: row.recordedMin,
    max: row.recordedMax,
    ratio: Number.isNaN(finiteRatio(row)) ? null : finiteRatio(row),
    within15Percent: row.comparison?.isClose === true,
    ...(row.reason !== '' && { reason: row.reason }),
  }));
  const { rows: all, matching, close, percent, ok } = score;
  lines.push({
    passed: matching,
    failed: all - matching,
    within15Percent: close,
    percent: Number(percent.toFixed(2)),
    ok,
  });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The rows as a Markdown table. */
export function fidelityMarkdown(rows: readonly FidelityRow[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = ['run', 'figure', 'recorded', 'min–max', 'predicted', 'ratio', 'verdict'];
  return [
    line(head),
    line(['---', '---', '---:', '---:', '---:', '---:', '---']),
    ...rows.map((row) => line(cellsOf(row))),
    '',
    fidelitySentence(scoreOf(rows)),
    '',
  ].join('\n');
}
