// What pods are scaled by: metrics-server and an adapter for other metrics, registered with the
// apiservers. A cluster without autoscalers has none of it.
import { ApiClient } from '../client/api-client.js';
import { clientConstants } from '../client/constants.js';
import type { CpuLoad } from '../control-plane/metrics-server/cpu-counters.js';
import { type GivenCpu, MetricsServer } from '../control-plane/metrics-server/metrics-server.js';
import {
  type MetricSeries,
  SeriesAdapter,
} from '../control-plane/metrics-server/series-adapter.js';
import type { Simulation } from '../kernel/simulation.js';
import type { ControlPlane } from './control-plane.js';

export interface PodAutoscalingSpec {
  /** How often metrics-server measures, µs; undefined: it is not installed. */
  readonly metricResolutionUs: number | undefined;
  readonly loads: readonly CpuLoad[];
  readonly series: readonly MetricSeries[];
}

/**
 * Starts the servers of the metrics APIs, as far as the spec asks for them. `givenTo`: what pods
 * that say what they ask for have got of their nodes.
 */
export function startMetricsApis(
  simulation: Simulation,
  controlPlane: ControlPlane,
  { metricResolutionUs, loads, series }: PodAutoscalingSpec,
  givenTo: GivenCpu,
): void {
  const { aggregatedApis, transport } = controlPlane;
  if (aggregatedApis === undefined) return;
  if (metricResolutionUs !== undefined) {
    const { up, down } = controlPlane.connect('kube-aggregator/metrics-server', 'node');
    const { defaultQps: qps, defaultBurst: burst } = clientConstants;
    const client = new ApiClient(transport, {
      name: 'metrics-server',
      user: 'system:serviceaccount:kube-system:metrics-server',
      connection: controlPlane.connect('metrics-server', 'node'),
      limit: { qps, burst },
    });
    const common = { simulation, client, up, down, loads, givenTo };
    const server = new MetricsServer({ ...common, resolutionUs: metricResolutionUs });
    aggregatedApis.register(MetricsServer.resource, server);
    server.start();
  }
  if (series.length > 0) {
    const links = controlPlane.connect('kube-aggregator/metrics-adapter', 'node');
    const adapter = new SeriesAdapter(simulation, links, series);
    for (const resource of SeriesAdapter.resources) aggregatedApis.register(resource, adapter);
  }
}
