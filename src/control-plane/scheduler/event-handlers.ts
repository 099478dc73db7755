// What the scheduler does when its informers report a change: bound pods and nodes go to the cache,
// unbound pods to the queue, and pods for which the change may matter are moved. Pods that have
// ended count as gone, because the real informer does not see them.
// Source: kube-scheduler v1.36 eventhandlers.go; reference: scheduler 1.3.

import type { Node } from '../../api/node.js';
import { isPodTerminal, type Pod } from '../../api/pod.js';
import { keyOf } from '../../client/api-request.js';
import type { InformerHandler } from '../../client/informer.js';
import type { ClusterObserver } from '../../client/observer.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { BindingCycles } from './binding-cycle.js';
import type { SchedulerCache } from './cache/scheduler-cache.js';
import {
  assignedPodAdd,
  assignedPodDelete,
  type ClusterEvent,
  nodeAdd,
  nodeDelete,
  nodeSchedulingPropertiesChange,
  podSchedulingPropertiesChange,
} from './framework/cluster-event.js';
import { defaultSchedulerName, PodInfo } from './framework/pod-info.js';
import type { SchedulingQueue } from './queue/scheduling-queue.js';
import type { SchedulerMonitor } from './scheduler-monitor.js';
import type { WaitingPods } from './waiting-pods.js';

export interface EventHandlersOptions {
  readonly simulation: Simulation;
  readonly cache: SchedulerCache;
  readonly queue: SchedulingQueue;
  readonly waitingPods: WaitingPods;
  readonly bindings: Pick<BindingCycles, 'cancel'>;
  readonly observer: ClusterObserver;
  /** Names of the profiles; pods of other schedulers are none of ours until they are bound. */
  readonly schedulerNames: ReadonlySet<string>;
  readonly monitor?: Pick<SchedulerMonitor, 'eventHandled'> | undefined;
  /** Called after every change of the queue. */
  readonly queueChanged: () => void;
}

function isAssigned(pod: Pod): boolean {
  return (pod.spec.nodeName ?? '') !== '';
}

/** Handlers for the pods. */
export class PodHandler implements InformerHandler<Pod> {
  readonly #options: EventHandlersOptions;

  constructor(options: EventHandlersOptions) {
    this.#options = options;
  }

  added(pod: Pod): void {
    if (isPodTerminal(pod)) return;
    if (isAssigned(pod)) this.#addAssigned(pod);
    else if (this.#isOurs(pod)) this.#addPending(pod);
    this.#options.queueChanged();
  }

  updated(previous: Pod, pod: Pod): void {
    if (previous.metadata.resourceVersion === pod.metadata.resourceVersion) return;
    const wasCounted = !isPodTerminal(previous);
    if (previous.metadata.uid !== pod.metadata.uid) {
      this.deleted(previous);
      this.added(pod);
    } else if (isPodTerminal(pod)) {
      if (wasCounted) this.#remove(previous);
    } else if (!isAssigned(pod)) {
      if (this.#isOurs(pod)) this.#updatePending(previous, pod);
    } else if (isAssigned(previous) && wasCounted) {
      this.#updateAssigned(previous, pod);
    } else {
      this.#addAssigned(pod);
      if (this.#isOurs(pod)) {
        this.#options.queue.delete(pod);
        this.#options.monitor?.eventHandled('UnschedulablePodDelete');
      }
    }
    this.#options.queueChanged();
  }

  deleted(pod: Pod): void {
    if (!isPodTerminal(pod)) this.#remove(pod);
    this.#options.queueChanged();
  }

  #isOurs(pod: Pod): boolean {
    return this.#options.schedulerNames.has(pod.spec.schedulerName ?? defaultSchedulerName);
  }

  #addPending(pod: Pod): void {
    const { queue, observer, simulation } = this.#options;
    const info = new PodInfo(pod);
    observer.podReached(info.uid, 'queued');
    queue.add(info, simulation.now);
    this.#options.monitor?.eventHandled('UnschedulablePodAdd');
  }

