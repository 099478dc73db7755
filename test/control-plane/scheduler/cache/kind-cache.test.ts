// Columns by kind of pods: when they are kept, and when they are made anew.
import { describe, expect, test } from 'vitest';
import { KindCache } from '../../../../src/control-plane/scheduler/cache/kind-cache.js';
import { NodeTable } from '../../../../src/control-plane/scheduler/cache/node-table.js';

/** A cache of numbered columns. */
function numbered() {
  let made = 0;
  return new KindCache((capacity) => ({ number: made++, capacity }));
}

describe('the columns of a kind of pods', () => {
  test('are the same for equal keys', () => {
    const [cache, table] = [numbered(), new NodeTable()];
    const shared = {};
    const keys = [[], [1], [1, 2], ['1', 2], [shared], [{}], [undefined]];
    expect(keys.map((key) => cache.of(table, key).number)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(cache.of(table, [1, 2]).number).toBe(2);
    expect(cache.of(table, [shared]).number).toBe(4);
    expect(cache.of(table, [{}]).number).toBe(7);
  });

  test('give way to new ones, the oldest first', () => {
    const [cache, table] = [numbered(), new NodeTable()];
    for (let kind = 0; kind < 257; kind++) cache.of(table, [kind]);
    expect(cache.of(table, [256]).number).toBe(256);
    expect(cache.of(table, [1]).number).toBe(1);
    expect(cache.of(table, [0]).number).toBe(257);
    expect(cache.of(table, [1]).number).toBe(258);
    expect(cache.of(table, [256]).number).toBe(256);
  });

  test('are fewer in a large cluster', () => {
    const [cache, table] = [numbered(), new NodeTable()];
    for (let i = 0; i < 5_000; i++) table.addRow(`n${i}`);
    const kept = Math.ceil(1_048_576 / table.capacity);
    expect(kept).toBeLessThan(256);
    for (let kind = 0; kind <= kept; kind++) cache.of(table, [kind]);
    expect(cache.of(table, [1]).number).toBe(1);
    expect(cache.of(table, [0]).number).toBe(kept + 1);
  });

  test('are never more than a large cluster has room for', () => {
    const [cache, table] = [numbered(), new NodeTable()];
    for (let i = 0; i < 5_000; i++) table.addRow(`n${i}`);
    const kept = 1_048_576 / table.capacity;
    for (let kind = 0; kind <= 2 * kept; kind++) cache.of(table, [kind]);
    expect(cache.of(table, [2 * kept]).number).toBe(2 * kept);
    expect(cache.of(table, [kept + 1]).number).toBe(kept + 1);
    expect(cache.of(table, [kept]).number).toBe(2 * kept + 1);
  });

  test('give way in their order also after the table has grown', () => {
    const [cache, table] = [numbered(), new NodeTable()];
    for (let kind = 0; kind < 500; kind++) cache.of(table, [kind]);
    for (let i = 0; i < 5_000; i++) table.addRow(`n${i}`);
    const kept = 1_048_576 / table.capacity;
    for (let kind = 0; kind <= kept; kind++) cache.of(table, [kind]);
    expect(cache.of(table, [1]).number).toBe(501);
    expect(cache.of(table, [0]).number).toBe(501 + kept);
    expect(cache.of(table, [1]).number).toBe(502 + kept);
  });

  test('have room for every row of the table', () => {
    const [cache, table] = [numbered(), new NodeTable()];
    cache.of(table, [1]);
    for (let i = 0; i < 200; i++) table.addRow(`n${i}`);
    expect(cache.of(table, [1])).toEqual({ number: 1, capacity: table.capacity });
    expect(table.capacity).toBeGreaterThanOrEqual(200);
  });

  test('belong to one table', () => {
    const [cache, one, other] = [numbered(), new NodeTable(), new NodeTable()];
    expect([one, other, one].map((table) => cache.of(table, [1]).number)).toEqual([0, 1, 2]);
  });
});

describe('the version of a row', () => {
  test('grows with every change of its node and its pods', () => {
    const table = new NodeTable();
    const row = table.addRow('n');
    const seen = [table.versions[row]];
    const pod = { requests: { scalars: new Map() }, nonZeroRequests: {}, claimKeys: [] } as never;
    const info = Object.assign(pod, { hostPorts: [] });
    for (const change of [
      () => table.setNode(row, undefined),
      () => table.addPod(row, info),
      () => table.removePod(row, info),
    ]) {
      change();
      seen.push(table.versions[row]);
    }
    expect(seen).toEqual([0, 1, 2, 3]);
  });
});
