// The metrics of the components under Kubernetes' own names, labels and buckets, as far as this
// version measures them. A request of a fleet counts once for each of its members.
// Left out: the scheduler's, which are in scheduler-metrics.ts, and the label
// `image_size_in_bytes` of the kubelet.
// Source: Kubernetes v1.36 metrics of each component (reference: controlplane B13, scheduler §5,
// nodes-controllers §8); apiserver endpoints/metrics for verb and scope.
import { resourceKindOfResource } from '../api/resource-kinds.js';
import type { ApiCall } from '../client/api-call.js';
import type { ApiRequest, Verb } from '../client/api-request.js';
import { SilentObserver } from '../client/observer.js';
import { ascending } from '../stats/ascending.js';
import { Histogram } from '../stats/histogram.js';
import type { MetricSample } from './run-result.js';

const REQUEST_BUCKETS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
  60,
];
const IMAGE_PULL_BUCKETS = [
  1, 5, 10, 20, 30, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600,
];

interface Family {
  readonly help: string;
  readonly bounds: readonly number[] | undefined;
}

const families: ReadonlyMap<string, Family> = new Map<string, Family>([
  ['apiserver_request_total', { help: 'Requests by verb, resource and code.', bounds: undefined }],
  [
    'apiserver_request_duration_seconds',
    { help: 'Time from arrival of a request to its answer.', bounds: REQUEST_BUCKETS },
  ],
  [
    'kubelet_image_pull_duration_seconds',
    { help: 'Time of one image pull, without waiting for its turn.', bounds: IMAGE_PULL_BUCKETS },
  ],
]);

type Label = readonly [string, string];

interface Counter {
  readonly labels: readonly Label[];
  value: number;
}

/** The metrics of requests that are alike. */
interface RequestMetrics {
  readonly total: Counter;
  /** Absent for a watch, and for requests that were turned away before they were handled. */
  readonly duration: Histogram | undefined;
}

/** Counters and histograms by name and labels. */
export class ComponentMetrics extends SilentObserver {
  readonly #requests = new Map<string, RequestMetrics>();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<
    string,
    { readonly labels: readonly Label[]; readonly of: Histogram }
  >();

  override requestServed(call: ApiCall, code: number, latencyUs: number): void {
    const { verb, resource, subresource = '', fleetMembers = 1 } = call.request;
    const scope = scopeOf(call.request);
    const key = `${verb} ${resource} ${subresource} ${scope} ${code}`;
    let metrics = this.#requests.get(key);
    if (metrics === undefined) {
      metrics = this.#newRequests(call.request, scope, code);
      this.#requests.set(key, metrics);
    }
    metrics.total.value += fleetMembers;
    for (let member = 0; member < fleetMembers; member++) {
      metrics.duration?.observe(latencyUs / 1_000_000);
    }
  }

  override imagePulled(_node: string, _image: string, _bytes: number, durationUs: number): void {
    this.#histogram('kubelet_image_pull_duration_seconds', []).observe(durationUs / 1_000_000);
  }

  /** Sorted by name and labels. */
  get samples(): readonly MetricSample[] {
    const counters = [...this.#counters].map(([key, { labels, value }]) => ({
      key,
      sample: { ...headOf(key), type: 'counter' as const, labels, value },
    }));
    const histograms = [...this.#histograms].map(([key, { labels, of }]) => ({
      key,
      sample: {
        ...headOf(key),
        type: 'histogram' as const,
        labels,
        buckets: of.cumulative(),
        sum: of.sum,
        count: of.count,
      },
    }));
    return [...counters, ...histograms]
      .sort((a, b) => ascending(a.key, b.key))
      .map(({ sample }) => sample);
  }

  #newRequests(request: ApiRequest, scope: string, code: number): RequestMetrics {
    const { verb, resource, subresource = '' } = request;
    const [version = '', group = ''] = (resourceKindOfResource(resource)?.apiVersion ?? '')
      .split('/')
      .reverse();
    const common: readonly Label[] = [
      ['component', 'apiserver'],
      ['dry_run', ''],
      ['group', group],
      ['resource', resource],
      ['scope', scope],
      ['subresource', subresource],
      ['verb', VERBS.get(verb) ?? verb.toUpperCase()],
      ['version', version],
    ];
    const isTimed = verb !== 'watch' && code !== 429;
    return {
      total: this.#counter('apiserver_request_total', [['code', String(code)], ...common]),
      duration: isTimed ? this.#histogram('apiserver_request_duration_seconds', common) : undefined,
    };
  }

  #counter(name: string, labels: readonly Label[]): Counter {
    const key = keyOf(name, labels);
    const counter = this.#counters.get(key) ?? { labels, value: 0 };
    this.#counters.set(key, counter);
    return counter;
  }

  #histogram(name: string, labels: readonly Label[]): Histogram {
    const key = keyOf(name, labels);
    let histogram = this.#histograms.get(key);
    if (histogram === undefined) {
      histogram = { labels, of: new Histogram(families.get(name)?.bounds ?? []) };
      this.#histograms.set(key, histogram);
    }
    return histogram.of;
  }
}

/** The verbs that the metrics call by their HTTP method. */
const VERBS: ReadonlyMap<Verb, string> = new Map<Verb, string>([
  ['create', 'POST'],
  ['update', 'PUT'],
]);

function scopeOf({ verb, namespace, name }: ApiRequest): string {
  if (name !== '' || verb === 'create') return 'resource';
  return namespace === '' ? 'cluster' : 'namespace';
}

function keyOf(name: string, labels: readonly Label[]): string {
  return `${name} ${labels.map(([key, value]) => `${key}=${value}`).join(',')}`;
}

function headOf(key: string): { readonly name: string; readonly help: string } {
  const name = key.slice(0, key.indexOf(' '));
  return { name, help: families.get(name)?.help ?? '' };
}
