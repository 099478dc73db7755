// The pod startup waterfall: a row a pod, a bar a stage, drawn as SVG when the page is written, so
// that it needs no script. Stages differ by height besides colour, and always follow in one order.
import type { PodRow, RunResult } from '../../metrics/run-result.js';
import { formatCount, formatDuration, formatNumber } from '../number-format.js';
import { startupUs } from '../pod-latencies.js';
import { shownPods } from '../shown-pods.js';
import { podStages, stageSpans } from '../stages.js';
import { largest, smallest, ticks } from './axis.js';
import { type Html, html, markup, nothing } from './markup.js';
import { shownRows, table } from './table.js';

/** Pods that get a row: one screen of them. */
const longestWaterfall = 60;

const rowHeight = 15;
const axisHeight = 20;
/** Height of a bar by stage: waiting is thin, work is thick. */
const barHeights = [3, 7, 11, 7, 11, 3];

/** A pod and the time its bars are measured from. */
interface WaterfallRow {
  readonly pod: PodRow;
  readonly originUs: number;
}

/** The section; without pods it says so. */
export function waterfallSection(result: RunResult): Html {
  const started = result.pods.filter(({ wasThere }) => wasThere !== true);
  const pods = shownPods(started, longestWaterfall);
  return pods.length === 0 ? html`<p>No pod was created.</p>` : waterfall(pods, result);
}

function waterfall(pods: readonly PodRow[], result: RunResult): Html {
  const isRelative = needsOwnOrigin(pods, result.endUs);
  const rows = pods.map((pod) => ({ pod, originUs: isRelative ? pod.createdUs : 0 }));
  const axis = isRelative
    ? 'Seconds since the creation of each pod.'
    : 'Seconds since the start of the scenario.';
  const rule = 'those that took longest to be ready, never ready first';
  return html`${shownRows(pods.length, result.pods.length, rule, 'pods.csv')}
<p class="note">${axis} A dotted line is the wait of a pod that did not become ready.</p>
${stageKey()}<div class="waterfall">
<ol>
${rows.map(
  ({ pod }) => html`<li title="${pod.namespace}/${pod.name}"><bdi>${pod.name}</bdi></li>
`,
)}</ol>
${chart(rows, result.endUs)}</div>
${stageTable(pods)}`;
}

/** True when the pods came over so long a time that bars on a common axis would be too short. */
function needsOwnOrigin(pods: readonly PodRow[], endUs: number): boolean {
  const created = pods.map((pod) => pod.createdUs);
  const lengths = pods.map((pod) => axisEndUs(pod, pods, endUs) - pod.createdUs);
  return largest(created) - smallest(created) > 3 * largest(lengths);
}

/** End of the last stage that a pod finished, its creation before that. */
function reachedUs(pod: PodRow): number {
  const spans = stageSpans(podStages, pod.createdUs, pod);
  return spans.reduce((us, span) => (span === undefined ? us : span.toUs), pod.createdUs);
}

/** Where the wait of a pod ends that is not ready. */
function waitEndUs(pod: PodRow, endUs: number): number {
  return pod.deletedUs ?? endUs;
}

/** How far the axis must reach for a pod: to its bars, and to waiting only when no pod is ready. */
function axisEndUs(pod: PodRow, pods: readonly PodRow[], endUs: number): number {
  const isAnyReady = pods.some(({ readyUs }) => readyUs !== undefined);
  return isAnyReady ? reachedUs(pod) : Math.max(reachedUs(pod), waitEndUs(pod, endUs));
}

function stageKey(): Html {
  return html`<ul class="key">
${podStages.map(
  (
    { title },
    stage,
  ) => html`<li><svg aria-hidden="true">${bar(0, 100, 0, stage, nothing)}</svg>${title}</li>
`,
)}</ul>
`;
}

