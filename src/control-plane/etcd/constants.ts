// etcd's settings, and what its work costs on a machine of today. One that is slower or faster
// states a factor for the whole process in its profile: those of etcd's published table (2017) take
// twice as long.
import { type Constants, defineConstants } from '../../stats/constants.js';

const settings = {
  heartbeatIntervalUs: {
    value: 100_000,
    unit: 'µs',
    source: 'etcd v3.6 server/embed/config.go (reference: controlplane A1)',
    note: 'one tick of Raft',
  },
  electionTimeoutUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'etcd v3.6 server/embed/config.go (reference: controlplane A1)',
    note: 'members draw from this to 1.9 times of it',
  },
  maxSizePerMsgBytes: {
    value: 1_048_576,
    unit: 'bytes',
    source: 'etcd v3.6 server/etcdserver/raft.go (reference: controlplane A1)',
    note: 'entries of one MsgApp, and committed entries of one Ready',
  },
  maxInflightMsgs: {
    value: 512,
    unit: 'messages',
    source: 'etcd v3.6 server/etcdserver/raft.go (reference: controlplane A1)',
    note: 'MsgApps to a follower that are not answered',
  },
  snapshotCatchUpEntries: {
    value: 5_000,
    unit: 'entries',
    source: 'etcd v3.6 server/etcdserver/server.go (reference: controlplane A1)',
    note: 'kept in memory behind the applied index for slow followers',
  },
  snapshotEveryEntries: {
    value: 100,
    unit: 'entries',
    source: 'etcd v3.6 server/etcdserver/server.go (reference: controlplane A1)',
    note: 'applied entries between two cuts of the log in memory',
  },
  applyGapLimit: {
    value: 5_000,
    unit: 'entries',
    source: 'etcd v3.6 server/etcdserver/v3_server.go (reference: controlplane A1)',
    note: 'committed and not applied: beyond it proposals are refused',
  },
  slowApplyUs: {
    value: 100_000,
    unit: 'µs',
    source: 'etcd v3.6 server/embed/config.go (reference: controlplane A1)',
    note: 'applying that takes longer is counted as slow',
  },
  requestTimeoutUs: {
    value: 7_000_000,
    unit: 'µs',
    source: 'etcd v3.6 server/config/config.go (reference: controlplane A1)',
    note: '5 s and two election timeouts',
  },
  readIndexRetryUs: {
    value: 500_000,
    unit: 'µs',
    source: 'etcd v3.6 server/etcdserver/v3_server.go (reference: controlplane A1)',
  },
  maxRequestBytes: {
    value: 1_572_864,
    unit: 'bytes',
    source: 'etcd v3.6 server/embed/config.go (reference: controlplane A1)',
  },
  quotaBackendBytes: {
    value: 2_147_483_648,
    unit: 'bytes',
    source: 'etcd v3.6 server/storage/quota.go (reference: controlplane A1)',
  },
  quotaPerPutBytes: {
    value: 256,
    unit: 'bytes',
    source: 'etcd v3.6 server/storage/quota.go (reference: controlplane A8)',
    note: 'what a put is taken for beside its key and value',
  },
  peerTimeoutUs: {
    value: 5_000_000,
    unit: 'µs',
    source: 'etcd v3.6 server/etcdserver/api/rafthttp (reference: controlplane A4)',
    note: 'a connection to a peer that takes nothing for so long is closed',
  },
  backendBatchIntervalUs: {
    value: 100_000,
    unit: 'µs',
    source: 'etcd v3.6 server/storage/backend (reference: controlplane A6)',
  },
  backendBatchLimit: {
    value: 10_000,
    unit: 'operations',
    source: 'etcd v3.6 server/storage/backend (reference: controlplane A6)',
  },
  compactionBatchKeys: {
    value: 1_000,
    unit: 'keys',
    source: 'etcd v3.6 server/storage/mvcc/kvstore_compaction.go (reference: controlplane A11)',
  },
  compactionSleepUs: {
    value: 10_000,
    unit: 'µs',
    source: 'etcd v3.6 server/storage/mvcc/kvstore_compaction.go (reference: controlplane A11)',
  },
  leaseMinTtlSeconds: {
    value: 2,
    unit: 's',
    source: 'etcd v3.6 server/lease/lessor.go (reference: controlplane A9)',
    note: '1.5 election timeouts',
  },
  leaseCheckIntervalUs: {
    value: 500_000,
    unit: 'µs',
    source: 'etcd v3.6 server/lease/lessor.go (reference: controlplane A9)',
  },
  leaseRevokesPerCheck: {
    value: 500,
    unit: 'leases',
    source: 'etcd v3.6 server/lease/lessor.go (reference: controlplane A9)',
  },
  leaseRevokesInFlight: {
    value: 16,
    unit: 'leases',
    source: 'etcd v3.6 server/etcdserver/server.go (reference: controlplane A9)',
  },
  leaseCheckpointIntervalUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'etcd v3.6 server/lease/lessor.go (reference: controlplane A9)',
  },
  watchStreamResponses: {
    value: 128,
    unit: 'responses',
    source: 'etcd v3.6 server/storage/mvcc/watcher.go (reference: controlplane A10)',
    note: 'that wait in one stream',
  },
  victimRetryUs: {
    value: 10_000,
    unit: 'µs',
    source: 'etcd v3.6 server/storage/mvcc/watchable_store.go (reference: controlplane A10)',
  },
  syncIntervalUs: {
    value: 100_000,
    unit: 'µs',
    source: 'etcd v3.6 server/storage/mvcc/watchable_store.go (reference: controlplane A10)',
    note: 'between two passes over watchers that are behind',
  },
  syncWatchersPerPass: {
    value: 512,
    unit: 'watchers',
    source: 'etcd v3.6 server/storage/mvcc/watchable_store.go (reference: controlplane A10)',
  },
  syncRevisionsPerPass: {
    value: 1_000,
    unit: 'revisions',
    source: 'etcd v3.6 server/storage/mvcc/watcher_group.go (reference: controlplane A10)',
  },
  watchProgressNotifyIntervalUs: {
    value: 600_000_000,
    unit: 'µs',
    source: 'etcd v3.6 server/etcdserver/api/v3rpc/watch.go (reference: controlplane A10)',
    note: 'kubeadm sets 5 s',
  },
  noLeaderTimeouts: {
    value: 3,
    unit: '1',
    source: 'etcd v3.6 server/etcdserver/api/v3rpc/interceptor.go (reference: controlplane B8)',
    note: 'election timeouts without a leader after which watches are cancelled',
  },
} as const;

