// How long every change took to take effect, stage by stage.
import type { ConvergenceRow, RunResult } from '../../metrics/run-result.js';
import { bottleneckText } from '../bottleneck.js';
import { bySlowestChange } from '../change-order.js';
import { convergenceBars } from '../figures/bars.js';
import { formatCount, formatDuration } from '../number-format.js';
import { convergenceStages, stageSpans } from '../stages.js';
import { barChart } from './bar-chart.js';
import { type Html, html, nothing } from './markup.js';
import { shortText, shownRows, table } from './table.js';

const mostRows = 100;

/** The section, or `nothing` when nothing was changed. */
export function convergenceSection(result: RunResult): Html {
  const { convergence } = result;
  if (convergence.length === 0) return nothing;
  const rows = [...convergence].sort(bySlowestChange).slice(0, mostRows);
  const rule = 'those that took longest';
  return html`<p class="note">What every stage added after the stages before it; a dash where a
stage does not apply or did not end. Slowest change first.</p>
${shownRows(rows.length, convergence.length, rule, 'convergence.csv')}
${changeTable(rows)}${reasons(rows)}${criticalPaths(result)}`;
}

/** What changes waited for, as bars and, part by part, as a table. */
function criticalPaths(result: RunResult): Html {
  const bars = convergenceBars(result);
  if (bars === undefined) return nothing;
  const label = 'What changes waited for, one after the other; the table has figures.';
  const parts = bars.rows.flatMap(({ title, spans }) =>
    spans.map((span) => ({ title, kind: bars.parts[span.part] ?? '', ...span })),
  );
  return html`<h3>${bars.title}</h3>
${barChart(bars, label)}<details><summary>Critical paths as a table</summary>
${table<(typeof parts)[number]>(
  'What each change waited for',
  [
    { title: 'Change', cell: ({ title }) => title },
    { title: 'Waited for', cell: ({ kind }) => kind },
    { title: 'Time', isNumeric: true, cell: ({ from, to }) => formatDuration((to - from) * 1e6) },
    { title: 'Cause', cell: ({ cause }) => html`<span class="text">${cause}</span>` },
  ],
  parts,
)}</details>
`;
}

/** In lines, so that the columns behind it are seen. */
function waitedFor(row: ConvergenceRow): Html {
  return html`<span class="text">${bottleneckText(row)}</span>`;
}

function changeTable(rows: readonly ConvergenceRow[]): Html {
  return table<ConvergenceRow>(
    'Time to converge, by change and stage',
    [
      { title: 'Change', cell: (row) => row.change },
      { title: 'Replicas', isNumeric: true, cell: (row) => formatCount(row.replicas) },
      { title: 'Converged after', isNumeric: true, cell: convergedAfter },
      { title: 'Longest stage', cell: (row) => row.longestStage },
      { title: 'Waited most for', cell: waitedFor },
      ...convergenceStages.map(({ title }, stage) => ({
        title,
        isNumeric: true,
        cell: (row: ConvergenceRow) => stageDuration(row, stage),
      })),
    ],
    rows,
  );
}

function convergedAfter({ startedUs, convergedUs }: ConvergenceRow): Html {
  if (convergedUs === undefined) return html`<span class="fail">✗ never</span>`;
  return html`${formatDuration(convergedUs - startedUs)}`;
}

function stageDuration(row: ConvergenceRow, stage: number): string {
  const span = stageSpans(convergenceStages, row.startedUs, row)[stage];
  return span === undefined ? '–' : formatDuration(span.toUs - span.fromUs);
}

function reasons(rows: readonly ConvergenceRow[]): Html {
  return table<ConvergenceRow>(
    'Why changes did not converge',
    [
      { title: 'Change', cell: (row) => row.change },
      {
        title: 'Reason',
        cell: ({ reason }) => html`<span class="text">${shortText(reason)}</span>`,
      },
    ],
    rows.filter((row) => row.reason !== ''),
  );
}
