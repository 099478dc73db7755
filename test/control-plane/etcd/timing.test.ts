// How long etcd takes: the worked timelines of the reference (controlplane A16), group commit, slow
// disks, and how throughput grows with the number of clients.
import { describe, expect, test } from 'vitest';
import { etcdCosts } from '../../../src/control-plane/etcd/constants.js';
import { type Asked, EtcdBench, PEER_DELAY_US } from './etcd-bench.js';

const { rpcCpuUs, rpcCpuPerRequestUs, rpcAnswerCpuUs, applyCpuUs } = etcdCosts;
const { readyCpuUs, readyCpuPerEntryUs, readyCpuPerBundleUs: bundleUs } = etcdCosts;
const passUs = (entries: number): number => readyCpuUs + entries * readyCpuPerEntryUs;
/** An entry whose key has one letter. */
const entryBytes = etcdCosts.walBytesPerEntry + 1;
const perByteUs = (nanoseconds: number): number => (entryBytes * nanoseconds) / 1000;
/** gRPC of one write by itself, and of one read. */
const writeRpcUs = Math.ceil(
  rpcCpuUs + rpcCpuPerRequestUs + perByteUs(etcdCosts.rpcNanosecondsPerByte),
);
const readRpcUs = writeRpcUs - rpcAnswerCpuUs;
const readAnswerUs = rpcAnswerCpuUs + etcdCosts.rangeCpuUs;
/** The pass that brings the commit of one entry, and applies it, after bundles of messages. */
const commitPassUs = (bundles: number): number =>
  Math.ceil(
    readyCpuUs + bundles * bundleUs + applyCpuUs + perByteUs(etcdCosts.applyCpuNanosecondsPerByte),
  );

describe('one put to an idle cluster of three, flushes of 0.8 ms', () => {
  const bench = new EtcdBench({ fsync: [800, 800, 800] });
  const log: [number, string][] = [];
  bench.simulation.onEvent = (time, name, target) => {
    if (name.startsWith('etcd.') && time < 10_000) log.push([time, `${name} ${target}`]);
  };
  const asked = bench.put('a');
  bench.run();

  test('passes the stages of the reference at their times, a moment later each', () => {
    const start = writeRpcUs;
    expect(log.map(([time, name]) => [time - start, name])).toEqual([
      [0, 'etcd.RequestsDecoded 0'],
      [13, 'etcd.ReadyProcessed 0'],
      [138, 'etcd.MessagesArrived 1'],
      [138, 'etcd.MessagesArrived 2'],
      [171, 'etcd.ReadyProcessed 1'],
      [171, 'etcd.ReadyProcessed 2'],
      [813, 'etcd.ReadyPersisted 0'],
      [971, 'etcd.ReadyPersisted 1'],
      [971, 'etcd.ReadyPersisted 2'],
      [1096, 'etcd.MessagesArrived 0'],
      [1096, 'etcd.MessagesArrived 0'],
      [1133, 'etcd.ReadyProcessed 0'],
      [1258, 'etcd.MessagesArrived 1'],
      [1258, 'etcd.MessagesArrived 2'],
      [1295, 'etcd.ReadyProcessed 1'],
      [1295, 'etcd.ReadyProcessed 2'],
    ]);
  });

  test('is applied 1.13 ms after it was proposed, and answered then', () => {
    expect((asked.answeredUs - writeRpcUs) / 1000).toBeCloseTo(1.13, 1);
    expect(bench.committedEvents.map(({ atUs }) => atUs)).toEqual([asked.answeredUs]);
  });

  test('costs one flush on each member; telling the commit costs none', () => {
    expect(bench.disks.map(({ flushes }) => flushes)).toEqual([
      [entryBytes],
      [entryBytes],
      [entryBytes],
    ]);
  });

  test('is committed to the backend of every member at the next multiple of 100 ms', () => {
    expect(bench.backendDisks.map(({ flushes }) => flushes)).toEqual([
      [entryBytes, 4096],
      [entryBytes, 4096],
      [entryBytes, 4096],
    ]);
    const commits = 300 + 1 + 1 + 2 * 800;
    expect(bench.simulation.now).toBeGreaterThanOrEqual(100_000 + commits);
  });
});

