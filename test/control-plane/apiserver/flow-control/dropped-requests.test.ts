import { describe, expect, test } from 'vitest';
import { DroppedRequests } from '../../../../src/control-plane/apiserver/flow-control/dropped-requests.js';

/** Drops `perSecond` requests in each of `count` seconds from `start`; Retry-After after each. */
function drop(dropped: DroppedRequests, start: number, count: number, perSecond: number): number[] {
  return Array.from({ length: count }, (_, second) => {
    for (let i = 0; i < perSecond; i++) dropped.record((start + second) * 1_000_000 + i);
    return dropped.retryAfterSeconds;
  });
}

describe('Retry-After', () => {
  test('is 1 s for the first drops', () => {
    expect(drop(new DroppedRequests(), 5, 1, 100)).toEqual([1]);
  });

  test('doubles up to 32 s while many are dropped, not before it has had time to work', () => {
    const values = drop(new DroppedRequests(), 100, 70, 50);
    const rises = values.flatMap((value, i) =>
      value !== (values[i - 1] ?? 1) ? [[i, value]] : [],
    );
    expect(rises).toEqual([
      [1, 2],
      [3, 4],
      [7, 8],
      [15, 16],
      [31, 32],
    ]);
    expect(Math.max(...values)).toBe(32);
  });

  test('needs three drops a second of its span to rise', () => {
    expect(drop(new DroppedRequests(), 0, 10, 2).at(-1)).toBe(1);
    expect(drop(new DroppedRequests(), 0, 10, 3).at(-1)).toBeGreaterThan(1);
  });

  test('comes down by one a second once fewer are dropped than it has seconds', () => {
    const dropped = new DroppedRequests();
    drop(dropped, 0, 16, 50);
    expect(dropped.retryAfterSeconds).toBe(16);
    // 60 s later nothing of that is left in the span.
    expect(drop(dropped, 76, 4, 1)).toEqual([15, 14, 13, 12]);
  });
});
