// The families of an apiserver's storage: watch caches, watches, lists, its requests to etcd; with
// Kubernetes' own names and labels. Their buckets belong to the counts that the server keeps.
// Left out: encryption at rest, the size of etcd's database (etcd's own metrics have it).
// Source: Kubernetes v1.36 apiserver storage/cacher/metrics, storage/etcd3/metrics,
// endpoints/metrics; metrics of a recorded kube-apiserver (reference: controlplane B13).
import type { MetricFamily } from './metric-registry.js';

type Type = MetricFamily['type'];

const kind = ['group', 'resource'];

const rows: readonly (readonly [string, Type, readonly string[], string])[] = [
  [
    'apiserver_cache_list_fetched_objects_total',
    'counter',
    ['group', 'index', 'resource'],
    'Objects that lists walked through in a watch cache.',
  ],
  [
    'apiserver_cache_list_returned_objects_total',
    'counter',
    kind,
    'Objects in lists from a watch cache.',
  ],
  [
    'apiserver_cache_list_total',
    'counter',
    ['group', 'index', 'resource'],
    'Lists that a watch cache served.',
  ],
  ['apiserver_init_events_total', 'counter', kind, 'Events with which watches began.'],
  [
    'apiserver_longrunning_requests',
    'gauge',
    ['component', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'],
    'Requests that stay open: watches.',
  ],
  ['apiserver_storage_events_received_total', 'counter', kind, 'Changes that etcd told of.'],
  [
    'apiserver_storage_list_evaluated_objects_total',
    'counter',
    kind,
    'Objects that lists from etcd were tested for.',
  ],
  [
    'apiserver_storage_list_fetched_objects_total',
    'counter',
    kind,
    'Objects that lists read from etcd.',
  ],
  ['apiserver_storage_list_returned_objects_total', 'counter', kind, 'Objects in lists from etcd.'],
  [
    'apiserver_storage_list_total',
    'counter',
    kind,
    'Lists that etcd served, and reads of its revision.',
  ],
  ['apiserver_storage_objects', 'gauge', ['resource'], 'Stored objects at the last look.'],
  ['apiserver_resource_objects', 'gauge', kind, 'Stored objects at the last look.'],
  [
    'apiserver_terminated_watchers_total',
    'counter',
    kind,
    'Watches that were ended as they were too slow.',
  ],
  [
    'apiserver_watch_cache_consistent_read_total',
    'counter',
    ['fallback', 'group', 'resource', 'success'],
    'Lists of the newest state by a watch cache.',
  ],
  [
    'apiserver_watch_cache_events_dispatched_total',
    'counter',
    kind,
    'Steps of events through the dispatcher of a watch cache.',
  ],
  ['apiserver_watch_cache_events_received_total', 'counter', kind, 'Changes in a watch cache.'],
  ['apiserver_watch_cache_initializations_total', 'counter', kind, 'Times a cache was filled.'],
  [
    'apiserver_watch_cache_read_wait_seconds',
    'histogram',
    kind,
    'Time that reads waited for a watch cache.',
  ],
  ['apiserver_watch_cache_resource_version', 'gauge', kind, 'How far a watch cache is.'],
  [
    'apiserver_watch_events_sizes',
    'histogram',
    ['group', 'resource', 'version'],
    'Bytes of events that were sent to watchers.',
  ],
  [
    'apiserver_watch_events_total',
    'counter',
    ['group', 'resource', 'version'],
    'Events that were sent to watchers.',
  ],
  [
    'apiserver_watch_list_duration_seconds',
    'histogram',
    ['group', 'resource', 'scope', 'version'],
    'Time until a watch had sent everything there was.',
  ],
  ['etcd_bookmark_counts', 'gauge', kind, 'Progress notifications of etcd.'],
  ['etcd_bookmark_total', 'counter', kind, 'Progress notifications of etcd.'],
  [
    'etcd_lease_object_counts',
    'histogram',
    [],
    'Objects on a lease of etcd when the next was taken.',
  ],
  [
    'etcd_request_duration_seconds',
    'histogram',
    ['group', 'operation', 'resource'],
    'Time of requests to etcd.',
  ],
  ['etcd_requests_total', 'counter', ['group', 'operation', 'resource'], 'Requests to etcd.'],
  ['watch_cache_capacity', 'gauge', kind, 'Events that a watch cache keeps at most.'],
  ['watch_cache_capacity_decrease_total', 'counter', kind, 'Times that became less.'],
  ['watch_cache_capacity_increase_total', 'counter', kind, 'Times that became more.'],
];

/** By name. */
export const storageFamilies: ReadonlyMap<string, MetricFamily> = new Map(
  rows.map(([name, type, labels, help]) => [name, { name, type, labels, help }]),
);
