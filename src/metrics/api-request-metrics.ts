// How requests are counted and timed by the apiservers that served them, under Kubernetes' own
// names, labels and buckets. A request of a fleet counts once for each of its members.
// Source: Kubernetes v1.36 apiserver endpoints/metrics/metrics.go (reference: controlplane B13).
import type { ApiCall, Caller } from '../client/api-call.js';
import type { Verb } from '../client/api-request.js';
import type { ApiServerPort } from '../client/connection.js';
import { SilentObserver } from '../client/observer.js';
import { PerCaller } from '../client/per-caller.js';
import type { Histogram } from '../stats/histogram.js';
import { apiRequestFamilies } from './api-request-families.js';
import { MetricRegistry, type Scalar } from './metric-registry.js';
import { RequestKeys, requestLabels } from './request-keys.js';
import type { MetricSample } from './run-result.js';

/** The clients that the server tells apart, by their user agents. */
const SYSTEM_CLIENTS = ['', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

/** Index of the client that sent a call. */
function systemClientOf({ name }: Caller): number {
  for (let i = SYSTEM_CLIENTS.length - 1; i > 0; i--) {
    if (name.startsWith(SYSTEM_CLIENTS[i] as string)) return i;
  }
  return 0;
}

/** The metrics of requests that are alike. */
interface Metrics {
  readonly total: Scalar;
  /** Absent for a watch, and for requests that were turned away before they were handled. */
  readonly duration: Histogram | undefined;
  /** Under its name and its old one. */
  readonly slis: readonly Histogram[];
  /** Of reads. */
  readonly responseBytes: Histogram | undefined;
  readonly bodyBytes: Histogram | undefined;
  /** Of the server's own requests. */
  readonly own: Scalar | undefined;
}

const BODIES: ReadonlySet<Verb> = new Set(['create', 'update', 'patch']);

/** HTTP codes are below this. */
const CODES = 1000;

/** Of one apiserver. */
class ServerMetrics {
  readonly registry = new MetricRegistry(apiRequestFamilies);
  readonly #keys = new RequestKeys();
  /** By kind of request and code. */
  readonly #metrics = new Map<number, Metrics>();

  /** `client`: index of the one that sent the call. */
  of(call: ApiCall, code: number, client: number): Metrics {
    const key = (this.#keys.of(call) * SYSTEM_CLIENTS.length + client) * CODES + code;
    let metrics = this.#metrics.get(key);
    if (metrics === undefined) {
      metrics = this.#new(call, code, SYSTEM_CLIENTS[client] as string);
      this.#metrics.set(key, metrics);
    }
    return metrics;
  }

  #new({ request }: ApiCall, code: number, systemClient: string): Metrics {
    const { group, resource, scope, subresource, verb, version } = requestLabels(request);
    const values = [group, resource, scope, subresource, verb, version];
    const { registry } = this;
    const isTimed = request.verb !== 'watch' && code !== 429;
    const isRead = request.verb === 'get' || request.verb === 'list';
    const hasBody = BODIES.has(request.verb);
    const timed = (name: string, ...own: readonly string[]): Histogram | undefined =>
      isTimed ? registry.histogram(name, ...own, ...values) : undefined;
    const slis = [
      'apiserver_request_sli_duration_seconds',
      'apiserver_request_slo_duration_seconds',
    ]
      .map((name) => timed(name, 'apiserver'))
      .filter((histogram) => histogram !== undefined);
    const total = registry.scalar(
      'apiserver_request_total',
      ...[`${code}`, 'apiserver', '', group, resource, scope, subresource, systemClient],
      ...[verb, version],
    );
    const bodies = 'apiserver_request_body_size_bytes';
    return {
      total,
      duration: timed('apiserver_request_duration_seconds', 'apiserver', ''),
      slis,
      responseBytes: isRead ? timed('apiserver_response_sizes', 'apiserver') : undefined,
      bodyBytes: hasBody ? registry.histogram(bodies, group, resource, request.verb) : undefined,
      own:
        systemClient === 'kube-apiserver'
          ? registry.scalar('apiserver_selfrequest_total', group, resource, subresource, verb)
          : undefined,
    };
  }
}

export class ApiRequestMetrics extends SilentObserver {
  readonly #servers = new Map<ApiServerPort | undefined, ServerMetrics>();
  readonly #clients = new PerCaller<number>();

  override requestServed(call: ApiCall, code: number, latencyUs: number): void {
    const metrics = this.#of(call).of(call, code, this.#clientOf(call.caller));
    const { fleetMembers = 1 } = call.request;
    metrics.total.value += fleetMembers;
    if (metrics.own !== undefined) metrics.own.value++;
    metrics.duration?.observe(latencyUs / 1_000_000, fleetMembers);
    const judgedUs = latencyUs - call.queueWaitUs - call.webhookUs;
    for (const sli of metrics.slis) sli.observe(judgedUs / 1_000_000, fleetMembers);
    metrics.bodyBytes?.observe(call.requestBytes);
    const { bytes = 0, compressedBytes = bytes } = call.response ?? {};
    metrics.responseBytes?.observe(compressedBytes, fleetMembers);
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

  #clientOf(caller: Caller): number {
    let client = this.#clients.get(caller);
    if (client === undefined) {
      client = systemClientOf(caller);
      this.#clients.set(caller, client);
    }
    return client;
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
