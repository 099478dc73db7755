// The choice among the best nodes, and how many nodes are looked at.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numFeasibleNodesToFind } from '../../../../src/control-plane/scheduler/framework/num-feasible-nodes.js';
import { selectHost } from '../../../../src/control-plane/scheduler/framework/select-host.js';

/** Turns the list into a heap in place, from the last parent up; returns what is at its root. */
function rootOfHeap(scores: readonly number[]): number {
  const heap = scores.map((score, index) => ({ score, index }));
  const isAbove = (i: number, j: number): boolean => heap[i]!.score > heap[j]!.score;
  const sink = (from: number): void => {
    for (let i = from; ; ) {
      let child = 2 * i + 1;
      if (child >= heap.length) return;
      if (child + 1 < heap.length && isAbove(child + 1, child)) child++;
      if (!isAbove(child, i)) return;
      [heap[i], heap[child]] = [heap[child]!, heap[i]!];
      i = child;
    }
  };
  for (let i = Math.floor(heap.length / 2) - 1; i >= 0; i--) sink(i);
  return heap[0]!.index;
}

describe('selectHost', () => {
  test.each<[number[], number]>([
    [[7], 0],
    [[2, 2, 2], 0],
    [[1, 2, 2, 2], 1],
    [[1, 3, 2, 3, 3, 5, 5], 5],
    [[4, 1, 4, 4], 0],
    [[1, 3, 4], 2],
    [[0, 1, 5, 5], 3],
  ])('of %j takes the one at %i', (scores, winner) => {
    expect(selectHost(Float64Array.from(scores), scores.length)).toBe(winner);
  });

  test('takes what building a heap of the list brings to the top', () => {
    const lists = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 70 });
    fc.assert(
      fc.property(lists, (scores) => {
        expect(selectHost(Float64Array.from(scores), scores.length)).toBe(rootOfHeap(scores));
      }),
      { numRuns: 2000 },
    );
  });

  test('looks only at the entries in use', () => {
    expect(selectHost(Float64Array.of(1, 2, 9), 2)).toBe(1);
  });
});

describe('numFeasibleNodesToFind', () => {
  test.each([
    [0, 99, 99],
    [0, 100, 100],
    [0, 218, 106],
    [0, 250, 120],
    [0, 500, 230],
    [0, 750, 330],
    [0, 1000, 420],
    [0, 2000, 680],
    [0, 3000, 780],
    [0, 5000, 500],
    [0, 5625, 281],
    [0, 6000, 300],
    [0, 15000, 750],
    [70, 300, 210],
    [1, 1000, 100],
    [100, 1000, 1000],
    [30, 50, 50],
  ])('at %i %% of %i nodes wants %i', (percentage, nodes, wanted) => {
    expect(numFeasibleNodesToFind(percentage, nodes)).toBe(wanted);
  });
});