describe('the serial loop', () => {
  test('a leader whose flush takes 5 ms answers at 5.25 ms, though the commit is known at 1.2 ms', () => {
    const bench = new EtcdBench({ fsync: [5000, 800, 800] });
    const asked = bench.put('a');
    bench.run();
    expect(asked.answeredUs).toBe(writeRpcUs + Math.ceil(passUs(1)) + 5000 + commitPassUs(2));
    expect(Math.abs(asked.answeredUs / 1000 - 5.25)).toBeLessThan(0.15);
  });

  test('one member commits when its own flush is done', () => {
    const bench = new EtcdBench({ fsync: [800] });
    const asked = bench.put('a');
    bench.run();
    expect(asked.answeredUs).toBe(writeRpcUs + Math.ceil(passUs(1)) + 800 + commitPassUs(0));
  });

  test('everything that gathers during a flush shares the next one', () => {
    const bench = new EtcdBench({ fsync: [10_000] });
    bench.at(0, () => bench.put('a'));
    const due = bench.simulation.defineEvent('test.PutDue', () => bench.put('b'));
    for (let i = 1; i <= 200; i++) bench.simulation.at(1000 + i * 10, due);
    bench.run();
    const entries = bench.disks[0]?.flushes.map((bytes) => bytes / entryBytes);
    expect(entries).toEqual([1, 200]);
  });

  test('a follower too flushes once for all entries that reach it during a flush', () => {
    const bench = new EtcdBench({ fsync: [100, 20_000, 20_000] });
    for (let i = 0; i < 10; i++) bench.at(i * 1000, () => bench.put(`${i}`));
    bench.run();
    expect(bench.disks.map(({ flushes }) => flushes.length)).toEqual([10, 2, 2]);
  });

  test('the CPU of a pass grows with its entries, and 8 entries at a time are applied', () => {
    const bench = new EtcdBench({ fsync: [10_000] });
    const times: number[] = [];
    bench.onAnswer = ({ answeredUs }) => times.push(answeredUs);
    for (let i = 0; i < 18; i++) bench.put(String.fromCharCode(97 + i));
    bench.run();
    // The first by itself, since its RPC began before the others came.
    const applyUs = applyCpuUs + perByteUs(etcdCosts.applyCpuNanosecondsPerByte);
    const steps = [...new Set(times)].map((time) => times.filter((each) => each === time).length);
    expect(steps).toEqual([1, 8, 8, 1]);
    const [, second = 0, third = 0, fourth = 0] = [...new Set(times)];
    expect(third - second).toBe(Math.round(8 * applyUs));
    expect(fourth - third).toBe(Math.ceil(applyUs));
  });
});

describe('a linearizable read', () => {
  test('of an idle single member needs no round trip', () => {
    const bench = new EtcdBench({ fsync: [800] });
    const asked = bench.read('a');
    bench.run();
    expect(asked.answeredUs).toBe(readRpcUs + readyCpuUs + readAnswerUs);
  });

  test('of an idle cluster of three takes a heartbeat round of a quorum, about 0.5 ms', () => {
    const bench = new EtcdBench({ fsync: [800, 800, 800] });
    const asked = bench.read('a');
    bench.run();
    const roundUs = 3 * readyCpuUs + 2 * bundleUs + 2 * PEER_DELAY_US;
    expect(asked.answeredUs).toBe(readRpcUs + roundUs + readAnswerUs);
    expect(Math.abs(asked.answeredUs / 1000 - 0.5)).toBeLessThan(0.15);
    expect(bench.disks.map(({ flushes }) => flushes.length)).toEqual([0, 0, 0]);
  });

  test('at a follower takes the way to the leader and back as well', () => {
    const bench = new EtcdBench({ fsync: [800, 800, 800], endpoints: [2] });
    const asked = bench.read('a');
    bench.run();
    const roundUs = 5 * readyCpuUs + 4 * bundleUs + 4 * PEER_DELAY_US;
    expect(asked.answeredUs).toBe(readRpcUs + roundUs + readAnswerUs);
  });

  test('that arrives during a round waits for the next, together with all others', () => {
    const bench = new EtcdBench({ fsync: [800, 800, 800] });
    const reads: Asked[] = [];
    // The last two are decoded together, while the first is confirmed.
    for (const time of [0, 140, 145, 150]) bench.at(time, () => reads.push(bench.read('a')));
    bench.run();
    const roundUs = 3 * readyCpuUs + 2 * bundleUs + 2 * PEER_DELAY_US;
    const first = readRpcUs + roundUs + readAnswerUs;
    // The other follower's answer to the first round comes before the second begins.
    const second = first + roundUs + bundleUs;
    expect(reads.map(({ answeredUs }) => answeredUs)).toEqual([first, second, second, second]);
  });

  test('waits for a flush that the leader is at, as all messages do', () => {
    const bench = new EtcdBench({ fsync: [5000] });
    bench.put('a');
    let asked: Asked | undefined;
    bench.at(200, () => {
      asked = bench.read('a');
    });
    bench.run();
    const flushedUs = writeRpcUs + Math.ceil(passUs(1)) + 5000;
    expect(asked?.answeredUs).toBe(flushedUs + commitPassUs(0) + readAnswerUs);
  });

  test('waits until what was committed when it came is applied', () => {
    const bench = new EtcdBench({ fsync: [5000, 100, 100] });
    bench.put('a');
    // The followers commit at about 0.5 ms; the leader cannot apply before its flush ends.
    let asked: Asked | undefined;
    bench.at(1000, () => {
      asked = bench.read('a');
    });
    bench.run();
    expect(asked?.answeredUs).toBeGreaterThan(5000 + writeRpcUs);
    expect(asked?.result?.current?.metadata.resourceVersion).toBe(2);
  });
});

