import { describe, expect, test } from 'vitest';
import type { PodSpec } from '../../src/api/pod.js';
import { nodeOfPool } from '../../src/cluster/cluster-spec.js';
import {
  fittingPool,
  nodePoolOf,
  type PodDemand,
  parseNodes,
} from '../../src/scenario/node-pools.js';

function demand(
  replicas: number,
  cpu: string,
  memory: string,
  more: Partial<PodSpec> = {},
): PodDemand {
  const containers = [{ name: 'c', image: 'i', resources: { requests: { cpu, memory } } }];
  return { spec: { containers, ...more }, replicas, perNode: false };
}

const sizeOf = (demands: readonly PodDemand[]) => {
  const { count, cpu, memory } = fittingPool(demands);
  return [count, cpu, memory];
};

describe('the pool that fits a workload', () => {
  test('has three nodes when three are enough', () => {
    expect(sizeOf([])).toEqual([3, '4', '16Gi']);
    expect(sizeOf([demand(12, '1', '1Gi')])).toEqual([3, '4', '16Gi']);
  });

  test('counts what fits on a node, not the sum of the requests', () => {
    // Ten pods of 3 CPU are 30 CPU, which eight nodes would hold if pods could be cut.
    expect(sizeOf([demand(10, '3', '1Gi')])).toEqual([10, '4', '16Gi']);
  });

  test('is bound by memory or by the number of pods as well', () => {
    expect(sizeOf([demand(20, '100m', '8Gi')])).toEqual([10, '4', '16Gi']);
    expect(sizeOf([demand(1100, '1m', '1Mi')])).toEqual([10, '4', '16Gi']);
  });

  test('doubles its nodes until the largest pod fits', () => {
    expect(sizeOf([demand(1, '6', '1Gi')])).toEqual([3, '8', '32Gi']);
    expect(sizeOf([demand(1, '1', '100Gi')])).toEqual([3, '32', '128Gi']);
  });

  test('does not grow for ever for a pod that no machine holds', () => {
    expect(sizeOf([demand(1, '1', '100Ti')])).toEqual([3, '512', '2Ti']);
  });

  test('keeps room for what a DaemonSet puts on every node', () => {
    const agent = { ...demand(1, '2', '1Gi'), perNode: true };
    expect(sizeOf([agent, demand(8, '2', '1Gi')])).toEqual([8, '4', '16Gi']);
  });

  test('has a node for each pod that refuses company', () => {
    const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: {} };
    const affinity = {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
    };
    expect(sizeOf([demand(7, '100m', '64Mi', { affinity })])).toEqual([7, '4', '16Gi']);
  });

  test('ignores workloads of no replicas', () => {
    expect(sizeOf([demand(0, '100', '1Ti')])).toEqual([3, '4', '16Gi']);
  });
});

describe('nodes of a pool', () => {
  const pool = nodePoolOf({
    name: 'w',
    count: 4,
    cpu: 2,
    memory: '8Gi',
    pods: 20,
    zones: ['a', 'b'],
    region: 'r',
  });

  test('are named after the pool and dealt out to its zones in turn', () => {
    const zones = [0, 1, 2].map((index) => nodeOfPool(pool, index).metadata);
    expect(zones.map(({ name }) => name)).toEqual(['w-0', 'w-1', 'w-2']);
    expect(zones.map(({ labels }) => labels?.['topology.kubernetes.io/zone'])).toEqual([
      'a',
      'b',
      'a',
    ]);
    expect(zones.map(({ labels }) => labels?.['kubernetes.io/hostname'])).toEqual([
      'w-0',
      'w-1',
      'w-2',
    ]);
  });

  test('keep a label of the template over the generated one', () => {
    const own = nodePoolOf({
      name: 'w',
      count: 1,
      cpu: 2,
      memory: '8Gi',
      pods: 20,
      labels: { 'topology.kubernetes.io/zone': 'mine' },
    });
    expect(nodeOfPool(own, 0).metadata.labels?.['topology.kubernetes.io/zone']).toBe('mine');
  });

  test('pull one image at a time unless told otherwise', () => {
    const base = { name: 'w', count: 1, cpu: 2, memory: '8Gi', pods: 20 };
    expect(pool).toMatchObject({ serializeImagePulls: true, maxParallelImagePulls: 1 });
    expect(nodePoolOf({ ...base, serializeImagePulls: false }).maxParallelImagePulls).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(
      nodePoolOf({ ...base, serializeImagePulls: false, maxParallelImagePulls: 5 })
        .maxParallelImagePulls,
    ).toBe(5);
  });

  test('have whole cores, at least one', () => {
    const cores = (cpu: string) =>
      nodePoolOf({ name: 'w', count: 1, cpu, memory: '1Gi', pods: 1 }).cores;
    expect([cores('3900m'), cores('4'), cores('100m')]).toEqual([4, 4, 1]);
  });
});

describe('parseNodes', () => {
  test.each([
    ['5', { count: 5 }],
    ['3x4cpu16Gi', { count: 3, cpu: '4', memory: '16Gi' }],
    ['3x4x16Gi', { count: 3, cpu: '4', memory: '16Gi' }],
    ['2x1.5cpu512Mi', { count: 2, cpu: '1.5', memory: '512Mi' }],
    ['2x1500mx1.5G', { count: 2, cpu: '1500m', memory: '1.5G' }],
  ])('reads %s', (text, expected) => {
    expect(parseNodes(text)).toEqual(expected);
  });

  test.each([
    '',
    '0',
    '05',
    'x4x16Gi',
    '3x4',
    '3x4cpu',
    '3xcpu16Gi',
    '3x4cpu16',
    '3x4cpux16Gi',
    '3 x 4 x 16Gi',
  ])('does not read %j', (text) => {
    expect(parseNodes(text)).toBeUndefined();
  });
});
