// Which series share a plot, and which points of a long one are drawn.
import type { TimeSeries } from '../../metrics/run-result.js';
import { ascending } from '../../stats/ascending.js';

type Series = TimeSeries['columns'][number];

/** Series that are drawn over one axis. */
export interface SeriesGroup {
  readonly title: string;
  /** Highest peak first. */
  readonly series: readonly Series[];
  /** How many more there are. */
  readonly hidden: number;
}

const mostGroups = 8;
const mostSeries = 6;

/** Series by what they measure, in order of first appearance: at most eight groups of six. */
export function groupSeries(columns: readonly Series[]): SeriesGroup[] {
  const groups = new Map<string, Series[]>();
  for (const column of columns) {
    const unit = unitOf(column.name);
    const group = groups.get(unit);
    if (group === undefined) groups.set(unit, [column]);
    else group.push(column);
  }
  return [...groups].slice(0, mostGroups).map(([unit, group]) => ({
    title: unit.charAt(0).toUpperCase() + unit.slice(1),
    series: group
      .map((series) => ({ series, peak: peaks(series.values, series.values.length)[0] ?? 0 }))
      .sort((a, b) => ascending(b.peak, a.peak) || ascending(a.series.name, b.series.name))
      .slice(0, mostSeries)
      .map(({ series }) => series),
    hidden: Math.max(0, group.length - mostSeries),
  }));
}

/** Words that say what is measured only together with the word before them. */
const incomplete: ReadonlySet<string> = new Set([
  'length',
  'count',
  'total',
  'second',
  'per',
  'endpoint',
]);

/**
 * What a series measures: `pods` when it counts pods (`pods_ready`), else the last words of its
 * name, which Prometheus asks to be the unit: `cores`, `queue length`, `bytes per second`.
 */
export function unitOf(name: string): string {
  const words = name.replace(/\{.*$/s, '').split('_');
  if (words[0] === 'pods') return 'pods';
  let first = words.length - 1;
  while (first > 0 && incomplete.has(words[first] ?? '')) first--;
  return words.slice(first).join(' ');
}

/**
 * The largest of every `size` values, so that no peak is lost; of ascending times that is the last
 * one. NaN (no value) counts as 0.
 */
export function peaks(values: readonly number[], size: number): number[] {
  const result: number[] = [];
  for (let start = 0; start < values.length; start += size) {
    let peak = Number.NEGATIVE_INFINITY;
    const end = Math.min(start + size, values.length);
    for (let i = start; i < end; i++) {
      const value = values[i] as number;
      peak = Math.max(peak, Number.isNaN(value) ? 0 : value);
    }
    result.push(peak);
  }
  return result;
}
