// Feature gates of kube-scheduler: what each of them changes.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import { frameworksFor } from '../../../src/control-plane/scheduler/configuration/plugin-sets.js';
import {
  defaultFeatureGates,
  featureGatesOf,
  gatedConfiguration,
} from '../../../src/control-plane/scheduler/feature-gates.js';
import { nodeAdd } from '../../../src/control-plane/scheduler/framework/cluster-event.js';
import { Framework } from '../../../src/control-plane/scheduler/framework/framework.js';
import { Nominator } from '../../../src/control-plane/scheduler/framework/nominator.js';
import type { FilterPlugin } from '../../../src/control-plane/scheduler/framework/plugin.js';
import { multiPoint } from '../../../src/control-plane/scheduler/framework/plugin-set.js';
import { PodInfo } from '../../../src/control-plane/scheduler/framework/pod-info.js';
import { inertHandle } from '../../../src/control-plane/scheduler/inert-handle.js';
import { registry } from '../../../src/control-plane/scheduler/plugins/registry.js';
import { SchedulingQueue } from '../../../src/control-plane/scheduler/queue/scheduling-queue.js';
import { defaultSchedulerConfiguration } from '../../../src/scenario/scheduler-config.js';
import { makeNode, makePod } from './cluster-fixture.js';
import { plainPlugins } from './plain-plugins.js';
import { nodeOf, running, wanting } from './preemption-fixture.js';
import { SchedulerFixture } from './scheduler-fixture.js';

test('a gate that nobody states is as in Kubernetes 1.36', () => {
  expect(featureGatesOf({})).toEqual(defaultFeatureGates);
  expect(featureGatesOf({ SchedulerAsyncAPICalls: true })).toEqual({
    ...defaultFeatureGates,
    SchedulerAsyncAPICalls: true,
  });
});

test('NodeDeclaredFeatures off takes its plugin out of every profile', () => {
  const filters = (state: boolean): readonly string[] => {
    const gates = featureGatesOf({ NodeDeclaredFeatures: state });
    const configuration = gatedConfiguration(defaultSchedulerConfiguration(), gates);
    const [framework] = frameworksFor(configuration, registry, inertHandle());
    return framework?.plugins.filter.map(({ name }) => name) ?? [];
  };
  expect(filters(true)).toContain('NodeDeclaredFeatures');
  expect(filters(false)).toEqual(filters(true).filter((name) => name !== 'NodeDeclaredFeatures'));
});

describe('a failed pod and the pod behind it', () => {
  /** Milliseconds from the failure to the choice of a node for the next pod. */
  function delayOfNext(isAsync: boolean): number {
    const fixture = new SchedulerFixture({ gates: { SchedulerAsyncAPICalls: isAsync } });
    fixture.create(makeNode('n'));
    fixture.create(makePod('huge', { requests: { cpu: '999' } }));
    fixture.create(makePod('small'));
    fixture.start();
    fixture.run(1);
    const at = (what: string): number =>
      Number(fixture.log.lines.find((line) => line.includes(what))?.split(' ')[0]);
    return (at('scheduled uid-small') - at('attempt unschedulable')) / 1000;
  }

  test('the next waits until the condition is written, unless API calls are asynchronous', () => {
    // A request needs 0.5 ms each way.
    expect(delayOfNext(false)).toBeGreaterThan(1);
    expect(delayOfNext(true)).toBeLessThan(0.5);
  });
});

describe('a preemption', () => {
  function preempting(isAsync: boolean): SchedulerFixture {
    const gates = { SchedulerAsyncPreemption: isAsync };
    const fixture = new SchedulerFixture({ isComplete: true, gates });
    fixture.create(nodeOf('n', '1'));
    fixture.create(running('p0', 'n', 3));
    fixture.start();
    fixture.create(wanting('1', 5));
    fixture.run(1);
    return fixture;
  }
  const writes = (fixture: SchedulerFixture): string[] =>
    fixture.server.requests
      .filter(({ verb, resource }) => resource === 'pods' && /patch|delete/.test(verb))
      .map(({ verb, name }) => `${verb} ${name}`);

  test('goes on beside the cycle, or within it', () => {
    expect(writes(preempting(true))).toEqual(['patch p0', 'patch incoming', 'delete p0']);
    expect(writes(preempting(false))).toEqual(['patch p0', 'delete p0', 'patch incoming']);
  });

  test('within the cycle ends with the same nomination', () => {
    const fixture = preempting(false);
    expect(fixture.server.get<Pod>('pods', 'default/incoming').status?.nominatedNodeName).toBe('n');
    expect(fixture.scheduler.preemptionsUnderWay).toBe(0);
  });
});

describe('a queue without queueing hints', () => {
  const picky: FilterPlugin = {
    name: 'Picky',
    filter: () => undefined,
    eventsToRegister: () => [{ event: nodeAdd, hint: () => 'QueueSkip' }],
  };

  /** A queue with one pod that Picky has rejected; `meanwhile` happens during its attempt. */
  function rejected(
    queueingHints: boolean,
    meanwhile: (queue: SchedulingQueue) => void = () => {},
  ): SchedulingQueue {
    const plugins = multiPoint([...plainPlugins(), { plugin: picky }]);
    const queue = new SchedulingQueue({
      frameworks: [new Framework({ schedulerName: 'default-scheduler', plugins })],
      nominator: new Nominator(),
      podInitialBackoffUs: 1,
      podMaxBackoffUs: 1,
      podMaxInUnschedulablePodsUs: 300_000_000,
      queueingHints,
    });
    queue.add(new PodInfo(makePod('p')), 0);
    const entry = queue.pop()!;
    meanwhile(queue);
    entry.unschedulablePlugins = new Set(['Picky']);
    queue.addUnschedulableIfNotPresent(entry, 0);
    return queue;
  }
  const nodeComes = (queue: SchedulingQueue): void =>
    queue.moveAllToActiveOrBackoffQueue(
      { event: nodeAdd, previous: undefined, object: makeNode('n') },
      10,
    );
  const waits = (queue: SchedulingQueue): boolean => queue.pendingPods.unschedulable === 1;

  test('moves a pod at every event that its plugin hears', () => {
    for (const queueingHints of [true, false]) {
      const queue = rejected(queueingHints);
      expect(waits(queue)).toBe(true);
      nodeComes(queue);
      expect(waits(queue)).toBe(queueingHints);
    }
  });

  test('moves a pod when anything has happened during its attempt', () => {
    expect(waits(rejected(true, nodeComes))).toBe(true);
    expect(waits(rejected(false, nodeComes))).toBe(false);
  });

  test('moves a pod whose spec or labels change, and not for its status', () => {
    const queue = rejected(false);
    const pod = queue.get('default/p')?.info.pod as Pod;
    const marked: Pod = { ...pod, status: { phase: 'Pending' } };
    queue.update(pod, new PodInfo(marked), 10);
    expect(waits(queue)).toBe(true);
    const labelled: Pod = { ...marked, metadata: { ...marked.metadata, labels: { a: 'b' } } };
    queue.update(marked, new PodInfo(labelled), 10);
    expect(waits(queue)).toBe(false);
  });
});
