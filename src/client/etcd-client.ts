// The store as an apiserver sees it: revisions, compare-and-put transactions, linearizable reads, a
// watch over everything. Values are opaque but for the stamp of their revision.
// Source: etcd v3.6 API (reference: controlplane A8).
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
}

/** Outcome of a transaction, kept until the asker has read it. */
export interface EtcdResult {
  readonly succeeded: boolean;
  /** Revision of the commit, or of the store when it failed. */
  readonly revision: number;
  /** On success what was put (or deleted), on failure what is stored; undefined: no such key. */
  readonly current: KubernetesObject | undefined;
}

/** Where an answer goes: the event `kind` is fired with `target` and the ticket as argument. */
export interface EtcdPort {
  /** Proposes; the answer is fetched by `result(ticket)` with the event's argument. */
  propose(transaction: EtcdTransaction, kind: EventKind, target: number): void;
  /** A linearizable read of one key. */
  read(key: string, kind: EventKind, target: number): void;
  /** The answer of a finished request; may be fetched once. */
  result(ticket: number): EtcdResult;
  /** From now on fires `kind` with the revision as argument when a change has arrived here. */
  watch(kind: EventKind, target: number): void;
  /** The change of a revision that a watch was told of. */
  change(revision: number): WatchEvent;
  /** All values and the revision of that state; for the first list of a cache. */
  snapshot(): { readonly revision: number; readonly values: readonly KubernetesObject[] };
}
