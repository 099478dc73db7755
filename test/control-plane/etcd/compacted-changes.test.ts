import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/control-plane/etcd/connection.js';
import { etcdSettings } from '../../../src/control-plane/etcd/constants.js';
import { EtcdBench } from './etcd-bench.js';

const WRITES = 5_600;

/** A member that has taken so many writes that its log was cut off behind some of them. */
function written(prepare: (bench: EtcdBench) => void = () => {}): EtcdBench {
  const bench = new EtcdBench({ fsync: [100] });
  prepare(bench);
  for (let i = 0; i < WRITES; i += 400) {
    for (let k = i; k < i + 400; k++) bench.put(`k${k}`);
    bench.run(bench.simulation.now + 1_000_000);
  }
  return bench;
}

/** The oldest revision after which all changes are kept, when all up to `revision` is compacted. */
function oldestAfter(bench: EtcdBench, revision: number): number {
  const asked = bench.ask('', (kind, target) => bench.client.compact(revision, kind, target));
  bench.run(bench.simulation.now + 1_000_000);
  expect(asked.result?.error).toBeUndefined();
  let oldest = 1;
  while (!bench.client.hasChangesAfter(oldest)) oldest++;
  return oldest;
}

/** Follows the store; reads what it is told of, or does not. */
function follow(bench: EtcdBench, client: Connection, isReading: boolean): void {
  let next = 2;
  const told = bench.simulation.defineEvent('test.Told', (_, upTo) => {
    for (; isReading && next <= upTo; next++) client.change(next);
  });
  client.watch(told, 0, 1);
}

describe('changes that are compacted', () => {
  test('are let go, and no younger ones', () => {
    const bench = written();
    expect(oldestAfter(bench, 300)).toBe(300);
    expect(bench.client.change(301)?.type).toBe('ADDED');
    expect(() => bench.client.change(300)).toThrow('no longer in the log');
  });

  test('are kept as far back as the log of a member goes', () => {
    const bench = written();
    const oldest = oldestAfter(bench, WRITES);
    expect(oldest).toBeLessThanOrEqual(WRITES + 1 - etcdSettings.snapshotCatchUpEntries);
    expect(oldest).toBeGreaterThan(300);
  });

  test('are let go when all who watch have read them', () => {
    const bench = written((each) => follow(each, each.client, true));
    expect(oldestAfter(bench, 300)).toBe(300);
  });

  test('are kept for who has not read them yet', () => {
    const bench = written((each) => follow(each, each.connect('slow'), false));
    expect(oldestAfter(bench, 300)).toBe(1);
  });
});
