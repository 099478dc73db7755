// Watch cache and storage of kube-apiserver: lists from the cache and from etcd, a watcher that
// reads too slowly, a restart with 5,000 nodes, the compaction of etcd's history.
// Source: reference: controlplane D2, E3.8, E3.13 to E3.15.

import { WatchHistory } from '../../dist/checkers/watch-history.js';
import { Informer } from '../../dist/client/informer.js';
import { Simulation } from '../../dist/kernel/simulation.js';
import { ObservedCluster } from './observed-cluster.mjs';
import { once } from './run.mjs';
import { configMap, StoragePlane } from './storage-plane.mjs';

const SECOND = 1_000_000;
const nothing = { field: 'spec.nodeName', value: 'none' };
const list = { verb: 'list', resource: 'configmaps', namespace: '', name: '' };

/** Lists of 300,000 objects of 1 KB that a selector leaves out. */
const lists = once(() => {
  const preload = Array.from({ length: 300_000 }, (_, i) => configMap(`map-${i}`, 700));
  const plane = new StoragePlane({ preload });
  const client = plane.client('lister');
  const cached = plane.request(client, { ...list, fieldSelector: nothing });
  // A state from before the cache: only etcd has it.
  const resourceVersion = preload.length;
  const exact = { resourceVersion, resourceVersionMatch: 'Exact' };
  const stored = plane.request(client, { ...list, fieldSelector: nothing, ...exact });
  return { cached, stored };
});

/** 100 writes of 100 KB a second, a watcher that keeps up, and one that reads 10 KB a second. */
const slowWatcher = once(() => {
  const plane = new StoragePlane();
  const { simulation } = plane;
  const watchers = [10_000, 1_250_000_000].map((bytesPerSecond, i) => {
    const client = plane.client(`watcher-${i}`, bytesPerSecond);
    const informer = new Informer(simulation, {
      name: `watcher-${i}`,
      resource: 'configmaps',
      client,
    });
    informer.start();
    return informer;
  });
  let last = 0;
  let longestUs = 0;
  const arrived = () => {
    if (last > 0) longestUs = Math.max(longestUs, simulation.now - last);
    last = simulation.now;
  };
  watchers[1].addHandler({ added: arrived, updated: arrived });
  const writer = plane.client('writer');
  let written = 0;
  const due = simulation.defineEvent('writer.WriteDue', () => {
    const name = `map-${written % 50}`;
    const verb = written++ < 50 ? 'create' : 'update';
    const address = { resource: 'configmaps', namespace: 'default', name };
    writer.send({ verb, ...address, body: configMap(name, 100_000 + (written % 7)) }, () => {});
    if (written < 1000) simulation.after(10_000, due);
  });
  simulation.at(SECOND, due);
  simulation.run(11 * SECOND);
  const { terminatedWatchers } = plane.server.storage.cacheOf('configmaps').statistics;
  return { longestUs, terminatedWatchers };
});

/** The only apiserver of 5,000 nodes is killed and comes back 3 s later. */
const restart = once(() => {
  const observed = new ObservedCluster(`
  horizon: 90s
  controlPlane: {hosts: {count: 1, cores: 32}, etcd: {members: 1, disk: nvme}}
  nodePools: [{name: pool, count: 5000, cpu: 32, memory: 128Gi}]
  workload:
    operations:
      - {op: restart, at: 20s, component: kube-apiserver, signal: SIGKILL, downtime: 3s}
`);
  const checker = new WatchHistory(new Simulation('clock'));
  const { watcher, server } = observed;
  for (const told of ['committed', 'watchOpened', 'watchEventRead']) {
    watcher[told] = (...what) => checker[told](...what);
  }
  const watches = () => {
    const { longRunning } = server.storage.cacheOf('pods').statistics;
    return [...longRunning.values()].reduce((sum, open) => sum + open, 0);
  };
  const found = { before: 0, backUs: 0, peak: 0, lists: 0, refused: 0, served: 0, downUs: 0 };
  watcher.onServed = ({ request }, code) => {
    if (observed.simulation.now < 20 * SECOND) return;
    found.served++;
    if (request.verb === 'list') found.lists++;
    if (code === 429) found.refused++;
  };
  observed.every(10_000, (now) => {
    if (now < 20 * SECOND) found.before = watches();
    else if (!server.isServing) found.downUs = now;
    else if (found.backUs === 0 && watches() >= found.before) found.backUs = now;
    const { executingReads, executingWrites } = server.inFlight;
    found.peak = Math.max(found.peak, executingReads.count + executingWrites.count);
  });
  observed.run();
  return { ...found, violations: checker.violations.length };
});

