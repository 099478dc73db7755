// The metrics of a scheduler at work: attempts, queues, extension points, plugins, preemption.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PreEnqueuePlugin } from '../../src/control-plane/scheduler/framework/plugin.js';
import { status } from '../../src/control-plane/scheduler/framework/status.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import type { MetricSample } from '../../src/metrics/run-result.js';
import { schedulerFamilies } from '../../src/metrics/scheduler-families.js';
import { SchedulerMetrics } from '../../src/metrics/scheduler-metrics.js';
import { makeNode, makePod } from '../control-plane/scheduler/cluster-fixture.js';
import { plainPlugins } from '../control-plane/scheduler/plain-plugins.js';
import {
  SchedulerFixture,
  type SchedulerFixtureOptions,
} from '../control-plane/scheduler/scheduler-fixture.js';
import { loaded } from '../scenario/memory-files.js';
import { refusal } from '../support/fake-api-server.js';

/** A scheduler that is measured. */
class Measured extends SchedulerFixture {
  readonly metrics: SchedulerMetrics;

  constructor(options: SchedulerFixtureOptions = {}) {
    let metrics: SchedulerMetrics | undefined;
    super({
      ...options,
      monitorFor: (simulation) => {
        metrics = new SchedulerMetrics(simulation, 'kube-scheduler');
        return metrics;
      },
    });
    this.metrics = metrics as unknown as SchedulerMetrics;
  }

  /** Samples of a family by label values, `a b`: a value, or `count sum` of a histogram. */
  of(name: string): Record<string, number | string> {
    const samples = this.metrics.samples.filter((each) => each.name === `scheduler_${name}`);
    return Object.fromEntries(
      samples.map(({ labels, value, count, sum }) => [
        labels.map(([, text]) => text).join(' '),
        value ?? `${count} ${Number(sum?.toFixed(6))}`,
      ]),
    );
  }

  /** Number of observations of one histogram. */
  count(name: string, ...labels: string[]): number {
    return Number(String(this.of(name)[labels.join(' ')] ?? '0').split(' ')[0]);
  }
}

const profile = 'default-scheduler';
const big = (name: string) => makePod(name, { requests: { cpu: '3' } });

describe('attempts', () => {
  test('are counted by profile and result, with their duration and the time since activeQ', () => {
    const fixture = new Measured();
    fixture.create(makeNode('n'), big('a'), big('b'));
    fixture.start(2);
    expect(fixture.of('schedule_attempts_total')).toEqual({
      [`${profile} scheduled`]: 1,
      [`${profile} unschedulable`]: 1,
    });
    expect(fixture.count('scheduling_attempt_duration_seconds', profile, 'scheduled')).toBe(1);
    expect(fixture.count('scheduling_algorithm_duration_seconds')).toBe(2);
    expect(fixture.of('pod_scheduling_attempts')).toEqual({ '': '1 1' });
    const [, sli] = String(fixture.of('pod_scheduling_sli_duration_seconds')['1']).split(' ');
    const attempt = fixture.log.lines.find((line) => line.includes('attempt scheduled'));
    const queued = fixture.log.lines.find((line) => line.includes('queued uid-a'));
    const waitedUs = Number(attempt?.split(' ')[0]) - Number(queued?.split(' ')[0]);
    expect(Number(sli)).toBeCloseTo(waitedUs / 1e6, 6);
  });

  test('of a pod that had to wait are told by their number, backoff and all', () => {
    const fixture = new Measured();
    fixture.create(makeNode('n'), big('a'), big('b'));
    fixture.start(2);
    fixture.server.remove('pods', 'default/a');
    fixture.run(5);
    expect(fixture.of('pod_scheduling_attempts')).toEqual({ '': '2 3' });
    const sli = String(fixture.of('pod_scheduling_sli_duration_seconds')['2']).split(' ');
    expect(Number(sli[1])).toBeGreaterThan(2);
    expect(fixture.of('queue_incoming_pods_total')).toMatchObject({
      'UnschedulablePodAdd active': 2,
      'ScheduleAttemptFailure unschedulable': 1,
    });
  });

  test('after five minutes without an event are known as such', () => {
    const fixture = new Measured();
    fixture.create(makeNode('n', { allocatable: { cpu: '1' } }), big('a'));
    fixture.start(2);
    fixture.run(331);
    expect(fixture.of('queue_incoming_pods_total')).toMatchObject({
      'UnschedulableTimeout active': 1,
    });
    expect(fixture.of('pod_scheduled_after_flush_total')).toEqual({ '': 0 });
  });
});

