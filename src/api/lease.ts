/**
 * The Lease: a heartbeat of a node, or the seat of an elected leader.
 *
 * Source: Kubernetes v1.36 `coordination/v1` types.
 */

import { encodedBytes } from './encoded-size.js';
import type { ApiObject } from './object-meta.js';
import { SizeNote } from './size-note.js';
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

/**
 * The Lease as its holder sends it to renew it: nothing but the time is another. All times take the
 * same room, so that the size is known. O(1).
 */
export function renewedLease(lease: Lease, holderIdentity: string, renewTime: Time): Lease {
  const { apiVersion, kind, metadata, spec } = lease;
  const isRenewal = spec?.renewTime !== undefined && spec.holderIdentity === holderIdentity;
  const renewed = { apiVersion, kind, metadata, spec: heldSpec(spec, holderIdentity, renewTime) };
  if (isRenewal) SizeNote.noteTotal(renewed, encodedBytes(lease), SizeNote.parts(lease));
  return renewed;
}

/** That of a node has these fields alone, and is made with one layout: a spread would not do that. */
function heldSpec(spec: LeaseSpec | undefined, holderIdentity: string, renewTime: Time): LeaseSpec {
  const { leaseDurationSeconds, acquireTime, leaseTransitions, strategy, preferredHolder } =
    spec ?? {};
  const isOfNode =
    leaseDurationSeconds !== undefined &&
    acquireTime === undefined &&
    leaseTransitions === undefined &&
    strategy === undefined &&
    preferredHolder === undefined;
  if (isOfNode) return { holderIdentity, leaseDurationSeconds, renewTime };
  return { ...spec, holderIdentity, renewTime };
}
