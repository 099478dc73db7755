// kube-apiserver's limits and costs. CPU times are for one core of a current server machine.
import { type Constants, defineConstants } from '../../stats/constants.js';

const table = {
  maxRequestsInflight: {
    value: 400,
    unit: 'requests',
    source: 'Kubernetes v1.36 apiserver server/config.go (reference: controlplane B2)',
  },
  maxMutatingRequestsInflight: {
    value: 200,
    unit: 'requests',
    source: 'Kubernetes v1.36 apiserver server/config.go (reference: controlplane B2)',
  },
  overflowRetryAfterSeconds: {
    value: 1,
    unit: 's',
    source: 'Kubernetes v1.36 apiserver server/filters/maxinflight.go (reference: controlplane B2)',
  },
  requestTimeoutUs: {
    value: 60_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 apiserver server/config.go (reference: controlplane B2)',
    note: 'of everything but watches: 504 after that',
  },
  writeTimeoutUs: {
    value: 34_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 apiserver endpoints/handlers/rest.go (reference: controlplane B2)',
    note: 'of a write from when it may be served',
  },
  transportCpuUs: {
    value: 60,
    unit: 'µs',
    source: 'reference: controlplane E1',
    note: 'TLS, HTTP/2, mux, RequestInfo',
  },
  authenticationCpuUs: {
    value: 20,
    unit: 'µs',
    source: 'reference: controlplane E1',
    note: 'client certificate or cached token',
  },
  tokenReviewCpuUs: {
    value: 150,
    unit: 'µs',
    source: 'reference: controlplane E1',
    note: "first look at a service account's token, or again when the last is forgotten",
  },
  tokenSignCpuUs: {
    value: 1_000,
    unit: 'µs',
    source: 'ASSUMED: an RS256 signature with a key of 2,048 bits',
    note: 'of a token of a service account',
  },
  tokenBytes: {
    value: 1_300,
    unit: 'bytes',
    source: 'ASSUMED: a bound token of about 1,000 characters in its TokenRequest',
  },
  tokenTrustUs: {
    value: 10_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 pkg/kubeapiserver/options/authentication.go (reference: controlplane E1)',
    note: 'for which a token that was good is not looked at again',
  },
  flowControlCpuUs: {
    value: 7,
    unit: 'µs',
    source: 'reference: controlplane E1',
    note: 'classification and queues of API Priority and Fairness',
  },
  loopbackDelayUs: {
    value: 20,
    unit: 'µs',
    source: 'ASSUMED: a packet over the loopback interface, with the wake-up of its reader',
  },
  loopbackBytesPerSecond: {
    value: 5_000_000_000,
    unit: 'bytes/s',
    source: 'ASSUMED: memory copies of the loopback interface',
  },
  handshakeCpuUs: {
    value: 1_000,
    unit: 'µs',
    source: 'ASSUMED: TLS 1.3 with an RSA-2048 server key and a client certificate to verify',
  },
  auditCpuUs: {
    value: 20,
    unit: 'µs',
    source: 'reference: controlplane E1',
    note: 'Metadata level',
  },
  authorizationCpuUs: {
    value: 20,
    unit: 'µs',
    source: 'reference: controlplane E1',
    note: 'RBAC or Node authorizer',
  },
  admissionCpuUs: {
    value: 100,
    unit: 'µs',
    source: 'reference: controlplane E1',
    note: 'built-in plugins, of a write',
  },
  patchCpuUs: {
    value: 300,
    unit: 'µs',
    source: 'reference: controlplane E1',
    note: 'applying a patch through JSON, managed fields',
  },
  etcdClientCpuUs: { value: 60, unit: 'µs', source: 'reference: controlplane E1' },
  transportNanosecondsPerByte: {
    value: 1,
    unit: 'ns/byte',
    source: 'reference: controlplane E1',
    note: 'each direction',
  },
  decodeNanosecondsPerByte: {
    value: 4,
    unit: 'ns/byte',
    source: 'reference: controlplane E1',
    note: 'protobuf request body',
  },
  writeNanosecondsPerByte: {
    value: 40,
    unit: 'ns/byte',
    source:
      'recorded service times: a PUT of Endpoints of 27 kB takes 6 ms beside etcd, of a slice 3.7 ms',
    note: 'conversion, managed fields, validation and copies of an object that is written',
  },
  encodeNanosecondsPerByte: {
    value: 1.3,
    unit: 'ns/byte',
    source: 'reference: controlplane E1',
    note: 'protobuf answer',
  },
  jsonEncodeNanosecondsPerByte: {
    value: 4.5,
    unit: 'ns/byte',
    source: 'reference: controlplane E1',
  },
  jsonDecodeNanosecondsPerByte: {
    value: 12,
    unit: 'ns/byte',
    source: 'reference: controlplane E1',
    note: 'JSON request body; every PATCH has one',
  },
  compressedAboveBytes: {
    value: 131_072,
    unit: 'bytes',
    source:
      'Kubernetes v1.36 apiserver endpoints/handlers/responsewriters/writers.go (reference: controlplane B2)',
    note: 'larger answers are compressed with gzip, level 1',
  },
  jsonCompressNanosecondsPerByte: {
    value: 1.7,
    unit: 'ns/byte',
    source: 'reference: controlplane E1',
  },
  compressNanosecondsPerByte: {
    value: 0.4,
    unit: 'ns/byte',
    source: 'kubernetes/kubernetes#141586, 2.15 for 1.83 ms a list (reference: controlplane D4a)',
    note: 'protobuf answer',
  },
  jsonCompression: {
    value: 13.5,
    unit: '1',
    source: 'kubernetes/kubernetes#141586, a list of 100 pods (reference: controlplane D4a)',
    note: 'bytes of a JSON list over what gzip leaves of it; of protobuf gzip leaves the same',
  },
  listObjectNanoseconds: {
    value: 1800,
    unit: 'ns/object',
    source: 'KEP-2340 table, scan of the cache (reference: controlplane D2)',
  },
  etcdListObjectCpuUs: {
    value: 16,
    unit: 'µs/object',
    source: 'KEP-2340 table, 300,000 objects of 1 KB less their bytes (reference: controlplane D2)',
    note: 'of a list that etcd serves',
  },
  etcdListNanosecondsPerByte: {
    value: 10,
    unit: 'ns/byte',
    source: 'KEP-2340 table, 300 objects of 1 MB (reference: controlplane D2)',
    note: 'of a list that etcd serves',
  },
  listMaxPageObjects: {
    value: 10_000,
    unit: 'objects',
    source: 'Kubernetes v1.36 apiserver storage/etcd3/store.go (reference: controlplane B8)',
    note: 'as far as pages double while a selector leaves out most of them',
  },
  garbageCollectionFactor: {
    value: 1.3,
    unit: '1',
    source: 'reference: controlplane E1',
    note: 'tax of the Go runtime on CPU time',
  },
  watchIngestCpuUs: {
    value: 25,
    unit: 'µs',
    source: 'reference: controlplane E1',
    note: 'store, ring and snapshot of one event, one goroutine a resource',
  },
  watchDispatchCpuUs: {
    value: 5,
    unit: 'µs',
    source: 'reference: controlplane E1',
    note: 'of one event',
  },
  watchDispatchPerWatcherNanoseconds: {
    value: 400,
    unit: 'ns',
    source: 'reference: controlplane E1',
    note: 'one goroutine a resource',
  },
  watchDeliveryCpuUs: {
    value: 4,
    unit: 'µs',
    source: 'reference: controlplane E1',
    note: 'a watcher, parallel over cores',
  },
  watchDeliveryNanosecondsPerByte: {
    value: 0.8,
    unit: 'ns/byte',
    source: 'reference: controlplane E1',
  },
  watchFrameBytes: {
    value: 30,
    unit: 'bytes',
    source: 'ASSUMED: the frame and the type around the object of a watch event',
  },
  watchLogFreshUs: {
    value: 75_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 apiserver storage/cacher/watch_cache.go (reference: controlplane B9)',
    note: 'the log of a watch cache grows while it would drop events that are younger',
  },
  watchLogMinEvents: {
    value: 100,
    unit: 'events',
    source: 'Kubernetes v1.36 apiserver storage/cacher/watch_cache.go (reference: controlplane B9)',
    note: 'its capacity at first, and the least',
  },
  watchLogMaxEvents: {
    value: 102_400,
    unit: 'events',
    source: 'Kubernetes v1.36 apiserver storage/cacher/watch_cache.go (reference: controlplane B9)',
  },
  watchChannelMinEvents: {
    value: 10,
    unit: 'events',
    source: 'Kubernetes v1.36 apiserver storage/cacher/watch_cache.go (reference: controlplane B9)',
    note: 'of each channel of a watcher; the most where an index picks its events',
  },
  watchChannelMaxEvents: {
    value: 100,
    unit: 'events',
    source: 'Kubernetes v1.36 apiserver storage/cacher/watch_cache.go (reference: controlplane B9)',
    note: 'where no index picks the events of watchers',
  },
  watchChannelMaxUnindexedEvents: {
    value: 1000,
    unit: 'events',
    source: 'Kubernetes v1.36 apiserver storage/cacher/watch_cache.go (reference: controlplane B9)',
    note: 'of a watcher that does not use the index that there is',
  },
  watchUnreadBytes: {
    value: 4_194_304,
    unit: 'bytes',
    source: 'golang.org/x/net http2/transport.go transportDefaultStreamFlow',
    note: 'what a client lets the server send before it has read',
  },
  dispatchBudgetMaxUs: {
    value: 100_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 apiserver storage/cacher/time_budget.go (reference: controlplane B9)',
    note: 'for which a dispatcher waits for slow watchers at most',
  },
  dispatchBudgetPerSecondUs: {
    value: 50_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 apiserver storage/cacher/time_budget.go (reference: controlplane B9)',
  },
  bookmarkPeriodUs: {
    value: 60_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 apiserver storage/cacher/cacher.go (reference: controlplane B9)',
  },
  bookmarkTickUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 apiserver storage/cacher/cacher.go (reference: controlplane B9)',
    note: 'up to a quarter more; watchers whose bookmark is due get it then',
  },
  lastBookmarkBeforeEndUs: {
    value: 2_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 apiserver storage/cacher/cacher.go (reference: controlplane B9)',
    note: 'before a watch ends that its client has limited',
  },
  freshnessTimeoutUs: {
    value: 3_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 apiserver storage/cacher/watch_cache.go (reference: controlplane B9)',
    note: 'for which a read waits for the cache to get to a revision',
  },
  progressRequestPeriodUs: {
    value: 100_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 apiserver storage/cacher/progress/watch_progress.go (reference: controlplane B9)',
    note: 'at which etcd is asked for its progress while a read waits',
  },
  unreadyRetryExponent: {
    value: 0.06,
    unit: '1/s',
    source: 'Kubernetes v1.36 apiserver storage/cacher/util.go (reference: controlplane B2)',
    note: 'Retry-After of a cache that is not filled grows exponentially with the time since',
  },
  unreadyRetryMaxSeconds: {
    value: 30,
    unit: 's',
    source: 'Kubernetes v1.36 apiserver storage/cacher/util.go (reference: controlplane B2)',
  },
  tooLargeRetryAfterSeconds: {
    value: 1,
    unit: 's',
    source: 'Kubernetes v1.36 apiserver storage/errors.go (reference: controlplane B2)',
  },
  etcdCompactionIntervalUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 --etcd-compaction-interval (reference: controlplane B2)',
  },
  cacheFillTimeoutUs: {
    value: 60_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 apiserver server/config.go StorageInitializationTimeout',
    note: 'for which a server that starts waits for its watch caches before it is ready',
  },
  cacheFillRetryUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'ASSUMED: the backoff of the reflector of a watch cache',
  },
  eventTtlSeconds: {
    value: 3600,
    unit: 's',
    source: 'Kubernetes v1.36 --event-ttl (reference: controlplane B2)',
  },
  leaseReuseSeconds: {
    value: 60,
    unit: 's',
    source:
      'Kubernetes v1.36 apiserver storage/etcd3/lease_manager.go (reference: controlplane A9)',
    note: 'for which Events share a lease, and by which it outlives them',
  },
  leaseMaxObjects: {
    value: 1000,
    unit: 'objects',
    source:
      'Kubernetes v1.36 apiserver storage/etcd3/lease_manager.go (reference: controlplane A9)',
  },
  nameGenerationAttempts: {
    value: 8,
    unit: '1',
    source: 'Kubernetes v1.36 apiserver registry/generic/registry/store.go',
    note: 'names that a creation with generateName tries',
  },
  budgetRetryAfterSeconds: {
    value: 10,
    unit: 's',
    source: 'Kubernetes v1.36 pkg/registry/core/pod/storage/eviction.go',
    note: 'of an eviction whose PodDisruptionBudget has not been looked at yet',
  },
  statusBytes: { value: 200, unit: 'bytes', source: 'ASSUMED: a Status answer without details' },
  defaultTolerationSeconds: {
    value: 300,
    unit: 's',
    source: 'Kubernetes v1.36 plugin/pkg/admission/defaulttolerationseconds',
  },
  defaultGracePeriodSeconds: { value: 30, unit: 's', source: 'Kubernetes v1.36 core/v1 defaults' },
} as const;

export const apiserverConstants: Constants<typeof table> = defineConstants('kube-apiserver', table);
