/**
 * The LimitRange: defaults and bounds for the resources of what is created in a namespace.
 *
 * Source: Kubernetes v1.36 `core/v1` types.
 */

import type { ApiObject } from './object-meta.js';
import type { ResourceList } from './quantity.js';

export interface LimitRangeItem {
  readonly type: 'Pod' | 'Container' | 'PersistentVolumeClaim';
  readonly max?: ResourceList;
  readonly min?: ResourceList;
  /** Default limits. */
  readonly default?: ResourceList;
  readonly defaultRequest?: ResourceList;
  readonly maxLimitRequestRatio?: ResourceList;
}

export interface LimitRange extends ApiObject {
  readonly apiVersion: 'v1';
  readonly kind: 'LimitRange';
  readonly spec: { readonly limits: readonly LimitRangeItem[] };
}