describe('a proposal to a follower', () => {
  test('goes to the leader, and is answered when the follower has applied it', () => {
    const bench = new EtcdBench({ fsync: [800, 800, 800], endpoints: [1] });
    const asked = bench.put('a');
    bench.run();
    const forwardUs = readyCpuUs + PEER_DELAY_US;
    const entryPassUs = Math.ceil(passUs(1) + bundleUs);
    const commitUs = 2 * (entryPassUs + PEER_DELAY_US) + 800 + commitPassUs(1);
    expect(asked.answeredUs).toBe(
      writeRpcUs + forwardUs + commitUs + PEER_DELAY_US + commitPassUs(1),
    );
  });
});

/** Puts of `clients` closed loops for a second: rate and mean latency. */
function load(clients: number, fsync: number[], cores = 8): { perSecond: number; meanUs: number } {
  const bench = new EtcdBench({ fsync, cores });
  let answered = 0;
  let latencyUs = 0;
  bench.onAnswer = (asked) => {
    answered++;
    latencyUs += asked.answeredUs - asked.sentUs;
    bench.put(asked.key, asked.result?.revision);
  };
  for (let client = 0; client < clients; client++) bench.put(`key-${client}`);
  bench.run(1_000_000);
  return { perSecond: answered, meanUs: latencyUs / answered };
}

describe('throughput', () => {
  test('of one client is one write a latency', () => {
    const { perSecond, meanUs } = load(1, [800, 800, 800]);
    expect(meanUs).toBeGreaterThan(1200);
    expect(meanUs).toBeLessThan(1300);
    expect(Math.abs(perSecond - 1_000_000 / meanUs)).toBeLessThan(2);
  });

  test.each([
    [64, 2000, 4000],
    [256, 4500, 15_000],
  ])('of %i clients on disks of 8.5 ms is %i to %i a second', (clients, least, most) => {
    const { perSecond } = load(clients, [8500, 8500, 8500]);
    expect(perSecond).toBeGreaterThan(least);
    expect(perSecond).toBeLessThan(most);
  });

  test('a follower that is ten times slower leaves writes as quick as they were', () => {
    const ratio = (clients: number): number =>
      load(clients, [800, 800, 8000]).meanUs / load(clients, [800, 800, 800]).meanUs;
    expect(Math.abs(ratio(1) - 1)).toBeLessThan(0.02);
    expect(Math.abs(ratio(20) - 1)).toBeLessThan(0.02);
  });

  test('a leader that is ten times slower does not', () => {
    expect(load(1, [8000, 800, 800]).meanUs).toBeGreaterThan(6 * 1300);
  });

  test('two slow followers of three slow down everything: there is no quorum without them', () => {
    const { meanUs } = load(1, [800, 800, 800]);
    expect(load(1, [800, 8000, 8000]).meanUs).toBeCloseTo(meanUs + 7200, -2);
  });
});
