/**
 * The Binding: the scheduler's request that a pod run on a node. Never stored.
 *
 * Source: Kubernetes v1.36 `core/v1` types.
 */

import type { ApiObject, ObjectReference } from './object-meta.js';

/** `metadata` names the pod, `target` the node; its annotations become the pod's. */
export interface Binding extends ApiObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Binding';
  readonly target: ObjectReference;
}
