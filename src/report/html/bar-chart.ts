// Bars of parts in a row as SVG that needs no script.
import type { BarRow, Bars } from '../figures/bars.js';
import { formatDuration, formatNumber } from '../number-format.js';
import { largest, ticks } from './axis.js';
import { type Html, html } from './markup.js';

const rowHeight = 18;
const barHeight = 12;
const axisHeight = 20;

/** The key, the names of the rows, and their bars. `label` says what the image shows. */
export function barChart(bars: Bars, label: string): Html {
  const height = axisHeight + bars.rows.length * rowHeight + 4;
  const span = largest(bars.rows.flatMap(({ spans }) => spans.map(({ to }) => to))) * 1.03;
  const percent = (seconds: number): string => `${formatNumber((100 * seconds) / span, 3)}%`;
  return html`<p class="note">${bars.note} ${bars.xTitle}.</p>
<ul class="key">
${bars.parts.map(
  (part, i) => html`<li><svg aria-hidden="true"><rect class="p${i}" ${keyBox}/></svg>${part}</li>
`,
)}</ul>
<div class="waterfall bars">
<ol>
${bars.rows.map(
  ({ title }) => html`<li title="${title}">${title}</li>
`,
)}</ol>
<svg height="${height}" role="img" aria-label="${label}">
${ticks(0, span * 1_000_000).map((us) => tick(us / 1_000_000, percent, height))}${bars.rows.map(
  (row, i) => rowBars(row, axisHeight + i * rowHeight + (rowHeight - barHeight) / 2, percent),
)}</svg>
</div>
`;
}

const keyBox = html`width="24" height="${barHeight}"`;

function tick(seconds: number, percent: (seconds: number) => string, height: number): Html {
  const x = percent(seconds);
  const anchor = seconds === 0 ? 'start' : 'middle';
  return html`<line class="grid" x1="${x}" x2="${x}" y1="16" y2="${height}"/>
<text x="${x}" y="11" text-anchor="${anchor}">${formatNumber(seconds)}</text>
`;
}

function rowBars({ title, spans }: BarRow, y: number, percent: (seconds: number) => string): Html {
  return html`${spans.map(({ part, from, to, cause }) => {
    const box = html`x="${percent(from)}" y="${y}" width="${percent(to - from)}" height="${barHeight}"`;
    const took = formatDuration((to - from) * 1_000_000);
    return html`<rect class="p${part}" ${box}><title>${title}: ${cause} ${took}</title></rect>`;
  })}
`;
}
