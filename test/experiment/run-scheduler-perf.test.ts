// One workload of scheduler_perf from its operations to its figures.
import { describe, expect, test } from 'vitest';
import type { ClusterSpec } from '../../src/cluster/cluster-spec.js';
import { userRegistry } from '../../src/control-plane/scheduler/out-of-tree/user-plugin.js';
import {
  type PerfOptions,
  runPerfWorkload,
  schedulerPerfMachine,
} from '../../src/experiment/run-scheduler-perf.js';
import type { PerfWorkloadResult } from '../../src/metrics/scheduler-perf/perf-result.js';
import { filesIn, shippedProfile } from '../../src/scenario/files.js';
import { loadCluster } from '../../src/scenario/load.js';
import { workloadOf } from '../workload/scheduler-perf/perf-files.js';

const machine = schedulerPerfMachine();

const basic = [
  '{opcode: createNodes, countParam: $nodes}',
  '{opcode: createPods, countParam: $pods, collectMetrics: true}',
];

function run(
  operations: readonly string[],
  params = '{}',
  options: PerfOptions = {},
  head: readonly string[] = [],
): PerfWorkloadResult {
  return runPerfWorkload(workloadOf(operations, params, head), machine, options);
}

describe('a run', () => {
  const result = run(basic, '{nodes: 50, pods: 900}');

  test('says what it was and how it ended', () => {
    expect(result).toMatchObject({
      testCase: 'Case',
      workload: 'Work',
      nodes: 50,
      pods: 900,
      failure: '',
      outcome: { end: 'converged', partial: false },
    });
    expect(result.outcome.message).toMatch(/^All operations were done after [\d.]+ s\.$/);
    expect(result.traceHash).not.toBe('');
  });

  test('counts every measured pod, in an order of time', () => {
    const [{ startUs, firstUs = 0, lastUs = 0, endUs, scheduled } = {}] =
      result.measurements as readonly Partial<PerfWorkloadResult['measurements'][number]>[];
    expect(scheduled).toBe(900);
    const times = [startUs, firstUs, lastUs, endUs];
    expect(times).toEqual([...times].sort((a, b) => (a ?? 0) - (b ?? 0)));
    expect(firstUs).toBeLessThan(lastUs);
  });

  test('takes its histograms from the window alone', () => {
    const twice = run(
      [...basic, '{opcode: createPods, count: 300, collectMetrics: true}'],
      '{nodes: 50, pods: 900}',
    );
    const attempts = (at: PerfWorkloadResult, namespace: string) =>
      at.dataItems.find(
        ({ labels }) =>
          labels['Metric'] === 'scheduler_scheduling_attempt_duration_seconds' &&
          labels['Name']?.endsWith(namespace),
      )?.data['Average'];
    expect(attempts(twice, 'namespace-1')).toBe(attempts(result, 'namespace-1'));
    expect(attempts(twice, 'namespace-2')).not.toBe(attempts(twice, 'namespace-1'));
  });

  test('is the same again, and another with another seed', () => {
    const again = run(basic, '{nodes: 50, pods: 900}');
    expect(again).toEqual(result);
    expect(run(basic, '{nodes: 50, pods: 900}', { seed: '2' }).traceHash).not.toBe(
      result.traceHash,
    );
  });

  test('tells how far it is', () => {
    const seen: number[] = [];
    run(basic, '{nodes: 50, pods: 2400}', { onProgress: ({ scheduled }) => seen.push(scheduled) });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBeGreaterThan(0);
  });
});

