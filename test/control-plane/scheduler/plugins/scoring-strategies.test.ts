// NodeResourcesFit's strategies MostAllocated and RequestedToCapacityRatio.
import { describe, expect, test } from 'vitest';
import type {
  ResourceSpec,
  ScoringStrategy,
  UtilizationShapePoint,
} from '../../../../src/control-plane/scheduler/configuration/plugin-args.js';
import { NodeResourcesFit } from '../../../../src/control-plane/scheduler/plugins/node-resources-fit/node-resources-fit.js';
import {
  mostRequestedScore,
  shapeScore,
} from '../../../../src/control-plane/scheduler/plugins/node-resources-fit/scoring-strategies.js';
import { DecisionCluster, makeNode, makePod } from '../cluster-fixture.js';

const cpuAndMemory = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];
const points = (...pairs: [number, number][]): UtilizationShapePoint[] =>
  pairs.map(([utilization, score]) => ({ utilization, score }));

/** The score of an empty node of 4 CPUs and 32 GiB, and one GPU, for a pod. */
function scoreOf(
  type: ScoringStrategy['type'],
  requests: Record<string, string>,
  resources: readonly ResourceSpec[] = cpuAndMemory,
  shape: readonly UtilizationShapePoint[] = [],
): number | undefined {
  const node = makeNode('n', { allocatable: { 'example.com/gpu': '4' } });
  const plugin = new NodeResourcesFit({ scoringStrategy: { type, resources, shape } });
  return new DecisionCluster([node]).scores(plugin, makePod('p', { requests })).raw[0];
}

describe('MostAllocated', () => {
  test('is the share in use with the pod, rounded down', () => {
    expect(scoreOf('MostAllocated', { cpu: '1', memory: '8Gi' })).toBe(25);
    expect(scoreOf('MostAllocated', { cpu: '3', memory: '32Gi' })).toBe(87);
    expect(scoreOf('MostAllocated', { cpu: '4', memory: '32Gi' })).toBe(100);
  });

  test('counts a resource that would be overcommitted as full', () => {
    expect(mostRequestedScore(5, 4)).toBe(100);
    expect(scoreOf('MostAllocated', { cpu: '8', memory: '0' })).toBe(50);
  });

  test('weighs resources, of scalars only those that the pod asks for', () => {
    const resources = [
      { name: 'cpu', weight: 1 },
      { name: 'example.com/gpu', weight: 3 },
      { name: 'example.com/unknown', weight: 50 },
    ];
    const requests = { cpu: '2', 'example.com/gpu': '1' };
    expect(scoreOf('MostAllocated', requests, resources)).toBe(31);
    expect(scoreOf('MostAllocated', { cpu: '2' }, resources)).toBe(50);
  });

  test('is 0 on a node that has none of the resources', () => {
    expect(
      scoreOf('MostAllocated', { 'example.com/x': '1' }, [{ name: 'example.com/x', weight: 1 }]),
    ).toBe(0);
  });

  test('is exact beyond the safe integers', () => {
    expect(mostRequestedScore(2 ** 52 + 2 ** 50, 2 ** 53 - 1)).toBe(62);
  });
});

describe('the shape of RequestedToCapacityRatio', () => {
  const rising = points([0, 0], [50, 5], [100, 10]);

  test.each([
    [0, 0],
    [1, 1],
    [33, 33],
    [50, 50],
    [99, 99],
    [100, 100],
  ])('through the diagonal: %d percent give %d', (utilization, score) => {
    expect(shapeScore(rising, utilization)).toBe(score);
  });

  test('is level before the first point and after the last', () => {
    const middle = points([20, 3], [60, 7]);
    expect(shapeScore(middle, 0)).toBe(30);
    expect(shapeScore(middle, 20)).toBe(30);
    expect(shapeScore(middle, 60)).toBe(70);
    expect(shapeScore(middle, 61)).toBe(70);
    expect(shapeScore(points([50, 4]), 10)).toBe(40);
    expect(shapeScore(points([50, 4]), 90)).toBe(40);
  });

  test('truncates towards the point before: down when it rises, up when it falls', () => {
    expect(shapeScore(points([0, 0], [3, 1]), 1)).toBe(3);
    expect(shapeScore(points([0, 0], [3, 1]), 2)).toBe(6);
    expect(shapeScore(points([0, 1], [3, 0]), 1)).toBe(7);
    expect(shapeScore(points([0, 1], [3, 0]), 2)).toBe(4);
  });
});

describe('RequestedToCapacityRatio', () => {
  const rising = points([0, 0], [100, 10]);
  const falling = points([0, 10], [100, 0]);
  const ratio = (
    requests: Record<string, string>,
    shape: readonly UtilizationShapePoint[],
    resources = cpuAndMemory,
  ) => scoreOf('RequestedToCapacityRatio', requests, resources, shape);

  test('is the mean of the resources, rounded to nearest, halves up', () => {
    expect(ratio({ cpu: '1', memory: '8Gi' }, rising)).toBe(25);
    expect(ratio({ cpu: '3', memory: '16Gi' }, rising)).toBe(63);
    expect(ratio({ cpu: '1', memory: '8Gi' }, falling)).toBe(75);
  });

  test('leaves resources with the score 0 out of the mean', () => {
    expect(ratio({ cpu: '4', memory: '16Gi' }, falling)).toBe(50);
    expect(ratio({ cpu: '4', memory: '32Gi' }, falling)).toBe(0);
  });

  test('takes a resource that would be overcommitted as fully used', () => {
    expect(ratio({ cpu: '9', memory: '32Gi' }, rising)).toBe(100);
    expect(ratio({ cpu: '9', memory: '16Gi' }, falling)).toBe(50);
  });

  test('weighs resources', () => {
    const weighted = [
      { name: 'cpu', weight: 3 },
      { name: 'memory', weight: 1 },
    ];
    expect(ratio({ cpu: '2', memory: '32Gi' }, rising, weighted)).toBe(63);
  });
});
