// The benchmarks of etcd 3.6.8 by itself that were recorded on a machine of two cores, which
// members and clients share, over loopback. The costs of etcd come from these recordings (per
// request, of a round, of a commit), and so does the disk; what a request costs the client is
// solved back from the reads of 100 clients. All else follows: batches, rounds, flushes that are
// shared, cores that are full. Repeats of the recording differ by up to 1.4. One row is
// outside the bound: puts of 100 clients on three members come out 1.65 times too fast.
// Source: recorded control plane, etcd-alone (bench.log).

import { closedLoop, EtcdGroup } from './etcd-group.mjs';

/** 2 cores less the server's 37 µs a read, at 28,000 reads/s. */
const clientCpuUs = 35;

const machine = {
  cores: 2,
  // Solved back from the serializable reads of one client, of which each wakes both processes.
  wakeUpUs: 60,
  isOneMachine: true,
  // Mean 0.2 ms on the idle machine.
  fsync: { kind: 'logNormal', p50: 180, p99: 700 },
  peerUs: 20,
  clientUs: 20,
};

const asks = {
  put: (group, client) => group.put(client),
  'linearizable get': (group, client) => group.get(client, false),
  'serializable get': (group, client) => group.get(client, true),
};

/** Requests a second of so many clients on one connection to each member. */
function rate(members, what, clients) {
  const endpoints = Array.from({ length: members }, (_, member) => member);
  const group = new EtcdGroup({ ...machine, members, endpoints });
  const { simulation, clientHost } = group;
  const asked = simulation.defineEvent('client.RequestMade', (client) => asks[what](group, client));
  const ask = (client) => clientHost.run(clientCpuUs, asked, client);
  return closedLoop(group, clients, ask, clients === 1 ? 1_000_000 : 500_000, 0).perSecond;
}

/** Members, request, clients, recorded rate (mean of the repeats). */
const rows = [
  [1, 'put', 1, 1798],
  [1, 'put', 10, 7215],
  [1, 'put', 100, 15_745],
  [1, 'put', 1000, 20_490],
  [1, 'linearizable get', 1, 3582],
  [1, 'linearizable get', 10, 14_022],
  [1, 'linearizable get', 100, 21_014],
  [1, 'serializable get', 1, 3684],
  [1, 'serializable get', 10, 15_942],
  [1, 'serializable get', 100, 23_901],
  [3, 'put', 1, 966],
  [3, 'put', 10, 3206],
  [3, 'put', 100, 9537],
  [3, 'put', 1000, 14_405],
  [3, 'linearizable get', 1, 2119],
  [3, 'linearizable get', 10, 8715],
  [3, 'linearizable get', 100, 16_889],
  [3, 'serializable get', 1, 3796],
  [3, 'serializable get', 10, 18_127],
  [3, 'serializable get', 100, 22_047],
];

export const checks = rows.map(([members, what, clients, expected]) => ({
  name: `etcd alone: ${what}s, ${clients} clients, ${members} members`,
  unit: '1/s',
  expected,
  factor: 1.5,
  measure: () => rate(members, what, clients),
  source: 'recorded etcd alone',
}));
