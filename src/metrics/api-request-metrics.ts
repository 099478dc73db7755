// How requests are counted and timed by the apiservers that served them, under Kubernetes' own
// names, labels and buckets. A request of a fleet counts once for each of its members.
// Source: Kubernetes v1.36 apiserver endpoints/metrics/metrics.go (reference: controlplane B13).
import type { ApiCall } from '../client/api-call.js';
import type { ApiServerPort } from '../client/connection.js';
import { SilentObserver } from '../client/observer.js';
import type { Histogram } from '../stats/histogram.js';
import { type MetricFamily, MetricRegistry, type Scalar } from './metric-registry.js';
import { RequestKeys, requestLabels } from './request-keys.js';
import type { MetricSample } from './run-result.js';

const BUCKETS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
  60,
];
const common = ['group', 'resource', 'scope', 'subresource', 'verb', 'version'];

const families: readonly MetricFamily[] = [
  {
    name: 'apiserver_request_total',
    help: 'Requests by verb, resource and code.',
    type: 'counter',
    labels: ['code', 'component', 'dry_run', ...common],
  },
  {
    name: 'apiserver_request_duration_seconds',
    help: 'Time from arrival of a request to its answer.',
    type: 'histogram',
    labels: ['component', 'dry_run', ...common],
    buckets: BUCKETS,
  },
  {
    name: 'apiserver_request_sli_duration_seconds',
    help: 'Time from arrival to answer, without waits for queues and webhooks.',
    type: 'histogram',
    labels: ['component', ...common],
    buckets: BUCKETS.slice(2),
  },
];

/** The metrics of requests that are alike. */
interface Metrics {
  readonly total: Scalar;
  /** Absent for a watch, and for requests that were turned away before they were handled. */
  readonly duration: Histogram | undefined;
  readonly sli: Histogram | undefined;
}

/** HTTP codes are below this. */
const CODES = 1000;

/** Of one apiserver. */
class ServerMetrics {
  readonly registry = new MetricRegistry(families);
  readonly #keys = new RequestKeys();
  /** By kind of request and code. */
  readonly #metrics = new Map<number, Metrics>();

  of(call: ApiCall, code: number): Metrics {
    const key = this.#keys.of(call.request) * CODES + code;
    let metrics = this.#metrics.get(key);
    if (metrics === undefined) {
      metrics = this.#new(call, code);
      this.#metrics.set(key, metrics);
    }
    return metrics;
  }

  #new({ request }: ApiCall, code: number): Metrics {
    const labels = requestLabels(request);
    const { group, resource, scope, subresource, verb, version } = labels;
    const values = [group, resource, scope, subresource, verb, version];
    const { registry } = this;
    const isTimed = request.verb !== 'watch' && code !== 429;
    const histogram = (name: string, ...own: readonly string[]): Histogram | undefined =>
      isTimed ? registry.histogram(name, ...own, ...values) : undefined;
    return {
      total: registry.scalar('apiserver_request_total', `${code}`, 'apiserver', '', ...values),
      duration: histogram('apiserver_request_duration_seconds', 'apiserver', ''),
      sli: histogram('apiserver_request_sli_duration_seconds', 'apiserver'),
    };
  }
}

export class ApiRequestMetrics extends SilentObserver {
  readonly #servers = new Map<ApiServerPort | undefined, ServerMetrics>();

  override requestServed(call: ApiCall, code: number, latencyUs: number): void {
    const { total, duration, sli } = this.#of(call).of(call, code);
    const { fleetMembers = 1 } = call.request;
    total.value += fleetMembers;
    for (let member = 0; member < fleetMembers; member++) {
      duration?.observe(latencyUs / 1_000_000);
      sli?.observe((latencyUs - call.queueWaitUs - call.webhookUs) / 1_000_000);
    }
  }

  /**
   * Sorted by name and label values, one server after the other. `isAlone`: there is one apiserver
   * only, and no label says which.
   */
  samples(isAlone: boolean): readonly MetricSample[] {
    return [...this.#servers].flatMap(([server, { registry }]) => {
      if (isAlone) return registry.samples;
      const instance = ['instance', server?.name ?? ''] as const;
      return registry.samples.map((sample) => ({
        ...sample,
        labels: [instance, ...sample.labels],
      }));
    });
  }

  #of({ server }: ApiCall): ServerMetrics {
    let metrics = this.#servers.get(server);
    if (metrics === undefined) {
      metrics = new ServerMetrics();
      this.#servers.set(server, metrics);
    }
    return metrics;
  }
}
