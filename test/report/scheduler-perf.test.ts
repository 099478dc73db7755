// What a run of scheduler_perf's workloads prints and writes.
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import type {
  PerfMeasurement,
  PerfResult,
  PerfWorkloadResult,
} from '../../src/metrics/scheduler-perf/perf-result.js';
import {
  perfDataFile,
  perfDataJson,
  perfFiles,
} from '../../src/report/scheduler-perf/perf-files.js';
import { perfPlanJson, perfPlanTable } from '../../src/report/scheduler-perf/perf-plan.js';
import { perfTable } from '../../src/report/scheduler-perf/perf-table.js';
import type { PerfConfig, PerfWorkload } from '../../src/workload/scheduler-perf/test-case.js';

const window = (name: string, change: Partial<PerfMeasurement> = {}): PerfMeasurement => ({
  name,
  startUs: 1_000_000,
  endUs: 6_000_000,
  scheduled: 1201,
  firstUs: 1_010_000,
  lastUs: 5_010_000,
  samples: [250, 350],
  ...change,
});

const workload = (change: Partial<PerfWorkloadResult> = {}): PerfWorkloadResult => ({
  testCase: 'Basic',
  workload: 'Large',
  labels: ['performance', 'fast'],
  nodes: 5000,
  pods: 1500,
  outcome: { end: 'converged', partial: false, message: 'All operations were done after 7 s.' },
  failure: '',
  notices: [],
  measurements: [window('namespace-2')],
  dataItems: [
    { data: { Average: 300.1234567 }, unit: 'pods/s', labels: { Name: 'n', Metric: 'm' } },
  ],
  verdict: {
    threshold: 270,
    metric: 'SchedulingThroughput',
    dataBucket: 'Average',
    expectLower: false,
    value: 300,
    ok: true,
  },
  endUs: 7_000_000,
  events: 42,
  traceHash: 'abc',
  ...change,
});

const short = workload({
  workload: 'Short',
  measurements: [window('namespace-1', { samples: [], scheduled: 11, lastUs: 1_014_000 })],
  verdict: undefined,
});
const failed = workload({
  testCase: 'Other',
  workload: 'Broken',
  failure: 'op 1 (createPods): 0 of 2 pods have got a node',
  measurements: [window('x', { samples: [], scheduled: 0, firstUs: undefined, lastUs: undefined })],
  notices: ['feature gate A is on in the file; it is off here'],
});
const below = workload({
  testCase: 'Other',
  workload: 'Slow',
  measurements: [window('a'), window('b', { scheduled: 301, lastUs: 2_010_000, samples: [90] })],
  notices: failed.notices,
  verdict: {
    threshold: 900,
    metric: 'SchedulingThroughput',
    dataBucket: 'Average',
    expectLower: false,
    value: 230,
    ok: false,
  },
});

const result: PerfResult = {
  topic: 'misc',
  seed: '1',
  kubernetesVersion: '1.36.2',
  modelVersion: '0.1.0',
  cluster: '1 control-plane host (6 cores), 1 etcd member',
  workloads: [workload(), short, failed, below],
  unsupported: [{ testCase: 'Devices', reasons: ['op createResourceDriver', 'kind X'] }],
};

const words = (line: string | undefined): readonly string[] => (line ?? '').split(/\s+/);

describe('the table', () => {
  const lines = perfTable(result).split('\n');

  test('has a row a workload', () => {
    expect(words(lines[0])).toEqual(
      'TEST CASE WORKLOAD NODES PODS SECONDS PODS/S AVERAGE P50 P90 P99 FLOOR'.split(' '),
    );
    expect(words(lines[1])).toEqual(
      'Basic Large 5,000 1,201 4.000 300 300 250 350 350 270 above'.split(' '),
    );
  });

  test('has dashes where nothing was measured, and no verdict where nothing is demanded', () => {
    expect(words(lines[2])).toEqual('Basic Short 5,000 11 0.004 2500 – – – – –'.split(' '));
    expect(words(lines[3]).slice(0, 6)).toEqual('Other Broken 5,000 0 – –'.split(' '));
  });

  test('counts several windows together', () => {
    expect(words(lines[4])).toEqual(
      'Other Slow 5,000 1,502 5.000 300 230 250 350 350 900 below'.split(' '),
    );
  });

  test('says below it what has failed, what was not run, and each notice once', () => {
    expect(lines.slice(5)).toEqual([
      'failed Other/Broken: op 1 (createPods): 0 of 2 pods have got a node',
      'not run: Devices (not supported: op createResourceDriver, kind X)',
      'Other/Broken and 1 more: feature gate A is on in the file; it is off here',
      '',
    ]);
  });

  test('paints headings and verdicts only', () => {
    const painted = perfTable(result, (style, text) => `<${style}>${text}</${style}>`).split('\n');
    expect(painted[0]).toBe(`<heading>${lines[0]}</heading>`);
    expect(painted[1]).toMatch(/270 {2}<pass>above<\/pass>$/);
    expect(painted[4]).toMatch(/<fail>below<\/fail>$/);
    expect(painted[2]).toBe(lines[2]);
    expect(painted[5]).toMatch(/^<fail>failed<\/fail> Other/);
  });
});

