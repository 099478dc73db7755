// A table of counts answers like a Map, whether it is an array or a Map inside.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CountTable } from '../../../../src/control-plane/scheduler/cache/count-table.js';

function entriesOf(table: CountTable): Map<number, number> {
  const entries = new Map<number, number>();
  table.forEach((index, count) => {
    entries.set(index, count);
  });
  return entries;
}

/** Near indexes are dense, far ones sparse; both happen in one table. */
const changes = fc.array(
  fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 5000 })),
    fc.integer({ min: -3, max: 3 }),
  ),
  { maxLength: 400 },
);

describe('a table of counts', () => {
  test('answers like a Map under any changes', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const table = new CountTable();
        const model = new Map<number, number>();
        for (const [index, delta] of list) {
          table.add(index, delta);
          const count = (model.get(index) ?? 0) + delta;
          if (count === 0) model.delete(index);
          else model.set(index, count);
          expect(table.get(index)).toBe(count);
        }
        const total = [...model.values()].reduce((sum, count) => sum + count, 0);
        expect({ total: table.total, nonZero: table.nonZero }).toEqual({
          total,
          nonZero: model.size,
        });
        expect(entriesOf(table)).toEqual(model);
      }),
    );
  });

  test('becomes an array again when it fills up', () => {
    const table = new CountTable();
    table.add(3000, 1);
    for (let index = 0; index < 1000; index++) table.add(index, index);
    expect([table.get(3000), table.get(999), table.get(1000)]).toEqual([1, 999, 0]);
    expect(table.nonZero).toBe(1000);
    table.add(3000, -1);
    expect(table.nonZero).toBe(999);
  });

  test('copies do not share their entries', () => {
    for (const index of [2, 3000]) {
      const table = new CountTable();
      table.add(index, 4);
      const copy = table.clone();
      copy.add(index, 1);
      table.add(7, 1);
      expect([table.get(index), table.total]).toEqual([4, 5]);
      expect([copy.get(index), copy.get(7), copy.total]).toEqual([5, 0, 5]);
    }
  });
});
