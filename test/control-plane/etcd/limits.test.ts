// etcd's limits and its housekeeping: leases, the space quota, sizes, back-pressure, compaction and
// defragmentation with their pauses, watch streams that fill up.
import { describe, expect, test } from 'vitest';
import type { EtcdResult } from '../../../src/client/etcd-client.js';
import { etcdCosts, etcdSettings } from '../../../src/control-plane/etcd/constants.js';
import { type Asked, EtcdBench, type EtcdBenchOptions, value } from './etcd-bench.js';

const SECOND = 1_000_000;

function bench(options: Partial<EtcdBenchOptions> = {}): EtcdBench {
  return new EtcdBench({ fsync: [200], ...options });
}

/** Puts of a given size, one after the other, until `count` are answered. */
function fill(each: EtcdBench, count: number, bytes: number, prefix = 'k'): Asked[] {
  const asked: Asked[] = [];
  const next = (): void => {
    const key = `${prefix}${asked.length}`;
    const transaction = { key, expectedRevision: 0, value: value(key), bytes };
    asked.push(each.ask(key, (kind, target) => each.client.propose(transaction, kind, target)));
  };
  each.onAnswer = () => {
    if (asked.length < count) next();
  };
  next();
  return asked;
}

const errorOf = (asked: Asked): EtcdResult['error'] => asked.result?.error;

describe('a lease', () => {
  const grant = (each: EtcdBench, seconds: number): Asked =>
    each.ask('', (kind, target) => each.client.grantLease(seconds, kind, target));
  const putWith = (each: EtcdBench, key: string, leaseId: number): Asked => {
    const transaction = { key, expectedRevision: 0, value: value(key), bytes: 10, leaseId };
    return each.ask(key, (kind, target) => each.client.propose(transaction, kind, target));
  };

  test('ends at the first look after its time, and its keys with it, in one revision', () => {
    const each = bench();
    const granted = grant(each, 10);
    each.at(SECOND, () => {
      for (const key of ['a', 'b']) putWith(each, key, granted.result?.leaseId ?? 0);
    });
    each.run(30 * SECOND);
    const gone = each.committedEvents.filter(({ event }) => event.type === 'DELETED');
    expect(gone.map(({ event }) => [event.object.metadata.name, event.revision])).toEqual([
      ['a', 4],
      ['b', 4],
    ]);
    // Granted within the first milliseconds, looked at every half second.
    expect(gone[0]?.atUs).toBeGreaterThan(10.5 * SECOND);
    expect(gone[0]?.atUs).toBeLessThan(10.51 * SECOND);
  });

  test('that is kept alive does not end', () => {
    const each = bench();
    const granted = grant(each, 10);
    for (let second = 5; second <= 50; second += 5) {
      each.at(second * SECOND, () =>
        each.ask('', (kind, target) =>
          each.client.keepLeaseAlive(granted.result?.leaseId ?? 0, kind, target),
        ),
      );
    }
    each.at(SECOND, () => putWith(each, 'a', granted.result?.leaseId ?? 0));
    each.run(59 * SECOND);
    expect(each.etcd.get('a')).toBeDefined();
    each.run(65 * SECOND);
    expect(each.etcd.get('a')).toBeUndefined();
  });

  test('is kept alive through a follower by its leader, without an entry', () => {
    const each = new EtcdBench({ fsync: [200, 200, 200], endpoints: [1] });
    const granted = grant(each, 10);
    let kept: Asked | undefined;
    each.at(SECOND, () => {
      kept = each.ask('', (kind, target) =>
        each.client.keepLeaseAlive(granted.result?.leaseId ?? 0, kind, target),
      );
    });
    each.run(2 * SECOND);
    expect(errorOf(kept as Asked)).toBeUndefined();
    const flushes = each.disks.map((disk) => disk.flushes.length);
    expect(flushes).toEqual([1, 1, 1]);
  });

  test('that is revoked is gone, and cannot be used', () => {
    const each = bench();
    const granted = grant(each, 100);
    let late: Asked | undefined;
    each.at(SECOND, () => {
      const id = granted.result?.leaseId ?? 0;
      putWith(each, 'a', id);
      each.ask('', (kind, target) => each.client.revokeLease(id, kind, target));
    });
    each.at(2 * SECOND, () => {
      late = putWith(each, 'b', granted.result?.leaseId ?? 0);
    });
    each.run(3 * SECOND);
    expect(each.etcd.get('a')).toBeUndefined();
    expect(errorOf(late as Asked)).toBe('etcdserver: requested lease not found');
  });

  test('is at least 2 s long', () => {
    const each = bench();
    const granted = grant(each, 1);
    each.at(100_000, () => putWith(each, 'a', granted.result?.leaseId ?? 0));
    each.run(1.9 * SECOND);
    expect(each.etcd.get('a')).toBeDefined();
  });

  test('has its whole time again under a new leader', () => {
    const each = new EtcdBench({ fsync: [200, 200, 200], endpoints: [1, 2] });
    const granted = grant(each, 10);
    each.at(SECOND, () => putWith(each, 'a', granted.result?.leaseId ?? 0));
    each.at(8 * SECOND, () => each.etcd.faults.crash(0));
    each.run(18 * SECOND);
    expect(each.etcd.get('a')).toBeDefined();
    each.run(24 * SECOND);
    expect(each.etcd.get('a')).toBeUndefined();
  });

  test('keeps what it had left when leases are checkpointed', () => {
    const options = { leaseCheckpoint: true };
    const each = new EtcdBench({ fsync: [200, 200, 200], endpoints: [1, 2], options });
    const granted = grant(each, 1000);
    each.at(SECOND, () => putWith(each, 'a', granted.result?.leaseId ?? 0));
    each.at(610 * SECOND, () => each.etcd.faults.crash(0));
    // At the checkpoint of 600 s it had 400 s left; they begin anew at about 611 s.
    each.run(1005 * SECOND);
    expect(each.etcd.get('a')).toBeDefined();
    each.run(1020 * SECOND);
    expect(each.etcd.get('a')).toBeUndefined();
  });
});

