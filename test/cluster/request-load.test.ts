import { describe, expect, test } from 'vitest';
import type { RequestsOperation } from '../../src/cluster/operation.js';
import { DriverBench } from './bench.js';

const SECOND = 1_000_000;

function requests(overrides: Partial<RequestsOperation> = {}): RequestsOperation {
  return {
    op: 'requests',
    atUs: 0,
    source: 'operations[0]',
    verb: 'list',
    resource: 'configmaps',
    namespace: '',
    name: '',
    isConsistent: false,
    contentType: 'protobuf',
    user: 'system:serviceaccount:team:agent',
    clients: 1,
    qps: Number.POSITIVE_INFINITY,
    workers: 1,
    durationUs: SECOND,
    ...overrides,
  };
}

describe('requests', () => {
  test('come at the rate that was asked for, until the time is over', () => {
    const bench = new DriverBench().perform([requests({ qps: 10, durationUs: 3 * SECOND })]);
    expect(bench.requests).toHaveLength(30);
    expect(new Set(bench.requests)).toEqual(new Set(['list configmaps  200']));
  });

  test('of several clients are those of several users', () => {
    const bench = new DriverBench().perform([requests({ qps: 1, clients: 3 })]);
    expect(bench.requests).toHaveLength(3);
    expect(bench.wire.served.map(({ user }) => user)).toEqual(
      [0, 1, 2].map((i) => `system:serviceaccount:team:agent-${i}`),
    );
  });

  test('keep so many in flight as there are workers', () => {
    const inFlight = (workers: number): number => {
      const { wire } = new DriverBench().perform([requests({ workers })]);
      const [first] = wire.served;
      return wire.served.filter(({ sentUs }) => sentUs === first?.sentUs).length;
    };
    expect([inFlight(1), inFlight(4)]).toEqual([1, 4]);
  });

  test('do not hold up what follows', () => {
    const bench = new DriverBench().perform([
      requests({ durationUs: 50 * SECOND, qps: 1 }),
      { op: 'sleep', atUs: 0, source: '', durationUs: 7 },
    ]);
    expect(bench.finishedUs).toBe(7);
  });
});
