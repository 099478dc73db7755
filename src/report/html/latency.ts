// How long things took: pod latencies and stages as a table, their distribution as a plot, and
// every other measure of the run.
import type { PodRow, RunResult, SummaryRow } from '../../metrics/run-result.js';
import { type Summary, summarise } from '../../stats/summarise.js';
import { latencyCurve } from '../figures/latency-curve.js';
import { formatCount, formatDuration, formatMeasure } from '../number-format.js';
import { podLatencies, summariseLatency } from '../pod-latencies.js';
import { podStages, stageSpans } from '../stages.js';
import { type Html, html, nothing } from './markup.js';
import { plotFigure } from './plot.js';
import { type HtmlColumn, table } from './table.js';

interface LatencyRow extends Summary {
  readonly title: string;
}

/** The section. */
export function latencySection({ pods, summary }: RunResult): Html {
  const curve = latencyCurve(pods);
  return html`${latencyTable(pods)}${curve === undefined ? nothing : plotFigure(curve)}${measureTable(summary)}`;
}

function latencyTable(pods: readonly PodRow[]): Html {
  return table<LatencyRow>(
    'Latency of pods and of the stages of their startup',
    [
      { title: 'Measure', cell: (row) => row.title },
      { title: 'Pods', isNumeric: true, cell: (row) => formatCount(row.count) },
      ...figureColumns<LatencyRow>((row, value) => (row.count > 0 ? formatDuration(value) : '–')),
    ],
    pods.length === 0 ? [] : latencyRows(pods),
  );
}

function measureTable(summary: readonly SummaryRow[]): Html {
  const format = (row: SummaryRow, value: number): string =>
    row.count > 0 ? formatMeasure(row.metric, value) : '–';
  return table<SummaryRow>(
    'All measures of the run',
    [
      { title: 'Metric', cell: (row) => html`<code>${row.metric}</code>` },
      { title: 'Samples', isNumeric: true, cell: (row) => formatCount(row.count) },
      ...figureColumns(format),
    ],
    summary,
  );
}

function figureColumns<Row extends Summary>(
  format: (row: Row, value: number) => string,
): HtmlColumn<Row>[] {
  const column = (title: string, read: (row: Row) => number): HtmlColumn<Row> => ({
    title,
    isNumeric: true,
    cell: (row) => format(row, read(row)),
  });
  return [
    column('Mean', (row) => row.mean),
    column('p50', (row) => row.p50),
    column('p90', (row) => row.p90),
    column('p99', (row) => row.p99),
    column('Max', (row) => row.max),
  ];
}

function latencyRows(pods: readonly PodRow[]): LatencyRow[] {
  const durations = podStages.map((): number[] => []);
  for (const pod of pods) {
    for (const [stage, span] of stageSpans(podStages, pod.createdUs, pod).entries()) {
      if (span !== undefined) durations[stage]?.push(span.toUs - span.fromUs);
    }
  }
  const stages = podStages.map(({ title }, stage) => ({
    title: `Stage: ${title.toLowerCase()}`,
    ...summarise(durations[stage] ?? []),
  }));
  const latencies = podLatencies.map(({ title, ofPod }) => ({
    title,
    ...summariseLatency(pods, ofPod),
  }));
  return [...latencies, ...stages];
}
