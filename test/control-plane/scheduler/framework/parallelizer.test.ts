// The order in which goroutines get through the nodes of a search, and what is begun at its end.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Parallelizer,
  sequential,
} from '../../../../src/control-plane/scheduler/framework/parallelizer.js';
import { DecisionCluster, makeNode, makePod } from '../cluster-fixture.js';

const parallelisms = fc.integer({ min: 1, max: 40 });
const lengths = fc.integer({ min: 0, max: 400 });

describe('chunks', () => {
  test.each([
    [100, 16, 7],
    [1000, 16, 31],
    [5000, 16, 70],
    [5000, 1, 70],
    [3, 16, 1],
    [0, 16, 1],
  ])('of %i nodes for %i goroutines hold %i', (length, parallelism, size) => {
    expect(new Parallelizer(parallelism, 64).chunkSize(length)).toBe(size);
  });
});

describe('goroutines that run', () => {
  test.each([
    [16, 2, 2],
    [16, 64, 16],
    [16, 1.5, 2],
    [4, 0.5, 1],
    [1, 8, 1],
  ])('of %i on %f cores are %i', (parallelism, cores, running) => {
    expect(new Parallelizer(parallelism, cores).running).toBe(running);
  });
});

describe('the order', () => {
  test('of one that runs is that of the list, and nothing else is under way', () => {
    const { places, roundEnds } = sequential.order(5);
    expect([...places]).toEqual([0, 1, 2, 3, 4]);
    expect([...roundEnds]).toEqual([1, 2, 3, 4, 5]);
  });

  test('of two takes a node of each chunk in turn, and the next chunk when one is done', () => {
    // Eleven nodes in chunks of three: 0-2, 3-5, 6-8, 9-10.
    const { places, roundEnds } = new Parallelizer(4, 2).order(11);
    expect([...places]).toEqual([0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8]);
    expect([...roundEnds]).toEqual([2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 11]);
  });

  test('holds every node once, in rounds of at most as many as run', () => {
    fc.assert(
      fc.property(lengths, parallelisms, fc.integer({ min: 1, max: 20 }), (length, p, cores) => {
        const parallelizer = new Parallelizer(p, cores);
        const { places, roundEnds } = parallelizer.order(length);
        const all = [...places.subarray(0, length)];
        expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
        let start = 0;
        while (start < length) {
          const end = roundEnds[start]!;
          expect(end - start).toBeGreaterThan(0);
          expect(end - start).toBeLessThanOrEqual(parallelizer.running);
          for (let i = start; i < end; i++) expect(roundEnds[i]).toBe(end);
          start = end;
        }
        expect(start).toBe(length);
      }),
    );
  });

  test('is the same whatever was asked for in between', () => {
    const parallelizer = new Parallelizer(16, 4);
    const first = [...parallelizer.order(300).places];
    for (const length of [1, 301, 99, 300, 100]) parallelizer.order(length);
    expect([...parallelizer.order(300).places]).toEqual(first);
    expect([...new Parallelizer(16, 4).order(300).places]).toEqual(first);
  });
});

describe('a search of several goroutines', () => {
  const small = makePod('p', { requests: { cpu: '100m', memory: '500Mi' } });
  const nodes = (count: number, isOff: (i: number) => boolean = () => false) =>
    Array.from({ length: count }, (_, i) =>
      makeNode(`node-${i}`, isOff(i) ? { spec: { unschedulable: true } } : {}),
    );
  const cluster = (parallelism: number, cores: number, list = nodes(200)) =>
    new DecisionCluster(list, [], undefined, {
      parallelizer: new Parallelizer(parallelism, cores),
    });

  test('finds feasible nodes in the order in which they were done', () => {
    const two = cluster(16, 2);
    expect(two.decide(small)).toMatchObject({ feasibleNodes: 100, evaluatedNodes: 100 });
    // Chunks of 13 = ⌊200 / 16⌋ + 1.
    expect([...two.algorithm.feasible.subarray(0, 6)]).toEqual([0, 13, 1, 14, 2, 15]);
    expect([...two.algorithm.feasible.subarray(26, 30)]).toEqual([26, 39, 27, 40]);
  });

  test('ends with the nodes that were begun with the first one too many', () => {
    expect(cluster(1, 2).decide(small).work.examinedNodes).toBe(101);
    expect(cluster(16, 2).decide(small).work.examinedNodes).toBe(102);
    // Six rounds of sixteen chunks, of which the last is short, are 95 nodes.
    expect(cluster(16, 16).decide(small).work.examinedNodes).toBe(110);
  });

  test('counts a refusal of such a node, so that the next search starts later', () => {
    // The last round of two is nodes 89, which is the 101st feasible one, and 102, which is off.
    expect([...new Parallelizer(16, 2).order(200).places.subarray(100, 102)]).toEqual([89, 102]);
    const nodeIsOff = nodes(200, (i) => i === 102);
    const two = cluster(16, 2, nodeIsOff);
    expect(two.decide(small).evaluatedNodes).toBe(101);
    expect(two.algorithm.nextStartNodeIndex).toBe(101);
    const one = cluster(1, 2, nodeIsOff);
    expect(one.decide(small).evaluatedNodes).toBe(100);
    expect(one.algorithm.nextStartNodeIndex).toBe(100);
  });

  test('of fewer than a hundred nodes finds the same ones, whatever the number', () => {
    const found = (parallelism: number, cores: number): number[] => {
      const each = cluster(
        parallelism,
        cores,
        nodes(60, (i) => i % 7 === 3),
      );
      each.decide(small);
      expect(each.algorithm.nextStartNodeIndex).toBe(0);
      return [...each.algorithm.feasible].sort((a, b) => a - b);
    };
    expect(found(16, 4)).toEqual(found(1, 1));
  });

  test('starts where the one before ended', () => {
    const four = cluster(16, 4);
    four.decide(small);
    four.decide(small);
    expect(four.algorithm.feasible[0]).toBe(100);
    expect(four.algorithm.nextStartNodeIndex).toBe(0);
  });
});