describe('a request', () => {
  test('of more than 1.5 MiB is refused', () => {
    const each = bench();
    const [small, large] = [1_572_000, 1_573_000].map((bytes) => {
      const transaction = { key: `k${bytes}`, expectedRevision: 0, value: value('x'), bytes };
      return each.ask('', (kind, target) => each.client.propose(transaction, kind, target));
    });
    each.run(SECOND);
    expect(errorOf(small as Asked)).toBeUndefined();
    expect(errorOf(large as Asked)).toBe('etcdserver: request is too large');
  });

  test('is refused while more than 5,000 committed entries are not applied', () => {
    const each = bench();
    // While it is being defragmented nothing is applied, but the log goes on.
    fill(each, 60, 1_500_000);
    each.run(60 * SECOND);
    each.onAnswer = undefined;
    each.etcd.faults.defragment(0);
    const asked: Asked[] = [];
    const due = each.simulation.defineEvent('test.PutDue', (i) => asked.push(each.put(`x${i}`)));
    for (let i = 0; i < 6000; i++) each.simulation.after(i * 100, due, i);
    each.run(120 * SECOND);
    const refused = asked.filter((one) => errorOf(one) === 'etcdserver: too many requests');
    expect(refused.length).toBeGreaterThan(500);
    expect(refused.length).toBeLessThan(1000);
    expect(asked.filter(({ result }) => result?.succeeded)).toHaveLength(6000 - refused.length);
  });
});