const costs = {
  rpcCpuUs: {
    value: 30,
    unit: 'µs',
    source:
      'reference: controlplane A15, gRPC overhead of 0.1 ms each way, less what one request takes',
    note: 'of a batch of requests that arrive together on a connection, both ways',
  },
  rpcCpuPerRequestUs: {
    value: 35,
    unit: 'µs',
    source: 'recorded etcd alone: 37 µs a read and 52 µs a put with 100 to 1,000 clients',
    note: 'decoding, handler and answer of one request',
  },
  rpcAnswerCpuUs: {
    value: 25,
    unit: 'µs',
    source: 'ASSUMED the larger part of rpcCpuPerRequestUs: handler, encoding and writing',
    note: 'of it, what a read does once its round has confirmed it, with all others of the round',
  },
  rpcNanosecondsPerByte: {
    value: 1,
    unit: 'ns/byte',
    source: 'reference: controlplane E1, transport of bytes',
    note: 'both ways',
  },
  readyCpuUs: {
    value: 10,
    unit: 'µs',
    source: 'reference: controlplane A15, 20 µs on machines half as fast',
    note: 'CPU of one pass of the Ready loop',
  },
  readyCpuPerEntryUs: {
    value: 2.5,
    unit: 'µs',
    source: 'reference: controlplane A15, 5 µs on machines half as fast',
  },
  readyCpuPerBundleUs: {
    value: 20,
    unit: 'µs',
    source:
      'recorded etcd alone: a ReadIndex round of three members takes 0.39 ms of CPU, wake-ups included',
    note: 'messages of a peer that arrive together: reading, decoding, and stepping them',
  },
  applyCpuUs: {
    value: 6,
    unit: 'µs',
    source:
      'reference: controlplane A13.1, 1 / 50,000 puts/s with commitPerOperationUs, on machines half as fast',
    note: 'CPU of applying one small put transaction',
  },
  applyCpuNanosecondsPerByte: {
    value: 1,
    unit: 'ns/byte',
    source: 'reference: controlplane A15',
  },
  applyWatcherNanoseconds: {
    value: 300,
    unit: 'ns',
    source: 'reference: controlplane A15',
    note: 'of each watcher that is told of a change',
  },
  applyPerDeletedKeyUs: {
    value: 5,
    unit: 'µs',
    source: 'ASSUMED a tombstone and an index entry, a quarter of a put',
    note: 'keys that end with a lease',
  },
  watchSendCpuUs: {
    value: 9,
    unit: 'µs',
    source:
      'recorded etcd alone: the last of 100 watchers is told 0.95 ms after the put is answered',
    note: 'one response on its stream',
  },
  walBytesPerEntry: {
    value: 80,
    unit: 'bytes/entry',
    source:
      'etcd v3.6 server/storage/wal record and protobuf overhead (reference: controlplane A5)',
  },
  rangeCpuUs: {
    value: 5,
    unit: 'µs',
    source: 'reference: controlplane A15, index walk and one key of a range',
  },
  rangePerKeyNanoseconds: {
    value: 150,
    unit: 'ns',
    source: 'reference: controlplane A15',
    note: 'walk of the index',
  },
  rangePerValueNanoseconds: {
    value: 1_500,
    unit: 'ns',
    source: 'reference: controlplane A15',
    note: 'reading one value',
  },
  rangeNanosecondsPerByte: {
    value: 0.4,
    unit: 'ns/byte',
    source: 'reference: controlplane A15',
    note: 'encoding the answer',
  },
  commitCpuUs: {
    value: 300,
    unit: 'µs',
    source: 'recorded etcd alone: 0.34 ms a commit of 160 small puts in memory',
    note: 'of one commit of the backend',
  },
  commitPerOperationUs: {
    value: 1.5,
    unit: 'µs',
    source: 'recorded etcd alone: 1.5 to 6.6 ms a commit of 700 to 2,200 small puts',
    note: 'rebalance and spill',
  },
  commitNanosecondsPerByte: {
    value: 2.5,
    unit: 'ns/byte',
    source: 'recorded etcd alone: 1.18 ms a commit of 140 puts of 2 kB in memory',
    note: 'copying pages',
  },
  compactionBatchCpuUs: {
    value: 3_000,
    unit: 'µs',
    source: 'reference: controlplane A15',
    note: 'of 1,000 keys',
  },
  defragmentNanosecondsPerByte: {
    value: 10,
    unit: 'ns/byte',
    source: 'reference: controlplane A15; etcd v3.6 server/storage/backend/metrics.go, 100 MB/s',
  },
  pageBytes: {
    value: 4_096,
    unit: 'bytes',
    source: 'bbolt, the page size of the system',
  },
  pageFillPercent: {
    value: 90,
    unit: '%',
    source: 'etcd v3.6 server/storage/mvcc (reference: controlplane A6)',
  },
  bytesPerRevision: {
    value: 60,
    unit: 'bytes/revision',
    source: 'reference: controlplane A15',
    note: 'beside key and value',
  },
  snapshotBytesPerSecond: {
    value: 100_000_000,
    unit: 'bytes/s',
    source: 'etcd v3.6 server/etcdserver/snapshot_merge.go (reference: controlplane A11)',
    note: 'of a database that is sent to a follower',
  },
} as const;

