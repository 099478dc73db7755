import { expect, test } from 'vitest';
import type { Pod } from '../../src/api/pod.js';
import type { CreatePodMixOperation } from '../../src/cluster/operation.js';
import { mixSequence } from '../../src/cluster/pod-mix.js';
import { RandomRoot } from '../../src/kernel/random-stream.js';

const kind = (count: number, cpu: string) => ({
  count,
  template: { spec: { containers: [{ resources: { requests: { cpu } } }] } } as unknown as Pod,
});

function sequence(more: Partial<CreatePodMixOperation>, seed = '1'): readonly number[] {
  const operation: CreatePodMixOperation = {
    op: 'createPodMix',
    atUs: 0,
    source: 'operations[0]',
    namespace: 'default',
    namePrefix: 'pod-',
    kinds: [kind(3, '1'), kind(2, '2')],
    isShuffled: false,
    load: undefined,
    qps: 1,
    workers: 1,
    ...more,
  };
  return mixSequence(operation, 10_000, new RandomRoot(seed).stream('order'));
}

const load = (ratio: number) => ({ resource: 'cpu', ratio });

test('pods come kind by kind, or in an order that follows from the seed', () => {
  expect(sequence({})).toEqual([0, 0, 0, 1, 1]);
  const orders = ['1', '2', '3', '4', '5', '6'].map((seed) => sequence({ isShuffled: true }, seed));
  expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
  for (const order of orders) expect([...order].sort()).toEqual([0, 0, 0, 1, 1]);
  expect(sequence({ isShuffled: true }, '3')).toEqual(orders[2]);
});

test('a load below what is counted takes the first, and never passes it', () => {
  expect(sequence({ load: load(0.5) })).toEqual([0, 0, 0, 1]);
  expect(sequence({ load: load(0.4) })).toEqual([0, 0, 0]);
  expect(sequence({ load: load(0.05) })).toEqual([]);
});

test('a load above it goes on: from the first again, or drawn with the proportions of the mix', () => {
  expect(sequence({ load: load(1) })).toEqual([0, 0, 0, 1, 1, 0, 0, 0]);
  const drawn = sequence({ isShuffled: true, load: load(1000) });
  const cpu = drawn.reduce((sum, each) => sum + each + 1, 0);
  expect([9_998, 9_999, 10_000]).toContain(cpu);
  const share = drawn.filter((each) => each === 1).length / drawn.length;
  expect(Math.abs(share - 0.4)).toBeLessThan(0.03);
});
