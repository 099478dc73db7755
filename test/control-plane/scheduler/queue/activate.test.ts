// A pod that a plugin wants back at once.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../../src/api/pod.js';
import { Framework } from '../../../../src/control-plane/scheduler/framework/framework.js';
import { Nominator } from '../../../../src/control-plane/scheduler/framework/nominator.js';
import type { PreEnqueuePlugin } from '../../../../src/control-plane/scheduler/framework/plugin.js';
import { multiPoint } from '../../../../src/control-plane/scheduler/framework/plugin-set.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { status } from '../../../../src/control-plane/scheduler/framework/status.js';
import { SchedulingQueue } from '../../../../src/control-plane/scheduler/queue/scheduling-queue.js';
import { makePod } from '../cluster-fixture.js';
import { plainPlugins } from '../plain-plugins.js';

/** Keeps out the pods that it is told to. */
class Gate implements PreEnqueuePlugin {
  readonly name = 'Gate';
  readonly shut = new Set<string>();

  preEnqueue(pod: Pod) {
    return this.shut.has(pod.metadata.name) ? status('Unschedulable', 'shut') : undefined;
  }

  eventsToRegister() {
    return [];
  }
}

function setup() {
  const gate = new Gate();
  const plugins = multiPoint([...plainPlugins(), { plugin: gate }]);
  const queue = new SchedulingQueue({
    frameworks: [new Framework({ schedulerName: 'default-scheduler', plugins })],
    nominator: new Nominator(),
    podInitialBackoffUs: 1_000_000,
    podMaxBackoffUs: 10_000_000,
    podMaxInUnschedulablePodsUs: 300_000_000,
  });
  const info = new PodInfo(makePod('p'));
  /** One attempt that ends with `rejectors`. */
  const attempt = (...rejectors: string[]) => {
    const entry = queue.pop();
    if (entry === undefined) throw new Error('there is no pod');
    entry.unschedulablePlugins = new Set(rejectors);
    return { entry, fail: () => queue.addUnschedulableIfNotPresent(entry, 0) };
  };
  queue.add(info, 0);
  return { queue, gate, info, attempt };
}

describe('activation', () => {
  test('brings a pod back that no event would move', () => {
    const { queue, info, attempt } = setup();
    attempt('NodeResourcesFit').fail();
    expect(queue.hasNext).toBe(false);
    queue.activate(info, 0);
    expect(queue.pendingPods).toMatchObject({ active: 1, unschedulable: 0 });
  });

  test('ends a backoff, also that of an error', () => {
    const { queue, info, attempt } = setup();
    attempt().fail();
    expect(queue.pendingPods).toMatchObject({ active: 0, backoff: 1 });
    expect(queue.hasNext).toBe(false);
    queue.activate(info, 0);
    expect(queue.pendingPods).toMatchObject({ active: 1, backoff: 0 });
  });

  test('does not open gates', () => {
    const { queue, gate, info, attempt } = setup();
    attempt('NodeResourcesFit').fail();
    gate.shut.add('p');
    queue.activate(info, 0);
    expect(queue.pendingPods).toMatchObject({ active: 0, gated: 1 });
    gate.shut.clear();
    queue.activate(info, 0);
    expect(queue.pendingPods).toMatchObject({ active: 1, gated: 0 });
  });

  test('of a pod under way counts when its attempt has failed', () => {
    const { queue, info, attempt } = setup();
    const { fail } = attempt('NodeResourcesFit');
    queue.activate(info, 0);
    expect(queue.pendingPods).toMatchObject({ active: 0, backoff: 0, unschedulable: 0 });
    fail();
    expect(queue.pendingPods).toMatchObject({ backoff: 1, unschedulable: 0 });
    expect(queue.hasNext).toBe(true);
  });

  test('concerns that pod alone', () => {
    const { queue, info, attempt } = setup();
    const other = new PodInfo(makePod('other'));
    const { fail } = attempt('NodeResourcesFit');
    queue.add(other, 0);
    const second = attempt('NodeResourcesFit');
    queue.activate(info, 0);
    second.fail();
    fail();
    expect(queue.get('default/other')).toBeDefined();
    expect(queue.pendingPods).toMatchObject({ backoff: 1, unschedulable: 1 });
  });

  test('of a pod that is unknown or active changes nothing', () => {
    const { queue, info } = setup();
    queue.activate(info, 0);
    queue.activate(new PodInfo(makePod('nobody')), 0);
    expect(queue.pendingPods).toEqual({ active: 1, backoff: 0, unschedulable: 0, gated: 0 });
  });
});
