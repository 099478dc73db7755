// What etcd promises its clients, whatever the disks do: durable on a quorum before it is told,
// compare-and-put, one revision a write, watchers miss nothing, linearizable reads.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { WatchEvent } from '../../../src/client/watch.js';
import { etcdCosts } from '../../../src/control-plane/etcd/constants.js';
import type { DistributionSpec } from '../../../src/kernel/distributions.js';
import { type Asked, EtcdBench, value } from './etcd-bench.js';

const exponential = (mean: number): DistributionSpec => ({ kind: 'exponential', mean });

/** Requests at times: a put or a delete of what the store has then, or a read. */
interface Planned {
  readonly at: number;
  readonly key: string;
  readonly what: 'put' | 'blindPut' | 'delete' | 'read';
}

const planned: fc.Arbitrary<Planned[]> = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 20_000 }),
    key: fc.constantFrom('a', 'b', 'c'),
    what: fc.constantFrom('put', 'put', 'blindPut', 'delete', 'read'),
  }) as fc.Arbitrary<Planned>,
  { maxLength: 60 },
);
const cluster = fc.record({
  members: fc.constantFrom(1, 3, 5),
  means: fc.array(fc.integer({ min: 50, max: 6000 }), { minLength: 5, maxLength: 5 }),
  seed: fc.string({ minLength: 1 }),
});

/** Runs the plan; a put expects the revision that the last answer about its key had. */
function execute(
  plan: readonly Planned[],
  { members, means, seed }: { members: number; means: number[]; seed: string },
  prepare: (bench: EtcdBench) => void = () => {},
): { bench: EtcdBench; writes: Asked[]; reads: Asked[] } {
  const bench = new EtcdBench({ seed, fsync: means.slice(0, members).map(exponential) });
  const known = new Map<string, number>();
  bench.onAnswer = ({ key, result }) =>
    known.set(key, result?.current?.metadata.resourceVersion ?? 0);
  prepare(bench);
  const writes: Asked[] = [];
  const reads: Asked[] = [];
  const due = bench.simulation.defineEvent('test.RequestDue', (i) => {
    const { key, what } = plan[i] as Planned;
    const expected = known.get(key) ?? 0;
    if (what === 'read') reads.push(bench.read(key));
    else if (what === 'blindPut') writes.push(bench.put(key, 0));
    else if (what === 'put' || expected > 0)
      writes.push(bench.put(key, expected, what === 'delete'));
  });
  plan.forEach(({ at }, i) => {
    bench.simulation.at(at, due, i);
  });
  bench.run();
  return { bench, writes, reads };
}

const revisionOf = (asked: Asked): number => asked.result?.revision ?? -1;

