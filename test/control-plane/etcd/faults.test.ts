// What faults do to an etcd cluster: how long writes are unavailable, who leads afterwards, that
// nothing that was acknowledged is ever lost.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EtcdError } from '../../../src/client/etcd-client.js';
import { type Asked, EtcdBench, type EtcdBenchOptions } from './etcd-bench.js';

const SECOND = 1_000_000;
const FSYNC = [800, 800, 800];

/** A client that puts a new key every 10 ms, whatever becomes of those before. */
class Writer {
  readonly asked: Asked[] = [];

  constructor(bench: EtcdBench) {
    const due = bench.simulation.defineEvent('test.WriteDue', () => {
      this.asked.push(bench.put(`key-${this.asked.length}`));
      bench.simulation.after(10_000, due);
    });
    bench.simulation.after(0, due);
  }

  /** Times of the answers to writes that succeeded, ascending. */
  get successTimes(): number[] {
    const good = this.asked.filter(({ result }) => result?.succeeded);
    return good.map(({ answeredUs }) => answeredUs).sort((a, b) => a - b);
  }

  /** The longest time between two writes that succeeded. */
  get longestGapUs(): number {
    const times = this.successTimes;
    return Math.max(...times.map((time, i) => time - (times[i - 1] ?? 0)));
  }

  get errors(): (EtcdError | undefined)[] {
    return this.asked.map(({ result }) => result?.error).filter((error) => error !== undefined);
  }
}

const all = { endpoints: [0, 1, 2] };

function bench(options: Partial<EtcdBenchOptions> = {}): EtcdBench {
  return new EtcdBench({ fsync: FSYNC, ...all, ...options });
}

describe('a crash of the leader', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'makes writes unavailable for 1.0 to 2.5 s (seed %i)',
    (seed) => {
      const each = bench({ seed: `${seed}` });
      const writer = new Writer(each);
      each.at(3 * SECOND + seed * 12_345, () => each.etcd.faults.crash(0));
      each.run(10 * SECOND);
      expect(writer.longestGapUs).toBeGreaterThan(1.0 * SECOND);
      expect(writer.longestGapUs).toBeLessThan(2.5 * SECOND);
      expect(each.etcd.leader).not.toBe(0);
    },
  );

  test('is the only change of leader, also when the old one comes back', () => {
    const each = bench();
    const writer = new Writer(each);
    each.at(3 * SECOND, () => each.etcd.faults.crash(0));
    each.at(6 * SECOND, () => each.etcd.faults.start(0));
    each.run(12 * SECOND);
    expect(each.etcd.leaderChanges).toBe(1);
    expect(writer.asked.filter(({ result }) => result?.succeeded).length).toBeGreaterThan(700);
    expect(each.etcd.isSettled).toBe(true);
  });

  test('costs no events once all is well again', () => {
    const each = bench();
    each.at(1 * SECOND, () => each.etcd.faults.crash(0));
    each.at(4 * SECOND, () => each.etcd.faults.start(0));
    each.run(20 * SECOND);
    const { events } = each.simulation;
    each.run(3600 * SECOND);
    expect(each.simulation.events - events).toBeLessThan(10);
  });

  test('breaks a client that knows only that member, until it is back', () => {
    const each = bench({ endpoints: [0] });
    const writer = new Writer(each);
    each.at(1 * SECOND, () => each.etcd.faults.crash(0));
    each.at(9 * SECOND, () => each.etcd.faults.start(0));
    each.run(20 * SECOND);
    expect(new Set(writer.errors)).toEqual(
      new Set(['connection error: the member of etcd is not available']),
    );
    expect(writer.longestGapUs).toBeGreaterThan(8 * SECOND);
    expect(writer.successTimes.at(-1)).toBeGreaterThan(19.9 * SECOND);
  });

  test('of a cluster of one makes it unavailable until it is back, and loses nothing', () => {
    const each = new EtcdBench({ fsync: [800] });
    const writer = new Writer(each);
    each.at(1 * SECOND, () => each.etcd.faults.crash(0));
    each.at(5 * SECOND, () => each.etcd.faults.start(0));
    each.run(8 * SECOND);
    expect(writer.successTimes.at(-1)).toBeGreaterThan(7.9 * SECOND);
    for (const { key, result } of writer.asked.filter((asked) => asked.result?.succeeded)) {
      expect(each.etcd.get(key)?.metadata.resourceVersion).toBe(result?.revision);
    }
  });
});

