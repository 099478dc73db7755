import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowIndex } from '../../src/stats/row-index.js';

/** A table of two columns with its index. */
function table(): { put(first: string, second: string): number; readonly index: RowIndex } {
  const rows: [string, string][] = [];
  const index = new RowIndex({
    first: (row) => rows[row]?.[0] ?? '',
    second: (row) => rows[row]?.[1] ?? '',
  });
  return {
    index,
    put(first, second) {
      rows.push([first, second]);
      return index.add();
    },
  };
}

test('rows are numbered in the order in which they come, and found by both of their texts', () => {
  const { index, put } = table();
  expect(index.find('default', 'a')).toBe(-1);
  expect(put('default', 'a')).toBe(0);
  expect(put('shop', 'a')).toBe(1);
  expect(index.find('default', 'a')).toBe(0);
  expect(index.find('shop', 'a')).toBe(1);
  expect(index.find('shop', 'b')).toBe(-1);
  expect(index.find('a', 'shop')).toBe(-1);
});

test('texts that are cut elsewhere are other texts', () => {
  const { index, put } = table();
  put('ab', 'c');
  expect(index.find('a', 'bc')).toBe(-1);
  expect(put('a', 'bc')).toBe(1);
  expect(index.find('ab', 'c')).toBe(0);
});

test('it finds what a map would find, however many rows there are', () => {
  const text = fc.string({ maxLength: 3 });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 200 }), (pairs) => {
      const { index, put } = table();
      const map = new Map<string, number>();
      for (const pair of pairs) {
        const key = JSON.stringify(pair);
        expect(index.find(...pair)).toBe(map.get(key) ?? -1);
        if (!map.has(key)) map.set(key, put(...pair));
      }
      for (const pair of pairs) expect(index.find(...pair)).toBe(map.get(JSON.stringify(pair)));
    }),
    { numRuns: 50 },
  );
});
