/**
 * The ConfigMap: plain configuration for pods.
 *
 * Source: Kubernetes v1.36 `core/v1` types.
 */

import type { ApiObject } from './object-meta.js';

export interface ConfigMap extends ApiObject {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly data?: Readonly<Record<string, string>>;
  /** Values in base64. */
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}
