// What client-go does by default, with sources. Costs are CPU time on the machine of the client.
import { type Constants, defineConstants } from '../stats/constants.js';

const table = {
  defaultQps: {
    value: 5,
    unit: 'requests/s',
    source: 'Kubernetes v1.36 client-go rest/config.go (reference: controlplane C1)',
  },
  defaultBurst: {
    value: 10,
    unit: 'requests',
    source: 'Kubernetes v1.36 client-go rest/config.go (reference: controlplane C1)',
  },
  maxRetries: {
    value: 10,
    unit: 'attempts',
    source: 'Kubernetes v1.36 client-go rest/with_retry.go (reference: controlplane C1)',
    note: 'only for 429 and 5xx answers with a Retry-After header',
  },
  headerBytes: {
    value: 150,
    unit: 'bytes',
    source: 'ASSUMED: HTTP/2 frames and compressed headers around a body, each way',
  },
  connectBytes: {
    value: 300,
    unit: 'bytes',
    source: 'ASSUMED: the segments of a TCP or TLS handshake from one side',
  },
  certificateBytes: {
    value: 3_000,
    unit: 'bytes',
    source: "ASSUMED: a server's certificate chain and the end of the TLS handshake",
  },
  reconnectAfterSeconds: {
    value: 1,
    unit: 's',
    source: 'Kubernetes v1.36 client-go rest/with_retry.go (reference: controlplane C1)',
    note: 'before a read whose connection was lost is tried again',
  },
  pingAfterIdleUs: {
    value: 30_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 apimachinery pkg/util/net/http.go (reference: controlplane C1)',
    note: 'a client that has read nothing for so long pings the server',
  },
  pingTimeoutUs: {
    value: 15_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 apimachinery pkg/util/net/http.go (reference: controlplane C1)',
    note: 'without an answer to a ping the connection is given up',
  },
  dialTimeoutUs: {
    value: 30_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 client-go transport/cache.go, net.Dialer Timeout',
  },
  synRetryUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'RFC 6298 §2.1, Linux tcp_syn_retries; doubled each time',
  },
  retransmitMinUs: {
    value: 200_000,
    unit: 'µs',
    source: 'Linux TCP_RTO_MIN; doubled each time (RFC 6298 §5.5)',
  },
  retransmitMaxUs: { value: 120_000_000, unit: 'µs', source: 'Linux TCP_RTO_MAX' },
  eventPatchBytes: {
    value: 250,
    unit: 'bytes',
    source: 'ASSUMED: a PATCH that raises the count and time of an Event',
  },
  requestCpuUs: {
    value: 40,
    unit: 'µs',
    source:
      'ASSUMED: half of the server side of TLS, HTTP/2 and encoding (reference: controlplane E1)',
  },
  decodeNanosecondsPerByte: {
    value: 4,
    unit: 'ns/byte',
    source:
      'kubernetes/kubernetes#138842, watch decode 40 µs at 10 kB (reference: controlplane D4b)',
  },
  jsonDecodeNanosecondsPerByte: {
    value: 12,
    unit: 'ns/byte',
    source:
      'kubernetes/kubernetes#138842, watch decode 126 µs at 10 kB (reference: controlplane D4b, E1)',
  },
  jsonBytesPerProtobufByte: {
    value: 1.8,
    unit: '1',
    source: 'reference: controlplane E1 (1.6 to 2)',
    note: 'size of an object as JSON over its size as protobuf',
  },
  watchEventCpuUs: {
    value: 10,
    unit: 'µs',
    source: 'ASSUMED: informer store and delta queue of one event (reference: controlplane C3)',
  },
  listenerCpuUs: {
    value: 3,
    unit: 'µs',
    source: 'ASSUMED: buffer, two wake-ups of goroutines and the filter of one listener per event',
  },
  reflectorBackoffInitialUs: {
    value: 800_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 client-go tools/cache/reflector.go (reference: controlplane C3)',
  },
  reflectorBackoffMaxUs: {
    value: 30_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 client-go tools/cache/reflector.go (reference: controlplane C3)',
  },
  reflectorBackoffJitterFactor: {
    value: 1,
    unit: '1',
    source: 'Kubernetes v1.36 client-go tools/cache/reflector.go (reference: controlplane C3)',
    note: 'a delay is longer by up to this part of itself',
  },
  reflectorBackoffResetUs: {
    value: 120_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 client-go tools/cache/reflector.go (reference: controlplane C3)',
    note: 'without a failure for longer the next delay is the first again',
  },
  watchTimeoutMinSeconds: {
    value: 300,
    unit: 's',
    source: 'Kubernetes v1.36 client-go tools/cache/reflector.go (reference: controlplane C3)',
    note: 'a watch is asked for once to twice this time',
  },
  veryShortWatchUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 client-go tools/cache/reflector.go (reference: controlplane C3)',
    note: 'a watch that ends sooner, without an event, counts as refused',
  },
  retryBaseDelayUs: {
    value: 5_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 client-go util/workqueue (reference: controlplane C4)',
  },
  retryMaxDelayUs: {
    value: 1_000_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 client-go util/workqueue (reference: controlplane C4)',
  },
  retryBucketQps: {
    value: 10,
    unit: 'items/s',
    source: 'Kubernetes v1.36 client-go util/workqueue (reference: controlplane C4)',
  },
  retryBucketBurst: {
    value: 100,
    unit: 'items',
    source: 'Kubernetes v1.36 client-go util/workqueue (reference: controlplane C4)',
  },
  eventQueueLength: {
    value: 1000,
    unit: 'Events',
    source: 'Kubernetes v1.36 client-go tools/record (reference: controlplane C7)',
    note: 'further Events are dropped',
  },
  eventCacheEntries: {
    value: 4096,
    unit: 'entries',
    source: 'Kubernetes v1.36 client-go tools/record/events_cache.go (reference: controlplane C7)',
    note: 'of each of the three caches of a recorder; the longest unused goes first',
  },
  eventSpamBurst: {
    value: 25,
    unit: 'Events',
    source: 'Kubernetes v1.36 client-go tools/record/events_cache.go (reference: controlplane C7)',
    note: 'per source and object',
  },
  eventSpamIntervalUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 client-go tools/record/events_cache.go (reference: controlplane C7)',
  },
  eventAggregateCount: {
    value: 10,
    unit: 'Events',
    source: 'Kubernetes v1.36 client-go tools/record/events_cache.go (reference: controlplane C7)',
    note: 'similar Events above this number become one combined Event',
  },
  eventAggregateWindowUs: {
    value: 600_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 client-go tools/record/events_cache.go (reference: controlplane C7)',
  },
  eventSeriesFinishUs: {
    value: 360_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 client-go tools/events/event_broadcaster.go (reference: controlplane C7)',
    note: 'Events of events.k8s.io that have been quiet for so long are forgotten',
  },
  eventSeriesRefreshUs: {
    value: 1_800_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 client-go tools/events/event_broadcaster.go (reference: controlplane C7)',
    note: 'their counts are written so often',
  },
  leaseDurationSeconds: {
    value: 15,
    unit: 's',
    source: 'Kubernetes v1.36 component-base config (reference: controlplane C5)',
    note: 'a lease that was not renewed for so long may be taken over',
  },
  leaderRenewDeadlineUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 component-base config (reference: controlplane C5)',
  },
  leaderRetryPeriodUs: {
    value: 2_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 component-base config (reference: controlplane C5)',
    note: 'between renewals, and between looks of a candidate',
  },
  leaderRetryJitterFactor: {
    value: 1.2,
    unit: '1',
    source: 'Kubernetes v1.36 client-go tools/leaderelection (reference: controlplane C5)',
  },
} as const;

/** Constants of every API client; a component's own limits are in its own folder. */
export const clientConstants: Constants<typeof table> = defineConstants('client', table);

/** CPU time of taking over one watch event, µs. */
export function watchEventCpuUs({ bytes }: { readonly bytes: number }): number {
  const { watchEventCpuUs: eventUs, decodeNanosecondsPerByte } = clientConstants;
  return eventUs + (bytes * decodeNanosecondsPerByte) / 1000;
}
