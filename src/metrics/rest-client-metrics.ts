// client-go's own metrics of its requests: how long the rate limiter held them, how long they took,
// how large they were. One file holds those of all processes, so each carries a label `job`.
// Left out: exec plugins, transports and their certificates, which are not modelled.
// Source: Kubernetes v1.36 component-base metrics/prometheus/restclient/metrics.go.
import type { ApiCall, Caller, RestClientMonitor } from '../client/api-call.js';
import type { Verb } from '../client/api-request.js';
import { type MetricFamily, MetricRegistry } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

const DURATION_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
const SIZE_BUCKETS = [
  64, 256, 512, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
];
const labels = ['host', 'verb', 'job'];

const families: readonly MetricFamily[] = [
  {
    name: 'rest_client_rate_limiter_duration_seconds',
    help: 'Time that the rate limiter of the client held requests.',
    type: 'histogram',
    labels,
    buckets: DURATION_BUCKETS,
  },
  {
    name: 'rest_client_request_duration_seconds',
    help: 'Time from sending a request to its answer, of each attempt.',
    type: 'histogram',
    labels,
    buckets: DURATION_BUCKETS,
  },
  {
    name: 'rest_client_request_size_bytes',
    help: 'Bytes of the bodies of requests.',
    type: 'histogram',
    labels,
    buckets: SIZE_BUCKETS,
  },
  {
    name: 'rest_client_response_size_bytes',
    help: 'Bytes of the bodies of answers.',
    type: 'histogram',
    labels,
    buckets: SIZE_BUCKETS,
  },
  {
    name: 'rest_client_requests_total',
    help: 'Requests by method and code; the code of those without an answer is <error>.',
    type: 'counter',
    labels: ['code', 'host', 'method', 'job'],
  },
  {
    name: 'rest_client_request_retries_total',
    help: 'Requests that were sent again, by the code of the answer before.',
    type: 'counter',
    labels: ['code', 'host', 'verb', 'job'],
  },
];

/** The address that all clients know. */
const HOST = 'kube-apiserver:6443';

const methods: Readonly<Record<Verb, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

type Histograms = ReturnType<RestClientMetrics['newHistograms']>;

export class RestClientMetrics implements RestClientMonitor {
  readonly #registry = new MetricRegistry(families);
  readonly #jobs = new Map<Caller, Map<string, Histograms>>();
  readonly #byJob = new Map<string, Map<string, Histograms>>();

  readonly #listener: Pick<RestClientMonitor, 'throttled'> | undefined;

  /** `listener` is told too of the requests that the rate limiters hold. */
  constructor(listener?: Pick<RestClientMonitor, 'throttled'>) {
    this.#listener = listener;
  }

  throttled(call: ApiCall, waitUs: number): void {
    this.#listener?.throttled(call, waitUs);
    this.#of(call).rateLimiter.observe(waitUs / 1_000_000);
  }

  answered(call: ApiCall, durationUs: number): void {
    const { code = 0, bytes = 0 } = call.response ?? {};
    const method = methods[call.request.verb];
    const label = code === 0 ? '<error>' : String(code);
    this.#registry.scalar('rest_client_requests_total', label, HOST, method, jobOf(call)).value++;
    if (call.request.verb === 'watch') return;
    const { duration, requestBytes, responseBytes } = this.#of(call);
    duration.observe(durationUs / 1_000_000);
    requestBytes.observe(call.requestBytes);
    if (code !== 0) responseBytes.observe(bytes);
  }

  retried(call: ApiCall): void {
    const code = String(call.response?.code || '<error>');
    const verb = methods[call.request.verb];
    this.#registry.scalar('rest_client_request_retries_total', code, HOST, verb, jobOf(call))
      .value++;
  }

  get samples(): readonly MetricSample[] {
    return this.#registry.samples;
  }

  #of(call: ApiCall): Histograms {
    let byMethod = this.#jobs.get(call.caller);
    if (byMethod === undefined) {
      const job = jobOf(call);
      byMethod = this.#byJob.get(job) ?? new Map();
      this.#byJob.set(job, byMethod);
      this.#jobs.set(call.caller, byMethod);
    }
    const method = methods[call.request.verb];
    let histograms = byMethod.get(method);
    if (histograms === undefined) {
      histograms = this.newHistograms(method, jobOf(call));
      byMethod.set(method, histograms);
    }
    return histograms;
  }

  private newHistograms(method: string, job: string) {
    const histogram = (name: string) =>
      this.#registry.histogram(`rest_client_${name}`, HOST, method, job);
    return {
      rateLimiter: histogram('rate_limiter_duration_seconds'),
      duration: histogram('request_duration_seconds'),
      requestBytes: histogram('request_size_bytes'),
      responseBytes: histogram('response_size_bytes'),
    };
  }
}

/** The process: `kube-scheduler` of `kube-scheduler/binder`. */
function jobOf({ caller }: ApiCall): string {
  const slash = caller.name.indexOf('/');
  return slash < 0 ? caller.name : caller.name.slice(0, slash);
}
