// The families of requests to the API server, with Kubernetes' own names, labels and buckets.
// Source: Kubernetes v1.36 apiserver endpoints/metrics/metrics.go (reference: controlplane B13) and
// the /metrics of a recorded one.
import type { MetricFamily } from './metric-registry.js';

const DURATIONS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
  60,
];
const RESPONSE_SIZES = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/** 31 buckets of 100 kB from 50 kB on: up to the limit of a body. */
const BODY_SIZES = Array.from({ length: 31 }, (_, i) => 50_000 + 100_000 * i);
const request = ['group', 'resource', 'scope', 'subresource', 'verb', 'version'];

const sli = {
  help: 'Time from arrival to answer, without waits for queues and webhooks.',
  type: 'histogram',
  labels: ['component', ...request],
  buckets: DURATIONS.slice(2),
} as const;

export const apiRequestFamilies: readonly MetricFamily[] = [
  {
    name: 'apiserver_request_total',
    help: 'Requests by verb, resource and code.',
    type: 'counter',
    labels: [
      'code',
      'component',
      'dry_run',
      'group',
      'resource',
      'scope',
      'subresource',
      'system_client',
      'verb',
      'version',
    ],
  },
  {
    name: 'apiserver_request_duration_seconds',
    help: 'Time from arrival of a request to its answer.',
    type: 'histogram',
    labels: ['component', 'dry_run', ...request],
    buckets: DURATIONS,
  },
  { name: 'apiserver_request_sli_duration_seconds', ...sli },
  { name: 'apiserver_request_slo_duration_seconds', ...sli },
  {
    name: 'apiserver_response_sizes',
    help: 'Bytes of the bodies of answers to reads.',
    type: 'histogram',
    labels: ['component', ...request],
    buckets: RESPONSE_SIZES,
  },
  {
    name: 'apiserver_request_body_size_bytes',
    help: 'Bytes of the bodies of requests.',
    type: 'histogram',
    labels: ['group', 'resource', 'verb'],
    buckets: BODY_SIZES,
  },
  {
    name: 'apiserver_selfrequest_total',
    help: 'Requests of the server to itself.',
    type: 'counter',
    labels: ['group', 'resource', 'subresource', 'verb'],
  },
];
