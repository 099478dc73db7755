// Metrics of the cloud-controller-manager and of the calls to its cloud, under their own names.
// Source: Kubernetes v1.36 staging cloud-provider controllers (reference: nodes-controllers 8.4);
// cloud providers' `cloudprovider_<name>_api_request_*`.
import type { CloudMonitor } from '../control-plane/cloud/cloud-calls.js';
import type { CloudControllerManagerMonitor } from '../control-plane/cloud-controller-manager/cloud-controller-options.js';
import { toSeconds } from '../kernel/time.js';
import { exponentialBuckets } from '../stats/histogram.js';
import { type MetricFamily, MetricRegistry } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

const hostBuckets = exponentialBuckets(1, 2, 15);
const nodeBuckets = exponentialBuckets(1, 4, 6);

/** In the order of their names. */
export const cloudControllerFamilies: readonly MetricFamily[] = [
  {
    name: 'node_controller_cloud_provider_taint_removal_delay_seconds',
    help: 'From the creation of a node until its taint "uninitialized" was taken away.',
    type: 'histogram',
    labels: [],
    buckets: nodeBuckets,
  },
  {
    name: 'node_controller_initial_node_sync_delay_seconds',
    help: 'From the creation of a node until the cloud was first asked about it.',
    type: 'histogram',
    labels: [],
    buckets: nodeBuckets,
  },
  {
    name: 'route_controller_route_sync_total',
    help: 'Comparisons of routes with nodes.',
    type: 'counter',
    labels: [],
  },
  {
    name: 'service_controller_loadbalancer_sync_total',
    help: 'Load balancers that were made, changed or deleted, or should have been.',
    type: 'counter',
    labels: [],
  },
  {
    name: 'service_controller_nodesync_error_total',
    help: 'Load balancers that could not be told of the nodes.',
    type: 'counter',
    labels: [],
  },
  {
    name: 'service_controller_nodesync_latency_seconds',
    help: 'How long it took to tell all load balancers of the nodes.',
    type: 'histogram',
    labels: [],
    buckets: hostBuckets,
  },
  {
    name: 'service_controller_update_loadbalancer_host_latency_seconds',
    help: 'How long it took to tell one load balancer of the nodes.',
    type: 'histogram',
    labels: [],
    buckets: hostBuckets,
  },
];

/** The calls to a cloud of that name. */
export function cloudCallFamilies(cloud: string): readonly MetricFamily[] {
  const prefix = `cloudprovider_${cloud.replaceAll('-', '_')}_api_request`;
  return [
    {
      name: `${prefix}_duration_seconds`,
      help: 'How long calls to the cloud took.',
      type: 'histogram',
      labels: ['request'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    },
    {
      name: `${prefix}_errors`,
      help: 'Calls to the cloud that failed or were refused.',
      type: 'counter',
      labels: ['request'],
    },
  ];
}

export class CloudMetrics implements CloudMonitor, CloudControllerManagerMonitor {
  readonly #registry: MetricRegistry;
  readonly #durations: string;
  readonly #errors: string;

  constructor(cloud: string) {
    const calls = cloudCallFamilies(cloud);
    this.#registry = new MetricRegistry([...cloudControllerFamilies, ...calls]);
    [this.#durations = '', this.#errors = ''] = calls.map(({ name }) => name);
  }

  answered(operation: string, durationUs: number, fault: string): void {
    this.#registry.histogram(this.#durations, operation).observe(toSeconds(durationUs));
    if (fault !== '') this.#registry.scalar(this.#errors, operation).value++;
  }

  nodeFirstSynced(delayUs: number): void {
    const name = 'node_controller_initial_node_sync_delay_seconds';
    this.#registry.histogram(name).observe(toSeconds(delayUs));
  }

  nodeInitialised(delayUs: number): void {
    const name = 'node_controller_cloud_provider_taint_removal_delay_seconds';
    this.#registry.histogram(name).observe(toSeconds(delayUs));
  }

  loadBalancerSynced(): void {
    this.#registry.scalar('service_controller_loadbalancer_sync_total').value++;
  }

  nodesSynced(durationUs: number): void {
    const name = 'service_controller_nodesync_latency_seconds';
    this.#registry.histogram(name).observe(toSeconds(durationUs));
  }

  hostsUpdated(durationUs: number): void {
    const name = 'service_controller_update_loadbalancer_host_latency_seconds';
    this.#registry.histogram(name).observe(toSeconds(durationUs));
  }

  hostsUpdateFailed(): void {
    this.#registry.scalar('service_controller_nodesync_error_total').value++;
  }

  routesSynced(): void {
    this.#registry.scalar('route_controller_route_sync_total').value++;
  }

  /** As of now. */
  get samples(): readonly MetricSample[] {
    return this.#registry.samples;
  }
}
