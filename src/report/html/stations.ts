// Where work queued: every station with its utilisation and queue, and the sampled series.
import type { StationReport } from '../../kernel/stations.js';
import type { RunResult, TimeSeries } from '../../metrics/run-result.js';
import { ascending } from '../../stats/ascending.js';
import { formatCount, formatDuration, formatNumber, formatPercent } from '../number-format.js';
import { type Html, html, nothing } from './markup.js';
import { plotFigure } from './plot.js';
import { groupSeries, peaks } from './series-groups.js';
import { shownRows, table } from './table.js';

const mostStations = 50;
const mostPoints = 400;

/** The section, or `nothing` when there is nothing to show. */
export function stationSection({ stations, timeSeries }: RunResult): Html {
  if (stations.length === 0 && timeSeries.columns.length === 0) return nothing;
  const busiest = [...stations].sort(
    (a, b) => ascending(b.utilisation, a.utilisation) || ascending(a.name, b.name),
  );
  const rows = busiest.slice(0, mostStations);
  return html`${shownRows(rows.length, stations.length, 'the busiest', 'summary.json')}
${stationTable(rows)}${seriesPlots(timeSeries)}`;
}

function stationTable(rows: readonly StationReport[]): Html {
  return table<StationReport>(
    'Stations, busiest first',
    [
      { title: 'Station', cell: (row) => row.name },
      { title: 'Utilisation', isNumeric: true, cell: utilisation },
      { title: 'Mean queue', isNumeric: true, cell: (row) => row.meanQueueLength.toFixed(2) },
      { title: 'Longest queue', isNumeric: true, cell: (row) => formatCount(row.maxQueueLength) },
      { title: 'Mean wait', isNumeric: true, cell: (row) => formatDuration(row.meanWaitUs) },
      { title: 'Served', isNumeric: true, cell: (row) => formatCount(row.served) },
    ],
    rows,
  );
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