describe('the files', () => {
  const files = perfFiles(result);
  const csv = (name: string): readonly Readonly<Record<string, string>>[] =>
    parse(files.get(name) ?? '', { columns: true });

  test('are four, one of them named as scheduler_perf names it', () => {
    expect([...files.keys()]).toEqual([
      'summary.json',
      'BenchmarkPerfScheduling_benchmark_misc.json',
      'workloads.csv',
      'throughput.csv',
    ]);
    expect(perfDataFile('affinity')).toBe('BenchmarkPerfScheduling_benchmark_affinity.json');
  });

  test('workloads.csv has the figures of the table', () => {
    const [first, second, third] = csv('workloads.csv');
    expect(first).toMatchObject({
      test_case: 'Basic',
      workload: 'Large',
      labels: 'performance fast',
      pods_scheduled: '1201',
      scheduling_seconds: '4',
      pods_per_second: '300',
      throughput_average: '300',
      throughput_p99: '350',
      floor: '270',
      verdict: 'above',
      end_seconds: '7',
      failure: '',
    });
    expect(second).toMatchObject({ throughput_average: '', floor: '', verdict: 'none' });
    expect(third).toMatchObject({ scheduling_seconds: '', failure: failed.failure });
  });

  test('throughput.csv has every sample', () => {
    const rows = csv('throughput.csv').filter(({ workload: name }) => name === 'Slow');
    expect(rows.map((row) => [row['collection'], row['sample'], row['pods_per_second']])).toEqual([
      ['a', '0', '250'],
      ['a', '1', '350'],
      ['b', '0', '90'],
    ]);
  });

  test('perf-dash’s file has the data items of all workloads, and nothing else', () => {
    const { version, dataItems } = JSON.parse(perfDataJson(result));
    expect(version).toBe('v1');
    expect(dataItems).toHaveLength(4);
    expect(dataItems[0]).toEqual({
      data: { Average: 300.123457 },
      unit: 'pods/s',
      labels: { Name: 'n', Metric: 'm' },
    });
  });

  test('summary.json has null where nothing was measured', () => {
    const summary = JSON.parse(files.get('summary.json') ?? '');
    expect(summary).toMatchObject({ schemaVersion: 1, topic: 'misc', seed: '1' });
    expect(summary.workloads[0]).toMatchObject({
      throughput: { average: 300, p50: 250, p90: 350, p95: 350, p99: 350 },
      floor: { threshold: 270, ok: true },
    });
    expect(summary.workloads[1]).toMatchObject({ throughput: { average: null }, floor: null });
    expect(summary.unsupported).toEqual([
      { testCase: 'Devices', reasons: ['op createResourceDriver', 'kind X'] },
    ]);
  });
});

describe('a plan', () => {
  const planned = (name: string, change: Partial<PerfWorkload> = {}): PerfWorkload => ({
    testCase: 'Basic',
    name,
    labels: ['short'],
    nodes: 5000,
    pods: 10,
    operations: [],
    gates: {},
    threshold: undefined,
    metrics: undefined,
    scheduler: undefined,
    notices: ['a notice'],
    ...change,
  });
  const threshold = {
    value: 270,
    metric: 'SchedulingThroughput',
    labels: {},
    dataBucket: 'Average',
    expectLower: false,
  };
  const config: PerfConfig = {
    topic: 'misc',
    testCases: [
      {
        name: 'Basic',
        unsupported: [],
        workloads: [planned('Large', { threshold }), planned('Small', { labels: [] })],
      },
      { name: 'Devices', unsupported: ['op x', 'kind y'], workloads: [planned('Large')] },
    ],
  };

  test('lists every workload, and why it cannot be run', () => {
    const rows = perfPlanTable(config).trimEnd().split('\n');
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
      ['TEST CASE', 'WORKLOAD', 'NODES', 'PODS', 'FLOOR', 'LABELS'],
      ['Basic', 'Large', '5,000', '10', '270', 'short'],
      ['Basic', 'Small', '5,000', '10', '–'],
      ['Devices', 'Large', '5,000', '10', '–', 'not supported: op x, kind y'],
    ]);
  });

  test('says the same as JSON', () => {
    const plan = JSON.parse(perfPlanJson(config));
    expect(plan).toMatchObject({
      topic: 'misc',
      testCases: [
        { name: 'Basic', unsupported: [], workloads: [{ name: 'Large', floor: 270 }, {}] },
        { name: 'Devices', unsupported: ['op x', 'kind y'] },
      ],
    });
    expect(plan.testCases[0].workloads[1]).toEqual({
      name: 'Small',
      labels: [],
      nodes: 5000,
      pods: 10,
      floor: null,
      notices: ['a notice'],
    });
  });
});
