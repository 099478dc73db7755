// What a person at a terminal wants to know when a run has ended: did it hold, what ran, how long
// did it take. Verdicts have a sign besides their colour.
import type {
  ApiCallSli,
  ConvergenceRow,
  NodeCostRow,
  RunResult,
  SchedulerRow,
  ThresholdRow,
} from '../metrics/run-result.js';
import { trafficTotals } from '../metrics/traffic.js';
import { bottleneckText } from './bottleneck.js';
import { bySlowestChange } from './change-order.js';
import { formatCount, formatDuration, formatMeasure, formatNumber } from './number-format.js';
import { podLatencies, summariseLatency } from './pod-latencies.js';
import { countRun } from './run-counts.js';
import { alignRows, printable, wrapText } from './text-table.js';

/** How a piece of text is meant; the caller decides on colours. */
export type TextStyle = 'heading' | 'pass' | 'fail' | 'warn';

/** Choices for `summaryTable`. */
export interface SummaryTableOptions {
  /** Adds colour; plain text when left out. It must not change what is read. */
  readonly color?: (style: TextStyle, text: string) => string;
  /** Widest line, in places. */
  readonly width: number;
}

type Paint = NonNullable<SummaryTableOptions['color']>;

/** Changes listed before the rest is left to convergence.csv. */
const shownChanges = 20;

/** Of them so many, the slowest, say what they waited for most. */
const explainedChanges = 5;

const margin = '  ';

/** The summary as lines of at most `width` places, \n at the end. */
export function summaryTable(result: RunResult, options: SummaryTableOptions): string {
  const paint = options.color ?? ((_style, text) => text);
  const width = options.width - margin.length;
  const sections = [
    section('THRESHOLDS', thresholdLines(result.thresholds, width, paint), paint),
    section('RUN', runLines(result, width, paint), paint),
    section('CONVERGENCE', convergenceLines(result.convergence, width), paint),
    section('POD LATENCY', latencyLines(result, width), paint),
    section('TRAFFIC', trafficLines(result, width), paint),
    section('API CALLS', apiCallLines(result.apiCallSlis, width, paint), paint),
    section('NOTICES', noticeLines(result.notices, width, paint), paint),
  ];
  return sections.filter((text) => text !== '').join('\n');
}

function section(title: string, lines: readonly string[], paint: Paint): string {
  if (lines.length === 0) return '';
  const body = lines.map((line) => `${margin}${line}\n`);
  return `${paint('heading', title)}\n${body.join('')}`;
}

/** The sign of a verdict: a tick, a cross, or an exclamation mark for a mere warning. */
export function verdictSign(row: ThresholdRow): string {
  return row.ok ? '✓' : row.level === 'warn' ? '!' : '✗';
}

function thresholdLines(rows: readonly ThresholdRow[], width: number, paint: Paint): string[] {
  const cells = rows.map((row) => [
    printable(row.metric),
    printable(row.expression),
    formatMeasure(row.metric, row.value),
  ]);
  const lines = alignRows(cells, { align: 'llr', width: width - 2 });
  return rows.map((row, index) => {
    const style = row.ok ? 'pass' : row.level === 'warn' ? 'warn' : 'fail';
    return `${paint(style, verdictSign(row))} ${lines[index]}`;
  });
}

function runLines(result: RunResult, width: number, paint: Paint): string[] {
  const { outcome } = result;
  const { podsBound, podsReady, nodesReady } = countRun(result);
  const before = result.pods.filter(({ wasThere }) => wasThere === true).length;
  const older = before === 0 ? '' : `${formatCount(before)} there before, `;
  const facts: readonly (readonly [string, string])[] = [
    ['scenario', result.scenario],
    ['cluster', result.cluster],
    [
      'pods',
      `${older}${formatCount(result.pods.length - before)} created, ${formatCount(podsBound)} bound, ` +
        `${formatCount(podsReady)} ready; ${formatCount(nodesReady)} of ` +
        `${formatCount(result.nodes.length)} nodes ready`,
    ],
    ...schedulerFacts(result.schedulers),
    ...costFacts(result.nodeCosts),
    ['versions', `Kubernetes ${result.kubernetesVersion}, model ${result.modelVersion}`],
    ['seed', result.seed],
    ['trace hash', `${result.traceHash} after ${formatCount(result.events)} events`],
    ['end', `${outcome.end} at ${formatDuration(result.endUs)}: ${outcome.message}`],
  ];
  const indent = ' '.repeat(12);
  const lines = facts.flatMap(([name, text]) =>
    wrapText(`${name.padEnd(10)}  ${printable(text)}`, width, indent),
  );
  if (!outcome.partial) return lines;
  return [...lines, `${paint('warn', '!')} partial: the run was cut short, figures are incomplete`];
}

/** Nothing of a scheduler that is alone and had nobody to quarrel with. */
function schedulerFacts(rows: readonly SchedulerRow[]): (readonly [string, string])[] {
  const told = rows.filter(
    ({ bindingConflicts, podsRejected }) => rows.length > 1 || bindingConflicts + podsRejected > 0,
  );
  return told.map(({ name, podsBound, bindingConflicts, podsRejected }) => [
    'scheduler',
    `${name}: ${formatCount(podsBound)} bound, ${formatCount(bindingConflicts)} already bound by ` +
      `another, ${formatCount(podsRejected)} rejected by their nodes`,
  ]);
}

