// summary.json: a run for machines. What baselines and comparisons are made of, so its fields only
// grow within one schemaVersion. It knows no clock, host or path.
import type { NodeCostRow, RequestRow, RunResult } from '../metrics/run-result.js';
import { trafficTotals } from '../metrics/traffic.js';
import type { Summary } from '../stats/summarise.js';
import { formatSeconds } from './number-format.js';
import { schedulingLatencyUs, startupUs, summariseLatency } from './pod-latencies.js';
import { countRun } from './run-counts.js';
import { type JsonValue, stableJson } from './stable-json.js';
import { convergenceStages } from './stages.js';

/** Raised when a field of summary.json is renamed, removed or changes its meaning. */
const summarySchemaVersion = 2;

type JsonObject = { readonly [key: string]: JsonValue };

/** The text of summary.json. Times are seconds since the start of the scenario. */
export function renderSummaryJson(result: RunResult): string {
  return stableJson({
    schemaVersion: summarySchemaVersion,
    scenario: result.scenario,
    seed: result.seed,
    kubernetesVersion: result.kubernetesVersion,
    modelVersion: result.modelVersion,
    cluster: result.cluster,
    outcome: { ...result.outcome },
    endSeconds: seconds(result.endUs),
    events: result.events,
    traceHash: result.traceHash,
    checkpoints: result.checkpoints.map(({ events, time, hash }) => ({
      events,
      timeSeconds: seconds(time),
      hash,
    })),
    counts: { ...countRun(result) },
    podSchedulingSeconds: inSeconds(summariseLatency(result.pods, schedulingLatencyUs)),
    podStartupSeconds: inSeconds(summariseLatency(result.pods, startupUs)),
    notices: result.notices,
    ...(result.nodeCosts.length > 0 && { nodeCosts: result.nodeCosts.map(costJson) }),
    ...measures(result),
    ...load(result),
    traffic: trafficTotals(result.traffic).map((total) => ({
      ...total,
      deadEndpointShare: share(total.deadEndpoint, total.connections),
    })),
  });
}

function costJson({ instanceUs, ...row }: NodeCostRow): JsonObject {
  return { ...row, instanceSeconds: seconds(instanceUs) };
}

function measures({ thresholds, summary, convergence }: RunResult): JsonObject {
  return {
    thresholds: thresholds.map((row) => ({ ...row, value: orNull(row.value) })),
    summary: summary.map(({ metric, ...figures }) => ({ metric, ...mapFigures(figures, orNull) })),
    convergence: convergence.map((row) => ({
      change: row.change,
      namespace: row.namespace,
      kind: row.kind,
      name: row.name,
      replicas: row.replicas,
      startedSeconds: seconds(row.startedUs),
      stageEndSeconds: Object.fromEntries(
        convergenceStages.map(({ name, endUs }) => [name, seconds(endUs(row))]),
      ),
      convergedSeconds: seconds(row.convergedUs),
      longestStage: row.longestStage,
      criticalPath: row.criticalPath.map(({ activity, us, cause }) => ({
        activity,
        seconds: seconds(us),
        cause,
      })),
      reason: row.reason,
    })),
  };
}

function load({ stations, requests, schedulers, apiCallSlis }: RunResult): JsonObject {
  return {
    schedulers: schedulers.map((row) => ({ ...row })),
    stations: stations.map(({ meanWaitUs, ...station }) => ({
      ...station,
      meanWaitSeconds: seconds(meanWaitUs),
    })),
    apiRequests: requests.map(requestJson),
    apiCallSlis: apiCallSlis.map(({ p99Us, limitUs, ...row }) => ({
      ...row,
      p99Seconds: seconds(p99Us),
      limitSeconds: seconds(limitUs),
    })),
  };
}

function requestJson(row: RequestRow): JsonObject {
  const { verb, resource, subresource, scope, client, count, errors } = row;
  return {
    verb,
    resource,
    subresource,
    scope,
    client,
    count,
    errors,
    meanSeconds: seconds(row.meanUs),
    p50Seconds: seconds(row.p50Us),
    p90Seconds: seconds(row.p90Us),
    p99Seconds: seconds(row.p99Us),
    maxSeconds: seconds(row.maxUs),
    meanQueueWaitSeconds: seconds(row.meanQueueWaitUs),
    maxQueueWaitSeconds: seconds(row.maxQueueWaitUs),
  };
}

function inSeconds(summary: Summary): JsonObject {
  return mapFigures(summary, seconds);
}

function mapFigures(summary: Summary, convert: (value: number) => number | null): JsonObject {
  return {
    count: summary.count,
    mean: convert(summary.mean),
    min: convert(summary.min),
    p50: convert(summary.p50),
    p90: convert(summary.p90),
    p99: convert(summary.p99),
    max: convert(summary.max),
  };
}

function seconds(us: number | undefined): number | null {
  return us === undefined || Number.isNaN(us) ? null : Number(formatSeconds(us));
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