  /** A pod that is assumed is on its way: nothing matters but that it shall go. */
  #updatePending(previous: Pod, pod: Pod): void {
    const { queue, cache, simulation } = this.#options;
    const info = new PodInfo(pod);
    if (cache.isAssumed(info.uid)) {
      const isLeaving = pod.metadata.deletionTimestamp !== undefined;
      if (isLeaving && previous.metadata.deletionTimestamp === undefined) this.#giveUp(info.uid);
      return;
    }
    const before = previous.status?.nominatedNodeName ?? '';
    if (before !== '' && before !== (pod.status?.nominatedNodeName ?? '')) {
      this.#roomIsFree(previous, info.priority);
    }
    queue.update(previous, info, simulation.now);
    for (const { label } of podSchedulingPropertiesChange(previous, pod)) {
      this.#options.monitor?.eventHandled(label);
    }
  }

  #addAssigned(pod: Pod): void {
    this.#options.cache.addPod(new PodInfo(pod));
    this.#move(assignedPodAdd, undefined, pod);
  }

  #updateAssigned(previous: Pod, pod: Pod): void {
    const { cache } = this.#options;
    cache.addPod(new PodInfo(pod, cache.podOf(pod.metadata.uid ?? '')));
    for (const event of podSchedulingPropertiesChange(previous, pod)) {
      this.#move(event, previous, pod);
    }
  }

  #remove(pod: Pod): void {
    const { cache, queue } = this.#options;
    const info = new PodInfo(pod);
    if (isAssigned(pod)) {
      cache.removePod(info.uid);
      this.#move(assignedPodDelete, pod, undefined);
      return;
    }
    if (!this.#isOurs(pod)) return;
    queue.delete(pod);
    this.#options.monitor?.eventHandled('UnschedulablePodDelete');
    const hadRoom = (pod.status?.nominatedNodeName ?? '') !== '';
    const isRejected = this.#giveUp(info.uid);
    if (isRejected || hadRoom) this.#roomIsFree(pod, info.priority);
  }

  /** Takes the place away from a pod that is not bound yet. */
  #giveUp(uid: string): boolean {
    const { waitingPods, bindings } = this.#options;
    return waitingPods.reject(uid, '', 'removed') || bindings.cancel(uid);
  }

  /** Pods of lower or equal priority had to leave the room alone. */
  #roomIsFree(pod: Pod, priority: number): void {
    const { queue, simulation } = this.#options;
    const observed = { event: assignedPodDelete, previous: pod, object: undefined };
    queue.moveAllToActiveOrBackoffQueue(
      observed,
      simulation.now,
      (info) => info.priority <= priority,
    );
  }

  #move(event: ClusterEvent, previous: Pod | undefined, object: Pod | undefined): void {
    const { queue, simulation, monitor } = this.#options;
    queue.moveAllToActiveOrBackoffQueue({ event, previous, object }, simulation.now);
    monitor?.eventHandled(event.label);
  }
}

/** Handlers for the nodes. */
export class NodeHandler implements InformerHandler<Node> {
  readonly #options: EventHandlersOptions;

  constructor(options: EventHandlersOptions) {
    this.#options = options;
  }

  added(node: Node): void {
    this.#options.cache.addNode(node);
    this.#move(nodeAdd, undefined, node);
  }

  updated(previous: Node, node: Node): void {
    this.#options.cache.addNode(node);
    for (const event of nodeSchedulingPropertiesChange(previous, node)) {
      this.#move(event, previous, node);
    }
  }

  deleted(node: Node): void {
    this.#move(nodeDelete, node, undefined);
    this.#options.cache.removeNode(keyOf(node));
  }

  #move(event: ClusterEvent, previous: Node | undefined, object: Node | undefined): void {
    const { queue, simulation, monitor, queueChanged } = this.#options;
    queue.moveAllToActiveOrBackoffQueue({ event, previous, object }, simulation.now);
    monitor?.eventHandled(event.label);
    queueChanged();
  }
}
