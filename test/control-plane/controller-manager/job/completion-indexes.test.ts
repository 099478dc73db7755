import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  firstFreeIndexes,
  formatIndexes,
  parseIndexes,
} from '../../../../src/control-plane/controller-manager/job/completion-indexes.js';

describe('completion indexes', () => {
  test.each([
    [[], ''],
    [[3], '3'],
    [[3, 4], '3,4'],
    [[1, 3, 4, 5, 7], '1,3-5,7'],
    [[0, 1, 2, 3], '0-3'],
  ])('%j are written as "%s"', (indexes, text) => {
    expect(formatIndexes(new Set(indexes))).toBe(text);
    expect([...parseIndexes(text, 100)]).toEqual(indexes);
  });

  test('beyond the completions, and what is no index, are passed over', () => {
    expect([...parseIndexes('1,x,3-9,-2,4-', 5)]).toEqual([1, 3, 4]);
    expect([...parseIndexes(undefined, 5)]).toEqual([]);
  });

  test('come back as they were written, whatever they are', () => {
    const indexes = fc.uniqueArray(fc.nat(40)).map((list) => new Set(list));
    fc.assert(
      fc.property(indexes, (set) => {
        const sorted = [...set].sort((a, b) => a - b);
        expect([...parseIndexes(formatIndexes(set), 41)]).toEqual(sorted);
      }),
    );
  });

  test('the first free ones are taken, as many as there are', () => {
    const isTaken = (index: number): boolean => index === 0 || index === 2;
    expect(firstFreeIndexes(2, 5, isTaken)).toEqual([1, 3]);
    expect(firstFreeIndexes(9, 5, isTaken)).toEqual([1, 3, 4]);
  });
});