describe('a graceful end of the leader', () => {
  test('hands over first: writes pause for a few milliseconds', () => {
    const each = bench({ endpoints: [1, 2] });
    const writer = new Writer(each);
    each.at(3 * SECOND, () => each.etcd.faults.shutDown(0));
    each.run(6 * SECOND);
    expect(each.etcd.leader).not.toBe(0);
    expect(writer.errors).toEqual([]);
    expect(writer.longestGapUs).toBeLessThan(50_000);
  });
});

describe("a stall of the leader's disks", () => {
  test.each([1, 2, 3, 4])('of 3 s makes exactly one change of leader (seed %i)', (seed) => {
    const each = bench({ seed: `stall-${seed}` });
    const writer = new Writer(each);
    each.at(2 * SECOND, () => each.etcd.faults.stallDisks(0, 3 * SECOND));
    each.run(15 * SECOND);
    expect(each.etcd.leaderChanges).toBe(1);
    expect(each.etcd.leader).not.toBe(0);
    expect(writer.longestGapUs).toBeGreaterThan(0.8 * SECOND);
    expect(writer.longestGapUs).toBeLessThan(3.5 * SECOND);
  });

  test('of 0.8 s makes none', () => {
    const each = bench();
    const writer = new Writer(each);
    each.at(2 * SECOND, () => each.etcd.faults.stallDisks(0, 0.8 * SECOND));
    each.run(10 * SECOND);
    expect(each.etcd.leaderChanges).toBe(0);
    expect(writer.longestGapUs).toBeGreaterThan(0.75 * SECOND);
  });

  test('that nobody has announced begins an election all the same', () => {
    // One flush in 150 takes 3 s.
    const fsync = {
      kind: 'mixture' as const,
      parts: [
        { weight: 149, of: { kind: 'constant' as const, value: 800 } },
        { weight: 1, of: { kind: 'constant' as const, value: 3 * SECOND } },
      ],
    };
    const each = bench({ fsync: [fsync, 800, 800] });
    new Writer(each);
    each.run(20 * SECOND);
    expect(each.etcd.leaderChanges).toBe(1);
    expect(each.etcd.leader).not.toBe(0);
  });
});

describe('a stopped process', () => {
  test('that leads is replaced, and follows when it goes on', () => {
    const each = bench();
    const writer = new Writer(each);
    each.at(2 * SECOND, () => each.etcd.faults.pause(0));
    each.at(8 * SECOND, () => each.etcd.faults.resume(0));
    each.run(30 * SECOND);
    expect(each.etcd.leaderChanges).toBe(1);
    expect(each.etcd.leader).not.toBe(0);
    // Whatever was at the stopped member waited for it; the others went on.
    expect(writer.longestGapUs).toBeLessThan(2.5 * SECOND);
    expect(each.etcd.isSettled).toBe(true);
  });

  test('is given up by its clients after 40 s', () => {
    const each = bench({ endpoints: [0] });
    const writer = new Writer(each);
    each.at(2 * SECOND, () => each.etcd.faults.pause(0));
    each.run(60 * SECOND);
    const failed = writer.asked.find(({ result }) => result?.error !== undefined);
    expect(failed?.answeredUs).toBe(42 * SECOND);
  });
});