/** Latencies of writes, 1,000 a second, in the seconds around a compaction and in quiet ones. */
const compaction = once(() => {
  const plane = new StoragePlane({ compactionUs: 60 * SECOND, cores: 8 });
  const { simulation } = plane;
  const client = plane.client('writer');
  const slowest = new Map();
  let written = 0;
  const due = simulation.defineEvent('writer.WriteDue', () => {
    const name = `map-${written % 500}`;
    const verb = written++ < 500 ? 'create' : 'update';
    const since = simulation.now;
    const address = { resource: 'configmaps', namespace: 'default', name };
    const body = configMap(name, 300 + (written % 7));
    client.send({ verb, ...address, body }, () => {
      const second = Math.floor(since / SECOND);
      slowest.set(second, Math.max(slowest.get(second) ?? 0, simulation.now - since));
    });
    simulation.after(1000, due);
  });
  simulation.after(0, due);
  simulation.run(126 * SECOND);
  const worst = (from, to) => {
    let worstUs = 0;
    for (let second = from; second < to; second++) {
      worstUs = Math.max(worstUs, slowest.get(second) ?? 0);
    }
    return worstUs;
  };
  return { quietUs: worst(100, 118), compactingUs: worst(120, 125) };
});

export const checks = [
  {
    name: 'list of 300,000 x 1 KB from the cache: latency',
    unit: 's',
    expected: 0.499,
    tolerance: 0.2,
    measure: () => lists().cached.latencyUs / SECOND,
    source: 'KEP-2340, median; reference: controlplane D2, E3.13',
  },
  {
    name: 'list of 300,000 x 1 KB from the cache: CPU',
    unit: 'core s',
    expected: 0.53,
    tolerance: 0.15,
    measure: () => lists().cached.cpuUs / SECOND,
    source: 'KEP-2340; reference: controlplane D2, E3.13',
  },
  {
    name: 'list of 300,000 x 1 KB from etcd: latency',
    unit: 's',
    expected: 10.494,
    factor: 1.5,
    measure: () => lists().stored.latencyUs / SECOND,
    source: 'KEP-2340, median; reference: controlplane D2, E3.13',
  },
  {
    name: 'list of 300,000 x 1 KB from etcd: CPU of the apiserver',
    unit: 'core s',
    expected: 7.93,
    tolerance: 0.15,
    measure: () => lists().stored.cpuUs / SECOND,
    source: 'KEP-2340, 6.82 cores at 0.86 lists/s; reference: controlplane D2, E3.13',
  },
  {
    name: 'slow watcher: it is ended (1: yes)',
    unit: '1',
    expected: 1,
    tolerance: 0,
    measure: () => Math.min(1, slowWatcher().terminatedWatchers),
    source: 'reference: controlplane E3.14',
  },
  {
    name: 'slow watcher: longest gap of another one',
    unit: 'ms',
    expected: 110,
    tolerance: 0.1,
    measure: () => slowWatcher().longestUs / 1000,
    source: '10 ms between writes and a budget of 100 ms; reference: controlplane B9, E3.14',
  },
  {
    name: 'apiserver restart, 5,000 nodes: 1 + events lost or doubled',
    unit: 'events',
    expected: 1,
    tolerance: 0,
    measure: () => 1 + restart().violations,
    source: '1 + violations that the checker found; reference: controlplane E3.15',
  },
  {
    name: 'apiserver restart, 5,000 nodes: kubelets watch again after',
    unit: 's',
    expected: 10,
    factor: 10,
    measure: () => (restart().backUs - restart().downUs) / SECOND,
    source: 'seconds to tens of seconds: backoff of reflectors up to 30 s; E3.15',
  },
  {
    name: 'apiserver restart, 5,000 nodes: lists for watches that are too old',
    unit: 'lists',
    expected: 5000,
    tolerance: 0.05,
    measure: () => restart().lists,
    source: 'one a kubelet: the log of a new cache begins with its own list; E3.15',
  },
  {
    name: 'apiserver restart, 5,000 nodes: most requests served at a time',
    unit: '1',
    expected: 600,
    factor: 2,
    measure: () => restart().peak,
    source: 'the seats of all levels; reference: controlplane B4, E3.15',
  },
  {
    name: 'compaction: slowest of 1,000 writes a second in quiet times',
    unit: 'ms',
    expected: 4,
    factor: 2,
    measure: () => compaction().quietUs / 1000,
    source: 'two flushes of 0.8 ms and a commit of the backend',
  },
  {
    name: 'compaction: slowest write meanwhile',
    unit: 'ms',
    expected: 17,
    factor: 1.8,
    measure: () => compaction().compactingUs / 1000,
    source: 'pauses of 10 to 30 ms; reference: controlplane A11, E3.8',
  },
];
