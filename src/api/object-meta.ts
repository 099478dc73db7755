/**
 * What every API object carries: its type, its identity and its bookkeeping.
 *
 * Left out: `selfLink` and `managedFields`. The first is gone from the API; the second is not kept
 * as data, only its weight is (see `encodedBytes`).
 *
 * Source: Kubernetes v1.36 apimachinery `meta/v1` types.
 */

import { joined } from './joined.js';
import { SizeNote } from './size-note.js';
import type { Time } from './time.js';

/** Labels of an object: key to value. */
export type Labels = Readonly<Record<string, string>>;

/** Annotations of an object: key to value. */
export type Annotations = Readonly<Record<string, string>>;

/** Finalizer: the object goes after the dependents that block it. */
export const FOREGROUND_DELETION = 'foregroundDeletion';

/** Finalizer: the object goes after its dependents have been taken from it. */
export const ORPHAN_DEPENDENTS = 'orphan';

/** The object that caused this one to exist; the garbage collector follows it. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** True for the one owner that manages this object. */
  readonly controller?: boolean;
  /** True when foreground deletion of the owner waits for this object. */
  readonly blockOwnerDeletion?: boolean;
}

/**
 * The metadata a template may carry (pod template, claim template): as `ObjectMeta`, but the name
 * is optional because the controller gives one.
 */
export interface TemplateMeta {
  readonly name?: string;
  /** Prefix from which the API server makes a name when `name` is absent. */
  readonly generateName?: string;
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly annotations?: Annotations;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}

/**
 * Metadata of a stored object. `uid`, `resourceVersion` and `creationTimestamp` are absent only
 * until the API server has accepted the object; `Stored<T>` states that they are there.
 */
export interface ObjectMeta extends TemplateMeta {
  readonly name: string;
  readonly uid?: string;
  /** Store revision of the last write. A number here; opaque text in the real API. */
  readonly resourceVersion?: number;
  /** Counts changes of the desired state, from 1. */
  readonly generation?: number;
  readonly creationTimestamp?: Time;
  /** When the object may go: set once deletion has been asked for. */
  readonly deletionTimestamp?: Time;
  readonly deletionGracePeriodSeconds?: number;
}

/** The part of an object that says which type it is of. */
export interface TypeMeta {
  /** `v1` for the core group, otherwise `group/version`. */
  readonly apiVersion: string;
  readonly kind: string;
}

/** Any API object. */
export interface ApiObject extends TypeMeta {
  readonly metadata: ObjectMeta;
}

/** An object after the API server has stored it: the fields that it fills are present. */
export type Stored<T extends ApiObject> = T & {
  readonly metadata: ObjectMeta & {
    readonly uid: string;
    readonly resourceVersion: number;
    readonly creationTimestamp: Time;
  };
};

/** Points at an object, or at a part of one. */
export interface ObjectReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly fieldPath?: string;
}

/** Points at an object of a known kind in the same namespace. */
export interface LocalObjectReference {
  readonly name?: string;
}

/** Value of the `status` of any condition. */
export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** The condition shape that newer kinds share. */
export interface Condition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly observedGeneration?: number;
  readonly lastTransitionTime: Time;
  readonly reason: string;
  readonly message: string;
}

/** `namespace/name`, or only the name of a cluster-scoped object: client-go's store key. */
export function objectKey({ metadata }: ApiObject): string {
  const noted = SizeNote.key(metadata);
  if (noted !== '') return noted;
  const { namespace, name } = metadata;
  if (namespace === undefined || namespace === '') return name;
  const key = joined(namespace, name);
  SizeNote.noteKey(metadata, key);
  return key;
}

/**
 * The owner that manages `object`, if any. Linear in the number of owners, which is nearly always
 * one.
 */
export function controllerOf(object: ApiObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** Points at `object`, as Events do. */
export function referenceTo({ apiVersion, kind, metadata }: ApiObject): ObjectReference {
  const { namespace, name, uid } = metadata;
  if (namespace !== undefined && uid !== undefined) {
    return { apiVersion, kind, namespace, name, uid };
  }
  return {
    apiVersion,
    kind,
    ...(namespace !== undefined && { namespace }),
    name,
    ...(uid !== undefined && { uid }),
  };
}
