// Operations on etcd: faults strike the member that was meant, last as long as they should, and the
// operator's commands wait for their answers.
import { describe, expect, test } from 'vitest';
import type { EtcdFault, EtcdFaultOperation } from '../../src/cluster/etcd-operation.js';
import { EtcdOperator } from '../../src/cluster/etcd-operator.js';
import { EtcdBench } from '../control-plane/etcd/etcd-bench.js';

const MEMBERS = 3;
const timed = { atUs: 0, source: 'operations[0]' };

class OperatedEtcd extends EtcdBench {
  readonly operator: EtcdOperator;
  readonly done: number[] = [];

  constructor(members = MEMBERS) {
    super({
      fsync: new Array<number>(members).fill(500),
      clientDelayUs: 100,
      endpoints: [0, 1, 2].slice(0, members),
    });
    this.operator = new EtcdOperator(this.simulation, this.etcd, members);
  }

  readonly noteDone = (): void => {
    this.done.push(this.simulation.now);
  };

  strike(fault: EtcdFault, more: Partial<EtcdFaultOperation> = {}): void {
    const forever = Number.POSITIVE_INFINITY;
    const what = { member: 'leader', durationUs: forever, factor: 1, delayUs: 0 } as const;
    this.operator.perform({ op: 'etcdFault', ...timed, fault, ...what, ...more }, this.noteDone);
  }

  /** Latency of a put that begins at a time; undefined: it failed. */
  putAt(time: number): () => number | undefined {
    let asked: ReturnType<EtcdBench['put']> | undefined;
    this.at(time, () => {
      asked = this.put(`key-${time}`);
    });
    return () => (asked?.result?.succeeded === true ? asked.answeredUs - asked.sentUs : undefined);
  }
}

describe('a fault', () => {
  test('of the leader strikes whichever leads then, and is mended after its duration', () => {
    const bench = new OperatedEtcd();
    bench.at(1_000_000, () => bench.strike('crash', { durationUs: 5_000_000 }));
    bench.run(4_000_000);
    expect(bench.etcd.isRunning(0)).toBe(false);
    const second = bench.etcd.leader;
    expect(second).not.toBe(0);
    bench.run(8_000_000);
    bench.strike('stop', { durationUs: 1_000_000 });
    bench.run(10_000_000);
    expect([0, 1, 2].map((member) => bench.etcd.isRunning(member))).toEqual([true, true, true]);
    expect(bench.etcd.leader).not.toBe(second);
    expect(bench.done).toEqual([1_000_000, 8_000_000]);
  });

  test('that has a name ends when it is healed, once, and leaves those without a name', () => {
    const bench = new OperatedEtcd();
    const heal = (fault: string | undefined): void =>
      bench.operator.perform({ op: 'heal', ...timed, fault }, bench.noteDone);
    const running = () => [0, 1, 2].map((member) => bench.etcd.isRunning(member));
    bench.run(1_000_000);
    bench.strike('crash', { name: 'loss', member: 1, durationUs: 20_000_000 });
    bench.run(2_000_000);
    heal('other');
    bench.run(3_000_000);
    expect(running()).toEqual([true, false, true]);
    heal('loss');
    bench.run(5_000_000);
    expect(running()).toEqual([true, true, true]);
    bench.strike('crash', { member: 1 });
    bench.strike('stop', { name: 'upgrade', member: 2 });
    bench.run(6_000_000);
    heal(undefined);
    bench.run(30_000_000);
    expect(running()).toEqual([true, false, true]);
    expect(bench.done).toHaveLength(6);
  });

  test('waits for a leader when there is none', () => {
    const bench = new OperatedEtcd();
    bench.at(1_000_000, () => {
      bench.strike('crash');
      bench.strike('pause', { durationUs: 1_000_000 });
    });
    bench.run(1_500_000);
    expect(bench.done).toEqual([1_000_000]);
    bench.run(10_000_000);
    expect(bench.done).toHaveLength(2);
    expect(bench.done[1]).toBeGreaterThan(2_000_000);
    expect(bench.etcd.leader).toBeDefined();
  });

  test.each([
    ['slowDisk', { factor: 10 }, 9 * 500],
    ['slowCpu', { factor: 10 }, 500],
    ['stallDisk', { durationUs: 500_000 }, 400_000],
    ['slowNetwork', { delayUs: 5_000 }, 9_000],
  ] as const)('%s of the leader makes writes slower, until it is over', (fault, more, least) => {
    const bench = new OperatedEtcd();
    const calm = bench.putAt(500_000);
    bench.at(1_000_000, () => bench.strike(fault, { durationUs: 2_000_000, ...more }));
    const during = bench.putAt(1_050_000);
    const later = bench.putAt(5_000_000);
    bench.run(8_000_000);
    expect((during() as number) - (calm() as number)).toBeGreaterThan(least);
    expect(Math.abs((later() as number) - (calm() as number))).toBeLessThan(500);
    expect(bench.etcd.leaderChanges).toBe(0);
  });

  test('partition cuts a leader off from the others, who elect another', () => {
    const bench = new OperatedEtcd();
    bench.at(1_000_000, () => bench.strike('partition', { durationUs: 10_000_000 }));
    bench.run(6_000_000);
    expect(bench.etcd.leader).not.toBe(0);
    expect(bench.etcd.verdict).toBeUndefined();
    bench.run(20_000_000);
    expect(bench.etcd.leaderChanges).toBe(1);
  });

  test('fullDisk ends the process at its next write, and it begins again with room', () => {
    const bench = new OperatedEtcd();
    bench.at(1_000_000, () => bench.strike('fullDisk', { member: 1, durationUs: 5_000_000 }));
    bench.putAt(2_000_000);
    bench.run(3_000_000);
    expect(bench.etcd.isRunning(1)).toBe(false);
    bench.run(10_000_000);
    expect(bench.etcd.isRunning(1)).toBe(true);
  });

  test('of two members of three for good ends all writing, and the verdict says so', () => {
    const bench = new OperatedEtcd();
    bench.at(1_000_000, () => {
      bench.strike('crash', { member: 1 });
      bench.strike('crash', { member: 2 });
    });
    const during = bench.putAt(3_000_000);
    bench.run(20_000_000);
    expect(during()).toBeUndefined();
    expect(bench.etcd.verdict).toBe('etcd has no quorum from t=1 s: 1 of 3 members is running');
  });
});

