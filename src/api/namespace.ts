/**
 * The Namespace: a scope for names.
 *
 * Source: Kubernetes v1.36 `core/v1` types.
 */

import type { ApiObject, ConditionStatus } from './object-meta.js';
import type { Time } from './time.js';

export interface NamespaceCondition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly lastTransitionTime?: Time;
  readonly reason?: string;
  readonly message?: string;
}

export interface Namespace extends ApiObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Namespace';
  readonly spec?: { readonly finalizers?: readonly string[] };
  readonly status?: {
    readonly phase?: 'Active' | 'Terminating';
    readonly conditions?: readonly NamespaceCondition[];
  };
}
