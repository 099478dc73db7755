// The store as an apiserver sees it: revisions, compare-and-put transactions, ranges, leases, a
// watch over everything. Values are opaque but for the stamp of their revision.
// Source: etcd v3.6 API (reference: controlplane A7-A11).
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { EventKind } from '../kernel/simulation.js';
import type { WatchEvent } from './watch.js';

/** `if modRevision(key) == expected then put value (or delete)`; 0 expects no such key. */
export interface EtcdTransaction {
  readonly key: string;
  readonly expectedRevision: number;
  /** Absent: delete the key. Its resourceVersion is set by the store when it commits. */
  readonly value: KubernetesObject | undefined;
  readonly bytes: number;
  /** The lease that deletes the key when it ends; absent: none. */
  readonly leaseId?: number;
}

/** All keys that begin with `prefix`, in order of their names. */
export interface EtcdRange {
  readonly prefix: string;
  /** The first key that is wanted; empty: the first there is. */
  readonly startKey: string;
  /** Most values; 0: all. */
  readonly limit: number;
  /** State of the store to read; 0: the newest. */
  readonly revision: number;
}

/** Why a request failed, in etcd's words. */
export type EtcdError =
  | 'etcdserver: leader changed'
  | 'etcdserver: mvcc: database space exceeded'
  | 'etcdserver: mvcc: required revision has been compacted'
  | 'etcdserver: mvcc: required revision is a future revision'
  | 'etcdserver: no leader'
  | 'etcdserver: request is too large'
  | 'etcdserver: request timed out'
  | 'etcdserver: requested lease not found'
  | 'etcdserver: too many requests'
  | 'connection error: the member of etcd is not available';

/** Outcome of a request, kept until the asker has read it. */
export interface EtcdResult {
  /** The comparison held; true for everything that compares nothing. */
  readonly succeeded: boolean;
  /** Revision of the commit, or of the store when it was read or the comparison failed. */
  readonly revision: number;
  /** On success what was put (or deleted), on failure what is stored; undefined: no such key. */
  readonly current: KubernetesObject | undefined;
  /** Of a range: values in order of their keys, up to the limit. */
  readonly values: readonly KubernetesObject[];
  /** Of a range: keys that there are from `startKey` on. */
  readonly count: number;
  /** Of a grant. */
  readonly leaseId: number;
  /** Nothing was done, as far as the store can tell; undefined: all is well. */
  readonly error: EtcdError | undefined;
}

/** Where an answer goes: the event `kind` is fired with `target` and the ticket as argument. */
export interface EtcdPort {
  /** Proposes; the answer is fetched by `result(ticket)` with the event's argument. */
  propose(transaction: EtcdTransaction, kind: EventKind, target: number): void;
  /** A linearizable read of one key. */
  read(key: string, kind: EventKind, target: number): void;
  /** A linearizable read of many. */
  range(range: EtcdRange, kind: EventKind, target: number): void;
  /** Puts bytes that are no object, if the key has that revision: nobody watches them. */
  putBytes(
    key: string,
    expectedRevision: number,
    bytes: number,
    kind: EventKind,
    target: number,
  ): void;
  /** Makes a lease; its id is in the result. */
  grantLease(ttlSeconds: number, kind: EventKind, target: number): void;
  /** Lets a lease begin anew. */
  keepLeaseAlive(leaseId: number, kind: EventKind, target: number): void;
  /** Ends a lease and deletes what hangs on it. */
  revokeLease(leaseId: number, kind: EventKind, target: number): void;
  /** Forgets what was replaced or deleted up to a revision. */
  compact(revision: number, kind: EventKind, target: number): void;
  /** The answer of a finished request; may be fetched once. */
  result(ticket: number): EtcdResult;
  /**
   * From now on fires `kind` with a revision as argument when all changes up to it have arrived
   * here; also without changes, as an answer to `requestProgress`. It begins after the newest
   * revision, or after one that can still be read.
   */
  watch(kind: EventKind, target: number, afterRevision?: number): void;
  /** Has every watch of this client told how far it is. */
  requestProgress(): void;
  /** The change of a revision that a watch was told of; undefined: of no object. */
  change(revision: number): WatchEvent | undefined;
  /** Whether all changes after a revision are still kept. */
  hasChangesAfter(revision: number): boolean;
  /** All others of that revision: a lease that ends deletes many at once. */
  furtherChanges(revision: number): readonly WatchEvent[];
  /** All values and the revision of that state; for the first list of a cache. */
  snapshot(): { readonly revision: number; readonly values: readonly KubernetesObject[] };
}
