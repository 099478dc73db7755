/**
 * The Deployment: rolls a set of identical pods from one version to the next.
 *
 * Source: Kubernetes v1.36 `apps/v1` types.
 */

import type { IntOrString } from './int-or-string.js';
import type { LabelSelector } from './label-selector.js';
import type { ApiObject, ConditionStatus } from './object-meta.js';
import type { PodTemplateSpec } from './pod.js';
import type { Time } from './time.js';

export interface RollingUpdateDeployment {
  /** Count, or percentage of `replicas` rounded down. */
  readonly maxUnavailable?: IntOrString;
  /** Count, or percentage of `replicas` rounded up. */
  readonly maxSurge?: IntOrString;
}

export interface DeploymentStrategy {
  readonly type?: 'RollingUpdate' | 'Recreate';
  readonly rollingUpdate?: RollingUpdateDeployment;
}

export interface DeploymentSpec {
  readonly replicas?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly strategy?: DeploymentStrategy;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly paused?: boolean;
  readonly progressDeadlineSeconds?: number;
}

export interface DeploymentCondition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly lastUpdateTime?: Time;
  readonly lastTransitionTime?: Time;
  readonly reason?: string;
  readonly message?: string;
}

export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly conditions?: readonly DeploymentCondition[];
  readonly collisionCount?: number;
}

export interface Deployment extends ApiObject {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'Deployment';
  readonly spec: DeploymentSpec;
  readonly status?: DeploymentStatus;
}
