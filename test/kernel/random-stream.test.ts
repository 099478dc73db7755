// Streams depend on seed and name only, do not move together, and keep their numbers for good.

import { describe, expect, test } from 'vitest';
import { RandomRoot } from '../../src/kernel/random-stream.js';

const take = (root: RandomRoot, name: string, count: number): number[] => {
  const stream = root.stream(name);
  return Array.from({ length: count }, () => stream.uniform());
};

describe('a stream', () => {
  // A snapshot, not a truth: these numbers may only change together with all golden results.
  test('keeps its numbers', () => {
    expect(take(new RandomRoot(1), 'kubelet/node-17/image-pull', 4)).toEqual([
      0.47890966595025797, 0.3420025976688178, 0.24001038143686115, 0.43494731538784925,
    ]);
    const stream = new RandomRoot('a seed').stream('scheduler/tie-break');
    expect(Array.from({ length: 8 }, () => stream.below(100))).toEqual([
      39, 15, 56, 47, 65, 36, 20, 20,
    ]);
  });

  test('is the same for the seeds 1 and "1", and begins anew each time it is made', () => {
    const one = new RandomRoot(1);
    const numbers = take(one, 'a', 10);
    expect(take(one, 'a', 10)).toEqual(numbers);
    expect(take(new RandomRoot('1'), 'a', 10)).toEqual(numbers);
    expect(take(new RandomRoot(2), 'a', 10)).not.toEqual(numbers);
    expect(take(one, 'b', 10)).not.toEqual(numbers);
  });

  test('is not shifted by draws from another one', () => {
    const root = new RandomRoot('crn');
    const [a, b] = [root.stream('a'), root.stream('b')];
    const mixed = Array.from({ length: 100 }, () => {
      b.uniform();
      return a.uniform();
    });
    expect(mixed).toEqual(take(root, 'a', 100));
  });

  test('gives numbers of 53 bits in [0, 1)', () => {
    const numbers = take(new RandomRoot(1), 'bits', 10_000);
    expect(numbers.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(numbers.filter((value) => (value * 2 ** 32) % 1 !== 0).length).toBeGreaterThan(9_900);
    expect(numbers.every((value) => (value * 2 ** 53) % 1 === 0)).toBe(true);
  });

  test('gives each integer below its limit equally often', () => {
    const stream = new RandomRoot(1).stream('dice');
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[stream.below(6)]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(20.5); // 99.9 % of 5 degrees of freedom
    expect(stream.below(1)).toBe(0);
    const large = Array.from({ length: 1_000 }, () => stream.below(2 ** 32));
    expect(Math.max(...large)).toBeGreaterThan(2 ** 31);
  });
});

describe('many streams', () => {
  const names = Array.from({ length: 2_000 }, (_, i) => `kubelet/node-${i}/image-pull`);
  const root = new RandomRoot(7);

  test('of names that differ in a digit spread their first draws evenly', () => {
    const firsts = names.map((name) => root.stream(name).uniform()).sort((a, b) => a - b);
    const distance = Math.max(...firsts.map((value, i) => Math.abs(value - (i + 0.5) / 2_000)));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(2_000)); // Kolmogorov-Smirnov, 99.9 %
  });

  test('do not move together, neither with their neighbours nor with other seeds', () => {
    const correlation = (a: readonly number[], b: readonly number[]): number => {
      const products = a.map((value, i) => (value - 0.5) * ((b[i] as number) - 0.5));
      return (12 * products.reduce((sum, value) => sum + value, 0)) / a.length;
    };
    const bound = 4.5 / Math.sqrt(500);
    for (let i = 0; i < 300; i++) {
      const numbers = take(root, names[i] as string, 500);
      const neighbour = take(root, names[i + 1] as string, 500);
      const otherSeed = take(new RandomRoot(8), names[i] as string, 500);
      expect(Math.abs(correlation(numbers, neighbour)), names[i]).toBeLessThan(bound);
      expect(Math.abs(correlation(numbers, otherSeed)), names[i]).toBeLessThan(bound);
    }
  });
});
