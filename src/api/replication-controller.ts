/**
 * The ReplicationController: the ReplicaSet's ancestor, with an equality selector.
 *
 * Source: Kubernetes v1.36 `core/v1` types.
 */

import type { ApiObject } from './object-meta.js';
import type { PodTemplateSpec } from './pod.js';
import type { ReplicaSetCondition } from './replica-set.js';

export interface ReplicationControllerSpec {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  /** Defaults to the labels of the template. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly template?: PodTemplateSpec;
}

export interface ReplicationControllerStatus {
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly ReplicaSetCondition[];
}

export interface ReplicationController extends ApiObject {
  readonly apiVersion: 'v1';
  readonly kind: 'ReplicationController';
  readonly spec: ReplicationControllerSpec;
  readonly status?: ReplicationControllerStatus;
}
