// Connections of clients over time, by what became of them.
import type { TrafficRow } from '../../metrics/run-result.js';
import type { Plot } from './plot.js';

/** Intervals that are drawn; longer runs are summed up by parts. */
const mostPoints = 300;
/** Kinds of traffic with a plot. */
const mostKinds = 6;

const outcomes: readonly {
  readonly title: string;
  readonly count: (row: TrafficRow) => number;
}[] = [
  { title: 'Accepted', count: (row) => row.ok },
  { title: 'Refused', count: (row) => row.refused },
  { title: 'Timed out', count: (row) => row.timedOut },
  { title: 'No endpoints', count: (row) => row.noEndpoints },
  { title: 'Broken later', count: (row) => row.broken },
];

/** One plot a kind of traffic, the first ones of many. */
export function trafficPlots(rows: readonly TrafficRow[]): Plot[] {
  const kinds = new Map<string, TrafficRow[]>();
  for (const row of rows) {
    const kind = kinds.get(row.traffic);
    if (kind === undefined) kinds.set(row.traffic, [row]);
    else kind.push(row);
  }
  return [...kinds].slice(0, mostKinds).map(([name, kind]) => trafficPlot(name, kind));
}

function trafficPlot(name: string, rows: readonly TrafficRow[]): Plot {
  const size = Math.ceil(rows.length / mostPoints);
  const ends = rows.filter((_, i) => i % size === size - 1 || i === rows.length - 1);
  const sums = (count: (row: TrafficRow) => number): number[] =>
    ends.map((_, part) =>
      rows.slice(part * size, (part + 1) * size).reduce((sum, row) => sum + count(row), 0),
    );
  const { service = '', namespace = '' } = rows[0] ?? {};
  return {
    title: `Connections of ${name} to ${namespace}/${service}`,
    note:
      size === 1
        ? 'In every interval with connections.'
        : `In every ${size} intervals with connections.`,
    xTitle: 'Seconds since the start',
    isLogX: false,
    yTitle: 'Connections',
    isStepped: true,
    x: ends.map(({ timeUs }) => timeUs / 1_000_000),
    series: outcomes
      .map(({ title, count }) => ({ title, values: sums(count) }))
      .filter(({ values }, i) => i === 0 || values.some((value) => value > 0)),
  };
}
