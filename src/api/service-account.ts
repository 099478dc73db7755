/**
 * The ServiceAccount: an identity for pods.
 *
 * Source: Kubernetes v1.36 `core/v1` types.
 */

import type { ApiObject, LocalObjectReference, ObjectReference } from './object-meta.js';

export interface ServiceAccount extends ApiObject {
  readonly apiVersion: 'v1';
  readonly kind: 'ServiceAccount';
  readonly secrets?: readonly ObjectReference[];
  readonly imagePullSecrets?: readonly LocalObjectReference[];
  readonly automountServiceAccountToken?: boolean;
}
