// What the members of etcd have counted and the state they are in, as metrics. What never came
// about on a member (a snapshot, a kind of entry) is left out, as a real member leaves it out.
import type { Etcd } from '../control-plane/etcd/etcd.js';
import type { MemberReport } from '../control-plane/etcd/member-report.js';
import { etcdFamilies } from './etcd-families.js';
import type { MetricSample } from './run-result.js';
import { SampleCollector } from './sample-collector.js';

const VERSION = '3.6.8';
const CLUSTER_VERSION = '3.6';

/** The metrics of all members as of now. */
export function etcdSamples({ reports }: Pick<Etcd, 'reports'>): readonly MetricSample[] {
  return reports.flatMap((report) => {
    const collector = new SampleCollector(
      etcdFamilies,
      reports.length === 1 ? [] : [['instance', report.name]],
    );
    serverSamples(collector, report);
    storageSamples(collector, report);
    networkSamples(collector, report, reports);
    return collector.samples;
  });
}

function serverSamples(to: SampleCollector, { counted, ...report }: MemberReport): void {
  to.value('cluster_version', 1, CLUSTER_VERSION);
  to.value('server_version', 1, VERSION);
  to.value('server_id', 1, idOf(report.id));
  to.value('server_has_leader', Number(report.hasLeader));
  to.value('server_is_leader', Number(report.isLeader));
  to.value('server_is_learner', 0);
  to.value('server_leader_changes_seen_total', counted.leaderChanges);
  to.value('server_heartbeat_send_failures_total', counted.heartbeatSendFailures);
  to.value('server_proposals_committed_total', report.committed);
  to.value('server_proposals_applied_total', report.applied);
  to.value('server_proposals_pending', counted.proposalsPending);
  to.value('server_proposals_failed_total', counted.proposalsFailed);
  to.value('server_quota_backend_bytes', report.quotaBytes);
  to.value('server_read_indexes_failed_total', counted.readIndexesFailed);
  to.value('server_slow_read_indexes_total', counted.slowReadIndexes);
  to.value('server_slow_apply_total', counted.slowApplies);
  to.value('server_client_requests_total', counted.watchesOpened, CLUSTER_VERSION, 'stream');
  to.value('server_client_requests_total', counted.requestsReceived, CLUSTER_VERSION, 'unary');
  for (const [operation, histogram] of counted.applyDuration) {
    to.histogram('server_apply_duration_seconds', histogram.report(), operation, 'true', 'v3');
  }
  to.histogram('server_range_duration_seconds', counted.rangeDuration.report(), 'true');
  to.value('debugging_lease_granted_total', counted.leasesGranted);
  to.value('debugging_lease_renewed_total', counted.leasesRenewed);
  to.value('debugging_lease_revoked_total', counted.leasesRevoked);
  to.histogram('debugging_lease_ttl_total', counted.leaseTtl.report());
}

function storageSamples(to: SampleCollector, { counted, ...report }: MemberReport): void {
  to.histogram('disk_wal_fsync_duration_seconds', counted.walFsync.report());
  to.value('disk_wal_write_bytes_total', counted.walBytes);
  to.histogram('disk_backend_commit_duration_seconds', counted.backendCommit.report());
  to.histogram('disk_backend_defrag_duration_seconds', counted.defragment.report());
  to.value('disk_defrag_inflight', Number(report.isDefragmenting));
  to.value('mvcc_db_total_size_in_bytes', report.fileBytes);
  to.value('mvcc_db_total_size_in_use_in_bytes', report.inUseBytes);
  to.value('mvcc_put_total', counted.puts);
  to.value('mvcc_delete_total', counted.deletes);
  to.value('mvcc_range_total', counted.ranges);
  to.value('debugging_mvcc_keys_total', report.keys);
  to.value('debugging_mvcc_current_revision', report.revision);
  to.value('debugging_mvcc_compact_revision', report.compactRevision);
  to.value('debugging_mvcc_total_put_size_in_bytes', counted.putBytes);
  to.value('debugging_mvcc_db_compaction_keys_total', counted.compactedKeys);
  const { compactionPause, compactionTotal } = counted;
  to.histogram(
    'debugging_mvcc_db_compaction_pause_duration_milliseconds',
    compactionPause.report(),
  );
  to.histogram(
    'debugging_mvcc_db_compaction_total_duration_milliseconds',
    compactionTotal.report(),
  );
  to.value('debugging_mvcc_events_total', counted.eventsSent);
  to.value('debugging_mvcc_watcher_total', report.watchers);
  to.value('debugging_mvcc_watch_stream_total', report.watchers);
  to.value('debugging_mvcc_slow_watcher_total', report.slowWatchers);
}

function networkSamples(
  to: SampleCollector,
  { counted, id, activePeers }: MemberReport,
  members: readonly MemberReport[],
): void {
  to.value('network_client_grpc_received_bytes_total', counted.requestBytes);
  const own = idOf(id);
  for (const member of members) to.value('network_known_peers', 1, own, idOf(member.id));
  for (const peer of activePeers) to.value('network_active_peers', 1, own, idOf(peer));
  for (const [peer, { sentBytes, receivedBytes, sendFailures }] of counted.peers) {
    to.value('network_peer_sent_bytes_total', sentBytes, idOf(peer));
    to.value('network_peer_received_bytes_total', receivedBytes, idOf(peer));
    to.value('network_peer_sent_failures_total', sendFailures, idOf(peer));
  }
  if (counted.snapshotSend.count > 0) {
    to.histogram('network_snapshot_send_total_duration_seconds', counted.snapshotSend.report());
  }
}

/** Ids of members are 16 hexadecimal digits. */
function idOf(member: number): string {
  return (member + 1).toString(16).padStart(16, '0');
}
