/**
 * The PodDisruptionBudget: how many pods voluntary disruptions must leave alone.
 *
 * Source: Kubernetes v1.36 `policy/v1` types.
 */

import type { IntOrString } from './int-or-string.js';
import type { LabelSelector } from './label-selector.js';
import type { ApiObject, Condition } from './object-meta.js';
import type { Time } from './time.js';

export interface PodDisruptionBudgetSpec {
  /** Excludes `maxUnavailable`. */
  readonly minAvailable?: IntOrString;
  readonly maxUnavailable?: IntOrString;
  /** Absent selects nothing; empty selects every pod of the namespace. */
  readonly selector?: LabelSelector;
  readonly unhealthyPodEvictionPolicy?: 'IfHealthyBudget' | 'AlwaysAllow';
}

export interface PodDisruptionBudgetStatus {
  readonly observedGeneration?: number;
  readonly disruptedPods?: Readonly<Record<string, Time>>;
  readonly disruptionsAllowed?: number;
  readonly currentHealthy?: number;
  readonly desiredHealthy?: number;
  readonly expectedPods?: number;
  readonly conditions?: readonly Condition[];
}

export interface PodDisruptionBudget extends ApiObject {
  readonly apiVersion: 'policy/v1';
  readonly kind: 'PodDisruptionBudget';
  readonly spec: PodDisruptionBudgetSpec;
  readonly status?: PodDisruptionBudgetStatus;
}
