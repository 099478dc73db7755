/**
 * The ControllerRevision: a past version of a StatefulSet's or DaemonSet's template.
 *
 * Source: Kubernetes v1.36 `apps/v1` types.
 */

import type { ApiObject } from './object-meta.js';

export interface ControllerRevision extends ApiObject {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'ControllerRevision';
  readonly data?: unknown;
  readonly revision: number;
}