describe('the space quota', () => {
  const quotaBackendBytes = 10_000_000;

  test('once exceeded refuses every put, and lets reads and deletions through', () => {
    const each = bench({ options: { quotaBackendBytes } });
    const puts = fill(each, 300, 100_000);
    each.run(60 * SECOND);
    const good = puts.filter(({ result }) => result?.succeeded);
    expect(good.length).toBeGreaterThan(80);
    expect(good.length).toBeLessThan(100);
    const refused = puts.slice(good.length).map(errorOf);
    expect(new Set(refused)).toEqual(new Set(['etcdserver: mvcc: database space exceeded']));
    each.onAnswer = undefined;
    const revision = good[0]?.result?.revision ?? 0;
    const read = each.read('k0');
    const deletion = each.put('k0', revision, true);
    const small = each.put('small');
    each.run(70 * SECOND);
    expect(read.result?.current?.metadata.name).toBe('k0');
    expect(deletion.result?.succeeded).toBe(true);
    expect(errorOf(small)).toBe('etcdserver: mvcc: database space exceeded');
  });

  test('is kept to again after a compaction, a defragmentation and the end of the alarm', () => {
    const each = bench({ options: { quotaBackendBytes } });
    const puts = fill(each, 100, 200_000);
    each.run(60 * SECOND);
    each.onAnswer = undefined;
    for (const { key, result } of puts) {
      if (result?.succeeded) each.put(key, result.revision, true);
    }
    each.run(61 * SECOND);
    const { revision } = each.etcd.snapshot();
    each.ask('', (kind, target) => each.client.compact(revision, kind, target));
    each.run(62 * SECOND);
    const full = each.put('a');
    each.run(63 * SECOND);
    expect(errorOf(full), 'the file has not shrunk').toMatch('space exceeded');
    each.etcd.faults.defragment(0);
    each.run(64 * SECOND);
    const alarmed = each.put('b');
    each.run(65 * SECOND);
    expect(errorOf(alarmed), 'the alarm is still on').toMatch('space exceeded');
    each.ask('', (kind, target) => each.client.disarmAlarms(kind, target));
    each.run(66 * SECOND);
    const free = each.put('c');
    each.run(67 * SECOND);
    expect(free.result?.succeeded).toBe(true);
  });

  test('holds in the whole cluster as soon as one member has raised the alarm', () => {
    const each = new EtcdBench({
      fsync: [200, 200, 200],
      endpoints: [2],
      options: { quotaBackendBytes },
    });
    const puts = fill(each, 200, 100_000);
    each.run(60 * SECOND);
    each.onAnswer = undefined;
    expect(errorOf(puts.at(-1) as Asked)).toMatch('space exceeded');
    const other = each.connect('other', [0]);
    const asked = each.ask('x', (kind, target) =>
      other.propose({ key: 'x', expectedRevision: 0, value: value('x'), bytes: 1 }, kind, target),
    );
    each.run(61 * SECOND);
    expect(errorOf(asked)).toMatch('space exceeded');
  });
});

