import { describe, expect, test } from 'vitest';
import { GpuFragmentation, type WeightedTask } from '../../src/api/gpu-fragmentation.js';
import {
  devicesFor,
  gpuCountOf,
  gpuIndicesOf,
  gpuMilliResource,
  gpuModelLabel,
  gpuTaskOf,
  milliEachOf,
} from '../../src/api/gpu-share.js';
import type { Node } from '../../src/api/node.js';
import type { Pod, PodSpec } from '../../src/api/pod.js';

const spec = (gpuMilli: number, more: Partial<PodSpec> = {}): PodSpec =>
  ({
    containers: [
      { name: 'main', resources: { requests: { cpu: '2', [gpuMilliResource]: `${gpuMilli}` } } },
    ],
    ...more,
  }) as PodSpec;

test('a pod takes a part of one device, or whole ones', () => {
  expect([devicesFor(460), milliEachOf(460)]).toEqual([1, 460]);
  expect([devicesFor(1000), milliEachOf(1000)]).toEqual([1, 1000]);
  expect([devicesFor(8000), milliEachOf(8000)]).toEqual([8, 1000]);
  expect(devicesFor(0)).toBe(0);
});

test('what a pod wants follows from its requests and from the models that it names', () => {
  expect(gpuTaskOf(spec(460))).toEqual({ cpuMilli: 2000, gpuMilli: 460, gpuModels: [] });
  const selected = spec(1000, { nodeSelector: { [gpuModelLabel]: 'T4' } });
  expect(gpuTaskOf(selected).gpuModels).toEqual(['T4']);
  const values = ['V100M16', 'V100M32'];
  const matchExpressions = [{ key: gpuModelLabel, operator: 'In', values }];
  const nodeSelectorTerms = [{ matchExpressions }];
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
  const either = spec(1000, { affinity: { nodeAffinity } } as Partial<PodSpec>);
  expect(gpuTaskOf(either).gpuModels).toEqual(values);
});

test('devices of nodes and pods are read from what is noted on them', () => {
  const node = { status: { allocatable: { [gpuMilliResource]: '4000' } } } as unknown as Node;
  expect(gpuCountOf(node)).toBe(4);
  const noted = (text: string): Pod =>
    ({ metadata: { annotations: { 'alibabacloud.com/gpu-index': text } } }) as unknown as Pod;
  expect(gpuIndicesOf(noted('0-3'))).toEqual([0, 3]);
  expect(gpuIndicesOf({ metadata: {} } as Pod)).toEqual([]);
});

describe('fragmentation of a node', () => {
  const task = (cpuMilli: number, gpuMilli: number, weight = 1, gpuModels: string[] = []) =>
    ({ cpuMilli, gpuMilli, gpuModels, weight }) satisfies WeightedTask;
  const idle = (cpuMilli: number, ...gpuMilli: number[]) => ({ model: 'T4', cpuMilli, gpuMilli });

  test('is what a task finds too small, of the devices that are idle', () => {
    const halves = new GpuFragmentation([task(1000, 500)]);
    expect(halves.amount(idle(8000, 1000, 400, 600))).toBe(400);
    expect(halves.amount(idle(8000, 400, 300))).toBe(700);
  });

  test('is everything where the node lacks CPU, devices or the model', () => {
    const two = new GpuFragmentation([task(4000, 2000, 1, ['V100'])]);
    expect(two.amount({ ...idle(4000, 1000, 1000, 100), model: 'V100' })).toBe(100);
    expect(two.amount({ ...idle(3999, 1000, 1000, 100), model: 'V100' })).toBe(2100);
    expect(two.amount({ ...idle(4000, 1000, 900), model: 'V100' })).toBe(1900);
    expect(two.amount(idle(4000, 1000, 1000, 100))).toBe(2100);
  });

  test('counts tasks by how often they come, and those without GPUs as of no use', () => {
    const mix = new GpuFragmentation([task(1000, 0, 2), task(1000, 500), task(9000, 500)]);
    // Half of the tasks want no GPU; a quarter fits and leaves 400; a quarter lacks CPU.
    expect(mix.amount(idle(8000, 1000, 400))).toBeCloseTo(0.5 * 1400 + 0.25 * 400 + 0.25 * 1400, 9);
  });

  test('is nothing where nothing is idle, and never more than what is', () => {
    const mix = new GpuFragmentation([task(1000, 300), task(2000, 1000, 3), task(500, 0)]);
    expect(mix.amount(idle(8000, 0, 0))).toBe(0);
    expect(mix.amount(idle(0, 1000, 70))).toBeCloseTo(1070, 9);
  });
});
