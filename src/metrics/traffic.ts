// What has become of the connections of clients: rows by interval, and figures of each kind of
// traffic over the whole run.
import type { ClientTraffic } from '../cluster/traffic/client-traffic.js';
import { toSeconds } from '../kernel/time.js';
import type { TrafficRow } from './run-result.js';
import type { Samples } from './samples.js';
import type { Gauge } from './time-series-recorder.js';

/** One kind of traffic over the whole run. */
export interface TrafficTotal {
  readonly traffic: string;
  readonly namespace: string;
  readonly service: string;
  readonly connections: number;
  /** Sent to an endpoint that no longer, or not yet, answered. */
  readonly deadEndpoint: number;
  readonly noEndpoints: number;
  readonly broken: number;
  /** Accepted, and of these: on the client's node, in its zone, where its last one went. */
  readonly ok: number;
  readonly sameNode: number;
  readonly sameZone: number;
  readonly sameEndpoint: number;
}

/** Rows of traffic.csv. O(intervals). */
export function trafficRows(traffic: ClientTraffic): readonly TrafficRow[] {
  return traffic.reports.flatMap(({ spec, intervals }) =>
    intervals.map((counts): TrafficRow => {
      const { index, setupUs, maxSetupUs, ...figures } = counts;
      const { ok, refused, timedOut, noEndpoints } = figures;
      return {
        timeUs: (index + 1) * traffic.intervalUs,
        traffic: spec.name,
        namespace: spec.namespace,
        service: spec.service,
        connections: ok + refused + timedOut + noEndpoints,
        ...figures,
        setupMeanUs: ok === 0 ? Number.NaN : setupUs / ok,
        setupMaxUs: ok === 0 ? Number.NaN : maxSetupUs,
      };
    }),
  );
}

/** Sums by kind of traffic, in the order of the rows. */
export function trafficTotals(rows: readonly TrafficRow[]): readonly TrafficTotal[] {
  const totals = new Map<string, { -readonly [K in keyof TrafficTotal]: TrafficTotal[K] }>();
  for (const row of rows) {
    const { traffic, namespace, service } = row;
    const total = totals.get(traffic) ?? {
      ...{ traffic, namespace, service },
      ...{ connections: 0, deadEndpoint: 0, noEndpoints: 0, broken: 0 },
      ...{ ok: 0, sameNode: 0, sameZone: 0, sameEndpoint: 0 },
    };
    total.connections += row.connections;
    total.deadEndpoint += row.refused + row.timedOut;
    total.noEndpoints += row.noEndpoints;
    total.broken += row.broken;
    total.ok += row.ok;
    total.sameNode += row.sameNode;
    total.sameZone += row.sameZone;
    total.sameEndpoint += row.sameEndpoint;
    totals.set(traffic, total);
  }
  return [...totals.values()];
}

/** Metrics of traffic by name, one value a kind of traffic. */
const measures = new Map<string, (total: TrafficTotal) => number>([
  ['traffic_connections', (total) => total.connections],
  ['traffic_dead_endpoint_connections', (total) => total.deadEndpoint],
  ['traffic_dead_endpoint_share', (total) => share(total.deadEndpoint, total.connections)],
  [
    'traffic_failed_share',
    (total) => share(total.deadEndpoint + total.noEndpoints, total.connections),
  ],
  ['traffic_same_node_share', (total) => share(total.sameNode, total.ok)],
  ['traffic_same_zone_share', (total) => share(total.sameZone, total.ok)],
  ['traffic_same_endpoint_share', (total) => share(total.sameEndpoint, total.ok)],
  ['traffic_broken_connections', (total) => total.broken],
]);

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** The samples of a metric of traffic, one a kind of traffic; undefined: no such metric. */
export function trafficSamples(
  metric: string,
  rows: readonly TrafficRow[],
): readonly Samples[] | undefined {
  const measure = measures.get(metric);
  if (measure === undefined) return undefined;
  return trafficTotals(rows).map((total) => {
    const { traffic, namespace, service } = total;
    const labels = new Map([
      ['traffic', traffic],
      ['namespace', namespace],
      ['service', service],
    ]);
    return { labels, values: [measure(total)] };
  });
}

/** Series over time: connections a second, and how many of them met a dead endpoint. */
export function trafficGauges(traffic: ClientTraffic): readonly Gauge[] {
  let before = { connections: 0, deadEndpoint: 0 };
  let latest = before;
  const seconds = toSeconds(traffic.intervalUs);
  return [
    {
      name: 'traffic_connections_per_second',
      read: () => {
        before = latest;
        latest = traffic.totals;
        return (latest.connections - before.connections) / seconds;
      },
    },
    {
      name: 'traffic_dead_endpoint_per_second',
      read: () => (latest.deadEndpoint - before.deadEndpoint) / seconds,
    },
  ];
}