/** What all nodes together have cost, where prices are known. */
function costFacts(rows: readonly NodeCostRow[]): (readonly [string, string])[] {
  if (rows.length === 0) return [];
  const cost = rows.reduce((sum, row) => sum + row.cost, 0);
  const hours = rows.reduce((sum, row) => sum + row.instanceUs, 0) / 3_600_000_000;
  const instances = rows.reduce((sum, row) => sum + row.instances, 0);
  const text = `${cost.toFixed(4)} for ${hours.toFixed(3)} h of ${formatCount(instances)} instances`;
  return [['node cost', text]];
}

/** Calls listed before the rest is left to summary.json. */
const shownCalls = 10;

/** What SIG Scalability's objective says of the calls: those that are too slow, worst first. */
function apiCallLines(rows: readonly ApiCallSli[], width: number, paint: Paint): string[] {
  if (rows.length === 0) return [];
  const slow = rows
    .filter(({ ok }) => !ok)
    .sort((a, b) => b.p99Us / b.limitUs - a.p99Us / a.limitUs);
  const kinds = `${formatCount(rows.length - slow.length)} of ${formatCount(rows.length)} kinds`;
  const rule = 'p99 over 5 min at most 1 s, of reads of a namespace or the cluster 30 s';
  const style = slow.length === 0 ? 'pass' : 'warn';
  const verdict = `${slow.length === 0 ? '✓' : '!'} ${kinds} within the objective: ${rule}`;
  const cells = slow
    .slice(0, shownCalls)
    .map(({ verb, resource, subresource, scope, p99Us }) => [
      `${verb} ${resource}${subresource && `/${subresource}`}`,
      scope,
      formatDuration(p99Us),
    ]);
  const lines = alignRows(cells, { align: 'llr', width: width - 2 });
  const rest = slow.length - cells.length;
  return [
    ...wrapText(verdict, width, '  ').map((line, i) => (i === 0 ? paint(style, line) : line)),
    ...lines.map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${formatCount(rest)} more`] : []),
  ];
}

function convergenceLines(rows: readonly ConvergenceRow[], width: number): string[] {
  if (rows.length === 0) return [];
  const shown = [...rows].sort(bySlowestChange).slice(0, shownChanges);
  const cells = shown.map(({ change, replicas, startedUs, convergedUs, longestStage }) => [
    printable(change),
    formatCount(replicas),
    convergedUs === undefined ? '✗ never' : formatDuration(convergedUs - startedUs),
    printable(longestStage),
  ]);
  const header = ['change', 'replicas', 'converged after', 'longest stage'];
  const [heading = '', ...lines] = alignRows([header, ...cells], { align: 'lrrl', width });
  const rest = rows.length - shown.length;
  return [
    heading,
    ...shown.flatMap((row, index) => [
      lines[index] ?? '',
      ...noteLines(row.reason && `✗ ${row.reason}`, width),
      ...noteLines(index < explainedChanges ? bottleneckText(row) : '', width),
    ]),
    ...(rest > 0 ? [`and ${formatCount(rest)} faster ones in convergence.csv`] : []),
  ];
}

function noteLines(note: string, width: number): string[] {
  if (note === '') return [];
  return wrapText(printable(note), width - 2, '  ').map((line) => `  ${line}`);
}

function latencyLines({ pods }: RunResult, width: number): string[] {
  if (pods.length === 0) return [];
  const header = ['', 'pods', 'p50', 'p90', 'p99', 'max'];
  const rows = podLatencies.map(({ title, ofPod }) => {
    const { count, p50, p90, p99, max } = summariseLatency(pods, ofPod);
    const figures = [p50, p90, p99, max];
    return [
      title,
      formatCount(count),
      ...figures.map((us) => (count > 0 ? formatDuration(us) : '–')),
    ];
  });
  return alignRows([header, ...rows], { align: 'lrrrrr', width });
}

/** What became of the connections of clients. */
function trafficLines({ traffic }: RunResult, width: number): string[] {
  const totals = trafficTotals(traffic);
  if (totals.length === 0) return [];
  const header = ['', 'connections', 'dead endpoint', 'share', 'no endpoints', 'broken'];
  const rows = totals.map((total) => [
    printable(`${total.traffic} to ${total.namespace}/${total.service}`),
    formatCount(total.connections),
    formatCount(total.deadEndpoint),
    formatShare(total.deadEndpoint, total.connections),
    formatCount(total.noEndpoints),
    formatCount(total.broken),
  ]);
  return alignRows([header, ...rows], { align: 'lrrrrr', width });
}

function formatShare(part: number, whole: number): string {
  return whole === 0 ? '–' : `${formatNumber(Math.round((part / whole) * 1e5) / 1e3)} %`;
}

function noticeLines(notices: readonly string[], width: number, paint: Paint): string[] {
  return notices.flatMap((notice) => {
    const [first = '', ...rest] = wrapText(printable(notice), width - 2, '  ');
    return [`${paint('warn', '!')} ${first}`, ...rest];
  });
}
