// The families of etcd, with its own names, labels and buckets. Left out are those whose subject
// the model has not: the v2 store, authentication, hashes, health probes, learners, the file of a
// Raft snapshot, the three parts of a backend commit, go and feature labels, gRPC by method, and
// the bytes of answers to clients on the same machine.
// Source: etcd v3.6 metrics (reference: controlplane A12); /metrics of the recorded etcd 3.6.8.
import { exponentialBuckets } from '../stats/histogram.js';
import type { MetricFamily } from './metric-registry.js';

type Row = readonly [
  name: string,
  type: MetricFamily['type'],
  help: string,
  labels?: readonly string[],
  buckets?: readonly number[],
];

const disk = exponentialBuckets(0.001, 2, 14);
const work = exponentialBuckets(0.0001, 2, 20);
const debug = 'debugging_mvcc';

const rows: readonly Row[] = [
  ['cluster_version', 'gauge', 'Version that all members run.', ['cluster_version']],
  ['debugging_lease_granted_total', 'counter', 'Leases granted.'],
  ['debugging_lease_renewed_total', 'counter', 'Leases renewed by the leader.'],
  ['debugging_lease_revoked_total', 'counter', 'Leases revoked.'],
  [
    'debugging_lease_ttl_total',
    'histogram',
    'Time to live of granted leases in seconds.',
    [],
    exponentialBuckets(1, 2, 24),
  ],
  [`${debug}_compact_revision`, 'gauge', 'Revision up to which history is forgotten.'],
  [`${debug}_current_revision`, 'gauge', 'Revision of the store.'],
  [`${debug}_db_compaction_keys_total`, 'counter', 'Revisions deleted by compactions.'],
  [
    `${debug}_db_compaction_pause_duration_milliseconds`,
    'histogram',
    'Time that one batch of a compaction keeps everything else waiting.',
    [],
    exponentialBuckets(1, 2, 13),
  ],
  [
    `${debug}_db_compaction_total_duration_milliseconds`,
    'histogram',
    'Time of a whole compaction.',
    [],
    exponentialBuckets(100, 2, 14),
  ],
  [`${debug}_events_total`, 'counter', 'Events sent to watchers.'],
  [`${debug}_keys_total`, 'gauge', 'Keys that are there.'],
  [`${debug}_slow_watcher_total`, 'gauge', 'Watchers that are behind.'],
  [`${debug}_total_put_size_in_bytes`, 'gauge', 'Bytes of everything that was put.'],
  [`${debug}_watch_stream_total`, 'gauge', 'Watch streams.'],
  [`${debug}_watcher_total`, 'gauge', 'Watchers.'],
  ['disk_backend_commit_duration_seconds', 'histogram', 'Time of a backend commit.', [], disk],
  [
    'disk_backend_defrag_duration_seconds',
    'histogram',
    'Time of a defragmentation.',
    [],
    exponentialBuckets(0.1, 2, 13),
  ],
  ['disk_defrag_inflight', 'gauge', '1 while the member is defragmented.'],
  ['disk_wal_fsync_duration_seconds', 'histogram', 'Time of a flush of the WAL.', [], disk],
  ['disk_wal_write_bytes_total', 'gauge', 'Bytes written to the WAL.'],
  ['mvcc_db_total_size_in_bytes', 'gauge', 'Size of the database file.'],
  ['mvcc_db_total_size_in_use_in_bytes', 'gauge', 'Bytes of it that are in use.'],
  ['mvcc_delete_total', 'counter', 'Deletes.'],
  ['mvcc_put_total', 'counter', 'Puts.'],
  ['mvcc_range_total', 'counter', 'Ranges, those of comparisons and updates included.'],
  ['network_active_peers', 'gauge', 'Connections to peers.', ['Local', 'Remote']],
  ['network_client_grpc_received_bytes_total', 'counter', 'Bytes of requests of clients.'],
  ['network_known_peers', 'gauge', 'Members that the member knows.', ['Local', 'Remote']],
  ['network_peer_received_bytes_total', 'counter', 'Bytes from a peer.', ['From']],
  ['network_peer_sent_bytes_total', 'counter', 'Bytes to a peer.', ['To']],
  ['network_peer_sent_failures_total', 'counter', 'Messages that were lost.', ['To']],
  [
    'network_snapshot_send_total_duration_seconds',
    'histogram',
    'Time of sending a snapshot of the database.',
    [],
    exponentialBuckets(0.1, 2, 10),
  ],
  [
    'server_apply_duration_seconds',
    'histogram',
    'CPU time of applying an entry.',
    ['op', 'success', 'version'],
    work,
  ],
  [
    'server_client_requests_total',
    'counter',
    'Requests of clients.',
    ['client_api_version', 'type'],
  ],
  ['server_has_leader', 'gauge', '1: the member knows of a leader.'],
  ['server_heartbeat_send_failures_total', 'counter', 'Heartbeats that were too late.'],
  ['server_id', 'gauge', 'The id of the member.', ['server_id']],
  ['server_is_leader', 'gauge', '1: the member leads.'],
  ['server_is_learner', 'gauge', '1: the member does not vote.'],
  ['server_leader_changes_seen_total', 'counter', 'Leaders that the member has seen.'],
  ['server_proposals_applied_total', 'gauge', 'Index of the last applied entry.'],
  ['server_proposals_committed_total', 'gauge', 'Index of the last committed entry.'],
  ['server_proposals_failed_total', 'counter', 'Proposals that came to nothing.'],
  ['server_proposals_pending', 'gauge', 'Proposals under way.'],
  ['server_quota_backend_bytes', 'gauge', 'Size that the database may have.'],
  ['server_range_duration_seconds', 'histogram', 'CPU time of reading a range.', ['success'], work],
  ['server_read_indexes_failed_total', 'counter', 'ReadIndex rounds that came to nothing.'],
  ['server_slow_apply_total', 'counter', 'Entries whose applying took more than 100 ms.'],
  ['server_slow_read_indexes_total', 'counter', 'ReadIndex rounds of more than 500 ms.'],
  ['server_version', 'gauge', 'Version of the member.', ['server_version']],
];

/** By name. */
export const etcdFamilies: ReadonlyMap<string, MetricFamily> = new Map(
  rows.map(([name, type, help, labels = [], buckets]) => {
    const family = { name: `etcd_${name}`, type, help, labels, ...(buckets && { buckets }) };
    return [name, family];
  }),
);