describe('a compaction', () => {
  test('works in batches of 1,000 revisions, each with a pause of what is applied', () => {
    const each = bench();
    let revision = 0;
    let puts = 0;
    each.onAnswer = ({ result }) => {
      revision = result?.revision ?? 0;
      if (++puts < 5000) each.put('a', revision);
    };
    each.put('a');
    each.run(30 * SECOND);
    each.onAnswer = undefined;
    each.ask('', (kind, target) => each.client.compact(revision, kind, target));
    each.run(40 * SECOND);
    const metrics = each.etcd.metricsOf(0);
    expect(metrics?.compactionPause.count).toBe(5);
    expect(metrics?.compactedKeys).toBe(4999);
    // A batch takes 3 ms of CPU, a commit and two flushes; 10 ms lie between two.
    const meanMs = (metrics?.compactionPause.sum ?? 0) / 5;
    expect(meanMs).toBeGreaterThan(3 + 0.3 + 0.4 - 0.1);
    expect(meanMs).toBeLessThan(5);
  });

  test('makes old states unreadable', () => {
    const each = bench();
    const first = each.put('pods/a');
    each.run(SECOND);
    each.put('pods/a', first.result?.revision);
    each.run(2 * SECOND);
    const read = (revision: number): Asked =>
      each.ask('', (kind, target) =>
        each.client.range({ prefix: 'pods/', startKey: '', limit: 0, revision }, kind, target),
      );
    const before = read(2);
    each.run(3 * SECOND);
    expect(before.result?.values.map(({ metadata }) => metadata.resourceVersion)).toEqual([2]);
    each.ask('', (kind, target) => each.client.compact(3, kind, target));
    each.run(4 * SECOND);
    const after = read(2);
    const again = each.ask('', (kind, target) => each.client.compact(3, kind, target));
    const future = read(99);
    each.run(5 * SECOND);
    expect(errorOf(after)).toBe('etcdserver: mvcc: required revision has been compacted');
    expect(errorOf(again)).toBe('etcdserver: mvcc: required revision has been compacted');
    expect(errorOf(future)).toBe('etcdserver: mvcc: required revision is a future revision');
  });

  test('lets the file be used again instead of growing', () => {
    const each = bench();
    const first = fill(each, 100, 100_000);
    each.run(30 * SECOND);
    each.onAnswer = undefined;
    for (const { key, result } of first) each.put(key, result?.revision, true);
    each.run(31 * SECOND);
    const { revision } = each.etcd.snapshot();
    each.ask('', (kind, target) => each.client.compact(revision, kind, target));
    each.run(32 * SECOND);
    const sizeBefore = each.etcd.fileBytesOf(0);
    fill(each, 90, 100_000, 'second');
    each.run(60 * SECOND);
    expect(each.etcd.fileBytesOf(0)).toBe(sizeBefore);
  });
});

describe('a defragmentation', () => {
  test('stops reads and writes of that member for 10 ms a megabyte', () => {
    const each = bench();
    fill(each, 100, 1_000_000);
    each.run(60 * SECOND);
    each.onAnswer = undefined;
    const megabytes = (each.etcd.fileBytesOf(0) ?? 0) / 1_000_000;
    each.etcd.faults.defragment(0);
    const read = each.read('k1');
    const serializable = each.ask('k1', (kind, target) =>
      each.client.readSerializable('k1', kind, target),
    );
    const put = each.put('new');
    each.run(70 * SECOND);
    const tookUs = megabytes * 1000 * etcdCosts.defragmentNanosecondsPerByte;
    for (const { answeredUs, sentUs } of [read, serializable, put]) {
      expect((answeredUs - sentUs) / tookUs).toBeGreaterThan(0.98);
      expect((answeredUs - sentUs) / tookUs).toBeLessThan(1.02);
    }
  });

  test('of a follower does not hold up the others', () => {
    const each = new EtcdBench({ fsync: [200, 200, 200], endpoints: [0] });
    fill(each, 50, 1_000_000);
    each.run(60 * SECOND);
    each.onAnswer = undefined;
    each.etcd.faults.defragment(2);
    const put = each.put('new');
    each.run(61 * SECOND);
    expect(put.answeredUs - put.sentUs).toBeLessThan(5000);
  });
});

