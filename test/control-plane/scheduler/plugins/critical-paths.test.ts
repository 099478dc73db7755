// The two emptiest topology values: exact after a count, careless after several changes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CountTable } from '../../../../src/control-plane/scheduler/cache/count-table.js';
import { CriticalPaths } from '../../../../src/control-plane/scheduler/plugins/pod-topology-spread/critical-paths.js';

function tableOf(counts: readonly number[]): CountTable {
  const table = new CountTable();
  counts.forEach((count, index) => {
    table.add(index + 1, count);
  });
  return table;
}

/** Values 1, 2, ... with these numbers of pods, each on one node. */
function pathsOf(counts: readonly number[]): CriticalPaths {
  const paths = new CriticalPaths();
  paths.fill(tableOf(counts.map(() => 1)), tableOf(counts), counts.length + 1);
  return paths;
}

const counts = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 12 });

describe('the emptiest value', () => {
  test('is found among all', () => {
    fc.assert(
      fc.property(counts, (list) => {
        expect(pathsOf(list).lowest).toBe(Math.min(...list));
      }),
    );
  });

  test('is beyond all numbers where no node has a value', () => {
    expect(new CriticalPaths().lowest).toBe(2 ** 31 - 1);
    expect(pathsOf([]).lowest).toBe(2 ** 31 - 1);
  });

  test('leaves out values that no node has any more', () => {
    const paths = new CriticalPaths();
    paths.fill(tableOf([0, 1, 1]), tableOf([0, 4, 3]), 4);
    expect(paths.lowest).toBe(3);
  });
});

describe('changes', () => {
  test('one of them is followed exactly', () => {
    fc.assert(
      fc.property(counts, fc.nat(), fc.constantFrom(1, -1), (list, pick, delta) => {
        const index = pick % list.length;
        const paths = pathsOf(list);
        const changed = list.map((count, i) => (i === index ? count + delta : count));
        paths.update(index + 1, changed[index] as number);
        expect(paths.lowest).toBe(Math.min(...changed));
      }),
    );
  });

  test('several never bring the minimum too low', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.constantFrom(1, -1)), { maxLength: 8 });
    fc.assert(
      fc.property(counts, changes, (list, steps) => {
        const paths = pathsOf(list);
        const now = [...list];
        for (const [pick, delta] of steps) {
          const index = pick % now.length;
          now[index]! += delta;
          paths.update(index + 1, now[index]!);
        }
        expect(paths.lowest).toBeGreaterThanOrEqual(Math.min(...now));
      }),
    );
  });

  test('are exact with two values, because both are remembered', () => {
    const paths = pathsOf([1, 4]);
    const steps: [value: number, count: number, lowest: number][] = [
      [1, 2, 2],
      [1, 5, 4],
      [2, 3, 3],
      [2, 6, 5],
      [1, 6, 6],
      [1, 0, 0],
    ];
    for (const [value, count, lowest] of steps) {
      paths.update(value, count);
      expect(paths.lowest).toBe(lowest);
    }
  });

  test('that fill both remembered values hide a third that is emptier', () => {
    const paths = pathsOf([0, 0, 0]);
    paths.update(1, 1);
    expect(paths.lowest).toBe(0);
    paths.update(2, 1);
    expect(paths.lowest).toBe(1);
    paths.update(3, 0);
    expect(paths.lowest).toBe(0);
  });

  test('of a copy do not change the original', () => {
    const paths = pathsOf([2, 3]);
    const copy = paths.clone();
    copy.update(1, 7);
    expect([copy.lowest, paths.lowest]).toEqual([3, 2]);
    paths.update(2, 0);
    expect([copy.lowest, paths.lowest]).toEqual([3, 0]);
  });
});
