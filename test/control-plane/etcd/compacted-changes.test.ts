import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/control-plane/etcd/connection.js';
import { EtcdBench } from './etcd-bench.js';

const SECOND = 1_000_000;

/** The oldest revision after which all changes are kept, when all up to `revision` is compacted. */
function oldestAfter(bench: EtcdBench, revision: number): number {
  const asked = bench.ask('', (kind, target) => bench.client.compact(revision, kind, target));
  bench.run(bench.simulation.now + SECOND);
  expect(asked.result?.error).toBeUndefined();
  let oldest = 1;
  while (!bench.client.hasChangesAfter(oldest)) oldest++;
  return oldest;
}

/** Makes the revisions up to one, and lets a second pass, so that all of them are in databases. */
function writeUpTo(bench: EtcdBench, last: number): void {
  while (bench.committedEvents.length + 1 < last) {
    bench.put(`k${bench.committedEvents.length}`);
    bench.run(bench.simulation.now + 10_000);
  }
  bench.run(bench.simulation.now + SECOND);
}

/** Follows the store; reads what it is told of, or does not. */
function follow(bench: EtcdBench, client: Connection, isReading: boolean): void {
  let next = 2;
  const told = bench.simulation.defineEvent(`test.Told${isReading}`, (_, upTo) => {
    for (; isReading && next <= upTo; next++) client.change(next);
  });
  client.watch(told, 0, 1);
}

describe('changes that are compacted', () => {
  test('are let go, and no younger ones', () => {
    const bench = new EtcdBench({ fsync: [100] });
    writeUpTo(bench, 40);
    expect(oldestAfter(bench, 30)).toBe(30);
    expect(bench.client.change(31)?.type).toBe('ADDED');
    expect(() => bench.client.change(30)).toThrow('no longer in the log');
  });

  test('are kept for a member that is down and will go on from there', () => {
    const bench = new EtcdBench({ fsync: [100, 100, 100] });
    writeUpTo(bench, 10);
    bench.etcd.faults.crash(2);
    writeUpTo(bench, 40);
    expect(oldestAfter(bench, 30)).toBe(10);
    bench.etcd.faults.start(2);
    bench.run(bench.simulation.now + 10 * SECOND);
    expect(oldestAfter(bench, 35), 'it has caught up').toBe(35);
  });

  test('are let go when all who watch have read them', () => {
    const bench = new EtcdBench({ fsync: [100] });
    follow(bench, bench.client, true);
    writeUpTo(bench, 40);
    expect(oldestAfter(bench, 30)).toBe(30);
  });

  test('are kept for who has not read them yet', () => {
    const bench = new EtcdBench({ fsync: [100] });
    follow(bench, bench.client, true);
    follow(bench, bench.connect('slow'), false);
    writeUpTo(bench, 40);
    expect(oldestAfter(bench, 30)).toBe(1);
  });
});