describe('a run that does not come to its end', () => {
  test('has failed when an operation has, and keeps its window', () => {
    const { failure, outcome, measurements, verdict } = run(
      [
        '{opcode: createNodes, count: 1}',
        '{opcode: createPods, count: 1, podTemplatePath: huge-pod.yaml, collectMetrics: true}',
      ],
      '{}',
    );
    expect(failure).toContain('op 1 (createPods): 0 of 1 pods');
    expect(outcome).toEqual({ end: 'converged', partial: true, message: failure });
    expect(measurements).toMatchObject([{ scheduled: 0, samples: [] }]);
    expect(verdict).toBeUndefined();
  });

  test('has failed when it has lasted half an hour', () => {
    const { failure, outcome, endUs } = run(['{opcode: sleep, duration: 40m}']);
    expect(outcome.end).toBe('horizon');
    expect(failure).toBe('the workload has not ended after 1800 s');
    expect(endUs).toBe(1_800_000_000);
  });

  test('stops at a limit', () => {
    const { outcome, events } = run(basic, '{nodes: 50, pods: 2400}', { maxEvents: 9000 });
    expect(outcome).toMatchObject({ end: 'limit', partial: true });
    expect(outcome.message).toContain('--max-events');
    expect(events).toBeGreaterThanOrEqual(9000);
  });

  test('stops when it is asked to', () => {
    const { outcome } = run(basic, '{nodes: 50, pods: 2400}', { shouldStop: () => true });
    expect(outcome).toMatchObject({ end: 'interrupted', partial: true });
  });
});

describe('the scheduler of a workload', () => {
  test('obeys the feature gates of its test case', () => {
    const refused = [
      '{opcode: createNodes, count: 1}',
      '{opcode: createPods, count: 3, podTemplatePath: huge-pod.yaml, skipWaitToCompletion: true}',
      '{opcode: barrier, stageRequirement: Attempted}',
    ];
    const [on, off] = ['true', 'false'].map((state) =>
      run(refused, '{}', {}, [`featureGates: {SchedulerAsyncAPICalls: ${state}}`]),
    );
    expect(on?.traceHash).not.toBe(off?.traceHash);
    expect([on?.failure, off?.failure]).toEqual(['', '']);
  });

  test('has the configuration that its test case names', () => {
    const huge = '{opcode: createPods, count: 1, podTemplatePath: huge-pod.yaml}';
    const more = {
      'misc/any-node.yaml':
        'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n' +
        'profiles:\n- plugins: {multiPoint: {disabled: [{name: NodeResourcesFit}]}}\n',
    };
    const head = ['schedulerConfigPath: any-node.yaml'];
    const workload = workloadOf(['{opcode: createNodes, count: 1}', huge], '{}', head, more);
    expect(runPerfWorkload(workload, machine).failure).toBe('');
  });

  test('has plugins that a program hands in', () => {
    const filtered: string[] = [];
    const plugin = {
      name: 'Watching',
      filter: (_state: unknown, pod: { pod: { metadata: { name: string } } }) => {
        filtered.push(pod.pod.metadata.name);
        return undefined;
      },
    };
    const plugins = userRegistry([plugin as never]);
    const files = filesIn('.');
    const file = shippedProfile('scheduler-perf');
    const { scenario } = loadCluster('scheduler-perf', files, {
      profile: { file, text: files.read(file) },
      plugins: [plugin as never],
    });
    const own = scenario?.cluster as ClusterSpec;
    const { failure } = runPerfWorkload(workloadOf(basic, '{nodes: 2, pods: 3}'), own, { plugins });
    expect(failure).toBe('');
    expect(new Set(filtered).size).toBe(3);
  });
});

describe('the machine', () => {
  test('is one host for all, whose clients are those of scheduler_perf', () => {
    const { controlPlane } = machine;
    expect(controlPlane.hosts).toHaveLength(1);
    expect(controlPlane.scheduler.client).toEqual({ qps: 5000, burst: 5000 });
    expect(controlPlane.etcd.members).toBe(1);
    expect(controlPlane.apiServer.disabledAdmissionPlugins).toEqual(['Priority', 'ServiceAccount']);
  });

  test('with more cores schedules no slower', () => {
    const larger: ClusterSpec = {
      ...machine,
      controlPlane: {
        ...machine.controlPlane,
        hosts: machine.controlPlane.hosts.map((host) => ({ ...host, cores: 2 })),
      },
    };
    const last = (spec: ClusterSpec): number =>
      runPerfWorkload(workloadOf(basic, '{nodes: 200, pods: 600}'), spec).measurements[0]?.lastUs ??
      0;
    expect(last(larger)).toBeGreaterThan(last(machine));
  });
});
