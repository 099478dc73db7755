// The choice among the best nodes, and how many nodes are looked at.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numFeasibleNodesToFind } from '../../../../src/control-plane/scheduler/framework/num-feasible-nodes.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import {
  reservoir,
  selectHost,
} from '../../../../src/control-plane/scheduler/framework/select-host.js';
import { RandomRoot } from '../../../../src/kernel/random-stream.js';
import { DecisionCluster, makeNode, makePod } from '../cluster-fixture.js';

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

describe('reservoir', () => {
  const random = new RandomRoot('1');
  const choose = reservoir((uid, attempt) => random.stream(`${uid}/${attempt}`));
  const chosen = (scores: readonly number[], name: string, attempt = 1): number =>
    choose(Float64Array.from(scores), scores.length, new PodInfo(makePod(name)), attempt);

  test('takes one of the best, each equally often', () => {
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 3000; i++) counts[chosen([7, 3, 7, 5, 7], `pod-${i}`)]!++;
    expect(counts[1]! + counts[3]!).toBe(0);
    for (const index of [0, 2, 4]) expect(Math.abs(counts[index]! - 1000)).toBeLessThan(100);
  });

  test('forgets the equals of a score that is surpassed', () => {
    for (let i = 0; i < 50; i++) expect(chosen([1, 1, 1, 9], `pod-${i}`)).toBe(3);
  });

  test('draws for each pod and attempt from a stream of its own', () => {
    const equal = Array.from({ length: 64 }, () => 5);
    const alone = chosen(equal, 'a');
    chosen(equal, 'b');
    expect(chosen(equal, 'a')).toBe(alone);
    const attempts = [1, 2, 3, 4, 5].map((attempt) => chosen(equal, 'a', attempt));
    expect(new Set(attempts).size).toBeGreaterThan(1);
  });

  test('needs no random number without a tie', () => {
    const never = reservoir(() => {
      throw new Error('drawn');
    });
    const pod = new PodInfo(makePod('p'));
    expect(never(Float64Array.of(1, 3, 2), 3, pod, 1)).toBe(1);
  });

  test('is what a decision uses when it is asked for', () => {
    const nodes = Array.from({ length: 40 }, (_, i) => makeNode(`node-${i}`));
    const cluster = new DecisionCluster(nodes, [], undefined, { tieBreak: choose });
    const names = new Set<string>();
    for (let i = 0; i < 20; i++) names.add(cluster.decide(makePod(`p-${i}`)).nodeName);
    expect(names.size).toBeGreaterThan(5);
    expect(new DecisionCluster(nodes).decide(makePod('p-0')).nodeName).toBe('node-0');
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
