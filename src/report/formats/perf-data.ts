// The files that a ClusterLoader2 test leaves for perf-dash: latency of pod startup and of API
// calls, and throughput of the scheduler. Percentiles are values of the sample (nearest rank).
// Phases: `create` the creation, `schedule` the binding, `run` the last container's start, `watch`
// the Ready condition in the API.
// Source: perf-tests clusterloader2/pkg/measurement (slos/pod_startup_latency.go,
// slos/api_responsiveness_prometheus.go, scheduling_throughput.go).
import { mergedHistograms } from '../../metrics/merged-histograms.js';
import type { PodRow, RunResult } from '../../metrics/run-result.js';
import { bucketQuantile } from '../../stats/bucket-quantile.js';
import { nearestRank } from '../../stats/quantile.js';
import { sorted } from '../../stats/sorted.js';
import { type JsonValue, stableJson } from '../stable-json.js';
import type { OutputFormat } from './output-format.js';

export const perfDataFormat: OutputFormat = {
  name: 'perfdata',
  title: 'perf-dash: PerfData JSON as ClusterLoader2 writes it',
  needs: [],
  files: ({ result }) =>
    new Map([
      [`PodStartupLatency_PodStartupLatency_${result.scenario}.json`, podStartup(result)],
      [`APIResponsivenessPrometheus_simple_${result.scenario}.json`, apiResponsiveness(result)],
      [`SchedulingThroughput_${result.scenario}.json`, schedulingThroughput(result)],
    ]),
};

type Phase = 'create' | 'schedule' | 'run' | 'watch';

const phases: Readonly<Record<Phase, (pod: PodRow) => number | undefined>> = {
  create: ({ createdUs }) => createdUs,
  schedule: ({ boundUs }) => boundUs,
  run: ({ startedUs }) => startedUs,
  watch: ({ readyUs }) => readyUs,
};

const transitions: readonly (readonly [metric: string, from: Phase, to: Phase])[] = [
  ['create_to_schedule', 'create', 'schedule'],
  ['schedule_to_run', 'schedule', 'run'],
  ['run_to_watch', 'run', 'watch'],
  ['schedule_to_watch', 'schedule', 'watch'],
  ['pod_startup', 'create', 'watch'],
];

function podStartup({ pods }: RunResult): string {
  return perfData(
    transitions.flatMap(([metric, from, to]) => {
      const latencies = pods.flatMap((pod) => {
        const [fromUs, toUs] = [phases[from](pod), phases[to](pod)];
        return fromUs === undefined || toUs === undefined ? [] : [Math.max(0, toUs - fromUs)];
      });
      if (latencies.length === 0) return [];
      return [dataItem(percentiles(latencies), { Metric: metric })];
    }),
  );
}

/** From the histograms of the apiservers, as a query to Prometheus would find them. */
function apiResponsiveness({ metrics }: RunResult): string {
  const labels = ['resource', 'scope', 'subresource', 'verb'].map((label) => ({ label }));
  const selection = { metric: 'apiserver_request_sli_duration_seconds', labels };
  return perfData(
    mergedHistograms(selection, metrics).flatMap(({ labels: of, buckets, count }) => {
      if (count === 0) return [];
      const at = (p: number): number => bucketQuantile(buckets, count, p) * 1_000;
      const item = dataItem(
        { Perc50: at(0.5), Perc90: at(0.9), Perc99: at(0.99) },
        {
          Count: String(count),
          Resource: of['resource'] ?? '',
          Scope: of['scope'] ?? '',
          Subresource: of['subresource'] ?? '',
          Verb: of['verb'] ?? '',
        },
      );
      return [item];
    }),
  );
}

/** Pods bound a second, over intervals of 5 s from the start. */
function schedulingThroughput({ pods, endUs }: RunResult): string {
  const intervalUs = 5_000_000;
  const counts = Array.from({ length: Math.max(1, Math.floor(endUs / intervalUs)) }, () => 0);
  for (const { boundUs } of pods) {
    const interval = Math.floor((boundUs ?? Number.NaN) / intervalUs);
    if (interval < counts.length) counts[interval] = (counts[interval] as number) + 1;
  }
  const rates = sorted(counts.map((count) => (count * 1_000_000) / intervalUs));
  return stableJson({
    perc50: nearestRank(rates, 50),
    perc90: nearestRank(rates, 90),
    perc99: nearestRank(rates, 99),
    max: nearestRank(rates, 100),
  });
}

/** Milliseconds of values in µs. */
function percentiles(valuesUs: readonly number[]): Readonly<Record<string, number>> {
  const ascending = sorted(valuesUs);
  const at = (percent: number): number => nearestRank(ascending, percent) / 1_000;
  return { Perc50: at(50), Perc90: at(90), Perc99: at(99) };
}

function dataItem(
  data: Readonly<Record<string, number>>,
  labels: Readonly<Record<string, string>>,
): JsonValue {
  return { data, labels, unit: 'ms' };
}

function perfData(dataItems: readonly JsonValue[]): string {
  return stableJson({ version: 'v1', dataItems });
}
