// What a plugin is given from outside when it is made: read-only views of the cluster and of the
// framework it belongs to. A decision may read them and changes nothing: what shall happen to the
// cluster is returned (nominated node, victims) and done by the scheduler when the cycle's time has
// passed. Source: kube-scheduler v1.36 kube-scheduler/framework/interface.go Handle.

import type { Namespace } from '../../../api/namespace.js';
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
import type { SimTime } from '../../../kernel/time.js';
import type { Snapshot } from '../cache/snapshot.js';
import type { Framework } from './framework.js';
import type { Nominator } from './nominator.js';
import type { Plugin } from './plugin.js';

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
  /** Of the current event. */
  now(): SimTime;
  /**
   * A random integer of [0, bound), from the stream that belongs to `purpose`. Name the entity in
   * it (`preemption/<uid>`), so that other entities draw the same whatever this one does.
   */
  randomBelow(purpose: string, bound: number): number;
  /** Whether victims of an earlier preemption for this pod are still being deleted. */
  isPreempting(uid: string): boolean;
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
