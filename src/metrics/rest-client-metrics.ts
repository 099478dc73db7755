// client-go's own metrics of its requests: how long the rate limiter held them, how long they took,
// how large they were. One file holds those of all processes, so each carries a label `job`.
// Left out: exec plugins, transports and their certificates, which are not modelled.
// Source: Kubernetes v1.36 component-base metrics/prometheus/restclient/metrics.go.
import type { ApiCall, RestClientMonitor } from '../client/api-call.js';
import type { Verb } from '../client/api-request.js';
import { PerCaller } from '../client/per-caller.js';
import type { Histogram } from '../stats/histogram.js';
import { type MetricFamily, MetricRegistry, type Scalar } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

const DURATION_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
const SIZE_BUCKETS = [
  64, 256, 512, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
];
const labels = ['host', 'verb', 'job'];

export const restClientFamilies: readonly MetricFamily[] = [
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

/** Of requests with one method. */
interface Histograms {
  readonly rateLimiter: Histogram;
  readonly duration: Histogram;
  readonly requestBytes: Histogram;
  readonly responseBytes: Histogram;
}

/** What one process has sent with one verb. */
interface Sent {
  /** By HTTP code. */
  readonly totals: Map<number, Scalar>;
  /** Watches have none. */
  histograms: Histograms | undefined;
}

/** What one process has sent, by verb. */
type Job = Map<Verb, Sent>;

export class RestClientMetrics implements RestClientMonitor {
  readonly #registry = new MetricRegistry(restClientFamilies);
  readonly #jobs = new Map<string, Job>();
  readonly #jobOf = new PerCaller<Job>();

  readonly #listener: Pick<RestClientMonitor, 'throttled'> | undefined;

  /** `listener` is told too of the requests that the rate limiters hold. */
  constructor(listener?: Pick<RestClientMonitor, 'throttled'>) {
    this.#listener = listener;
  }

  throttled(call: ApiCall, waitUs: number): void {
    this.#listener?.throttled(call, waitUs);
    this.#histogramsOf(call, this.#of(call)).rateLimiter.observe(waitUs / 1_000_000);
  }

  answered(call: ApiCall, durationUs: number): void {
    const { code = 0, bytes = 0 } = call.response ?? {};
    const sent = this.#of(call);
    let total = sent.totals.get(code);
    if (total === undefined) {
      total = this.#registry.scalar('rest_client_requests_total', ...labelsOf(call, code));
      sent.totals.set(code, total);
    }
    total.value++;
    if (call.request.verb === 'watch') return;
    const { duration, requestBytes, responseBytes } = this.#histogramsOf(call, sent);
    duration.observe(durationUs / 1_000_000);
    requestBytes.observe(call.requestBytes);
    if (code !== 0) responseBytes.observe(bytes);
  }

  retried(call: ApiCall): void {
    const labels = labelsOf(call, call.response?.code ?? 0);
    this.#registry.scalar('rest_client_request_retries_total', ...labels).value++;
  }

  get samples(): readonly MetricSample[] {
    return this.#registry.samples;
  }

  #of(call: ApiCall): Sent {
    let job = this.#jobOf.get(call.caller);
    if (job === undefined) {
      const name = jobOf(call);
      job = this.#jobs.get(name) ?? new Map<Verb, Sent>();
      this.#jobs.set(name, job);
      this.#jobOf.set(call.caller, job);
    }
    const { verb } = call.request;
    let sent = job.get(verb);
    if (sent === undefined) {
      sent = { totals: new Map(), histograms: undefined };
      job.set(verb, sent);
    }
    return sent;
  }

  #histogramsOf(call: ApiCall, sent: Sent): Histograms {
    if (sent.histograms !== undefined) return sent.histograms;
    const method = methods[call.request.verb];
    const histogram = (name: string): Histogram =>
      this.#registry.histogram(`rest_client_${name}`, HOST, method, jobOf(call));
    sent.histograms = {
      rateLimiter: histogram('rate_limiter_duration_seconds'),
      duration: histogram('request_duration_seconds'),
      requestBytes: histogram('request_size_bytes'),
      responseBytes: histogram('response_size_bytes'),
    };
    return sent.histograms;
  }
}

/** Code, host, method and process. */
function labelsOf(call: ApiCall, code: number): readonly string[] {
  const label = code === 0 ? '<error>' : String(code);
  return [label, HOST, methods[call.request.verb], jobOf(call)];
}

/** The process: `kube-scheduler` of `kube-scheduler/binder`. */
function jobOf({ caller }: ApiCall): string {
  const slash = caller.name.indexOf('/');
  return slash < 0 ? caller.name : caller.name.slice(0, slash);
}