describe('cut networks', () => {
  test('a leader in the minority steps down, and the others go on', () => {
    const each = bench({ endpoints: [1, 2] });
    const writer = new Writer(each);
    each.at(2 * SECOND, () => each.etcd.faults.isolate(0, true));
    each.at(9 * SECOND, () => each.etcd.faults.isolate(0, false));
    each.run(20 * SECOND);
    expect(each.etcd.leaderChanges).toBe(1);
    expect(writer.longestGapUs).toBeLessThan(3 * SECOND);
    expect(each.etcd.isSettled).toBe(true);
  });

  test('a follower that was cut off disturbs nobody when it is back', () => {
    const each = bench();
    const writer = new Writer(each);
    each.at(2 * SECOND, () => each.etcd.faults.isolate(2, true));
    each.at(20 * SECOND, () => each.etcd.faults.isolate(2, false));
    each.run(40 * SECOND);
    expect(each.etcd.leaderChanges).toBe(0);
    expect(writer.longestGapUs).toBeLessThan(0.1 * SECOND);
    expect(each.etcd.isSettled).toBe(true);
  });

  test('writes in a minority time out after 7 s', () => {
    const each = bench({ endpoints: [2] });
    const writer = new Writer(each);
    each.at(2 * SECOND, () => each.etcd.faults.isolate(2, true));
    each.run(20 * SECOND);
    expect(writer.errors[0]).toBe('etcdserver: request timed out');
    const failed = writer.asked.find(({ result }) => result?.error !== undefined);
    const tookUs = (failed?.answeredUs ?? 0) - (failed?.sentUs ?? 0);
    expect(Math.abs(tookUs - 7 * SECOND)).toBeLessThan(1000);
  });

  test('linearizable reads in a minority fail, serializable ones see what was applied there', () => {
    const each = bench({ endpoints: [2] });
    each.put('a');
    each.at(2 * SECOND, () => each.etcd.faults.isolate(2, true));
    let linearizable: Asked | undefined;
    let serializable: Asked | undefined;
    each.at(3 * SECOND, () => {
      linearizable = each.read('a');
      serializable = each.ask('a', (kind, target) =>
        each.client.readSerializable('a', kind, target),
      );
    });
    each.run(60 * SECOND);
    expect(serializable?.result?.current?.metadata.name).toBe('a');
    expect(serializable?.answeredUs).toBeLessThan(3.01 * SECOND);
    expect(linearizable?.result?.error).toBe('etcdserver: request timed out');
  });
});

describe('a cluster without a quorum', () => {
  test('says since when, and goes on when there is one again', () => {
    const each = bench({ endpoints: [2] });
    const writer = new Writer(each);
    each.at(2 * SECOND, () => each.etcd.faults.crash(0));
    each.at(5 * SECOND, () => each.etcd.faults.crash(1));
    each.run(30 * SECOND);
    expect(each.etcd.verdict).toBe('etcd has no quorum from t=5 s: 1 of 3 members is running');
    each.etcd.faults.start(1);
    each.run(60 * SECOND);
    expect(each.etcd.verdict).toBeUndefined();
    expect(writer.successTimes.at(-1)).toBeGreaterThan(59.9 * SECOND);
  });

  test('whose elections never succeed says so too', () => {
    // A vote is durable after 30 s, when nobody waits for it any more.
    const each = bench();
    each.put('a');
    each.at(2 * SECOND, () => {
      for (const member of [0, 1, 2]) each.etcd.faults.degradeDisks(member, 40_000);
      each.put('b');
    });
    each.run(300 * SECOND);
    expect(each.etcd.verdict).toMatch(/^etcd has had no leader since t=\d+(\.\d+)? s: /);
  });

  test('is no news in a healthy one', () => {
    const each = bench();
    each.put('a');
    each.run(10 * SECOND);
    expect(each.etcd.verdict).toBeUndefined();
  });
});

describe('a slow follower', () => {
  test('falls behind the log in memory, gets a snapshot, and catches up', () => {
    const each = bench({ endpoints: [0] });
    each.at(1, () => each.etcd.faults.crash(2));
    let puts = 0;
    each.onAnswer = ({ key, result }) => {
      if (++puts < 7000) each.put(key, result?.revision);
    };
    each.at(SECOND, () => {
      for (let i = 0; i < 20; i++) each.put(`k${i}`);
    });
    each.at(60 * SECOND, () => each.etcd.faults.start(2));
    each.run(90 * SECOND);
    expect(each.etcd.isSettled).toBe(true);
    expect(each.etcd.metricsOf(0)?.snapshotSend.count).toBe(1);
  });
});

describe('a full disk', () => {
  test('ends the process at its next write; with room again it can be started', () => {
    const each = bench({ endpoints: [1] });
    const writer = new Writer(each);
    each.at(2 * SECOND, () => each.etcd.faults.fillDisk(2, true));
    each.at(4 * SECOND, () => {
      expect(each.etcd.isRunning(2)).toBe(false);
      each.etcd.faults.start(2);
    });
    each.at(5 * SECOND, () => {
      expect(each.etcd.isRunning(2)).toBe(false);
      each.etcd.faults.fillDisk(2, false);
      each.etcd.faults.start(2);
    });
    each.run(9 * SECOND);
    expect(writer.errors).toEqual([]);
    expect(each.etcd.isSettled).toBe(true);
  });
});

