// What etcd is known to do under load, on slow disks and in maintenance: the signatures E3.2 to
// E3.9 of the reference that etcd.check.mjs does not show, one figure each.
// Source: reference: controlplane E3, A11, A13.2.

import { closedLoop, EtcdGroup } from './etcd-group.mjs';
import { officialRows } from './etcd-table.mjs';
import { run } from './run.mjs';

const flush = { kind: 'constant', value: 800 };
const all = [0, 1, 2];
const near = { peerUs: 125, clientUs: 100 };
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Within [least, most]: the middle of them and how far it may be from there. */
function within(least, most) {
  const expected = (least + most) / 2;
  return { expected, tolerance: (most - expected) / expected };
}

const put = (group) => (client) => group.put(client);

/** Writes a second of so many clients on disks of 8.5 ms with two cores, as in 2015. */
function slowDisks(clients) {
  const fsync = { kind: 'constant', value: 8500 };
  const machine = { cores: 2, cpuFactor: 2, fsync, ...near };
  const endpoints = Array.from({ length: Math.min(clients, 64) }, () => 0);
  const group = new EtcdGroup({ ...machine, endpoints });
  return closedLoop(group, clients, put(group), 2_000_000, 0).perSecond;
}

/** Entries of a flush of the leader with 1,000 clients. */
function entriesPerFlush() {
  const endpoints = Array.from({ length: 100 }, () => 0);
  const fsync = { kind: 'logNormal', p50: 850, p99: 3000 };
  const group = new EtcdGroup({ cpuFactor: 2, fsync, ...near, endpoints });
  closedLoop(group, 1000, put(group), 500_000, 5.4);
  const [{ applied, counted }] = group.etcd.reports;
  return applied / counted.walFsync.count;
}

/** How much slower linearizable reads are than serializable ones. */
function readRatio(clients) {
  const kind = clients === 1 ? '1 client' : '1,000 clients';
  const rate = (how) => {
    const row = officialRows.find(({ name }) => name === `${how} reads of ${kind}`);
    return row.measure(clients === 1 ? 1_000_000 : 500_000).perSecond;
  };
  return rate('serializable') / rate('linearizable');
}

/** Acts at a time. */
function at(group, timeUs, name, act) {
  group.simulation.at(timeUs, group.simulation.defineEvent(name, act));
}

/** Snapshots to a follower that was away while so many entries were written. */
function snapshots(entries) {
  const group = new EtcdGroup({ fsync: flush, ...near, endpoints: [0] });
  const { simulation, etcd } = group;
  at(group, 500_000, 'test.FollowerGone', () => etcd.faults.crash(2));
  let left = entries;
  group.onAnswer = (client) => {
    if (--left > 0) group.put(client);
    else simulation.after(1_000_000, back);
  };
  const back = simulation.defineEvent('test.FollowerBack', () => etcd.faults.start(2));
  at(group, 600_000, 'test.WritesBegan', () => group.put(0));
  simulation.run(60_000_000);
  if (!etcd.isSettled) return -1;
  return sum(etcd.reports.map(({ counted }) => counted.snapshotSend.count));
}

/** Flushes of the leader that a stall of 3 s makes heartbeats late by. */
function lateHeartbeats() {
  const group = new EtcdGroup({ fsync: flush, ...near, endpoints: [0] });
  at(group, 2_000_000, 'test.DiskStalled', () => group.etcd.faults.stallDisks(0, 3_000_000));
  at(group, 2_100_000, 'test.PutDue', () => group.put(0));
  group.simulation.run(10_000_000);
  return group.etcd.reports[0].counted.heartbeatSendFailures;
}

/** 300,000 revisions are compacted while somebody writes every 2 ms. */
function compaction() {
  const group = new EtcdGroup({ fsync: flush, ...near, endpoints: Array(50).fill(0) });
  const { simulation, etcd } = group;
  let revisions = 0;
  let tookUs = [];
  group.onAnswer = (client, _, latencyUs) => {
    tookUs.push(latencyUs);
    if (++revisions < 300_000) group.put(client);
  };
  for (let client = 0; client < 500; client++) group.put(client);
  simulation.run(30_000_000);
  let client = 0;
  const due = simulation.defineEvent('client.PutDue', () => {
    group.put(client++ % 50);
    if (simulation.now < 43_000_000) simulation.after(2000, due);
  });
  simulation.after(0, due);
  simulation.run(34_000_000);
  const calmUs = [...tookUs.slice(-1000)].sort((a, b) => a - b)[989];
  tookUs = [];
  const compacted = simulation.defineEvent('etcdctl.Compacted', () => {});
  group.connections[0].compact(etcd.snapshot().revision, compacted, 0);
  simulation.run(44_000_000);
  const busyUs = tookUs.sort((a, b) => a - b)[Math.floor(tookUs.length * 0.99)];
  const { compactionPause, compactionTotal } = etcd.reports[0].counted;
  return {
    pauseMs: compactionPause.sum / compactionPause.count,
    seconds: compactionTotal.sum / 1000,
    slower: busyUs / calmUs,
  };
}

