/**
 * The Secret: confidential data for pods. Only its size matters here.
 *
 * Source: Kubernetes v1.36 `core/v1` types.
 */

import type { ApiObject } from './object-meta.js';

export interface Secret extends ApiObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  /** Values in base64. */
  readonly data?: Readonly<Record<string, string>>;
  /** Write-only: the API server moves it into `data`. */
  readonly stringData?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly immutable?: boolean;
}
