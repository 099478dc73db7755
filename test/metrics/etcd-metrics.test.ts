// The metrics of etcd in a run against those of the recorded etcd 3.6.8.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { etcdFamilies } from '../../src/metrics/etcd-families.js';
import { filesIn } from '../../src/scenario/files.js';
import { loadScenario } from '../../src/scenario/load.js';
import { loaded, root } from '../support/scenarios.js';

interface RecordedFamily {
  readonly type: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

// Taken from the /metrics of the recorded etcd.
const file = new URL('../golden/etcd-metric-families.json', import.meta.url);
const recorded = new Map<string, RecordedFamily>(
  Object.entries(JSON.parse(readFileSync(file, 'utf8'))),
);
const own = new Map([...etcdFamilies.values()].map((family) => [family.name, family]));

/** What the model has no subject for, each with the reason. */
const leftOut: Readonly<Record<string, string>> = {
  etcd_debugging_auth_revision: 'no authentication',
  etcd_debugging_disk_backend_commit_rebalance_duration_seconds: 'a commit has no parts',
  etcd_debugging_disk_backend_commit_spill_duration_seconds: 'a commit has no parts',
  etcd_debugging_disk_backend_commit_write_duration_seconds: 'a commit has no parts',
  etcd_debugging_mvcc_db_compaction_last: 'no wall clock',
  etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds: 'part of the first batch',
  etcd_debugging_mvcc_pending_events_total: 'watchers that are behind hold no events',
  etcd_debugging_server_lease_expired_total: 'expired leases count as revoked',
  etcd_debugging_snap_save_marshalling_duration_seconds: 'no file of a Raft snapshot',
  etcd_debugging_snap_save_total_duration_seconds: 'no file of a Raft snapshot',
  etcd_debugging_store_expires_total: 'no v2 store',
  etcd_debugging_store_reads_total: 'no v2 store',
  etcd_debugging_store_watch_requests_total: 'no v2 store',
  etcd_debugging_store_watchers: 'no v2 store',
  etcd_debugging_store_writes_total: 'no v2 store',
  etcd_disk_backend_snapshot_duration_seconds: 'sending and reading a snapshot are one',
  etcd_disk_wal_write_duration_seconds: 'writing takes the model no time beside the flush',
  etcd_mvcc_db_open_read_transactions: 'reads do not hold pages',
  etcd_mvcc_hash_duration_seconds: 'no hashes',
  etcd_mvcc_hash_rev_duration_seconds: 'no hashes',
  etcd_mvcc_txn_total: 'no transactions of several operations',
  etcd_network_client_grpc_sent_bytes_total: 'answers on the same machine have no size',
  etcd_server_feature_enabled: 'no feature gates',
  etcd_server_go_version: 'not written in Go',
  etcd_server_health_failures: 'no health probes',
  etcd_server_health_success: 'no health probes',
  etcd_server_learner_promote_successes: 'no learners',
  etcd_server_snapshot_apply_in_progress_total: 'a snapshot is taken in one pass',
  etcd_snap_db_fsync_duration_seconds: 'no file of a Raft snapshot',
  etcd_snap_db_save_total_duration_seconds: 'no file of a Raft snapshot',
  etcd_snap_fsync_duration_seconds: 'no file of a Raft snapshot',
  grpc_server_handled_total: 'requests are not counted by method',
  grpc_server_msg_received_total: 'requests are not counted by method',
  grpc_server_msg_sent_total: 'requests are not counted by method',
  grpc_server_started_total: 'requests are not counted by method',
};

const rounded = (bounds: readonly number[] = []): number[] =>
  bounds.map((bound) => Number(bound.toPrecision(6)));

describe('families of etcd', () => {
  test('that the recording shows are there, or are left out for a reason', () => {
    const missing = [...recorded.keys()].filter((name) => !own.has(name));
    expect(missing).toEqual(Object.keys(leftOut).sort());
  });

  test.each([...recorded].filter(([name]) => own.has(name)))(
    '%s has the recorded type, labels and buckets',
    (name, { type, labels, buckets }) => {
      const family = own.get(name);
      expect(family).toMatchObject({ type, labels });
      expect(rounded(family?.buckets)).toEqual(rounded(buckets));
    },
  );

  test('beyond those need peers', () => {
    const others = [...own.keys()].filter((name) => !recorded.has(name));
    expect(others).toEqual([
      'etcd_network_active_peers',
      'etcd_network_peer_received_bytes_total',
      'etcd_network_peer_sent_bytes_total',
      'etcd_network_peer_sent_failures_total',
      'etcd_network_snapshot_send_total_duration_seconds',
    ]);
  });
});

describe('the metrics of a run', () => {
  const text = `
apiVersion: kubeclock.dev/v1alpha1
kind: Scenario
metadata: {name: metrics}
spec:
  until: horizon
  horizon: 30s
  controlPlane: {hosts: {count: 3, cores: 4}, etcd: {members: 3}}
  nodePools: [{name: a, count: 3}]
  workload:
    operations:
      - {op: etcdFault, at: 5s, fault: stallDisk, member: leader, duration: 3s}
      - {op: compact, at: 20s}
      - {op: defrag, member: 1}
`;
  const result = runScenario(loaded(loadScenario(text, 'metrics.yaml', filesIn(root), {})));
  const of = (name: string) =>
    result.metrics
      .filter((sample) => sample.name === `etcd_${name}`)
      .map(({ value, count }) => value ?? count);

  test('tell of one leader, of two elections, and of heartbeats that came too late', () => {
    const { 0: first, 1: second, 2: third } = of('server_is_leader');
    expect((first ?? 0) + (second ?? 0) + (third ?? 0)).toBe(1);
    expect(of('server_has_leader')).toEqual([1, 1, 1]);
    for (const changes of of('server_leader_changes_seen_total')) expect(changes).toBe(2);
    expect(of('server_heartbeat_send_failures_total')).toEqual([2, 0, 0]);
  });

  test('count the same puts on every member, and as many revisions', () => {
    const [puts = 0, ...others] = of('mvcc_put_total');
    expect(puts).toBeGreaterThan(10);
    expect(others).toEqual([puts, puts]);
    expect(new Set(of('debugging_mvcc_current_revision')).size).toBe(1);
    for (const ranges of of('mvcc_range_total')) expect(ranges).toBeGreaterThan(puts);
  });

  test('tell of a compaction on all members and of a defragmentation on one', () => {
    expect(of('disk_backend_defrag_duration_seconds')).toEqual([0, 1, 0]);
    expect(of('debugging_mvcc_db_compaction_total_duration_milliseconds')).toEqual([1, 1, 1]);
    const used = of('mvcc_db_total_size_in_use_in_bytes');
    of('mvcc_db_total_size_in_bytes').forEach((size, member) => {
      expect(size).toBeGreaterThanOrEqual(used[member] as number);
    });
  });
});