type Fault =
  | {
      readonly do: 'crash' | 'start' | 'pause' | 'resume' | 'isolate' | 'join';
      readonly id: number;
    }
  | { readonly do: 'stall' | 'slow' | 'delay'; readonly id: number; readonly us: number };

const fault = (members: number): fc.Arbitrary<Fault> => {
  const id = fc.nat({ max: members - 1 });
  const plain = fc.constantFrom(
    'crash',
    'start',
    'start',
    'pause',
    'resume',
    'resume',
    'isolate',
    'join',
    'join',
  );
  return fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: plain, id }) as fc.Arbitrary<Fault> },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('stall' as const, 'slow' as const, 'delay' as const),
        id,
        us: fc.integer({ min: 1000, max: 4 * SECOND }),
      }),
    },
  );
};

function strike(each: EtcdBench, what: Fault): void {
  const { faults } = each.etcd;
  if (what.do === 'crash') faults.crash(what.id);
  else if (what.do === 'start') faults.start(what.id);
  else if (what.do === 'pause') faults.pause(what.id);
  else if (what.do === 'resume') faults.resume(what.id);
  else if (what.do === 'stall') faults.stallDisks(what.id, what.us);
  else if (what.do === 'slow') faults.degradeDisks(what.id, what.us / 1000);
  else if (what.do === 'delay') faults.delayMessages(what.id, Math.round(what.us / 20));
  else faults.isolate(what.id, what.do === 'isolate');
}

/** A member is stopped while a timer of its reads is due, and goes on after the leader is gone. */
const stoppedInAnswers: { at: number; what: Fault }[] = [
  { at: 11_105_661, what: { do: 'pause', id: 2 } },
  { at: 11_111_268, what: { do: 'crash', id: 0 } },
];

describe('whatever happens', () => {
  test.each([1, 3, 5])(
    'a cluster of %i loses no write that it has acknowledged, and recovers',
    (members) => {
      const plan = fc.array(
        fc.record({ at: fc.integer({ min: 1000, max: 20 * SECOND }), what: fault(members) }),
        { maxLength: 25 },
      );
      fc.assert(
        fc.property(plan, fc.string({ minLength: 1, maxLength: 4 }), (faults, seed) => {
          const ids = Array.from({ length: members }, (_, id) => id);
          const each = new EtcdBench({
            seed,
            fsync: ids.map(() => ({ kind: 'exponential', mean: 2000 })),
            endpoints: ids,
          });
          const acknowledged = new Map<string, number>();
          let number = 0;
          // Every fourth request is a linearizable read, whose revision the history judges.
          const next = each.simulation.defineEvent('test.NextDue', () => {
            const key = `k${number++}`;
            if (number % 4 === 0) each.read(key);
            else each.put(key);
          });
          each.onAnswer = ({ key, result }) => {
            const isPut = result?.succeeded === true && result.current !== undefined;
            if (isPut && key !== 'probe') acknowledged.set(key, result.revision);
            if (number < 800) each.simulation.after(60_000, next);
          };
          for (let i = 0; i < 3; i++) each.simulation.at(i * 1000, next);
          for (const { at, what } of faults) each.at(at, () => strike(each, what));
          each.at(21 * SECOND, () => {
            for (const id of ids) {
              for (const heal of ['resume', 'start', 'join'] as const) {
                strike(each, { do: heal, id });
              }
              each.etcd.faults.degradeDisks(id, 1);
              each.etcd.faults.delayMessages(id, 0);
            }
          });
          let last: Asked | undefined;
          each.at(60 * SECOND, () => {
            last = each.read('probe');
          });
          each.run(80 * SECOND);
          expect(last?.result?.error).toBeUndefined();
          expect(last?.result?.revision).toBeGreaterThan(0);
          expect(each.etcd.isSettled).toBe(true);
          expect(each.history.violations).toEqual([]);
          for (const [key, revision] of acknowledged) {
            expect(each.etcd.get(key)?.metadata.resourceVersion, key).toBe(revision);
          }
        }),
        { numRuns: 20, examples: members === 3 ? [[stoppedInAnswers, '{4']] : [] },
      );
    },
  );
});