describe('etcdctl', () => {
  test('defragments all members, one after the other, each alone', () => {
    const bench = new OperatedEtcd();
    for (const key of ['a', 'b', 'c']) {
      bench.ask(key, (kind, target) => bench.client.putBytes(key, 0, 1_000_000, kind, target));
    }
    bench.at(1_000_000, () =>
      bench.operator.perform({ op: 'defrag', ...timed, member: 'all' }, bench.noteDone),
    );
    bench.run(5_000_000);
    const counts = [0, 1, 2].map((member) => bench.etcd.metricsOf(member)?.defragment);
    expect(counts.map((each) => each?.count)).toEqual([1, 1, 1]);
    const seconds = counts.reduce((sum, each) => sum + (each?.sum ?? 0), 0);
    expect((bench.done[0] as number) - 1_000_000).toBeGreaterThan(seconds * 1_000_000);
  });

  test('goes on with the next member when one is down', () => {
    const bench = new OperatedEtcd();
    bench.at(500_000, () => bench.strike('crash', { member: 1 }));
    bench.at(1_000_000, () =>
      bench.operator.perform({ op: 'defrag', ...timed, member: 'all' }, bench.noteDone),
    );
    bench.run(5_000_000);
    expect(bench.done).toHaveLength(2);
    expect(bench.etcd.metricsOf(1)?.defragment.count).toBe(0);
    expect(bench.etcd.metricsOf(2)?.defragment.count).toBe(1);
  });

  test('compacts to the revision of that time', () => {
    const bench = new OperatedEtcd(1);
    for (const name of ['a', 'b', 'c']) bench.put(name);
    bench.at(1_000_000, () => bench.operator.perform({ op: 'compact', ...timed }, bench.noteDone));
    bench.run(2_000_000);
    expect(bench.done).toHaveLength(1);
    const old = bench.ask('', (kind, target) =>
      bench.client.range({ prefix: '', startKey: '', limit: 0, revision: 2 }, kind, target),
    );
    bench.run(3_000_000);
    expect(old.result?.error).toBe('etcdserver: mvcc: required revision has been compacted');
  });
});
