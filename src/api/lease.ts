/**
 * The Lease: a heartbeat of a node, or the seat of an elected leader.
 *
 * Source: Kubernetes v1.36 `coordination/v1` types.
 */

import type { ApiObject } from './object-meta.js';
import type { Time } from './time.js';

export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: Time;
  readonly renewTime?: Time;
  readonly leaseTransitions?: number;
  readonly strategy?: string;
  readonly preferredHolder?: string;
}

export interface Lease extends ApiObject {
  readonly apiVersion: 'coordination.k8s.io/v1';
  readonly kind: 'Lease';
  readonly spec?: LeaseSpec;
}
