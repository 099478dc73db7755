/**
 * The StatefulSet: pods with an ordinal, a stable name and their own volume claims.
 *
 * Source: Kubernetes v1.36 `apps/v1` types.
 */

import type { IntOrString } from './int-or-string.js';
import type { LabelSelector } from './label-selector.js';
import type { ApiObject, Condition } from './object-meta.js';
import type { PodTemplateSpec } from './pod.js';
import type { PersistentVolumeClaimTemplate } from './volume.js';

export interface RollingUpdateStatefulSetStrategy {
  /** Ordinals from here upwards are updated. */
  readonly partition?: number;
  readonly maxUnavailable?: IntOrString;
}

export interface StatefulSetUpdateStrategy {
  readonly type?: 'RollingUpdate' | 'OnDelete';
  readonly rollingUpdate?: RollingUpdateStatefulSetStrategy;
}

export interface StatefulSetPersistentVolumeClaimRetentionPolicy {
  readonly whenDeleted?: 'Retain' | 'Delete';
  readonly whenScaled?: 'Retain' | 'Delete';
}

export interface StatefulSetSpec {
  readonly replicas?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly volumeClaimTemplates?: readonly PersistentVolumeClaimTemplate[];
  readonly serviceName?: string;
  readonly podManagementPolicy?: 'OrderedReady' | 'Parallel';
  readonly updateStrategy?: StatefulSetUpdateStrategy;
  readonly revisionHistoryLimit?: number;
  readonly minReadySeconds?: number;
  readonly persistentVolumeClaimRetentionPolicy?: StatefulSetPersistentVolumeClaimRetentionPolicy;
  readonly ordinals?: { readonly start?: number };
}

export interface StatefulSetStatus {
  readonly observedGeneration?: number;
  readonly replicas: number;
  readonly readyReplicas?: number;
  readonly currentReplicas?: number;
  readonly updatedReplicas?: number;
  readonly availableReplicas?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
  readonly collisionCount?: number;
  readonly conditions?: readonly Condition[];
}

export interface StatefulSet extends ApiObject {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'StatefulSet';
  readonly spec: StatefulSetSpec;
  readonly status?: StatefulSetStatus;
}
