/**
 * The ResourceQuota: what a namespace may use in total.
 *
 * Source: Kubernetes v1.36 `core/v1` types.
 */

import type { ApiObject } from './object-meta.js';
import type { ResourceList } from './quantity.js';

export type ResourceQuotaScope =
  | 'Terminating'
  | 'NotTerminating'
  | 'BestEffort'
  | 'NotBestEffort'
  | 'PriorityClass'
  | 'CrossNamespacePodAffinity'
  | 'VolumeAttributesClass';

export interface ScopedResourceSelectorRequirement {
  readonly scopeName: ResourceQuotaScope;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

export interface ResourceQuotaSpec {
  readonly hard?: ResourceList;
  readonly scopes?: readonly ResourceQuotaScope[];
  readonly scopeSelector?: {
    readonly matchExpressions?: readonly ScopedResourceSelectorRequirement[];
  };
}

export interface ResourceQuota extends ApiObject {
  readonly apiVersion: 'v1';
  readonly kind: 'ResourceQuota';
  readonly spec: ResourceQuotaSpec;
  readonly status?: { readonly hard?: ResourceList; readonly used?: ResourceList };
}
