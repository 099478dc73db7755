/**
 * Every kind that the simulator knows, as one union that narrows on `kind`.
 */

import type { Binding } from './binding.js';
import type { ConfigMap } from './config-map.js';
import type { ControllerRevision } from './controller-revision.js';
import type { CronJob } from './cron-job.js';
import type { DaemonSet } from './daemon-set.js';
import type { Deployment } from './deployment.js';
import type { EndpointSlice } from './endpoint-slice.js';
import type { Endpoints } from './endpoints.js';
import type { Event } from './event.js';
import type { FlowSchema, PriorityLevelConfiguration } from './flow-control.js';
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.js';
import type { Job } from './job.js';
import type { Lease } from './lease.js';
import type { LimitRange } from './limit-range.js';
import type { Namespace } from './namespace.js';
import type { Node } from './node.js';
import type { NodeClaim } from './node-claim.js';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from './persistent-volume.js';
import type { Pod } from './pod.js';
import type { PodDisruptionBudget } from './pod-disruption-budget.js';
import type { PriorityClass } from './priority-class.js';
import type { ReplicaSet } from './replica-set.js';
import type { ReplicationController } from './replication-controller.js';
import type { ResourceQuota } from './resource-quota.js';
import type { Secret } from './secret.js';
import type { Service } from './service.js';
import type { ServiceAccount } from './service-account.js';
import type { StatefulSet } from './stateful-set.js';

/** Any object of a kind in `resourceKinds`. */
export type KubernetesObject =
  | Binding
  | ConfigMap
  | ControllerRevision
  | CronJob
  | CSIDriver
  | CSINode
  | CSIStorageCapacity
  | DaemonSet
  | Deployment
  | Endpoints
  | EndpointSlice
  | Event
  | FlowSchema
  | HorizontalPodAutoscaler
  | Job
  | Lease
  | LimitRange
  | Namespace
  | Node
  | NodeClaim
  | PersistentVolume
  | PersistentVolumeClaim
  | Pod
  | PodDisruptionBudget
  | PriorityClass
  | PriorityLevelConfiguration
  | ReplicaSet
  | ReplicationController
  | ResourceQuota
  | Secret
  | Service
  | ServiceAccount
  | StatefulSet
  | StorageClass
  | VolumeAttachment;

/** The name of a kind that the simulator knows. */
export type KindName = KubernetesObject['kind'];

/** The object type of a kind: `ObjectOfKind<'Pod'>` is `Pod`. */
export type ObjectOfKind<K extends KindName> = Extract<KubernetesObject, { readonly kind: K }>;
