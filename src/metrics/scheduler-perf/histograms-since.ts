// What histograms have observed since an earlier look at them.
// Source: Kubernetes v1.36 test/integration/scheduler_perf/util.go, which empties them when it
// begins to measure.
import type { MetricSample } from '../run-result.js';

/** The histograms of `now` without what those of `before` have; both of the same metrics. */
export function histogramsSince(
  before: readonly MetricSample[],
  now: readonly MetricSample[],
): readonly MetricSample[] {
  const earlier = new Map(before.map((sample) => [keyOf(sample), sample]));
  return now
    .filter(({ type }) => type === 'histogram')
    .map((sample) => {
      const { count = 0, sum = 0, buckets = [] } = earlier.get(keyOf(sample)) ?? {};
      return {
        ...sample,
        count: (sample.count ?? 0) - count,
        sum: (sample.sum ?? 0) - sum,
        buckets: (sample.buckets ?? []).map(([bound, cumulative], index): [number, number] => [
          bound,
          cumulative - (buckets[index]?.[1] ?? 0),
        ]),
      };
    });
}

function keyOf({ name, labels }: MetricSample): string {
  return JSON.stringify([name, labels]);
}
