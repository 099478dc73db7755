// How long etcd takes: the worked timelines of the reference (controlplane A16), group commit, slow
// disks, and how throughput grows with the number of clients.
import { describe, expect, test } from 'vitest';
import { etcdConstants } from '../../../src/control-plane/etcd/constants.js';
import { EtcdBench } from './etcd-bench.js';

const { rpcOverheadUs, peerDelayUs, readyCpuUs, readyCpuPerEntryUs, applyCpuUs, rangeCpuUs } =
  etcdConstants;

describe('one put to an idle cluster of three, flushes of 0.8 ms', () => {
  const bench = new EtcdBench({ fsync: [800, 800, 800] });
  const log: [number, string][] = [];
  bench.simulation.onEvent = (time, name, target) => {
    if (!/CpuTimeUsed|Flushed/.test(name)) log.push([time, `${name} ${target}`]);
  };
  const asked = bench.put('a');
  bench.run();

  test('passes the stages of the reference at their times', () => {
    expect(log).toEqual([
      [100, 'etcd.ProposalArrived 0'],
      [125, 'etcd-0.ReadyProcessed 0'],
      [250, 'etcd.AppendArrived 1'],
      [250, 'etcd.AppendArrived 2'],
      [275, 'etcd-1.ReadyProcessed 0'],
      [275, 'etcd-2.ReadyProcessed 0'],
      [925, 'etcd-0.ReadyPersisted 0'],
      [1075, 'etcd-1.ReadyPersisted 0'],
      [1075, 'etcd-2.ReadyPersisted 0'],
      [1200, 'etcd.AppendAcknowledged 1'],
      [1200, 'etcd.AppendAcknowledged 2'],
      [1220, 'etcd-0.ReadyProcessed 0'],
      [1220, 'etcd-0.ReadyPersisted 0'],
      [1238, 'etcd.EntriesApplied 0'],
      [1338, 'test.EtcdAnswered 0'],
      [1345, 'etcd.AppendArrived 1'],
      [1345, 'etcd.AppendArrived 2'],
      [1365, 'etcd-1.ReadyProcessed 0'],
      [1365, 'etcd-1.ReadyPersisted 0'],
      [1365, 'etcd-2.ReadyProcessed 0'],
      [1365, 'etcd-2.ReadyPersisted 0'],
    ]);
  });

  test('is answered after 1.33 ms, within the rounding of the table', () => {
    expect(asked.answeredUs / 1000).toBeCloseTo(1.33, 1);
    expect(bench.committedEvents.map(({ atUs }) => atUs)).toEqual([1238]);
  });

  test('costs one flush on each member; telling the commit costs none', () => {
    expect(bench.disks.map(({ flushes }) => flushes.length)).toEqual([1, 1, 1]);
  });
});

describe('the serial loop', () => {
  test('a leader whose flush takes 5 ms answers at 5.25 ms, though the commit is known at 1.2 ms', () => {
    const bench = new EtcdBench({ fsync: [5000, 800, 800] });
    const asked = bench.put('a');
    bench.run();
    expect(asked.answeredUs).toBe(125 + 5000 + readyCpuUs + applyCpuUs + rpcOverheadUs);
    expect(asked.answeredUs / 1000).toBeCloseTo(5.25, 1);
  });

  test('one member commits when its own flush is done', () => {
    const bench = new EtcdBench({ fsync: [800] });
    const asked = bench.put('a');
    bench.run();
    expect(asked.answeredUs).toBe(125 + 800 + readyCpuUs + applyCpuUs + rpcOverheadUs);
  });

  test('everything that gathers during a flush shares the next one', () => {
    const bench = new EtcdBench({ fsync: [10_000] });
    const due = bench.simulation.defineEvent('test.PutDue', (i) => bench.put(`key-${i}`));
    bench.simulation.at(0, due, 0);
    for (let i = 1; i <= 200; i++) bench.simulation.at(1000 + i * 10, due, i);
    bench.run();
    const entries = bench.disks[0]?.flushes.map((bytes) => bytes / etcdConstants.walBytesPerEntry);
    expect(entries).toEqual([1, 200]);
    expect(bench.committedEvents).toHaveLength(201);
  });

  test('a follower too flushes once for all entries that reach it during a flush', () => {
    const bench = new EtcdBench({ fsync: [100, 20_000, 20_000] });
    const due = bench.simulation.defineEvent('test.PutDue', (i) => bench.put(`key-${i}`));
    for (let i = 0; i < 10; i++) bench.simulation.at(i * 1000, due, i);
    bench.run();
    expect(bench.disks.map(({ flushes }) => flushes.length)).toEqual([10, 2, 2]);
  });
});