describe('for any requests and any disks', () => {
  test('a write is durable on a quorum before anybody hears of it', () => {
    fc.assert(
      fc.property(planned, cluster, (plan, options) => {
        const quorum = (options.members >> 1) + 1;
        execute(plan, options, (bench) => {
          const durable = bench.disks.map(() => 0);
          bench.simulation.onEvent = (_, name, member) => {
            if (name !== 'etcd.ReadyPersisted') return;
            const bytes = bench.disks[member]?.flushes.reduce((a, b) => a + b, 0) ?? 0;
            durable[member] = bytes / (etcdCosts.walBytesPerEntry + 1);
          };
          bench.onCommit = () => {
            const committed = bench.committedEvents.length;
            expect(durable.filter((entries) => entries >= committed).length).toBeGreaterThanOrEqual(
              quorum,
            );
          };
        });
      }),
    );
  });

  test('everything is answered; revisions rise by one a success; a failed compare changes nothing', () => {
    fc.assert(
      fc.property(planned, cluster, (plan, options) => {
        const { bench, writes, reads } = execute(plan, options);
        expect([...writes, ...reads].every(({ answeredUs, sentUs }) => answeredUs > sentUs)).toBe(
          true,
        );
        const events = bench.committedEvents.map(({ event }) => event);
        expect(events.map(({ revision }) => revision)).toEqual(events.map((_, i) => i + 2));
        const successes = writes.filter(({ result }) => result?.succeeded);
        expect(successes.map(revisionOf).sort((a, b) => a - b)).toEqual(
          events.map(({ revision }) => revision),
        );
        for (const failed of writes.filter(({ result }) => !result?.succeeded)) {
          const state = stateAt(events, revisionOf(failed));
          expect(failed.result?.current).toBe(state.get(failed.key));
        }
        expect(
          new Map(bench.etcd.snapshot().values.map((each) => [each.metadata.name, each])),
        ).toEqual(stateAt(events, Number.POSITIVE_INFINITY));
      }),
    );
  });

  test('a read sees every write that was answered before it began, and one state of the store', () => {
    fc.assert(
      fc.property(planned, cluster, (plan, options) => {
        const { bench, writes, reads } = execute(plan, options);
        const events = bench.committedEvents.map(({ event }) => event);
        for (const read of reads) {
          const before = writes.filter(({ answeredUs }) => answeredUs <= read.sentUs);
          const newest = Math.max(1, ...before.map(revisionOf));
          expect(revisionOf(read)).toBeGreaterThanOrEqual(newest);
          expect(read.result?.current).toBe(stateAt(events, revisionOf(read)).get(read.key));
        }
      }),
    );
  });

  test('every watcher gets every revision once and in order', () => {
    fc.assert(
      fc.property(planned, cluster, fc.integer({ min: 1, max: 3 }), (plan, options, watchers) => {
        const seen: WatchEvent[][] = Array.from({ length: watchers }, () => []);
        const { bench } = execute(plan, options, (each) => {
          const { simulation } = each;
          const clients = seen.map((_, watcher) =>
            each.connect(`watcher-${watcher}`, [watcher % options.members]),
          );
          const next = seen.map(() => 2);
          const arrived = simulation.defineEvent('test.ChangesArrived', (watcher, upTo) => {
            for (; (next[watcher] as number) <= upTo; next[watcher] = (next[watcher] ?? 0) + 1) {
              const event = clients[watcher]?.change(next[watcher] as number);
              if (event !== undefined) seen[watcher]?.push(event);
            }
          });
          for (const [watcher, client] of clients.entries()) client.watch(arrived, watcher);
        });
        const all = bench.committedEvents.map(({ event }) => event);
        for (const each of seen) expect(each).toEqual(all);
      }),
    );
  });
});

/** The store after the changes up to a revision. */
function stateAt(events: readonly WatchEvent[], revision: number): Map<string, KubernetesObject> {
  const state = new Map<string, KubernetesObject>();
  for (const event of events) {
    if (event.revision > revision) break;
    if (event.type === 'DELETED') state.delete(event.object.metadata.name);
    else state.set(event.object.metadata.name, event.object);
  }
  return state;
}

describe('objects from before the run', () => {
  test('are stored and told of in their order, and the given ones stay as they are', () => {
    const bench = new EtcdBench({ fsync: [100] });
    const given = Object.freeze({ ...value('a'), metadata: Object.freeze({ name: 'a' }) });
    bench.etcd.preload([given, value('b')]);
    const { revision, values } = bench.etcd.snapshot();
    expect(revision).toBe(3);
    expect(values.map(({ metadata }) => [metadata.name, metadata.resourceVersion])).toEqual([
      ['a', 2],
      ['b', 3],
    ]);
    expect(given.metadata).toEqual({ name: 'a' });
    const told = bench.committedEvents.map(({ atUs, event }) => [atUs, event.type, event.revision]);
    expect(told).toEqual([
      [0, 'ADDED', 2],
      [0, 'ADDED', 3],
    ]);
  });

  test('may not be given twice', () => {
    const bench = new EtcdBench({ fsync: [100] });
    expect(() => bench.etcd.preload([value('a'), value('a')])).toThrow('configmaps/a is preloaded');
  });

  test('an even number of members is refused', () => {
    expect(() => new EtcdBench({ fsync: [100, 100] })).toThrow('odd number');
  });
});