/** A member with 2 GB is defragmented: how long it takes, and reads that it and others answer. */
function defragmentation() {
  const options = { quotaBackendBytes: 4_294_967_296 };
  const group = new EtcdGroup({ fsync: flush, ...near, endpoints: all, options });
  const { simulation, etcd } = group;
  const [connection] = group.connections;
  let values = 0;
  const store = () => connection.putBytes(`big-${values++}`, 0, 1_500_000, stored, 0);
  const stored = simulation.defineEvent('client.Stored', (_, ticket) => {
    connection.result(ticket);
    if (values < 1430) store();
  });
  store();
  at(group, 60_000_000, 'test.DefragmentationBegan', () => etcd.faults.defragment(2));
  const answered = [0, 0, 0];
  group.onAnswer = (client) => answered[client]++;
  at(group, 61_000_000, 'test.ReadsBegan', () => all.map((client) => group.get(client, true)));
  let others = 0;
  at(group, 64_000_000, 'test.AnswersCounted', () => {
    others = answered[0] + answered[1] - answered[2];
  });
  simulation.run(120_000_000);
  return { seconds: etcd.reports[2].counted.defragment.sum, others };
}

/** Seconds after the recovery of a full database until the last node is Ready again, and so on. */
function noSpace() {
  const result = run(`
  until: horizon
  horizon: 150s
  controlPlane:
    hosts: {count: 1, cores: 4}
    etcd: {members: 1, disk: cloud-ssd, quotaBackendBytes: 2Mi}
    controllerManager: {leaderElection: {leaseDuration: 15m, renewDeadline: 10m}}
  nodePools: [{name: workers, count: 20, cpu: 32, memory: 128Gi}]
  workload:
    operations:
      - op: churn
        mode: recreate
        number: 400
        interval: 100ms
        templates:
          - apiVersion: v1
            kind: Pod
            metadata: {name: load, namespace: default}
            spec: {containers: [{name: pause, image: registry.k8s.io/pause:3.10}]}
      - {op: compact, at: 90s}
      - {op: defrag}
      - {op: disarm}
`);
  const notReady = result.kubernetesEvents.filter(
    ({ reason, involved }) => reason === 'NodeNotReady' && involved.startsWith('Node/'),
  );
  const renewals = result.requests.find(
    ({ verb, client, resource }) =>
      verb === 'update' && client === 'system:nodes' && resource === 'leases',
  );
  return {
    refused: renewals.errors / renewals.count,
    marked: notReady.length,
    ready: result.nodes.filter(({ ready }) => ready).length,
  };
}

const source = (number) => `reference: controlplane E3.${number}`;

/** A result that several checks read: measured when the first one does. */
function shared(measure) {
  let result;
  return (read) => () => {
    result ??= measure();
    return read(result);
  };
}

const compacted = shared(compaction);
const defragmented = shared(defragmentation);
const full = shared(noSpace);

const rows = [
  ['entries of a flush with 1,000 clients', '1', within(30, 500), entriesPerFlush, 2],
  ['writes of 1 client, disks of 8.5 ms', '1/s', within(50, 120), () => slowDisks(1), 3],
  [
    'writes of 64 clients, disks of 8.5 ms',
    '1/s',
    { expected: 2139, tolerance: 0.15 },
    () => slowDisks(64),
    3,
  ],
  ['writes of 256 clients, disks of 8.5 ms', '1/s', within(4500, 15_000), () => slowDisks(256), 3],
  ['serializable over linearizable reads, 1 client', '1', within(2, 2.4), () => readRatio(1), 4],
  ['the same of 1,000 clients', '1', within(1.1, 1.5), () => readRatio(1000), 4],
  ['heartbeats too late by a stall of 3 s', '1', within(1, 20), lateHeartbeats, 6],
  [
    'snapshots to a follower 2,000 entries behind, and 1',
    '1',
    { expected: 1, tolerance: 0 },
    () => snapshots(2000) + 1,
    7,
  ],
  ['snapshots to a follower 6,000 entries behind', '1', within(1, 1), () => snapshots(6000), 7],
  ['pause of a batch of a compaction', 'ms', within(3, 30), compacted((r) => r.pauseMs), 8],
  ['compaction of 300,000 revisions', 's', within(3, 10), compacted((r) => r.seconds), 8],
  ['p99 of writes during it over that before', '1', within(1.5, 30), compacted((r) => r.slower), 8],
  ['defragmentation of 2 GB', 's', within(18, 24), defragmented((r) => r.seconds), 9],
  ['reads answered by others, not by it', '1', within(2, 2), defragmented((r) => r.others), 9],
  ['NOSPACE: part of lease renewals refused', '1', within(0.3, 0.95), full((r) => r.refused), 10],
  ['NOSPACE: nodes marked NotReady', '1', within(5, 20), full((r) => r.marked), 10],
  ['NOSPACE: nodes Ready again, of 20', '1', within(20, 20), full((r) => r.ready), 10],
];

export const checks = rows.map(([name, unit, bound, measure, number]) => ({
  name: `etcd: ${name}`,
  unit,
  ...bound,
  measure,
  source: source(number),
}));
