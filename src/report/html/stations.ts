// Where work queued: every station with its utilisation and queue, and the sampled series.
import type { StationReport } from '../../kernel/stations.js';
import type { RunResult, StationSeries, TimeSeries } from '../../metrics/run-result.js';
import { ascending } from '../../stats/ascending.js';
import { maxima, utilisationOf } from '../figures/strips.js';
import { formatCount, formatDuration, formatNumber, formatPercent } from '../number-format.js';
import { type Html, html, nothing } from './markup.js';
import { plotFigure } from './plot.js';
import { groupSeries, peaks } from './series-groups.js';
import { shownRows, table } from './table.js';

const mostStations = 100;
const mostPoints = 400;
/** Steps and height of a small plot in a table, in its own units. */
const sparkColumns = 60;
const sparkHeight = 20;

/** The section, or `nothing` when there is nothing to show. */
export function stationSection({ stations, stationSeries, timeSeries }: RunResult): Html {
  if (stations.length === 0 && timeSeries.columns.length === 0) return nothing;
  const busiest = [...stations].sort(
    (a, b) => ascending(b.utilisation, a.utilisation) || ascending(a.name, b.name),
  );
  const rows = busiest.slice(0, mostStations);
  return html`${shownRows(rows.length, stations.length, 'the busiest', 'summary.json')}
${stationTable(rows, stationSeries)}${seriesPlots(timeSeries)}`;
}

function stationTable(
  rows: readonly StationReport[],
  stationSeries: readonly StationSeries[],
): Html {
  const seriesOf = new Map(stationSeries.map((series) => [series.name, series]));
  return table<StationReport>(
    'Stations, busiest first',
    [
      { title: 'Station', cell: (row) => row.name },
      { title: 'Utilisation', isNumeric: true, cell: utilisation },
      { title: 'Use over time', cell: ({ name }) => useOverTime(seriesOf.get(name)) },
      { title: 'Queue over time', cell: ({ name }) => queueOverTime(seriesOf.get(name)) },
      { title: 'Mean queue', isNumeric: true, cell: (row) => row.meanQueueLength.toFixed(2) },
      { title: 'Longest queue', isNumeric: true, cell: longestQueue },
      { title: 'Mean wait', isNumeric: true, cell: (row) => formatDuration(row.meanWaitUs) },
      { title: 'Served', isNumeric: true, cell: (row) => formatCount(row.served) },
    ],
    rows,
  );
}

/** A dash where waits are known in advance: nobody counts who waits. */
function longestQueue({ maxQueueLength, meanQueueLength }: StationReport): string {
  return maxQueueLength === 0 && meanQueueLength > 0 ? '–' : formatCount(maxQueueLength);
}

function useOverTime(series: StationSeries | undefined): Html {
  const shares = series === undefined ? [] : utilisationOf(series, sparkColumns);
  return sparkline(shares, formatPercent);
}

/** A dash where nobody ever waited at a sample. */
function queueOverTime(series: StationSeries | undefined): Html {
  const lengths = series === undefined ? [] : maxima(series.waiting, sparkColumns);
  return sparkline(lengths, formatCount);
}

/** A filled line as high as its peak, which is written behind it. */
function sparkline(values: readonly number[], format: (value: number) => string): Html {
  const peak = values.reduce((most, value) => Math.max(most, value), 0);
  if (peak === 0) return html`–`;
  const top = (value: number): string => formatNumber(sparkHeight * (1 - value / peak), 1);
  const steps = values.map((value, i) => `V${top(value)}H${i + 1}`);
  const path = `M0 ${sparkHeight}${steps.join('')}V${sparkHeight}Z`;
  const box = html`viewBox="0 0 ${values.length} ${sparkHeight}" preserveAspectRatio="none"`;
  return html`<svg class="spark" ${box} aria-hidden="true"><path d="${path}"/></svg>
<span class="peak">peak ${format(peak)}</span>`;
}

function utilisation({ utilisation: fraction }: StationReport): Html {
  const width = formatNumber(Math.max(0, Math.min(1, fraction)) * 100, 1);
  const bar = html`<rect width="${width}%" height="100%"/>`;
  const share = html`<span class="share">${formatPercent(fraction)}</span>`;
  return html`<svg class="meter" aria-hidden="true">${bar}</svg>${share}`;
}

function seriesPlots({ timeUs, columns }: TimeSeries): Html {
  if (timeUs.length === 0) return nothing;
  const size = Math.ceil(timeUs.length / mostPoints);
  const thinned = size === 1 ? 'Every sample.' : `The largest of every ${size} samples.`;
  const plots = groupSeries(columns).map(({ title, series, hidden }) =>
    plotFigure({
      title,
      note:
        hidden === 0
          ? thinned
          : `${thinned} ${formatCount(hidden)} series with lower peaks are in timeseries.csv only.`,
      xTitle: 'Seconds since the start',
      isLogX: false,
      yTitle: title,
      isStepped: false,
      x: peaks(timeUs, size).map((us) => us / 1_000_000),
      series: series.map(({ name, values }) => ({ title: name, values: peaks(values, size) })),
    }),
  );
  return plots.length === 0
    ? nothing
    : html`<div class="plots">
${plots}</div>
`;
}
