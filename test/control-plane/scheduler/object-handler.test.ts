// Objects besides pods and nodes: what plugins see of them, and whom their events bring back.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { PersistentVolume } from '../../../src/api/persistent-volume.js';
import { ClusterObjects } from '../../../src/control-plane/scheduler/cache/cluster-objects.js';
import { clusterEvent } from '../../../src/control-plane/scheduler/framework/cluster-event.js';
import { Framework } from '../../../src/control-plane/scheduler/framework/framework.js';
import { Nominator } from '../../../src/control-plane/scheduler/framework/nominator.js';
import type { FilterPlugin } from '../../../src/control-plane/scheduler/framework/plugin.js';
import { multiPoint } from '../../../src/control-plane/scheduler/framework/plugin-set.js';
import { PodInfo } from '../../../src/control-plane/scheduler/framework/pod-info.js';
import { ObjectHandler } from '../../../src/control-plane/scheduler/object-handler.js';
import { SchedulingQueue } from '../../../src/control-plane/scheduler/queue/scheduling-queue.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { makePod } from './cluster-fixture.js';
import { plainPlugins } from './plain-plugins.js';
import { budget } from './preemption-fixture.js';

const volume = (capacity: string, resourceVersion: number): PersistentVolume =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pv', resourceVersion },
    spec: { capacity: { storage: capacity } },
  }) as PersistentVolume;

/** A handler, and a pod in the queue that waits for `actions` on PersistentVolumes. */
function setup(...actions: ('Add' | 'Update' | 'Delete')[]) {
  const heard: (string | undefined)[] = [];
  const nameOf = (object?: KubernetesObject) => object && `${object.metadata.resourceVersion}`;
  const waits: FilterPlugin = {
    name: 'Waits',
    filter: () => undefined,
    eventsToRegister: () => [
      {
        event: clusterEvent('PersistentVolume', ...(actions as ['Add'])),
        hint: (_pod, previous, object) => {
          heard.push(`${nameOf(previous)} ${nameOf(object)}`);
          return 'QueueSkip';
        },
      },
    ],
  };
  const queue = new SchedulingQueue({
    frameworks: [
      new Framework({
        schedulerName: 'default-scheduler',
        plugins: multiPoint([...plainPlugins(), { plugin: waits }]),
      }),
    ],
    nominator: new Nominator(),
    podInitialBackoffUs: 1_000_000,
    podMaxBackoffUs: 1_000_000,
    podMaxInUnschedulablePodsUs: 300_000_000,
  });
  queue.add(new PodInfo(makePod('p')), 0);
  const entry = queue.pop();
  if (entry === undefined) throw new Error('there is no pod');
  entry.unschedulablePlugins = new Set(['Waits']);
  queue.addUnschedulableIfNotPresent(entry, 0);
  const listers = new ClusterObjects();
  let changes = 0;
  const queueChanged = () => changes++;
  const options = { simulation: new Simulation('s'), listers, queue, queueChanged };
  return { handler: new ObjectHandler(options), listers, heard, changes: () => changes };
}

describe('other objects', () => {
  test('are listed as they come, change and go', () => {
    const { handler, listers } = setup('Add');
    const before = budget('web', 1);
    const after = { ...budget('web', 0), metadata: { ...before.metadata, resourceVersion: 2 } };
    handler.added(before);
    expect(listers.podDisruptionBudgets('default')).toEqual([before]);
    expect(listers.podDisruptionBudgets('other')).toEqual([]);
    handler.updated(before, after);
    expect(listers.podDisruptionBudgets('default')).toEqual([after]);
    handler.deleted(after);
    expect(listers.podDisruptionBudgets('default')).toEqual([]);
  });

  test('of which plugins hear events move pods', () => {
    const { handler, listers, heard, changes } = setup('Add', 'Update');
    handler.added(volume('1Gi', 1));
    handler.updated(volume('1Gi', 1), volume('2Gi', 2));
    handler.deleted(volume('2Gi', 2));
    expect(heard).toEqual(['undefined 1', '1 2']);
    expect(changes()).toBe(3);
    expect(listers.persistentVolume('pv')).toBeUndefined();
  });

  test('that come again unchanged, and budgets, move nobody', () => {
    const { handler, heard, changes } = setup('Add', 'Update', 'Delete');
    handler.updated(volume('1Gi', 1), volume('1Gi', 1));
    handler.added(budget('web', 1));
    expect(heard).toEqual([]);
    expect(changes()).toBe(0);
  });
});
