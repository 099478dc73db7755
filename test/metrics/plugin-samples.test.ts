// The buffer of plugin durations: a thousand a second, the rest is lost.
import { describe, expect, test } from 'vitest';
import { CycleState } from '../../src/control-plane/scheduler/framework/cycle-state.js';
import type { Framework } from '../../src/control-plane/scheduler/framework/framework.js';
import { NodeStatuses } from '../../src/control-plane/scheduler/framework/node-statuses.js';
import { status } from '../../src/control-plane/scheduler/framework/status.js';
import type { MeasuredCycle } from '../../src/control-plane/scheduler/scheduler-monitor.js';
import { MetricRegistry } from '../../src/metrics/metric-registry.js';
import { filterCalls, PluginSamples, preFilterCalls } from '../../src/metrics/plugin-samples.js';
import { schedulerFamilies } from '../../src/metrics/scheduler-families.js';

const named = (...names: string[]) => names.map((name) => ({ name }));
const framework = {
  plugins: {
    preEnqueue: [],
    preFilter: named('A', 'B', 'C'),
    filter: named('A', 'B', 'C'),
    postFilter: [],
    preScore: [],
    score: [],
    reserve: [],
  },
} as unknown as Framework;

interface Wanted {
  readonly examined?: number;
  readonly skipped?: readonly string[];
  readonly preFilter?: 'Success' | 'Unschedulable' | 'UnschedulableAndUnresolvable';
  readonly rejectors?: readonly string[];
  readonly statuses?: NodeStatuses;
}

/** A failed cycle of three plugins, 1 ms of which were filters. */
function cycleOf(wanted: Wanted): MeasuredCycle {
  const { examined = 0, skipped = [], preFilter = 'Success', rejectors = [] } = wanted;
  const state = new CycleState();
  for (const plugin of skipped) state.skipFilterPlugins.add(plugin);
  const decision = {
    result: 'unschedulable',
    state,
    unschedulablePlugins: rejectors,
    work: { examinedNodes: examined, scoredNodes: 0 },
    points: { preFilter, filter: preFilter === 'Success' ? ['Success'] : [] },
  };
  const statuses = wanted.statuses ?? new NodeStatuses();
  const times = { preFilterUs: 300, filterUs: 1000 };
  return { framework, decision, statuses, times } as unknown as MeasuredCycle;
}

describe('calls', () => {
  test('of filters end for a node with the first refusal', () => {
    const statuses = new NodeStatuses();
    for (let row = 0; row < 6; row++) statuses.set(row, status('Unschedulable', 'no'), 'A');
    for (let row = 6; row < 8; row++) statuses.set(row, status('Unschedulable', 'no'), 'C');
    expect(filterCalls(cycleOf({ examined: 10, skipped: ['B'], statuses }))).toEqual([
      { plugin: 'A', code: 'Success', calls: 4 },
      { plugin: 'A', code: 'Unschedulable', calls: 6 },
      { plugin: 'C', code: 'Success', calls: 2 },
      { plugin: 'C', code: 'Unschedulable', calls: 2 },
    ]);
  });

  test('of PreFilters end when one is sure that the pod fits nowhere', () => {
    const codes = (wanted: Wanted) => preFilterCalls(cycleOf(wanted)).map(({ code }) => code);
    expect(codes({ skipped: ['A'] })).toEqual(['Skip', 'Success', 'Success']);
    expect(codes({ preFilter: 'Unschedulable', rejectors: ['B'] })).toEqual([
      'Success',
      'Unschedulable',
      'Success',
    ]);
    expect(codes({ preFilter: 'UnschedulableAndUnresolvable', rejectors: ['B'] })).toEqual([
      'Success',
      'UnschedulableAndUnresolvable',
    ]);
  });
});

describe('samples', () => {
  /** Every cycle is measured when the stream always draws `draw`. */
  function samplesOf(draw: number) {
    const registry = new MetricRegistry(schedulerFamilies);
    const stream = { uniform: () => 0, below: () => draw };
    const count = (point: string, plugin: string): number =>
      registry.histogram('scheduler_plugin_execution_duration_seconds', point, plugin, 'Success')
        .count;
    return { registry, samples: new PluginSamples(registry, stream), count };
  }

  test('are taken of one cycle in ten', () => {
    for (const [draw, expected] of [
      [9, 1],
      [10, 0],
    ] as const) {
      const { samples, count } = samplesOf(draw);
      samples.cycleEnded(cycleOf({ examined: 5 }), 0);
      expect(count('PreFilter', 'A')).toBe(expected);
      expect(count('Filter', 'A')).toBe(expected * 5);
    }
  });

  test('share the time of their phase', () => {
    const { registry, samples } = samplesOf(0);
    samples.cycleEnded(cycleOf({ examined: 5 }), 0);
    const [point, plugin, code] = ['Filter', 'B', 'Success'];
    const name = 'scheduler_plugin_execution_duration_seconds';
    // A millisecond over fifteen calls.
    expect(registry.histogram(name, point, plugin, code).sum).toBeCloseTo((5 * 0.001) / 15);
    expect(registry.histogram(name, 'PreFilter', plugin, code).sum).toBeCloseTo(0.0001);
  });

  test('beyond a thousand a second are lost, until the buffer is emptied', () => {
    const { samples, count } = samplesOf(0);
    samples.cycleEnded(cycleOf({ examined: 500 }), 100);
    // 3 of 1000 are taken; 997 of 1500 remain.
    expect(count('Filter', 'A')).toBe(332);
    samples.cycleEnded(cycleOf({ examined: 500 }), 900_000);
    expect(count('PreFilter', 'A')).toBe(1);
    expect(count('Filter', 'A')).toBe(332);
    samples.cycleEnded(cycleOf({ examined: 10 }), 1_000_000);
    expect(count('PreFilter', 'A')).toBe(2);
    expect(count('Filter', 'A')).toBe(342);
  });
});
