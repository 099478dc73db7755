// The families apiserver_flowcontrol_* and those of requests in flight, with Kubernetes' own names
// and labels. Their buckets belong to the counts that the server keeps.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/metrics/metrics.go (reference: controlplane
// B13).
import type { MetricFamily } from './metric-registry.js';

type Type = MetricFamily['type'];

const flow = ['flow_schema', 'priority_level'];
const level = ['priority_level'];

const rows: readonly (readonly [string, Type, readonly string[], string])[] = [
  ['current_executing_requests', 'gauge', flow, 'Requests that are being served.'],
  ['current_executing_seats', 'gauge', flow, 'Seats of requests that are being served.'],
  ['current_inqueue_requests', 'gauge', flow, 'Requests that wait in queues.'],
  ['current_inqueue_seats', 'gauge', flow, 'Seats that requests in queues wait for.'],
  ['current_limit_seats', 'gauge', level, 'Seats after borrowing and lending.'],
  ['current_r', 'gauge', level, 'What an active queue has been given, in seat-seconds.'],
  ['demand_seats', 'histogram', level, 'Seats wanted as a part of the limit, each nanosecond.'],
  ['demand_seats_average', 'gauge', level, 'Mean of the seats wanted in the last period.'],
  ['demand_seats_high_watermark', 'gauge', level, 'Most seats wanted in the last period.'],
  ['demand_seats_smoothed', 'gauge', level, 'Seats wanted, smoothed over periods.'],
  ['demand_seats_stdev', 'gauge', level, 'Deviation of the seats wanted in the last period.'],
  ['dispatch_r', 'gauge', level, 'R at the last dispatch.'],
  ['dispatched_requests_total', 'counter', flow, 'Requests that were given seats.'],
  ['latest_s', 'gauge', level, 'Start of the last dispatched request in virtual time.'],
  ['lower_limit_seats', 'gauge', level, 'Seats that are never lent.'],
  [
    'next_discounted_s_bounds',
    'gauge',
    ['bound', 'priority_level'],
    'Range of the next starts of queues in virtual time, without work in progress.',
  ],
  [
    'next_s_bounds',
    'gauge',
    ['bound', 'priority_level'],
    'Range of the next starts of queues in virtual time.',
  ],
  ['nominal_limit_seats', 'gauge', level, 'Seats by the configured shares.'],
  [
    'priority_level_request_utilization',
    'histogram',
    ['phase', 'priority_level'],
    'Requests as a part of their limit, each nanosecond.',
  ],
  [
    'priority_level_seat_utilization',
    'histogram',
    ['phase', 'priority_level'],
    'Seats in use as a part of the limit, each nanosecond.',
  ],
  [
    'read_vs_write_current_requests',
    'histogram',
    ['phase', 'request_kind'],
    'Reads and writes as a part of their limit, each nanosecond.',
  ],
  [
    'rejected_requests_total',
    'counter',
    ['flow_schema', 'priority_level', 'reason'],
    'Requests that were turned away.',
  ],
  [
    'request_dispatch_no_accommodation_total',
    'counter',
    flow,
    'Times the next request was too wide for the free seats.',
  ],
  [
    'request_execution_seconds',
    'histogram',
    ['flow_schema', 'priority_level', 'type'],
    'Time from dispatch to the end of a request; of a watch until it is initialised.',
  ],
  ['request_queue_length_after_enqueue', 'histogram', flow, 'Length of the queue that was joined.'],
  [
    'request_wait_duration_seconds',
    'histogram',
    ['execute', 'flow_schema', 'priority_level'],
    'Time of a request in its queue.',
  ],
  ['seat_fair_frac', 'gauge', [], 'Multiple of their targets that levels get.'],
  ['target_seats', 'gauge', level, 'Seats that a level was to have at the last adjustment.'],
  ['upper_limit_seats', 'gauge', level, 'Most seats that borrowing may bring.'],
  ['watch_count_samples', 'histogram', flow, 'Watches that see a write.'],
  ['work_estimated_seats', 'histogram', flow, 'Seats that requests were estimated to need.'],
];

const inFlight: readonly MetricFamily[] = [
  {
    name: 'apiserver_current_inflight_requests',
    help: 'Most requests that were served at a time in the last second.',
    type: 'gauge',
    labels: ['request_kind'],
  },
  {
    name: 'apiserver_current_inqueue_requests',
    help: 'Most requests that waited at a time in the last second.',
    type: 'gauge',
    labels: ['request_kind'],
  },
];

/** By name, those of apiserver_flowcontrol_* without that beginning. */
export const flowControlFamilies: ReadonlyMap<string, MetricFamily> = new Map([
  ...rows.map(
    ([name, type, labels, help]) =>
      [name, { name: `apiserver_flowcontrol_${name}`, type, labels, help }] as const,
  ),
  ...inFlight.map((family) => [family.name, family] as const),
]);