describe('gauges', () => {
  test('say what is there at the end', () => {
    const gate: PreEnqueuePlugin = {
      name: 'Gate',
      preEnqueue: ({ metadata }) =>
        metadata.name === 'gated' ? status('UnschedulableAndUnresolvable', 'no') : undefined,
      eventsToRegister: () => [],
    };
    const fixture = new Measured({ plugins: [...plainPlugins(), { plugin: gate }] });
    fixture.create(makeNode('n'), big('a'), big('b'), big('gated'));
    fixture.start(2);
    expect(fixture.of('pending_pods')).toEqual({
      active: 0,
      backoff: 0,
      gated: 1,
      unschedulable: 1,
    });
    expect(fixture.of('unschedulable_pods')).toEqual({
      [`Gate ${profile}`]: 1,
      [`NodeResourcesFit ${profile}`]: 1,
    });
    expect(fixture.of('cache_size')).toEqual({ nodes: 1, pods: 1, assumed_pods: 0 });
    expect(fixture.of('inflight_events')).toMatchObject({ PodPopped: 0 });
    expect(fixture.of('goroutines')).toMatchObject({ binding: 0 });
    expect(fixture.of('queue_incoming_pods_total')).toMatchObject({
      'UnschedulablePodAdd unschedulable': 1,
    });
  });

  test('count a binding that has not been answered', () => {
    const fixture = new Measured({ qps: 0.001, burst: 1 });
    fixture.create(makeNode('n'), makePod('a'), makePod('b'));
    fixture.start(5);
    expect(fixture.of('goroutines')).toMatchObject({ binding: 1 });
    expect(fixture.of('cache_size')).toMatchObject({ pods: 2, assumed_pods: 1 });
  });
});

describe('extension points', () => {
  test('are observed once a pod, with what they have answered', () => {
    const fixture = new Measured();
    fixture.create(makeNode('n'), makeNode('m'), big('a'), big('b'), big('c'));
    fixture.start(2);
    const points = (point: string, code = 'Success'): number =>
      fixture.count('framework_extension_point_duration_seconds', point, profile, code);
    expect(['PreEnqueue', 'PreFilter', 'Filter'].map((point) => points(point))).toEqual([3, 3, 3]);
    // One pod had both nodes to choose from, one had one, one had none.
    expect(['PreScore', 'Score'].map((point) => points(point))).toEqual([1, 1]);
    const later = ['Reserve', 'Permit', 'PreBind', 'Bind', 'PostBind'];
    expect(later.map((point) => points(point))).toEqual([2, 2, 2, 2, 2]);
  });

  test('last as long as their part of the cycle, stretched by what else the machine does', () => {
    const alone = new Measured();
    alone.create(makeNode('n'), big('a'));
    alone.start(2);
    const busy = new Measured();
    const ignored = busy.simulation.defineEvent('test.Ignored', () => {});
    busy.create(makeNode('n'), big('a'));
    for (let i = 0; i < 6; i++) busy.host.run(1_000_000, ignored);
    busy.start(2);
    const filterSum = (fixture: Measured): number => {
      const name = 'framework_extension_point_duration_seconds';
      return Number(String(fixture.of(name)[`PreFilter ${profile} Success`]).split(' ')[1]);
    };
    expect(filterSum(busy) / filterSum(alone)).toBeGreaterThan(2.5);
  });

  test('of a refused binding tell so, and what was reserved is given back', () => {
    const fixture = new Measured();
    fixture.server.intercept = ({ subresource }) =>
      subresource === 'binding' ? refusal(409, 'Conflict', 'it has a node') : undefined;
    fixture.create(makeNode('n'), makePod('a'));
    fixture.start(0.5);
    const name = 'framework_extension_point_duration_seconds';
    expect(fixture.count(name, 'Bind', profile, 'Error')).toBeGreaterThan(0);
    expect(fixture.count(name, 'Unreserve', profile, 'Success')).toBeGreaterThan(0);
    expect(fixture.of('schedule_attempts_total')).toEqual({
      [`${profile} error`]: fixture.count(name, 'Bind', profile, 'Error'),
    });
  });
});

