// Informers of what plugins look at besides pods and nodes: volumes, budgets, Services, owners.
// Their objects go to the listers; those of which plugins hear events bring pods back.
// Source: kube-scheduler v1.36 eventhandlers.go; reference: scheduler 1.3.

import type { KindName, KubernetesObject } from '../../api/kubernetes-object.js';
import type { InformerHandler } from '../../client/informer.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { ClusterObjects } from './cache/cluster-objects.js';
import { type ClusterEvent, clusterEvent, type EventResource } from './framework/cluster-event.js';
import type { SchedulingQueue } from './queue/scheduling-queue.js';
import type { SchedulerMonitor } from './scheduler-monitor.js';

export interface ObjectHandlerOptions {
  readonly simulation: Simulation;
  readonly listers: ClusterObjects;
  readonly queue: SchedulingQueue;
  readonly monitor?: Pick<SchedulerMonitor, 'eventHandled'> | undefined;
  /** Called after every change of the queue. */
  readonly queueChanged: () => void;
}

const resources: Partial<Record<KindName, EventResource>> = {
  PersistentVolume: 'PersistentVolume',
  PersistentVolumeClaim: 'PersistentVolumeClaim',
  StorageClass: 'StorageClass',
  CSINode: 'CSINode',
  CSIDriver: 'CSIDriver',
  CSIStorageCapacity: 'CSIStorageCapacity',
};

/** One handler serves any number of informers. */
export class ObjectHandler implements InformerHandler<KubernetesObject> {
  readonly #options: ObjectHandlerOptions;

  constructor(options: ObjectHandlerOptions) {
    this.#options = options;
  }

  added(object: KubernetesObject): void {
    this.#options.listers.set(object);
    this.#move('Add', undefined, object);
  }

  updated(previous: KubernetesObject, object: KubernetesObject): void {
    if (previous.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#options.listers.set(object);
    this.#move('UpdateOther', previous, object);
  }

  deleted(object: KubernetesObject): void {
    this.#options.listers.delete(object);
    this.#move('Delete', object, undefined);
  }

  #move(
    action: 'Add' | 'UpdateOther' | 'Delete',
    previous: KubernetesObject | undefined,
    object: KubernetesObject | undefined,
  ): void {
    const resource = resources[(object ?? previous)?.kind as KindName];
    if (resource === undefined) return;
    const { queue, simulation, monitor, queueChanged } = this.#options;
    const event: ClusterEvent = clusterEvent(resource, action);
    queue.moveAllToActiveOrBackoffQueue({ event, previous, object }, simulation.now);
    monitor?.eventHandled(event.label);
    queueChanged();
  }
}
