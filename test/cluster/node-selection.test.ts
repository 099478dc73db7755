// Which nodes a fault strikes.
import { describe, expect, test } from 'vitest';
import type { NodeSelection } from '../../src/cluster/fault-operation.js';
import { selectNodes } from '../../src/cluster/node-selection.js';
import { RandomRoot } from '../../src/kernel/random-stream.js';

const nodes = Array.from({ length: 40 }, (_, index) => ({
  name: `node-${index}`,
  pool: index < 30 ? 'web' : 'batch',
  labels: { 'topology.kubernetes.io/zone': index % 2 === 0 ? 'a' : 'b', disk: 'ssd' },
}));

const selected = (selection: NodeSelection, seed = '1'): readonly number[] =>
  selectNodes(selection, nodes, new RandomRoot(seed).stream('fault')).map(({ name }) =>
    Number(name.slice(5)),
  );

describe('a selection of nodes', () => {
  test('takes those that match all that is stated', () => {
    expect(selected({ names: ['node-7', 'node-2'] })).toEqual([2, 7]);
    expect(selected({ pool: 'batch', zone: 'a' })).toEqual([30, 32, 34, 36, 38]);
    expect(selected({ labels: new Map([['disk', 'ssd']]) })).toHaveLength(40);
    expect(selected({ labels: new Map([['disk', 'hdd']]) })).toEqual([]);
    expect(selected({})).toHaveLength(40);
  });

  test.each([
    [{ zone: 'a', share: 0.3 }, 6],
    [{ pool: 'batch', share: 1 }, 10],
    [{ share: 0.001 }, 1],
    [{ count: 3 }, 3],
    [{ pool: 'batch', count: 30 }, 10],
    [{ share: 0.5, count: 7 }, 7],
  ])('%j takes %i of them', (selection, count) => {
    const taken = selected(selection);
    expect(taken).toHaveLength(count);
    expect(new Set(taken).size).toBe(count);
    expect(taken).toEqual([...taken].sort((one, other) => one - other));
  });

  test('leaves which ones to the seed, and to nothing else', () => {
    const all = Array.from({ length: 20 }, (_, seed) => selected({ share: 0.25 }, String(seed)));
    expect(new Set(all.map(String)).size).toBe(20);
    expect(selected({ share: 0.25 }, '7')).toEqual(all[7]);
    const hits = new Set(all.flat());
    expect(hits.size).toBeGreaterThan(35);
  });
});
