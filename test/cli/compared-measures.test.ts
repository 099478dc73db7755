// Which measures the options of compare choose, and what is wrong with names.
import { describe, expect, test } from 'vitest';
import { comparedMeasures, type MeasureArguments } from '../../src/cli/compared-measures.js';
import { UsageError } from '../../src/cli/exit-code.js';
import { loaded } from '../scenario/memory-files.js';

const plain = loaded('nodePools: [{name: w, count: 1, cpu: 4, memory: 8Gi}]');
const withGpus = loaded(
  'nodePools: [{name: g, count: 1, template: {status: {allocatable: {cpu: 4, memory: 8Gi, pods: 9, example.com/fpga: 2, alibabacloud.com/gpu-milli: 1000}}}}]',
);

const chosen = (args: MeasureArguments, scenario = plain): readonly string[] =>
  comparedMeasures(args, scenario).chosen.map(({ name }) => name);

describe('the measures of a comparison', () => {
  test('are the common ones, and those of the extended resources that nodes have', () => {
    const common = chosen({});
    const added = chosen({}, withGpus).filter((name) => !common.includes(name));
    expect(added).toEqual([
      'alibabacloud.com/gpu-milli_allocation_ratio',
      'example.com/fpga_allocation_ratio',
      'gpu_fragmentation_ratio',
      'gpu_fragmented_count',
    ]);
    expect(common).toEqual(expect.arrayContaining(['node_cost', 'owner_spread_ratio']));
  });

  test('or those that are named, in the order of the table, each with its place in a run', () => {
    const args = { measures: ['nodes_in_use,pods_unscheduled', 'nodes_in_use'] };
    expect(chosen(args)).toEqual(['pods_unscheduled', 'nodes_in_use']);
    const { places } = comparedMeasures(args, plain);
    expect(places.map((place) => chosen({})[place])).toEqual(chosen(args));
  });

  test('and means of columns of the time series', () => {
    expect(chosen({ steady: 'pods_ready' }).at(-1)).toBe('pods_ready_steady_mean');
  });
});

const refusal = (args: MeasureArguments): string => {
  try {
    comparedMeasures(args, plain);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
  }
  return '';
};

test('a name of no measure is told with one that is like it, or with all', () => {
  expect(refusal({ measures: 'pods_unschedulled' })).toMatch(/Did you mean pods_unscheduled\?$/);
  expect(refusal({ measures: 'zzz' })).toMatch(/Measures: pod_scheduling_latency_p50_seconds, /);
});

test('policies are weighed by two measures at least, of which one end is better', () => {
  expect(refusal({ pareto: 'pods_unscheduled' })).toContain('name two measures or more');
  expect(refusal({ pareto: 'pods_unscheduled,nodes_in_use' })).toContain(
    '--pareto nodes_in_use: neither more nor less',
  );
  expect(refusal({ measures: 'node_cost', pareto: 'node_cost,api_requests' })).toContain(
    'there is no such measure',
  );
  const { pareto } = comparedMeasures({ pareto: 'pods_unscheduled,node_cost' }, plain);
  expect(pareto).toEqual(['pods_unscheduled', 'node_cost']);
});
