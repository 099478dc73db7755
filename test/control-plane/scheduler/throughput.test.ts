// Modelled cycles at full size beside recorded cycles and beside published throughputs
// (reference: golden/scheduler/timing, scheduler 5.4).
import { describe, expect, test } from 'vitest';
import {
  recordedKinds,
  recordedRatios,
  testCases,
  throughputOf,
} from '../../../bench/scheduler-throughput.mjs';

const timeout = 60_000;

describe('a cycle takes the recorded time', () => {
  test.each(recordedKinds)('of %s pods, from 100 to 5,000 nodes', { timeout }, (kind) => {
    const ratios = recordedRatios(kind);
    // Rows of one recording differ by 1.2 from pass to pass, small ones by more.
    for (const ratio of ratios.slice(4)) expect(Math.abs(Math.log(ratio))).toBeLessThan(0.2);
    for (const ratio of ratios) expect(Math.abs(Math.log(ratio))).toBeLessThan(0.35);
    const mean = ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length;
    expect(Math.abs(mean)).toBeLessThan(0.1);
  });
});

describe('throughput at 5,000 nodes and 4 cores', () => {
  const order = [
    'SchedulingBasic',
    'SchedulingNodeAffinity',
    'TopologySpreading',
    'PreferredTopologySpreading',
    'SchedulingPodAntiAffinity',
    'SchedulingPodAffinity',
  ];
  const found = new Map<string, number>();
  const throughput = (name: string): number => {
    const known = found.get(name) ?? throughputOf(name, 4);
    found.set(name, known);
    return known;
  };
  const floorOf = (name: string): number => testCases[name]?.floor as number;

  test('of SchedulingBasic is above the least that was published', { timeout }, () => {
    expect(throughput('SchedulingBasic')).toBeGreaterThan(floorOf('SchedulingBasic'));
    expect(throughput('SchedulingBasic')).toBeLessThan(1.5 * floorOf('SchedulingBasic'));
  });

  test.each(order.slice(1))('of %s is to SchedulingBasic as published', { timeout }, (name) => {
    const published = floorOf(name) / floorOf('SchedulingBasic');
    const modelled = throughput(name) / throughput('SchedulingBasic');
    expect(modelled / published).toBeGreaterThan(1 / 1.5);
    expect(modelled / published).toBeLessThan(1.5);
  });

  test('has the published order', { timeout }, () => {
    const modelled = [...order].sort((a, b) => throughput(b) - throughput(a) || (a < b ? -1 : 1));
    expect(modelled).toEqual(order);
  });
});
