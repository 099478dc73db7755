// Numbers that are remembered by row: never older than the row they stand for.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NodeTable } from '../../../../src/control-plane/scheduler/cache/node-table.js';
import { RowMemo } from '../../../../src/control-plane/scheduler/cache/row-memo.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { DecisionCluster, makeNode, makePod } from '../cluster-fixture.js';

const pod = new PodInfo(makePod('p', { requests: { cpu: '1' } }));

/** A table of nodes `0`, `1`, …, and a function of its rows that notes what it was asked. */
function tableOf(count: number) {
  const table = new NodeTable();
  for (let i = 0; i < count; i++) table.setNode(table.addRow(`${i}`), makeNode(`${i}`));
  const asked: number[] = [];
  const compute = (row: number): number => {
    asked.push(row);
    return row * 1000 + (table.cpu.requested[row] as number);
  };
  return { table, asked, compute };
}

function readAll(
  memo: RowMemo,
  { table, compute }: ReturnType<typeof tableOf>,
  rows: number[],
  key: readonly unknown[] = [1],
): number[] {
  const result = new Float64Array(rows.length);
  memo.readAll(table, key, { rows: Int32Array.from(rows), count: rows.length }, result, compute);
  return [...result];
}

describe('a memo of rows', () => {
  test('computes each row once, in whatever order it is asked', () => {
    const memo = new RowMemo('versions');
    const cluster = tableOf(3);
    expect(readAll(memo, cluster, [2, 0])).toEqual([2000, 0]);
    expect(readAll(memo, cluster, [0, 1, 2])).toEqual([0, 1000, 2000]);
    expect(cluster.asked).toEqual([2, 0, 1]);
  });

  test('computes a row anew when a pod has come or gone, or its node has changed', () => {
    const memo = new RowMemo('versions');
    const cluster = tableOf(2);
    readAll(memo, cluster, [0, 1]);
    cluster.table.addPod(1, pod);
    expect(readAll(memo, cluster, [0, 1])).toEqual([0, 2000]);
    cluster.table.removePod(1, pod);
    expect(readAll(memo, cluster, [0, 1])).toEqual([0, 1000]);
    cluster.table.setNode(0, makeNode('0', { allocatable: { cpu: '8' } }));
    readAll(memo, cluster, [0, 1]);
    expect(cluster.asked).toEqual([0, 1, 1, 1, 0]);
  });

  test('that follows nodes only does not mind pods', () => {
    const memo = new RowMemo('nodeVersions');
    const { table, asked, compute } = tableOf(2);
    memo.reader(table, [1], compute)(1);
    table.addPod(1, pod);
    expect(memo.reader(table, [1], compute)(1)).toBe(1000);
    table.setNode(1, undefined);
    memo.reader(table, [1], compute)(1);
    expect(asked).toEqual([1, 1]);
  });

  test('keeps kinds of pods apart', () => {
    const memo = new RowMemo('versions');
    const cluster = tableOf(2);
    readAll(memo, cluster, [0], ['a', 1]);
    readAll(memo, cluster, [0], ['a', 2]);
    readAll(memo, cluster, [0], ['a']);
    readAll(memo, cluster, [0], ['a', 1]);
    expect(cluster.asked).toEqual([0, 0, 0]);
  });

  test('is right for more kinds than it remembers', () => {
    const memo = new RowMemo('versions');
    const cluster = tableOf(2);
    for (let round = 0; round < 2; round++) {
      for (let kind = 0; kind < 40; kind++) {
        expect(readAll(memo, cluster, [1], [kind])).toEqual([1000]);
      }
    }
    expect(cluster.asked.length).toBe(80);
  });

  test('is right for nodes that come later', () => {
    const memo = new RowMemo('versions');
    const cluster = tableOf(2);
    readAll(memo, cluster, [0, 1]);
    const { table } = cluster;
    for (let i = 2; i < 200; i++) table.setNode(table.addRow(`${i}`), makeNode(`${i}`));
    expect(readAll(memo, cluster, [199, 1])).toEqual([199_000, 1000]);
  });

  test('forgets one table when it is asked about another', () => {
    const memo = new RowMemo('versions');
    const first = tableOf(2);
    const second = tableOf(2);
    second.table.addPod(0, pod);
    first.table.addPod(1, pod);
    expect(readAll(memo, first, [0, 1])).toEqual([0, 2000]);
    expect(readAll(memo, second, [0, 1])).toEqual([1000, 1000]);
  });
});

/** What may happen to a cluster between two pods. */
type Step = readonly [action: 'place' | 'remove' | 'change', which: number, how: number];

const requests = [{ cpu: '100m' }, { cpu: '1', memory: '1Gi' }, { memory: '2Gi' }] as const;
const zoned = {
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['1'] }] }],
  },
} as const;

function podOf(name: string, how: number) {
  const spec = how % 2 === 0 ? {} : { affinity: { nodeAffinity: zoned } };
  return makePod(name, { requests: requests[how % 3] as Record<string, string>, spec });
}

describe('decisions', () => {
  const step = fc.tuple(
    fc.constantFrom('place' as const, 'place' as const, 'remove' as const, 'change' as const),
    fc.nat(7),
    fc.nat(5),
  );

  /** The same state in a cluster that has never decided anything. */
  function coldTotals(nodes: readonly ReturnType<typeof makeNode>[], warm: DecisionCluster) {
    const { table } = warm.cache.updateSnapshot();
    const pods = nodes.flatMap(({ metadata }) => {
      const row = warm.cache.snapshot.rowOf(metadata.name) as number;
      return (table.pods[row] ?? []).map((info) => info.pod);
    });
    return new DecisionCluster(nodes, pods);
  }

  const totalsOf = ({ algorithm, cache }: DecisionCluster): Record<string, number> =>
    Object.fromEntries(
      [...algorithm.feasible].map((row, i) => [
        cache.snapshot.table.names[row],
        algorithm.totals[i] as number,
      ]),
    );

  test('do not depend on what was remembered', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps: readonly Step[]) => {
        const nodes = Array.from({ length: 8 }, (_, i) =>
          makeNode(`n${i}`, { labels: { zone: `${i % 2}` } }),
        );
        const warm = new DecisionCluster(nodes);
        const placed: string[] = [];
        for (const [index, [action, which, how]] of steps.entries()) {
          if (action === 'remove') {
            const [uid] = placed.splice(which % Math.max(placed.length, 1), 1);
            if (uid !== undefined) warm.cache.removePod(uid);
          } else if (action === 'change') {
            const labels = { zone: `${how % 2}` };
            nodes[which] = makeNode(`n${which}`, { labels, allocatable: { cpu: `${how + 1}` } });
            warm.cache.addNode(nodes[which]);
          } else {
            const next = podOf(`p${index}`, how);
            const cold = coldTotals(nodes, warm);
            cold.decide(next);
            if (warm.place(next).nodeName !== '') placed.push(`uid-p${index}`);
            expect(totalsOf(warm)).toEqual(totalsOf(cold));
          }
        }
      }),
    );
  });
});
