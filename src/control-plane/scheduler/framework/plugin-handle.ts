// What a plugin is given from outside when it is made: read-only views of the cluster and of the
// framework it belongs to. A decision may read them and changes nothing: what shall happen to the
// cluster is returned (nominated node, victims) and done by the scheduler when the cycle's time has
// passed. Source: kube-scheduler v1.36 kube-scheduler/framework/interface.go Handle.

import type { Namespace } from '../../../api/namespace.js';
import type { Labels } from '../../../api/object-meta.js';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../api/persistent-volume.js';
import type { Pod } from '../../../api/pod.js';
import type { PodDisruptionBudget } from '../../../api/pod-disruption-budget.js';
import type { ReplicaSet } from '../../../api/replica-set.js';
import type { ReplicationController } from '../../../api/replication-controller.js';
import type { Service } from '../../../api/service.js';
import type { StatefulSet } from '../../../api/stateful-set.js';
import type { RandomStream } from '../../../kernel/random-stream.js';
import type { SimTime } from '../../../kernel/time.js';
import type { Snapshot } from '../cache/snapshot.js';
import type { Framework } from './framework.js';
import type { Nominator } from './nominator.js';
import type { Parallelizer } from './parallelizer.js';
import type { Plugin } from './plugin.js';
import type { PodInfo } from './pod-info.js';

/**
 * The scheduler's informers, read when they are needed: an object is as new as its watch, and the
 * same object until it changes, so that what is computed from it may be kept in a WeakMap. `get`s
 * are O(1). Lists are in the order of arrival, shared, and the same array until the resource
 * changes; a list of one namespace costs its length when it has changed.
 */
export interface ClusterListers {
  /** The newest state of any pod, bound or not. */
  pod(namespace: string, name: string): Pod | undefined;
  namespace(name: string): Namespace | undefined;
  namespaces(): readonly Namespace[];
  services(namespace: string): readonly Service[];
  /** The Services whose selector the labels satisfy, in no order that means anything. */
  servicesSelecting(namespace: string, labels: Labels | undefined): readonly Service[];
  replicationController(namespace: string, name: string): ReplicationController | undefined;
  replicaSet(namespace: string, name: string): ReplicaSet | undefined;
  statefulSet(namespace: string, name: string): StatefulSet | undefined;
  podDisruptionBudgets(namespace: string): readonly PodDisruptionBudget[];
  persistentVolume(name: string): PersistentVolume | undefined;
  persistentVolumes(): readonly PersistentVolume[];
  persistentVolumeClaim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  storageClass(name: string): StorageClass | undefined;
  storageClasses(): readonly StorageClass[];
  csiNode(nodeName: string): CSINode | undefined;
  csiDriver(name: string): CSIDriver | undefined;
  csiStorageCapacities(): readonly CSIStorageCapacity[];
}

/** One scheduler's part of the handle: what all its profiles share. */
export interface SchedulerHandle {
  readonly listers: ClusterListers;
  /** The scheduler's one snapshot: the same object for ever, brought up to date in every cycle. */
  readonly snapshot: Snapshot;
  readonly nominator: Nominator;
  /** Who examines nodes, in which order. */
  readonly parallelizer: Parallelizer;
  /** Of the current event. */
  now(): SimTime;
  /**
   * The stream of random numbers that belongs to `purpose`, at the place where the last draw has
   * left it. Name the entity in it (`preemption/<uid>`), so that other entities draw the same
   * whatever this one does.
   */
  stream(purpose: string): RandomStream;
  /** Whether victims of an earlier preemption for this pod are still being deleted. */
  isPreempting(uid: string): boolean;
  /** Pods that wait on Permit, in the order in which they began to. Linear in their number. */
  waitingPods(): readonly WaitingPod[];
  /** The pod of that uid when it waits on Permit. */
  waitingPod(uid: string): WaitingPod | undefined;
}

/**
 * A pod that a Permit plugin lets wait. What a plugin says about it takes effect at the same
 * instant, when what goes on now is over; a pod that no longer waits then has had its answer.
 */
export interface WaitingPod {
  /** The pod with its node. */
  readonly info: PodInfo;
  /** Plugins that have not allowed it yet. */
  readonly pendingPlugins: readonly string[];
  /** `plugin` no longer holds the pod; when no other does, it is bound. */
  allow(plugin: string): void;
  /** The pod gives back what it has reserved and returns to the queue, rejected by `plugin`. */
  reject(plugin: string, message: string): void;
}

/** What a plugin factory gets. Everything but `listers` is usable only after all plugins exist. */
export interface PluginHandle extends SchedulerHandle {
  /** The profile that the plugin belongs to, for trying out filters. */
  framework(): Framework;
}

/**
 * Makes one plugin of one profile. `args` are those of the profile's pluginConfig: for a default
 * plugin its own type of `configuration/plugin-args.ts`, validated and with defaults; for any other
 * plugin what the user wrote, or undefined.
 */
export type PluginFactory = (args: unknown, handle: PluginHandle) => Plugin;

/** Plugins by name. */
export type PluginRegistry = ReadonlyMap<string, PluginFactory>;