const client = {
  retryWaitUs: {
    value: 25_000,
    unit: 'µs',
    source: 'etcd v3.6 client/v3 backoffWaitBetween',
  },
  retryJitterPercent: {
    value: 10,
    unit: '%',
    source: 'etcd v3.6 client/v3 backoffJitterFraction',
  },
  retryLimit: {
    value: 100,
    unit: 'attempts',
    source: 'etcd v3.6 client/v3 defaultUnaryMaxRetries',
    note: 'of reads',
  },
  reconnectWaitUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'gRPC connection backoff',
    note: 'after the first failed attempt',
  },
  reconnectFactor: {
    value: 1.6,
    unit: '1',
    source: 'gRPC connection backoff',
  },
  reconnectMaxWaitUs: {
    value: 120_000_000,
    unit: 'µs',
    source: 'gRPC connection backoff',
  },
  keepAliveUs: {
    value: 40_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 apiserver storage/storagebackend/factory: 30 s idle, 10 s for the answer',
    note: 'until a connection that is silent is given up',
  },
} as const;

export const etcdSettings: Constants<typeof settings> = defineConstants('etcd', settings);

export const etcdCosts: Constants<typeof costs> = defineConstants('etcd-costs', costs);

export const etcdClientConstants: Constants<typeof client> = defineConstants('etcd-client', client);
