// The table behind event targets: ids are small, valid until removed, and used again.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Slab } from '../../src/client/slab.js';

test('ids stay small because removed ones are used again', () => {
  const slab = new Slab<string>();
  expect([slab.add('a'), slab.add('b'), slab.add('c')]).toEqual([0, 1, 2]);
  expect(slab.remove(1)).toBe('b');
  expect(slab.size).toBe(2);
  expect(slab.add('d')).toBe(1);
  expect(slab.get(1)).toBe('d');
  slab.replace(1, 'e');
  expect([slab.get(0), slab.get(1), slab.get(2), slab.size]).toEqual(['a', 'e', 'c', 3]);
});

test('is a map from id to item, whatever is added and removed', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 })), (steps) => {
      const slab = new Slab<number>();
      const model = new Map<number, number>();
      steps.forEach((step, i) => {
        const ids = [...model.keys()];
        if (step < 6 || ids.length === 0) {
          const id = slab.add(i);
          expect(model.has(id)).toBe(false);
          model.set(id, i);
        } else {
          const id = ids[step % ids.length] as number;
          expect(slab.remove(id)).toBe(model.get(id));
          model.delete(id);
        }
      });
      expect(slab.size).toBe(model.size);
      for (const [id, item] of model) expect(slab.get(id)).toBe(item);
    }),
  );
});
