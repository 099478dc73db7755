// The metrics of the components under Kubernetes' own names, labels and buckets, as far as this
// version measures them. Source: Kubernetes v1.36 metrics of each component (reference: controlplane
// B13, scheduler §5, nodes-controllers §8).
import type { ApiCall } from '../client/api-call.js';
import { type SchedulingResult, SilentObserver } from '../client/observer.js';
import { ascending } from '../stats/ascending.js';
import { exponentialBuckets, Histogram } from '../stats/histogram.js';
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
    'scheduler_schedule_attempts_total',
    { help: 'Scheduling attempts by result.', bounds: undefined },
  ],
  [
    'scheduler_scheduling_attempt_duration_seconds',
    {
      help: 'Time of one scheduling attempt with its binding.',
      bounds: exponentialBuckets(0.001, 2, 15),
    },
  ],
  [
    'kubelet_image_pull_duration_seconds',
    { help: 'Time of one image pull, without waiting for its turn.', bounds: IMAGE_PULL_BUCKETS },
  ],
]);

type Label = readonly [string, string];

/** Counters and histograms by name and labels. */
export class ComponentMetrics extends SilentObserver {
  readonly #counters = new Map<string, { readonly labels: readonly Label[]; value: number }>();
  readonly #histograms = new Map<
    string,
    { readonly labels: readonly Label[]; readonly of: Histogram }
  >();

  override requestServed(call: ApiCall, code: number, latencyUs: number): void {
    const { verb, resource, subresource = '', name, fleetMembers = 1 } = call.request;
    const labels: Label[] = [
      ['resource', resource],
      ['scope', name === '' ? 'cluster' : 'resource'],
      ['subresource', subresource],
      ['verb', verb === 'create' ? 'POST' : verb === 'update' ? 'PUT' : verb.toUpperCase()],
    ];
    this.#count('apiserver_request_total', [['code', String(code)], ...labels], fleetMembers);
    if (verb !== 'watch') this.#observe('apiserver_request_duration_seconds', labels, latencyUs);
  }

  override schedulingAttempted(_uid: string, result: SchedulingResult, durationUs: number): void {
    this.#count('scheduler_schedule_attempts_total', [['result', result]], 1);
    this.#observe(
      'scheduler_scheduling_attempt_duration_seconds',
      [['result', result]],
      durationUs,
    );
  }

  override imagePulled(_node: string, _image: string, _bytes: number, durationUs: number): void {
    this.#observe('kubelet_image_pull_duration_seconds', [], durationUs);
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

  #count(name: string, labels: readonly Label[], by: number): void {
    const key = keyOf(name, labels);
    const counter = this.#counters.get(key);
    if (counter === undefined) this.#counters.set(key, { labels, value: by });
    else counter.value += by;
  }

  #observe(name: string, labels: readonly Label[], durationUs: number): void {
    const key = keyOf(name, labels);
    let histogram = this.#histograms.get(key);
    if (histogram === undefined) {
      histogram = { labels, of: new Histogram(families.get(name)?.bounds ?? []) };
      this.#histograms.set(key, histogram);
    }
    histogram.of.observe(durationUs / 1_000_000);
  }
}

function keyOf(name: string, labels: readonly Label[]): string {
  return `${name} ${labels.map(([key, value]) => `${key}=${value}`).join(',')}`;
}

function headOf(key: string): { readonly name: string; readonly help: string } {
  const name = key.slice(0, key.indexOf(' '));
  return { name, help: families.get(name)?.help ?? '' };
}
