// A metrics adapter that serves the custom and the external metrics API from series that are given:
// the length of a queue, requests a second.
// Left out: labels of metrics; every pod and every object of a metric has the same value.
// Source: Kubernetes v1.36 k8s.io/metrics custom and external API.

import { type Steps, valueAt } from '../../api/steps.js';
import type { ApiRequest, ApiResponse } from '../../client/api-request.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { Link } from '../../kernel/stations.js';
import { metricsServerConstants as constants } from './constants.js';

/** A metric and its value over time, from the start of the run. */
export interface MetricSeries {
  readonly name: string;
  readonly steps: Steps;
}

export class SeriesAdapter {
  /** What it registers for with the aggregator. */
  static readonly resources: readonly string[] = [
    'custom.metrics.k8s.io',
    'external.metrics.k8s.io',
  ];
  readonly up: Link;
  readonly down: Link;
  readonly #simulation: Simulation;
  readonly #series: ReadonlyMap<string, Steps>;

  constructor(
    simulation: Simulation,
    links: { readonly up: Link; readonly down: Link },
    series: readonly MetricSeries[],
  ) {
    this.#simulation = simulation;
    this.up = links.up;
    this.down = links.down;
    this.#series = new Map(series.map(({ name, steps }) => [name, steps]));
  }

  /** The value of the metric that the request names. */
  answer({ name }: ApiRequest): { readonly response: ApiResponse; readonly takesUs: number } {
    const { now } = this.#simulation;
    const { answerCpuUs: takesUs, podMetricsBytes: bytes } = constants;
    const steps = this.#series.get(name);
    if (steps === undefined) {
      const message = `the server could not find the metric ${name}`;
      return { response: { code: 404, reason: 'NotFound', message, bytes }, takesUs };
    }
    const metricValue = { metricName: name, timestamp: now, valueMilli: valueAt(steps, now) };
    return { response: { code: 200, reason: '', message: '', bytes, metricValue }, takesUs };
  }
}
