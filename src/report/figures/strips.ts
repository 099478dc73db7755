// Strips over time, one under the other, coloured by how much: stations by use or queue, nodes by
// what is requested of them.
import type { RunResult, StationSeries } from '../../metrics/run-result.js';
import { ascending } from '../../stats/ascending.js';
import { type NodeFrame, nodeFrames } from '../node-frames.js';
import { formatCount } from '../number-format.js';

/** Rows of cells over a common time axis. */
export interface Strips {
  readonly title: string;
  readonly note: string;
  /** What the rows are. */
  readonly rowTitle: string;
  /** What the colour means, with its unit. */
  readonly valueTitle: string;
  /** The value of the strongest colour; undefined: the largest there is. */
  readonly full: number | undefined;
  /** End of every column of cells. */
  readonly seconds: readonly number[];
  /** Top row first; values as long as `seconds`, NaN where there is nothing. */
  readonly rows: readonly { readonly title: string; readonly values: readonly number[] }[];
}

/** Columns of cells. */
const mostColumns = 80;
/** Stations that get a strip. */
const mostStations = 30;
/** Up to so many nodes have a strip each; more are counted by classes. */
const mostNodes = 60;

/** Values that last: the mean of each of at most `columns` equal parts. */
export function means(values: readonly number[], columns: number): number[] {
  return parts(
    values,
    columns,
    (part) => part.reduce((sum, value) => sum + value, 0) / part.length,
  );
}

/** Values that come and go: the largest of each of at most `columns` equal parts. */
export function maxima(values: readonly number[], columns: number): number[] {
  return parts(values, columns, (part) => part.reduce((most, value) => Math.max(most, value), 0));
}

function parts(
  values: readonly number[],
  columns: number,
  figure: (part: readonly number[]) => number,
): number[] {
  const count = Math.min(columns, values.length);
  const end = (part: number): number => Math.ceil((part * values.length) / count);
  return Array.from({ length: count }, (_, i) => figure(values.slice(end(i), end(i + 1))));
}

/** The station's share of capacity in use, part by part. */
export function utilisationOf({ busy, capacity }: StationSeries, columns: number): number[] {
  return means(busy, columns).map((units) => units / capacity);
}

/** Stations by their use over time, busiest first. Undefined when none was sampled. */
export function utilisationStrips(result: RunResult): Strips | undefined {
  return stationStrips(result, {
    title: 'Utilisation of stations over time',
    note: 'Mean share of the capacity in use.',
    valueTitle: 'Utilisation',
    full: 1,
    valuesOf: utilisationOf,
  });
}

/** Stations by their queue over time. Undefined when nothing ever waited at a sample. */
export function queueStrips(result: RunResult): Strips | undefined {
  return stationStrips(result, {
    title: 'Queues of stations over time',
    note: 'Longest queue at any sample of the part.',
    valueTitle: 'Jobs waiting',
    full: undefined,
    valuesOf: ({ waiting }, columns) => maxima(waiting, columns),
  });
}

interface StationFigure {
  readonly title: string;
  readonly note: string;
  readonly valueTitle: string;
  readonly full: number | undefined;
  readonly valuesOf: (station: StationSeries, columns: number) => number[];
}

/** Stations that were idle all the time have no strip; neither have those below the limit. */
function stationStrips(
  { stationSeries, timeSeries }: RunResult,
  { valuesOf, note, ...figure }: StationFigure,
): Strips | undefined {
  const total = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);
  const rows = stationSeries
    .map((station) => ({ title: station.name, values: valuesOf(station, mostColumns) }))
    .filter(({ values }) => total(values) > 0)
    .sort((a, b) => ascending(total(b.values), total(a.values)) || ascending(a.title, b.title));
  if (rows.length === 0) return undefined;
  const rest =
    rows.length > mostStations
      ? ` The ${mostStations} highest of ${formatCount(rows.length)}.`
      : '';
  return {
    ...figure,
    note: `${note}${rest}`,
    rowTitle: 'Station',
    seconds: maxima(timeSeries.timeUs, mostColumns).map((us) => us / 1_000_000),
    rows: rows.slice(0, mostStations),
  };
}

/** Few nodes each by the CPU requested, many by how many are how full. Undefined without samples. */
export function nodeStrips(result: RunResult): Strips | undefined {
  const frames = nodeFrames(result, mostColumns);
  if (frames.length === 0) return undefined;
  const { names } = result.nodeHistory;
  const common = {
    rowTitle: 'Nodes',
    seconds: frames.map(({ timeUs }) => timeUs / 1_000_000),
  };
  if (names.length > mostNodes) {
    return {
      ...common,
      title: 'Nodes by CPU requested, over time',
      note: 'How many of the registered nodes have how much of their CPU requested.',
      valueTitle: 'Nodes',
      full: undefined,
      rows: classRows(frames),
    };
  }
  return {
    ...common,
    title: 'CPU requested of every node over time',
    note: 'Percent of allocatable; no cell while a node is not registered.',
    valueTitle: 'CPU requested, %',
    full: 100,
    rows: names.map((title, node) => ({
      title,
      values: frames.map(({ state, cpuPercent }) =>
        state[node] === 0 ? Number.NaN : (cpuPercent[node] as number),
      ),
    })),
  };
}

/** Tenths of the CPU requested, the fullest on top. */
function classRows(frames: readonly NodeFrame[]): Strips['rows'] {
  const classes = 10;
  const counts = frames.map(({ state, cpuPercent }) => {
    const found = new Array<number>(classes).fill(0);
    for (let node = 0; node < state.length; node++) {
      if (state[node] === 0) continue;
      const tenth = Math.min(classes - 1, Math.floor((cpuPercent[node] as number) / 10));
      found[tenth] = (found[tenth] as number) + 1;
    }
    return found;
  });
  return Array.from({ length: classes }, (_, i) => {
    const tenth = classes - 1 - i;
    const title = tenth === classes - 1 ? '≥ 90 %' : `${tenth * 10}–${tenth * 10 + 10} %`;
    return { title, values: counts.map((found) => found[tenth] as number) };
  });
}
