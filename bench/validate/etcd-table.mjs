// etcd's published performance. All rows of the table come from one set of parameters: three
// members of 8 cores that take twice as long as those of today, a network SSD, one zone, and a
// client that deals out its requests from one goroutine. What that goroutine takes is solved back
// from the serializable reads of 1,000 clients; that row therefore only shows that the members
// could do more.
// Source: etcd docs op-guide/performance.md (reference: controlplane A13.1).

import { closedLoop, EtcdGroup } from './etcd-group.mjs';

const machine = {
  // ASSUMED of virtual cores of 2017 with etcd 3.2 against those of today with 3.6.
  cpuFactor: 2,
  // ASSUMED within what the rows of one client allow: 1 ms a flush, round trips of 0.2 to 0.3 ms.
  fsync: { kind: 'logNormal', p50: 850, p99: 3000 },
  peerUs: 130,
  clientUs: 100,
};
/** 1 / 185,758 reads/s: what bounds the client when the members do not. */
const dispatchUs = 5.4;

const put = (group, client) => group.put(client);
const get = (group, client) => group.get(client, false);
const getSerializable = (group, client) => group.get(client, true);

/** One client with a connection to a member, or 1,000 with 100 connections to several in turn. */
function row(name, clients, members, ask, perSecond, latencyUs) {
  const connections = clients === 1 ? 1 : 100;
  const endpoints = Array.from({ length: connections }, (_, i) => members[i % members.length]);
  const measure = (forUs) => {
    const group = new EtcdGroup({ ...machine, endpoints });
    return closedLoop(group, clients, (client) => ask(group, client), forUs, dispatchUs);
  };
  return { name, clients, perSecond, latencyUs, measure };
}

const all = [0, 1, 2];

/** Rate and mean latency as published, and a function that measures them for so many µs. */
export const officialRows = [
  row('writes of 1 client', 1, [0], put, 583, 1600),
  row('writes of 1,000 clients to the leader', 1000, [0], put, 44_341, 22_000),
  row('writes of 1,000 clients to all members', 1000, all, put, 50_104, 20_000),
  row('linearizable reads of 1 client', 1, [0], get, 1353, 700),
  row('serializable reads of 1 client', 1, [0], getSerializable, 2909, 300),
  row('linearizable reads of 1,000 clients', 1000, all, get, 141_578, 5500),
  row('serializable reads of 1,000 clients', 1000, all, getSerializable, 185_758, 2200),
];
