// The top of the page: did it hold, how many, how fast, and what exactly was run.
import type { ConvergenceRow, RunResult, ThresholdRow } from '../../metrics/run-result.js';
import { summarise } from '../../stats/summarise.js';
import { formatCount, formatDuration, formatMeasure } from '../number-format.js';
import { schedulingLatencyUs, startupUs, summariseLatency } from '../pod-latencies.js';
import { countRun } from '../run-counts.js';
import { verdictSign } from '../summary-table.js';
import { type Html, type HtmlContent, html, nothing } from './markup.js';
import { table } from './table.js';

/** Verdict, figures, thresholds and facts. */
export function headlineSection(result: RunResult): Html {
  const thresholds = thresholdTable(result.thresholds);
  return html`${verdict(result)}${figures(result)}${thresholds}${facts(result)}`;
}

function verdict({ thresholds, outcome }: RunResult): Html {
  const failed = thresholds.filter((row) => !row.ok && row.level === 'error').length;
  const warned = thresholds.filter((row) => !row.ok && row.level === 'warn').length;
  const partial = outcome.partial
    ? html`<p class="warn">! Partial: the run was cut short, so its figures are incomplete.</p>
`
    : nothing;
  return html`${partial}<p class="verdict">${verdictText(thresholds.length, failed, warned)}</p>
`;
}

function verdictText(all: number, failed: number, warned: number): Html {
  if (all === 0) return html`This scenario has no thresholds.`;
  const count = formatCount(all);
  if (failed > 0) {
    return html`<span class="fail">✗ ${formatCount(failed)} of ${count} thresholds failed</span>`;
  }
  if (warned > 0) {
    return html`<span class="warn">! ${formatCount(warned)} of ${count} thresholds warn</span>`;
  }
  return html`<span class="pass">✓ All thresholds hold (${count})</span>`;
}

function figures(result: RunResult): Html {
  const counts = countRun(result);
  const startup = summariseLatency(result.pods, startupUs);
  const scheduling = summariseLatency(result.pods, schedulingLatencyUs);
  const latency = (count: number, us: number): string => (count > 0 ? formatDuration(us) : '–');
  return html`<dl class="figures">
${figure('Pods ready', part(counts.podsReady, counts.pods))}
${figure('Converged', part(counts.changesConverged, counts.changes))}
${figure('Slowest change', slowestChange(result.convergence))}
${figure('Pod startup, p99', latency(startup.count, startup.p99))}
${figure('Scheduling, p99', latency(scheduling.count, scheduling.p99))}
${figure('Nodes ready', part(counts.nodesReady, counts.nodes))}
${figure('API requests', formatCount(counts.apiRequests))}
${figure('Simulated time', formatDuration(result.endUs))}
</dl>
`;
}

function slowestChange(rows: readonly ConvergenceRow[]): string {
  const durations = rows.flatMap(({ startedUs, convergedUs }) =>
    convergedUs === undefined ? [] : [convergedUs - startedUs],
  );
  return durations.length === 0 ? '–' : formatDuration(summarise(durations).max);
}

function figure(title: string, value: HtmlContent): Html {
  return html`<div><dt>${title}</dt><dd>${value}</dd></div>`;
}

function part(some: number, all: number): Html {
  return html`${formatCount(some)} <small>of ${formatCount(all)}</small>`;
}

function thresholdTable(rows: readonly ThresholdRow[]): Html {
  return table<ThresholdRow>(
    'Thresholds',
    [
      { title: 'Metric', cell: (row) => html`<code>${row.metric}</code>` },
      { title: 'Must hold', cell: (row) => html`<code>${row.expression}</code>` },
      { title: 'Measured', isNumeric: true, cell: (row) => formatMeasure(row.metric, row.value) },
      { title: 'Verdict', cell: verdictCell },
    ],
    rows,
  );
}

function verdictCell(row: ThresholdRow): Html {
  const sign = verdictSign(row);
  if (row.ok) return html`<span class="pass">${sign} holds</span>`;
  if (row.level === 'warn') return html`<span class="warn">${sign} warns</span>`;
  return html`<span class="fail">${sign} failed</span>`;
}

function facts(result: RunResult): Html {
  const { outcome } = result;
  const rows: readonly (readonly [string, HtmlContent])[] = [
    ['Cluster', result.cluster],
    ['End', `${outcome.end} at ${formatDuration(result.endUs)}. ${outcome.message}`],
    ['Versions', `Kubernetes ${result.kubernetesVersion}, model ${result.modelVersion}`],
    ['Seed', html`<code>${result.seed}</code>`],
    [
      'Trace hash',
      html`<code>${result.traceHash}</code> after ${formatCount(result.events)} events`,
    ],
  ];
  return html`<dl class="facts">
${rows.map(
  ([title, value]) => html`<dt>${title}</dt><dd>${value}</dd>
`,
)}</dl>
`;
}
