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
  encodeNanosecondsPerByte: {
    value: 1.3,
    unit: 'ns/byte',
    source: 'reference: controlplane E1',
    note: 'protobuf answer',
  },
  listObjectNanoseconds: {
    value: 1800,
    unit: 'ns/object',
    source: 'KEP-2340 table, scan of the cache (reference: controlplane D2)',
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
  watchWindowUs: {
    value: 75_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 apiserver storage/cacher/watch_cache.go (reference: controlplane B9)',
    note: 'events younger than this are kept for watches that begin in the past',
  },
  watchWindowMinEvents: {
    value: 100,
    unit: 'events',
    source: 'Kubernetes v1.36 apiserver storage/cacher/watch_cache.go (reference: controlplane B9)',
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
