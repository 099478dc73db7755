// Histograms of one metric put together where they agree in some labels, as `sum by (…)` does.
import { ascending } from '../stats/ascending.js';
import type { CumulativeBuckets } from '../stats/bucket-quantile.js';
import type { HistogramCounts } from '../stats/histogram-counts.js';
import type { MetricSample } from './run-result.js';

/** A metric by some of its labels; without `values`, each value that occurs. */
export interface HistogramSelection {
  readonly metric: string;
  readonly labels: readonly { readonly label: string; readonly values?: readonly string[] }[];
}

/** All that agree in the labels of a selection. */
export interface MergedHistogram extends HistogramCounts {
  readonly labels: Readonly<Record<string, string>>;
  readonly buckets: CumulativeBuckets;
}

/** One for every combination of label values that occurs, in order of the values. O(samples). */
export function mergedHistograms(
  { metric, labels }: HistogramSelection,
  samples: readonly MetricSample[],
): readonly MergedHistogram[] {
  const groups = new Map<string, { labels: [string, string][]; members: MetricSample[] }>();
  for (const sample of samples) {
    if (sample.name !== metric) continue;
    const values = labels.map(({ label, values: wanted }): [string, string] | undefined => {
      const value = sample.labels.find(([name]) => name === label)?.[1];
      const isWanted = value !== undefined && (wanted === undefined || wanted.includes(value));
      return isWanted ? [label, value] : undefined;
    });
    const found = values.filter((value) => value !== undefined);
    if (found.length < values.length) continue;
    const key = JSON.stringify(found);
    const group = groups.get(key) ?? { labels: found, members: [] };
    group.members.push(sample);
    groups.set(key, group);
  }
  return [...groups]
    .sort(([a], [b]) => ascending(a, b))
    .map(([, group]) => ({ labels: Object.fromEntries(group.labels), ...merged(group.members) }));
}

/** Buckets of one metric have the same bounds. */
function merged(members: readonly MetricSample[]): Omit<MergedHistogram, 'labels'> {
  const total = (of: (member: MetricSample) => number): number =>
    members.reduce((sum, member) => sum + of(member), 0);
  return {
    count: total((member) => member.count ?? 0),
    sum: total((member) => member.sum ?? 0),
    buckets: (members[0]?.buckets ?? []).map(([bound], index) => [
      bound,
      total((member) => member.buckets?.[index]?.[1] ?? 0),
    ]),
  };
}