describe('plugins', () => {
  test('are counted by the nodes that they were shown', () => {
    const fixture = new Measured({ isComplete: true });
    const off = { spec: { unschedulable: true } };
    fixture.create(makeNode('a'), makeNode('b', off), makeNode('c'), makeNode('d'), big('p'));
    fixture.start(2);
    const counts = fixture.of('plugin_evaluation_total');
    const of = (point: string, plugin: string) => counts[`${point} ${plugin} ${profile}`];
    // Of four nodes one is refused by the first filter.
    expect(of('Filter', 'NodeUnschedulable')).toBe(4);
    expect(of('Filter', 'NodeName')).toBe(3);
    expect(of('Filter', 'NodeResourcesFit')).toBe(3);
    expect(of('Filter', 'NodePorts')).toBe(0);
    expect(of('PreFilter', 'NodeResourcesFit')).toBe(1);
    expect(of('PreFilter', 'NodePorts')).toBe(0);
    expect(of('Score', 'ImageLocality')).toBe(3);
    expect(of('Score', 'NodeAffinity')).toBe(0);
  });

  test('are timed in a tenth of the cycles, call by call', () => {
    const fixture = new Measured({ isComplete: true, qps: 1000, burst: 1000 });
    fixture.create(...Array.from({ length: 5 }, (_, i) => makeNode(`n-${i}`)));
    fixture.create(...Array.from({ length: 400 }, (_, i) => makePod(`p-${i}`)));
    fixture.start(20);
    const name = 'plugin_execution_duration_seconds';
    const sampled = fixture.count(name, 'PreFilter', 'NodeResourcesFit', 'Success');
    expect(sampled).toBeGreaterThan(10);
    expect(sampled).toBeLessThan(75);
    expect(fixture.count(name, 'Filter', 'NodeName', 'Success')).toBeLessThanOrEqual(5 * sampled);
  });

  test('whose hints are asked are counted by answer', () => {
    const fixture = new Measured({ isComplete: true });
    fixture.create(makeNode('n', { allocatable: { cpu: '1' } }), big('a'));
    fixture.start(2);
    fixture.create(makeNode('small', { allocatable: { cpu: '2' } }));
    fixture.run(1);
    fixture.create(makeNode('large'));
    fixture.run(1);
    expect(fixture.of('queueing_hint_execution_duration_seconds')).toEqual({
      'NodeAdd QueueSkip NodeResourcesFit': '1 0',
      'NodeAdd Queue NodeResourcesFit': '1 0',
    });
    expect(fixture.of('event_handling_duration_seconds')).toMatchObject({ NodeAdd: '3 0' });
  });
});

describe('preemption', () => {
  test('is counted when it is tried, with its victims and its end', () => {
    const fixture = new Measured({ isComplete: true });
    const low = (name: string) =>
      makePod(name, { requests: { cpu: '2' }, spec: { nodeName: 'n' } });
    fixture.create(makeNode('n'), low('x'), low('y'));
    fixture.create(makePod('p', { requests: { cpu: '4' }, spec: { priority: 9 } }));
    fixture.start(2);
    expect(fixture.of('preemption_attempts_total')).toEqual({ '': 1 });
    expect(fixture.of('preemption_victims')).toEqual({ '': '1 2' });
    expect(fixture.of('preemption_goroutines_execution_total')).toEqual({ success: 1 });
    expect(fixture.count('preemption_goroutines_duration_seconds', 'success')).toBe(1);
    const name = 'framework_extension_point_duration_seconds';
    expect(fixture.count(name, 'PostFilter', profile, 'Success')).toBe(1);
  });

  test('is counted as tried even for a pod that must not preempt', () => {
    const fixture = new Measured({ isComplete: true });
    const preemptionPolicy = 'Never' as const;
    fixture.create(
      makeNode('n'),
      makePod('p', { requests: { cpu: '9' }, spec: { preemptionPolicy } }),
    );
    fixture.start(2);
    expect(fixture.of('preemption_attempts_total')).toEqual({ '': 1 });
    expect(fixture.of('preemption_victims')).toEqual({ '': '0 0' });
  });
});