function chart(rows: readonly WaterfallRow[], endUs: number): Html {
  const pods = rows.map(({ pod }) => pod);
  const fromUs = smallest(rows.map(({ pod, originUs }) => pod.createdUs - originUs));
  const lastUs = largest(rows.map(({ pod, originUs }) => axisEndUs(pod, pods, endUs) - originUs));
  const spanUs = Math.max(1, (lastUs - fromUs) * 1.03); // room to see a wait that goes on
  const percent = (us: number): number => Math.min(100, ((us - fromUs) / spanUs) * 100);
  const height = axisHeight + rows.length * rowHeight + 4;
  const label = `Stages of ${formatCount(rows.length)} pods over time; the table has figures.`;
  return html`<svg height="${height}" role="img" aria-label="${label}">
${ticks(fromUs, fromUs + spanUs).map((us) => tick(us, percent(us), height))}${rows.map(
  (row, index) => podBars(row, index, percent, endUs),
)}</svg>
`;
}

function tick(us: number, x: number, height: number): Html {
  const anchor = x > 94 ? 'end' : x < 3 ? 'start' : 'middle';
  return html`<line class="grid" x1="${place(x)}" x2="${place(x)}" y1="16" y2="${height}"/>
<text x="${place(x)}" y="11" text-anchor="${anchor}">${formatNumber(us / 1_000_000)}</text>
`;
}

function podBars(
  row: WaterfallRow,
  index: number,
  percent: (us: number) => number,
  endUs: number,
): Html {
  const { pod, originUs } = row;
  const middle = axisHeight + index * rowHeight + rowHeight / 2;
  const bars = stageSpans(podStages, pod.createdUs, pod).map((span, stage) => {
    if (span === undefined || span.fromUs === span.toUs) return nothing;
    const x = percent(span.fromUs - originUs);
    const took = formatDuration(span.toUs - span.fromUs);
    const title = html`<title>${pod.name}: ${podStages[stage]?.title ?? ''} ${took}</title>`;
    return bar(x, percent(span.toUs - originUs) - x, middle, stage, title);
  });
  return html`${bars}${pod.readyUs === undefined ? openLine(row, middle, percent, endUs) : nothing}
`;
}

function openLine(
  { pod, originUs }: WaterfallRow,
  middle: number,
  percent: (us: number) => number,
  endUs: number,
): Html {
  const from = place(percent(reachedUs(pod) - originUs));
  const to = place(percent(Math.max(reachedUs(pod), waitEndUs(pod, endUs)) - originUs));
  const title = html`<title>${pod.name}: not ready</title>`;
  const ends = html`x1="${from}" x2="${to}" y1="${middle}" y2="${middle}"`;
  return html`<line class="open" ${ends}>${title}</line>`;
}

function bar(x: number, width: number, middle: number, stage: number, content: Html): Html {
  const height = barHeights[stage] ?? rowHeight;
  const y = middle === 0 ? '50%' : formatNumber(middle - height / 2);
  const shift =
    middle === 0 ? markup(` transform="translate(0 -${formatNumber(height / 2)})"`) : nothing;
  const box = html`x="${place(x)}" y="${y}" width="${place(width)}" height="${height}"`;
  return html`<rect class="st${stage}" ${box}${shift}>${content}</rect>`;
}

function place(percent: number): string {
  return `${formatNumber(percent, 3)}%`;
}

function stageTable(pods: readonly PodRow[]): Html {
  const duration = (pod: PodRow, stage: number): string => {
    const span = stageSpans(podStages, pod.createdUs, pod)[stage];
    return span === undefined ? '–' : formatDuration(span.toUs - span.fromUs);
  };
  return html`<details><summary>Durations of the stages as a table</summary>
${table<PodRow>(
  'What every stage added, pod by pod',
  [
    { title: 'Pod', cell: (pod) => pod.name },
    { title: 'Node', cell: (pod) => pod.node },
    ...podStages.map(({ title }, stage) => ({
      title,
      isNumeric: true,
      cell: (pod: PodRow) => duration(pod, stage),
    })),
    { title: 'Ready after', isNumeric: true, cell: readyAfter },
  ],
  pods,
)}</details>
`;
}

function readyAfter(pod: PodRow): string {
  const us = startupUs(pod);
  return us === undefined ? 'not ready' : formatDuration(us);
}