describe('a watch stream', () => {
  /** Opens a watch, and notes when each revision arrived. */
  function follow(each: EtcdBench): Map<number, number> {
    const arrivals = new Map<number, number>();
    const client = each.connect('watcher', [0]);
    let seen = each.etcd.snapshot().revision;
    const arrived = each.simulation.defineEvent('test.ChangeArrived', (_, upTo) => {
      for (; seen < upTo; seen++) arrivals.set(seen + 1, each.simulation.now);
    });
    client.watch(arrived, 0);
    return arrivals;
  }

  test('tells of a change right after it is applied', () => {
    const each = bench();
    const arrivals = follow(each);
    const put = each.put('a');
    each.run(SECOND);
    expect((arrivals.get(2) ?? 0) - put.answeredUs).toBe(etcdCosts.watchSendCpuUs);
  });

  test('that is full because its client is slow is behind for a while, and misses nothing', () => {
    const each = bench({ clientBytesPerSecond: 100_000 });
    const arrivals = follow(each);
    fill(each, 2000, 1000);
    each.run(60 * SECOND);
    expect(each.etcd.metricsOf(0)?.slowWatchers).toBeGreaterThan(0);
    expect(arrivals.size).toBe(2000);
    const times = [...arrivals.values()];
    expect(times.every((time, i) => time >= (times[i - 1] ?? 0))).toBe(true);
  });

  test('that starts in the past is brought up to date, 1,000 revisions every 100 ms', () => {
    const each = bench();
    fill(each, 2500, 10);
    each.run(30 * SECOND);
    each.onAnswer = undefined;
    const seen: number[] = [];
    const client = each.connect('late', [0]);
    const arrived = each.simulation.defineEvent('test.LateArrived', (_, upTo) => seen.push(upTo));
    client.watch(arrived, 0, 1);
    each.run(31 * SECOND);
    expect(seen).toEqual([1001, 2001, 2501]);
  });

  test('answers how far it is when asked, also when nothing has changed', () => {
    const each = bench();
    const seen: number[] = [];
    const client = each.connect('watcher', [0]);
    const arrived = each.simulation.defineEvent('test.Progressed', (_, upTo) => seen.push(upTo));
    client.watch(arrived, 0);
    each.put('a');
    each.run(SECOND);
    client.requestProgress();
    each.run(2 * SECOND);
    expect(seen).toEqual([2, 2]);
  });

  test('that is silent for its interval says how far it is, once', () => {
    const each = bench({ options: { watchProgressNotifyIntervalUs: 5 * SECOND } });
    const arrivals: number[] = [];
    const client = each.connect('watcher', [0]);
    const arrived = each.simulation.defineEvent('test.Progressed', () =>
      arrivals.push(each.simulation.now),
    );
    client.watch(arrived, 0);
    each.put('a');
    each.run(60 * SECOND);
    const [change = 0, progress = 0, ...more] = arrivals;
    expect(Math.abs(progress - change - 5 * SECOND)).toBeLessThan(100);
    expect(more).toEqual([]);
  });

  test('goes on at another member when its own is gone, and misses nothing', () => {
    const each = new EtcdBench({ fsync: [200, 200, 200], endpoints: [1, 2] });
    const seen: number[] = [];
    const client = each.connect('watcher', [0, 1, 2]);
    let last = 1;
    const arrived = each.simulation.defineEvent('test.ChangeSeen', (_, upTo) => {
      for (; last < upTo; last++) seen.push(last + 1);
    });
    client.watch(arrived, 0);
    let puts = 0;
    const due = each.simulation.defineEvent('test.PutDue', () => each.put(`k${puts++}`));
    for (let i = 0; i < 500; i++) each.simulation.at(i * 20_000, due);
    each.at(3 * SECOND, () => each.etcd.faults.crash(0));
    each.run(30 * SECOND);
    const { revision } = each.etcd.snapshot();
    expect(seen).toEqual(Array.from({ length: revision - 1 }, (_, i) => i + 2));
  });

  test('ends when there has been no leader for three election timeouts', () => {
    const each = new EtcdBench({ fsync: [200, 200, 200], endpoints: [0, 1, 2] });
    const client = each.connect('watcher', [2]);
    const seen: number[] = [];
    const arrived = each.simulation.defineEvent('test.ChangeSeen', (_, upTo) => seen.push(upTo));
    client.watch(arrived, 0);
    each.at(SECOND, () => each.etcd.faults.isolate(2, true));
    each.at(10 * SECOND, () => each.put('a'));
    each.run(20 * SECOND);
    expect(seen).toEqual([]);
    each.etcd.faults.isolate(2, false);
    each.run(40 * SECOND);
    expect(seen.at(-1)).toBe(each.etcd.snapshot().revision);
    const { noLeaderTimeouts } = etcdSettings;
    expect(noLeaderTimeouts).toBe(3);
  });
});
