// The counters of plugins' calls, against the lists of calls that durations are sampled from.
import { describe, expect, test } from 'vitest';
import { CycleState } from '../../src/control-plane/scheduler/framework/cycle-state.js';
import type { Framework } from '../../src/control-plane/scheduler/framework/framework.js';
import { NodeStatuses } from '../../src/control-plane/scheduler/framework/node-statuses.js';
import { status } from '../../src/control-plane/scheduler/framework/status.js';
import type { MeasuredCycle } from '../../src/control-plane/scheduler/scheduler-monitor.js';
import { MetricRegistry } from '../../src/metrics/metric-registry.js';
import { PluginEvaluations } from '../../src/metrics/plugin-evaluations.js';
import {
  filterCalls,
  type PluginCalls,
  preFilterCalls,
  preScoreCalls,
  scoreCalls,
} from '../../src/metrics/plugin-samples.js';
import { schedulerFamilies } from '../../src/metrics/scheduler-families.js';

const named = (...names: string[]) => names.map((name) => ({ name }));
const framework = {
  schedulerName: 'default-scheduler',
  plugins: {
    preFilter: named('A', 'B', 'C'),
    filter: named('A', 'B', 'C'),
    preScore: named('C', 'D'),
    score: named('C', 'D').map((plugin) => ({ plugin, weight: 1 })),
  },
} as unknown as Framework;

/** A cycle over ten nodes; `refused`: who has refused them, one after the other. */
function cycleOf(refused: readonly string[], more: object, skipped: readonly string[] = []) {
  const state = new CycleState();
  for (const plugin of skipped) {
    state.skipFilterPlugins.add(plugin);
    state.skipScorePlugins.add(plugin);
  }
  const statuses = new NodeStatuses();
  for (const [row, plugin] of refused.entries()) {
    statuses.set(row, status('Unschedulable', 'no'), plugin);
  }
  const decision = {
    state,
    unschedulablePlugins: [...new Set(refused)],
    work: { examinedNodes: 10, scoredNodes: 10 - refused.length },
    points: { preFilter: 'Success', filter: [], ...more },
  };
  return { framework, decision, statuses } as unknown as MeasuredCycle;
}

const whole = { filter: ['Success'], preScore: 'Success', score: 'Success' };

const cycles: readonly (readonly [string, MeasuredCycle])[] = [
  ['all nodes fit', cycleOf([], whole)],
  ['nodes are refused by several in turn', cycleOf(['A', 'C', 'A', 'A', 'C'], whole)],
  ['a plugin skips', cycleOf(['A', 'C'], whole, ['C'])],
  ['an extender has refused a node', cycleOf(['HTTPExtender', 'B', 'HTTPExtender'], whole)],
  ['no node is left to score', cycleOf(Array(10).fill('B'), { filter: ['Success'] })],
  ['a PreFilter is sure', cycleOf(['B'], { preFilter: 'UnschedulableAndUnresolvable' })],
  ['a PreFilter refuses', cycleOf(['B'], { preFilter: 'Unschedulable' })],
  ['it ended before any plugin', cycleOf([], { preFilter: undefined })],
];

describe('evaluations of plugins', () => {
  const lists = {
    PreFilter: preFilterCalls,
    Filter: filterCalls,
    PreScore: preScoreCalls,
    Score: scoreCalls,
  } as const;
  const fields = { PreFilter: 'preFilter', PreScore: 'preScore', Score: 'score' } as const;

  function hasRun(point: keyof typeof lists, { decision: { points } }: MeasuredCycle): boolean {
    return point === 'Filter' ? points.filter.length > 0 : points[fields[point]] !== undefined;
  }

  function counted(all: readonly MeasuredCycle[]) {
    const registry = new MetricRegistry(schedulerFamilies);
    const evaluations = new PluginEvaluations(framework, registry);
    for (const cycle of all) evaluations.cycleEnded(cycle);
    return (point: string, plugin: string): number =>
      registry.scalar('scheduler_plugin_evaluation_total', point, plugin, 'default-scheduler')
        .value;
  }

  test.each(cycles)('are the calls that were made when %s', (_, cycle) => {
    const count = counted([cycle]);
    for (const point of ['PreFilter', 'Filter', 'PreScore', 'Score'] as const) {
      const calls: readonly PluginCalls[] = hasRun(point, cycle) ? lists[point](cycle) : [];
      for (const plugin of ['A', 'B', 'C', 'D']) {
        const made = calls.filter((each) => each.plugin === plugin && each.code !== 'Skip');
        const sum = made.reduce((total, { calls: number }) => total + number, 0);
        expect([point, plugin, count(point, plugin)]).toEqual([point, plugin, sum]);
      }
    }
  });

  test('add up over cycles', () => {
    const count = counted(cycles.slice(0, 2).map(([, cycle]) => cycle));
    expect([count('Filter', 'A'), count('Filter', 'B'), count('Score', 'D')]).toEqual([20, 17, 15]);
  });
});
