// The metrics that client-go has: the same names, labels and buckets as a recorded process shows,
// and figures that follow from what happened.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { WorkQueue } from '../../src/client/work-queue.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { ControllerManagerMetrics } from '../../src/metrics/controller-manager-metrics.js';
import type { MetricSample } from '../../src/metrics/run-result.js';
import { VolumeMetrics } from '../../src/metrics/volume-metrics.js';
import { loaded } from '../scenario/memory-files.js';

interface Recorded {
  readonly families: readonly {
    readonly name: string;
    readonly type: string;
    readonly labels: readonly string[];
    readonly buckets?: readonly number[];
    readonly components: readonly string[];
  }[];
  readonly queues: readonly string[];
  readonly informers: readonly Readonly<Record<string, string>>[];
}

const recorded = JSON.parse(
  readFileSync(new URL('../golden/client-metric-families.json', import.meta.url), 'utf8'),
) as Recorded;

const { metrics } = runScenario(
  loaded(`
controlPlane: {hosts: {count: 1, cores: 4}}
nodePools: [{name: pool, count: 3}]
workload:
  operations:
  - op: create
    yaml: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: default}
      spec:
        replicas: 20
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: main, image: pause}]}`),
);

/** A label that this project adds, as one file holds the metrics of all processes. */
const isOwn = (label: string): boolean => label === 'job';
const labelOf = ({ labels }: MetricSample, name: string): string | undefined =>
  labels.find(([label]) => label === name)?.[1];
const valueOfQueue = (name: string, queue: string): number | undefined =>
  metrics.find((sample) => sample.name === name && labelOf(sample, 'name') === queue)?.value;
const countOf = (name: string, queue: string): number | undefined =>
  metrics.find((sample) => sample.name === name && labelOf(sample, 'name') === queue)?.count;

describe('in the metrics of a run', () => {
  test.each(recorded.families.map((family) => [family.name, family] as const))(
    '%s is as recorded processes have it',
    (name, { type, labels, buckets }) => {
      const sample = metrics.find((each) => each.name === name);
      expect(sample, 'is there').toBeDefined();
      expect(sample?.type).toBe(type);
      const names = sample?.labels.map(([label]) => label).filter((label) => !isOwn(label));
      expect(names?.sort()).toEqual(labels);
      const bounds = sample?.buckets?.map(([bound]) => Number(bound.toPrecision(12)));
      expect(bounds).toEqual(buckets?.map((bound) => Number(bound.toPrecision(12))));
    },
  );

  test('queues and informers have the names that a recorded controller manager gives them', () => {
    const own = metrics.filter(({ name }) => name === 'workqueue_adds_total');
    const queues = own.map((sample) => labelOf(sample, 'name') ?? '');
    expect(queues.length).toBeGreaterThanOrEqual(11);
    for (const queue of queues) expect(recorded.queues).toContain(queue);
    const informers = metrics.filter(({ name }) => name === 'informer_queued_items');
    expect(informers.length).toBeGreaterThanOrEqual(14);
    for (const { labels } of informers) {
      const { name, ...labelled } = Object.fromEntries(labels);
      expect(name).toBe('kube-controller-manager');
      expect(recorded.informers).toContainEqual(labelled);
    }
  });

  test('leaders lead', () => {
    const leaders = metrics.filter(({ name }) => name === 'leader_election_master_status');
    expect(leaders.map((sample) => [labelOf(sample, 'name'), sample.value])).toEqual([
      ['kube-controller-manager', 1],
      ['kube-scheduler', 1],
    ]);
  });

  test('a Deployment is worked on a few times, and nothing is left in its queue', () => {
    expect(valueOfQueue('workqueue_adds_total', 'deployment')).toBeGreaterThan(5);
    expect(countOf('workqueue_work_duration_seconds', 'deployment')).toBe(
      countOf('workqueue_queue_duration_seconds', 'deployment'),
    );
    expect(valueOfQueue('workqueue_depth', 'deployment')).toBe(0);
  });

  test('the informer of pods has seen each pod several times', () => {
    const pods = metrics.find(
      (sample) =>
        sample.name === 'informer_processing_latency_seconds' &&
        labelOf(sample, 'resource') === 'pods',
    );
    expect(pods?.count).toBeGreaterThan(60);
  });
});

describe('the metrics of a queue', () => {
  function bench() {
    const simulation = new Simulation('metrics');
    const measured = new ControllerManagerMetrics(simulation, new VolumeMetrics());
    const queue = new WorkQueue(simulation, 'test', { monitor: measured.queue('test') });
    const passed = simulation.defineEvent('test.TimePassed', () => {});
    const wait = (us: number): void => {
      simulation.after(us, passed);
      simulation.run(simulation.now + us);
    };
    const of = (name: string): number => {
      const sample = measured.samples.find((each) => each.name === `workqueue_${name}`);
      return sample?.value ?? sample?.sum ?? Number.NaN;
    };
    return { measured, queue, wait, of };
  }

  test('count a key once while it waits, and again when it comes while it is worked on', () => {
    const { queue, of } = bench();
    queue.add('a');
    queue.add('a');
    expect([of('adds_total'), of('depth')]).toEqual([1, 1]);
    queue.get();
    expect(of('depth')).toBe(0);
    queue.add('a');
    queue.add('a');
    expect([of('adds_total'), of('depth')]).toEqual([2, 1]);
  });

  test('time the wait from the first add and the work from the taking', () => {
    const { queue, wait, of } = bench();
    queue.add('a');
    wait(2_000_000);
    queue.add('a');
    wait(1_000_000);
    queue.get();
    expect(of('queue_duration_seconds')).toBe(3);
    wait(4_000_000);
    expect(of('work_duration_seconds')).toBe(0);
    expect(of('unfinished_work_seconds')).toBe(4);
    queue.add('b');
    queue.get();
    wait(1_000_000);
    expect(of('unfinished_work_seconds')).toBe(6);
    expect(of('longest_running_processor_seconds')).toBe(5);
    queue.done('a');
    expect(of('work_duration_seconds')).toBe(5);
    expect(of('longest_running_processor_seconds')).toBe(1);
  });

  test('call every delayed addition a retry, also one without a delay', () => {
    const { queue, of } = bench();
    queue.addAfter('a', 1000);
    queue.addAfter('a', 0);
    queue.addRateLimited('b');
    expect(of('retries_total')).toBe(3);
  });

  test('go on counting when the process starts again, with nothing in progress', () => {
    const { measured, queue, wait, of } = bench();
    queue.add('a');
    queue.get();
    queue.add('b');
    measured.queue('test').added('c');
    wait(1000);
    expect([of('adds_total'), of('depth'), of('unfinished_work_seconds')]).toEqual([3, 1, 0]);
  });
});
