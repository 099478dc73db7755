/**
 * The PriorityClass: a name for a pod priority.
 *
 * Source: Kubernetes v1.36 `scheduling/v1` types.
 */

import type { ApiObject } from './object-meta.js';
import type { PreemptionPolicy } from './pod.js';

export interface PriorityClass extends ApiObject {
  readonly apiVersion: 'scheduling.k8s.io/v1';
  readonly kind: 'PriorityClass';
  /** User classes are at most 1,000,000,000; system classes are above. */
  readonly value: number;
  readonly globalDefault?: boolean;
  readonly description?: string;
  readonly preemptionPolicy?: PreemptionPolicy;
}
