// etcd against its published performance and against what faults are known to do to it.
// Source: etcd docs op-guide/performance.md; reference: controlplane A13.1, E3.

import { closedLoop, EtcdGroup } from './etcd-group.mjs';
import { officialRows } from './etcd-table.mjs';

const all = [0, 1, 2];
const flush = { kind: 'constant', value: 800 };

/** The longest time without a write that succeeds, while `strike` happens to member 0 at 3 s. */
function strikeLeader(seed, strike) {
  const options = { seed, fsync: flush, peerUs: 125, clientUs: 100, endpoints: all };
  const group = new EtcdGroup(options);
  const { simulation, etcd } = group;
  let last = 0;
  let longestUs = 0;
  group.onAnswer = (_, succeeded) => {
    if (!succeeded) return;
    longestUs = Math.max(longestUs, simulation.now - last);
    last = simulation.now;
  };
  let client = 0;
  const due = simulation.defineEvent('client.PutDue', () => {
    group.put(client++);
    simulation.after(10_000, due);
  });
  simulation.after(0, due);
  const struck = simulation.defineEvent('test.FaultBegan', () => strike(etcd.faults));
  simulation.at(3_000_000 + seed * 12_345, struck);
  simulation.run(12_000_000);
  return { longestUs, leaderChanges: etcd.leaderChanges };
}

const crash = (faults) => faults.crash(0);
const stall = (faults) => faults.stallDisks(0, 3_000_000);
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

/** Mean latency of one client, with the flushes of member 2 as given. */
function latencyWith(fsync) {
  const options = { fsync: [flush, flush, fsync], peerUs: 125, clientUs: 100, endpoints: [0] };
  const group = new EtcdGroup(options);
  return closedLoop(group, 1, (client) => group.put(client), 2_000_000, 0).meanUs;
}

const crashGap = (choose) => () =>
  choose(...seeds.map((seed) => strikeLeader(seed, crash).longestUs)) / 1_000_000;

export const checks = [
  ...officialRows.map(({ name, clients, perSecond, measure }) => ({
    name: `etcd: ${name}`,
    unit: '1/s',
    expected: perSecond,
    tolerance: 0.15,
    measure: () => measure(clients === 1 ? 5_000_000 : 1_000_000).perSecond,
    source: 'etcd docs op-guide/performance.md',
  })),
  ...[
    ['shortest', Math.min],
    ['longest', Math.max],
  ].map(([which, choose]) => ({
    name: `etcd: ${which} time without writes after a crash of the leader, 8 seeds`,
    unit: 's',
    expected: 1.75,
    tolerance: 0.43,
    measure: crashGap(choose),
    source: '1.0 to 2.5 s: 1.0 to 1.9 s until an election, two rounds, a split vote',
  })),
  {
    name: 'etcd: changes of leader by a stall of its disk of 3 s, most of 8 seeds',
    unit: '1',
    expected: 1,
    tolerance: 0,
    measure: () => Math.max(...seeds.map((seed) => strikeLeader(seed, stall).leaderChanges)),
    source: 'reference: controlplane E3.6',
  },
  {
    name: 'etcd: write latency with a follower ten times slower, over that without',
    unit: '1',
    expected: 1,
    tolerance: 0.02,
    measure: () => latencyWith({ kind: 'constant', value: 8000 }) / latencyWith(flush),
    source: 'reference: controlplane E3.7',
  },
];
