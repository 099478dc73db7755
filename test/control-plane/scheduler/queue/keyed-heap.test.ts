// The heap against a sorted list, under random changes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyedHeap } from '../../../../src/control-plane/scheduler/queue/keyed-heap.js';

interface Item {
  readonly key: string;
  rank: number;
}

const newHeap = () =>
  new KeyedHeap<Item>(
    ({ key }) => key,
    (a, b) => a.rank < b.rank || (a.rank === b.rank && a.key < b.key),
  );

describe('KeyedHeap', () => {
  test('gives its elements in order', () => {
    const heap = newHeap();
    for (const rank of [5, 1, 4, 2, 3]) heap.set({ key: `k${rank}`, rank });
    expect(heap.peek()?.key).toBe('k1');
    expect([1, 2, 3, 4, 5, 6].map(() => heap.pop()?.key)).toEqual([
      'k1',
      'k2',
      'k3',
      'k4',
      'k5',
      undefined,
    ]);
  });

  test('puts an element that has changed where it belongs', () => {
    const heap = newHeap();
    const items = [1, 2, 3, 4].map((rank) => ({ key: `k${rank}`, rank }));
    for (const item of items) heap.set(item);
    items[0]!.rank = 9;
    heap.set(items[0]!);
    expect(heap.size).toBe(4);
    expect(heap.peek()?.key).toBe('k2');
  });

  test('keeps nothing of elements that come and go before the least is asked for', () => {
    const heap = newHeap();
    for (let i = 0; i < 500; i++) {
      heap.set({ key: `k${i}`, rank: i });
      if (i !== 300) expect(heap.delete(`k${i}`)?.rank).toBe(i);
    }
    const left: string[] = [];
    heap.visit(({ key }) => {
      left.push(key);
    });
    expect(left).toEqual(['k300']);
    expect([heap.size, heap.pop()?.key, heap.pop()]).toEqual([1, 'k300', undefined]);
  });

  test('behaves like a sorted list under any sequence of operations', () => {
    const operation = fc.tuple(fc.constantFrom('set', 'delete', 'pop'), fc.nat(12), fc.nat(20));
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 100 }), (operations) => {
        const heap = newHeap();
        const model = new Map<string, Item>();
        const first = () =>
          [...model.values()].sort((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1))[0];
        for (const [what, id, rank] of operations) {
          const key = `k${id}`;
          if (what === 'set') {
            const item = model.get(key) ?? { key, rank };
            item.rank = rank;
            heap.set(item);
            model.set(key, item);
          } else if (what === 'delete') {
            expect(heap.delete(key)).toBe(model.get(key));
            model.delete(key);
          } else {
            const least = first();
            expect(heap.pop()).toBe(least);
            if (least !== undefined) model.delete(least.key);
          }
          expect(heap.size).toBe(model.size);
          expect(heap.has(key)).toBe(model.has(key));
          // Elements are sorted when the least is asked for, so that is not always.
          if (rank % 2 === 0) expect(heap.peek()).toBe(first());
        }
      }),
      { numRuns: 300 },
    );
  });
});