test('a pod that waits on Permit is timed', () => {
  const wait = { name: 'Wait', permit: () => ({ status: status('Wait'), timeoutUs: 3_000_000 }) };
  const fixture = new Measured({ plugins: [...plainPlugins(), { plugin: wait }] });
  fixture.create(makeNode('n'), makePod('a'));
  fixture.start(3.5);
  expect(fixture.of('permit_wait_duration_seconds')).toEqual({ Unschedulable: '1 3' });
  const name = 'framework_extension_point_duration_seconds';
  expect(fixture.count(name, 'Permit', profile, 'Wait')).toBeGreaterThan(0);
});

describe('families', () => {
  interface RecordedFamily {
    readonly name: string;
    readonly type: string;
    readonly labels: readonly string[];
    readonly buckets?: readonly number[];
  }
  // Taken from the /metrics of every recorded kube-scheduler v1.36.2.
  const file = new URL('../golden/scheduler-metric-families.json', import.meta.url);
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as RecordedFamily[];

  /** As a scrape sees them: names of labels, upper bounds. */
  function scraped(samples: readonly MetricSample[]): Map<string, RecordedFamily> {
    const families = new Map<string, RecordedFamily>();
    for (const { name, type, labels, buckets } of samples) {
      const bounds = buckets?.map(([bound]) => Number(bound.toPrecision(12)));
      const names = labels.map(([label]) => label);
      families.set(name, { name, type, labels: names, ...(bounds && { buckets: bounds }) });
    }
    return families;
  }

  test.each(recorded.map((family) => [family.name, family] as const))(
    '%s is as the real component has it',
    (name, { type, labels, buckets }) => {
      const own = schedulerFamilies.find((family) => family.name === name);
      expect(own).toMatchObject({ type, labels });
      expect(own?.buckets?.map((bound) => Number(bound.toPrecision(12)))).toEqual(
        buckets?.map((bound) => Number(bound.toPrecision(12))),
      );
    },
  );

  test('that a recorded scheduler shows are all in the metrics of a run', () => {
    const { metrics } = runScenario(
      loaded(`
nodePools: [{name: pool, count: 3}]
workload:
  operations:
  - op: createPods
    count: 30
    template: {spec: {containers: [{name: main, image: pause}]}}`),
    );
    const families = scraped(metrics);
    for (const { name, type, labels } of recorded) {
      expect(families.get(name), name).toMatchObject({ type, labels });
    }
  });

  test('beyond those are in the reference of 1.36, and need something to happen', () => {
    const names = new Set(recorded.map(({ name }) => name));
    const others = schedulerFamilies.filter(({ name }) => !names.has(name));
    const first = ({ buckets }: { readonly buckets?: readonly number[] }): number[] =>
      buckets === undefined ? [] : [buckets[0] as number, buckets.length];
    expect(others.map((each) => [each.name, each.type, ...each.labels, ...first(each)])).toEqual([
      ['scheduler_permit_wait_duration_seconds', 'histogram', 'result', 0.001, 15],
      ['scheduler_preemption_goroutines_duration_seconds', 'histogram', 'result', 0.01, 20],
      ['scheduler_preemption_goroutines_execution_total', 'counter', 'result'],
      [
        'scheduler_queueing_hint_execution_duration_seconds',
        'histogram',
        'event',
        'hint',
        'plugin',
        0.00001,
        20,
      ],
      ['scheduler_unschedulable_pods', 'gauge', 'plugin', 'profile'],
    ]);
  });

  test('of several schedulers are told apart', () => {
    const { metrics } = runScenario(
      loaded(`
horizon: 5s
controlPlane:
  schedulers: [{name: a}, {name: b, config: {profiles: [{schedulerName: b}]}}]
nodePools: [{name: pool, count: 3}]`),
    );
    const sizes = metrics.filter(({ name }) => name === 'scheduler_cache_size');
    expect(new Set(sizes.map(({ labels }) => labels[0]?.join('=')))).toEqual(
      new Set(['instance=a', 'instance=b']),
    );
  });
});

test('measuring changes nothing', () => {
  const hashOf = (fixture: SchedulerFixture): string => {
    fixture.create(makeNode('n'), makeNode('m'));
    fixture.create(...Array.from({ length: 12 }, (_, i) => big(`p-${i}`)));
    fixture.start(30);
    return fixture.simulation.traceHash;
  };
  expect(hashOf(new Measured({ isComplete: true }))).toBe(
    hashOf(new SchedulerFixture({ isComplete: true })),
  );
});