describe('a linearizable read', () => {
  test('of an idle single member needs no round trip', () => {
    const bench = new EtcdBench({ fsync: [800] });
    const asked = bench.read('a');
    bench.run();
    expect(asked.answeredUs).toBe(2 * rpcOverheadUs + readyCpuUs + rangeCpuUs);
  });

  test('of an idle cluster of three takes a heartbeat round of a quorum, about 0.5 ms', () => {
    const bench = new EtcdBench({ fsync: [800, 800, 800] });
    const asked = bench.read('a');
    bench.run();
    const roundUs = readyCpuUs + peerDelayUs + readyCpuUs + peerDelayUs + readyCpuUs;
    expect(asked.answeredUs).toBe(2 * rpcOverheadUs + roundUs + rangeCpuUs);
    expect(asked.answeredUs / 1000).toBeCloseTo(0.5, 1);
    expect(bench.disks.map(({ flushes }) => flushes.length)).toEqual([0, 0, 0]);
  });

  test('that arrives during a round waits for the next, together with all others', () => {
    const bench = new EtcdBench({ fsync: [800, 800, 800] });
    const due = bench.simulation.defineEvent('test.ReadDue', (i) => reads.push(bench.read(`${i}`)));
    const reads: ReturnType<EtcdBench['read']>[] = [];
    for (const time of [0, 50, 100, 200]) bench.simulation.at(time, due, time);
    bench.run();
    const roundUs = 3 * readyCpuUs + 2 * peerDelayUs;
    const first = rpcOverheadUs + roundUs + rangeCpuUs + rpcOverheadUs;
    expect(reads.map(({ answeredUs }) => answeredUs)).toEqual([
      first,
      first + roundUs,
      first + roundUs,
      first + roundUs,
    ]);
  });

  test('waits for a flush that the leader is at, as all messages do', () => {
    const bench = new EtcdBench({ fsync: [5000] });
    bench.put('a');
    const due = bench.simulation.defineEvent('test.ReadDue', () => {
      asked = bench.read('a');
    });
    let asked: ReturnType<EtcdBench['read']> | undefined;
    bench.simulation.at(200, due);
    bench.run();
    expect(asked?.answeredUs).toBe(5125 + readyCpuUs + rangeCpuUs + rpcOverheadUs);
  });

  test('waits until what was committed when it came is applied', () => {
    const bench = new EtcdBench({ fsync: [5000, 100, 100] });
    bench.put('a');
    // The followers commit at about 0.5 ms; the leader cannot apply before its flush ends at 5.1
    // ms.
    let asked: ReturnType<EtcdBench['read']> | undefined;
    const due = bench.simulation.defineEvent('test.ReadDue', () => {
      asked = bench.read('a');
    });
    bench.simulation.at(1000, due);
    bench.run();
    expect(asked?.answeredUs).toBeGreaterThan(5125);
    expect(asked?.result?.current?.metadata.resourceVersion).toBe(2);
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
  bench.simulation.run(1_000_000);
  return { perSecond: answered, meanUs: latencyUs / answered };
}

describe('throughput', () => {
  test('of one client is one write a latency', () => {
    const { perSecond, meanUs } = load(1, [800, 800, 800]);
    expect(meanUs).toBe(1338);
    expect(perSecond).toBe(Math.floor(1_000_000 / 1338));
  });

  test.each([
    [64, 2000, 4000],
    [256, 4500, 15_000],
  ])('of %i clients on disks of 8.5 ms is %i to %i a second', (clients, least, most) => {
    const { perSecond } = load(clients, [8500, 8500, 8500]);
    expect(perSecond).toBeGreaterThan(least);
    expect(perSecond).toBeLessThan(most);
  });

  test('of 1000 clients is bound by the CPU of applying: 40,000 to 55,000 a second', () => {
    const { perSecond, meanUs } = load(1000, [700, 700, 700]);
    expect(perSecond).toBeGreaterThan(40_000);
    expect(perSecond).toBeLessThan(1_000_000 / applyCpuUs);
    expect(meanUs).toBeGreaterThan(18_000);
    expect(meanUs).toBeLessThan(25_000);
  });

  test('a follower that is ten times slower leaves writes as quick as they were', () => {
    const equal = load(1, [800, 800, 800]);
    expect(load(1, [800, 800, 8000])).toEqual(equal);
    expect(load(20, [800, 800, 8000]).meanUs).toBeCloseTo(load(20, [800, 800, 800]).meanUs, -2);
  });

  test('a leader that is ten times slower does not', () => {
    expect(load(1, [8000, 800, 800]).meanUs).toBeGreaterThan(6 * 1338);
  });

  test('two slow followers of three slow down everything: there is no quorum without them', () => {
    expect(load(1, [800, 8000, 8000]).meanUs).toBe(1338 + 7200);
  });
});

test('the CPU of a pass grows with its entries, and 8 entries at a time are applied', () => {
  const bench = new EtcdBench({ fsync: [10_000] });
  for (let i = 0; i < 18; i++) bench.put(`key-${i}`);
  bench.run();
  const times = bench.committedEvents.map(({ atUs }) => atUs);
  const passUs = (entries: number): number => readyCpuUs + entries * readyCpuPerEntryUs;
  const first = rpcOverheadUs + passUs(1) + 10_000 + passUs(17) + applyCpuUs;
  const rest = rpcOverheadUs + passUs(1) + 10_000 + passUs(17) + 10_000 + readyCpuUs;
  expect(times).toEqual([
    first,
    ...new Array(8).fill(rest + 8 * applyCpuUs),
    ...new Array(8).fill(rest + 16 * applyCpuUs),
    rest + 17 * applyCpuUs,
  ]);
});
