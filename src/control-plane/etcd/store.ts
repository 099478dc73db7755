// The multi-version store: the newest value of each key, one revision per write, a log of changes
// for watchers and for reads of older states. All members apply the same log, so one copy stands
// for all; a member that is behind reads an older revision of it.
// Left out: changes that lie further back than the log, as if they were compacted. A compaction
// itself takes from the log what nobody can come back to (compacted-changes.ts).
// Source: etcd v3.6 server/storage/mvcc (reference: controlplane A6, A8, A9).

import { encodedBytes } from '../../api/encoded-size.js';
import { extended } from '../../api/extended.js';
import { joined } from '../../api/joined.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { resourceKindNamed } from '../../api/resource-kinds.js';
import { keyOf } from '../../client/api-request.js';
import type { EtcdResult, EtcdTransaction } from '../../client/etcd-client.js';
import type { WatchEvent } from '../../client/watch.js';
import { assert } from '../../kernel/assert.js';
import { KeyIndex } from './key-index.js';
import { LeasedKeys } from './leased-keys.js';
import { plainResult } from './request.js';
import { type Compaction, RevisionSizes } from './revision-sizes.js';

/** Changes kept for who may ask for them: the last one and 65,536 before it, or more (`watched`). */
const LOG_LENGTH = 65_537;

/** Of the first write. */
const FIRST_REVISION = 2;

const NO_EVENTS: readonly WatchEvent[] = [];
const NO_VALUES: EtcdResult['values'] = [];

/** What is stored under a key; replaced in place, since a look-up costs more than the rest. */
interface Stored {
  /** Undefined: bytes that are no object. */
  value: KubernetesObject | undefined;
  revision: number;
  /** Key and value. */
  bytes: number;
  /** On which it hangs; 0: on none. */
  leaseId: number;
}

/** Keys that were deleted in one revision beside the first. */
interface Further {
  readonly keys: readonly string[];
  readonly events: readonly WatchEvent[];
}

export class Store {
  /** Revision of the last write; 1 in an empty store. */
  revision = 1;
  /** Reads below it are refused. */
  compactRevision = -1;
  /** Revision up to which all watches have read; the log grows for those that are behind. */
  watched: () => number = () => Number.POSITIVE_INFINITY;
  readonly leases: LeasedKeys = new LeasedKeys();
  /** Bytes of revisions in the database. */
  readonly sizes: RevisionSizes = new RevisionSizes();
  readonly #stored = new Map<string, Stored>();
  readonly #index = new KeyIndex();
  // The log, by revision modulo its length: key and event of the (first) change; no event: of no
  // object.
  #logKeys: string[] = [];
  #logEvents: (WatchEvent | undefined)[] = [];
  #logLength = LOG_LENGTH;
  readonly #further = new Map<number, Further>();
  /** Changes up to this one are let go. */
  #forgotten = FIRST_REVISION - 1;
  /** What `watched` has said last. */
  #watchedRevision = 0;

  /** Puts an object that existed before the run; the caller's own stays as it is. */
  preload(object: KubernetesObject): void {
    const { resource } = resourceKindNamed(object.kind) ?? { resource: '' };
    const key = joined(resource, keyOf(object));
    const metadata = extended(object.metadata, { resourceVersion: 0 });
    const value = { ...object, metadata } as KubernetesObject;
    const { succeeded } = this.apply({
      key,
      expectedRevision: 0,
      value,
      bytes: encodedBytes(value),
    });
    assert(succeeded, `${key} is preloaded twice`);
  }

  /**
   * The value of a key, now or as of a revision of the log. O(1); O(changes since) for the past.
   */
  get(key: string, revision: number = this.revision): KubernetesObject | undefined {
    if (revision < this.revision) {
      const past = this.#valuesAt(revision);
      if (past.has(key)) return past.get(key);
    }
    return this.#stored.get(key)?.value;
  }

  /** Keys that are there now. */
  get keyCount(): number {
    return this.#stored.size;
  }

  /** All values in order of creation. O(keys). */
  get values(): readonly KubernetesObject[] {
    const values: KubernetesObject[] = [];
    for (const { value } of this.#stored.values()) if (value !== undefined) values.push(value);
    return values;
  }

  /**
   * Keys from `startKey` on that begin with `prefix`, as of a revision: the first `limit` values
   * (0: all) and how many there are. O(keys of the resource + changes since).
   */
  range(prefix: string, startKey: string, limit: number, revision: number): EtcdResult {
    const past = this.#valuesAt(revision);
    const values: KubernetesObject[] = [];
    let count = 0;
    for (const key of this.#index.keysFrom(prefix, startKey, this.#stored, past)) {
      const value = past.has(key) ? past.get(key) : this.#stored.get(key)?.value;
      if (value === undefined) continue;
      count++;
      if (limit === 0 || values.length < limit) values.push(value);
    }
    return { ...plainResult(revision), values, count };
  }

  /** Compares and writes. A failed comparison changes nothing and returns what is stored. */
  apply(transaction: EtcdTransaction): EtcdResult {
    const { key, expectedRevision, value, bytes, leaseId = 0 } = transaction;
    const stored = this.#stored.get(key);
    const previous = stored?.value;
    if ((stored?.revision ?? 0) !== expectedRevision) {
      return this.#result(false, this.revision, previous);
    }
    if (value === undefined) {
      assert(stored !== undefined, `delete of ${key}, which is not stored`);
      return this.#result(true, ++this.revision, this.#deleteOne(key, stored));
    }
    const revision = ++this.revision;
    // The one place where an object is changed: nobody has seen it before its commit.
    (value.metadata as { resourceVersion: number }).resourceVersion = revision;
    this.#put(key, stored, value, key.length + bytes, leaseId);
    const type = previous === undefined ? 'ADDED' : 'MODIFIED';
    this.#record(key, { type, object: value, previous, revision, bytes });
    return this.#result(true, revision, value);
  }

  /** As `apply`, for bytes that are no object: watchers are not told. */
  putBytes(key: string, expectedRevision: number, bytes: number): EtcdResult {
    const stored = this.#stored.get(key);
    const isExpected = (stored?.revision ?? 0) === expectedRevision;
    if (!isExpected) return this.#result(false, stored?.revision ?? 0, undefined);
    const revision = ++this.revision;
    this.#put(key, stored, undefined, key.length + bytes, stored?.leaseId ?? 0);
    this.#record(key, undefined);
    return this.#result(true, revision, undefined);
  }

  /** Deletes keys in one revision; those that are not stored are passed over. */
  deleteAll(keys: Iterable<string>): void {
    const revision = this.revision + 1;
    const deleted: string[] = [];
    const events: WatchEvent[] = [];
    for (const key of keys) {
      const stored = this.#stored.get(key);
      if (stored === undefined) continue;
      this.revision = revision;
      const event = this.#remove(key, stored);
      if (event === undefined) continue;
      deleted.push(key);
      events.push(event);
    }
    if (this.revision !== revision) return;
    if (events.length > 1) {
      this.#further.set(revision, { keys: deleted.slice(1), events: events.slice(1) });
    }
    this.#record(deleted[0] ?? '', events[0]);
  }

  /** The change that made a revision; undefined: it was of no object. */
  change(revision: number): WatchEvent | undefined {
    return this.#logEvents[this.#place(revision)];
  }

  /** All objects but the first that were deleted in that revision. */
  furtherChanges(revision: number): readonly WatchEvent[] {
    return this.#further.get(revision)?.events ?? NO_EVENTS;
  }

  /** Forgets what was replaced up to a revision; undefined when that was done or lies ahead. */
  compact(revision: number): Compaction | undefined {
    if (revision <= this.compactRevision || revision > this.revision) return undefined;
    this.compactRevision = revision;
    return this.sizes.compact(revision);
  }

  /** Lets go of changes up to a revision, which nobody may ask for again. O(1) a change. */
  forget(upTo: number): void {
    const last = Math.min(upTo, this.revision);
    for (let revision = this.#logStart; revision <= last; revision++) {
      const place = this.#place(revision);
      this.#logKeys[place] = '';
      this.#logEvents[place] = undefined;
      if (this.#further.size > 0) this.#further.delete(revision);
    }
    this.#forgotten = Math.max(this.#forgotten, last);
  }

  /** Whether all changes after a revision are in the log. */
  hasChangesAfter(revision: number): boolean {
    return revision + 1 >= this.#logStart;
  }

  /** Whether the state of a revision can be read. */
  isReadable(revision: number): boolean {
    return revision >= this.compactRevision && this.hasChangesAfter(revision);
  }

  #put(
    key: string,
    stored: Stored | undefined,
    value: KubernetesObject | undefined,
    bytes: number,
    leaseId: number,
  ): void {
    this.leases.attach(key, stored?.leaseId ?? 0, leaseId);
    this.sizes.put(this.revision, bytes, stored?.bytes ?? 0);
    if (stored === undefined) {
      this.#stored.set(key, { value, revision: this.revision, bytes, leaseId });
      this.#index.add(key);
      return;
    }
    stored.value = value;
    stored.revision = this.revision;
    stored.bytes = bytes;
    stored.leaseId = leaseId;
  }

  #deleteOne(key: string, stored: Stored): KubernetesObject | undefined {
    const event = this.#remove(key, stored);
    this.#record(key, event);
    return event?.object;
  }

  #remove(key: string, stored: Stored): WatchEvent | undefined {
    const { revision } = this;
    const previous = stored.value;
    this.#stored.delete(key);
    this.#index.remove(key);
    this.leases.attach(key, stored.leaseId, 0);
    this.sizes.remove(revision, key.length, stored.bytes);
    if (previous === undefined) return undefined;
    const metadata = { ...previous.metadata, resourceVersion: revision };
    const object = { ...previous, metadata } as KubernetesObject;
    return { type: 'DELETED', object, previous, revision, bytes: encodedBytes(object) };
  }

  #result(succeeded: boolean, revision: number, current: KubernetesObject | undefined): EtcdResult {
    const values = NO_VALUES;
    return { succeeded, revision, current, values, count: 0, leaseId: 0, error: undefined };
  }

  /** Revision of the first change in the log. */
  get #logStart(): number {
    return Math.max(this.#forgotten + 1, this.revision - this.#logLength + 1);
  }

  /** Puts the change of the newest revision in the place of the oldest. */
  #record(key: string, event: WatchEvent | undefined): void {
    const oldest = this.revision - this.#logLength;
    if (oldest > this.#watchedRevision) {
      this.#watchedRevision = Math.min(this.watched(), this.revision);
      if (oldest > this.#watchedRevision) this.#growLog(oldest);
    }
    const place = this.#place(this.revision);
    this.#logKeys[place] = key;
    this.#logEvents[place] = event;
    if (this.#further.size > 0) this.#further.delete(this.revision - this.#logLength);
  }

  /** Doubles the log, which has all from a revision to the last but one. O(length), once a doubling. */
  #growLog(oldest: number): void {
    const [keys, events, length] = [this.#logKeys, this.#logEvents, this.#logLength];
    this.#logLength = 2 * length;
    this.#logKeys = new Array<string>(this.#logLength).fill('');
    this.#logEvents = new Array<WatchEvent | undefined>(this.#logLength).fill(undefined);
    for (let revision = oldest; revision < this.revision; revision++) {
      const from = (revision - FIRST_REVISION) % length;
      const to = (revision - FIRST_REVISION) % this.#logLength;
      this.#logKeys[to] = keys[from] as string;
      this.#logEvents[to] = events[from];
    }
  }

  #place(revision: number): number {
    const isThere = revision >= this.#logStart && revision <= this.revision;
    if (!isThere) assert(false, `the change of revision ${revision} is no longer in the log`);
    return (revision - FIRST_REVISION) % this.#logLength;
  }

  /** What the keys that were changed after a revision were worth then. O(changes since). */
  #valuesAt(revision: number): ReadonlyMap<string, KubernetesObject | undefined> {
    const values = new Map<string, KubernetesObject | undefined>();
    for (let later = this.revision; later > revision; later--) {
      const place = this.#place(later);
      const event = this.#logEvents[place];
      if (event !== undefined) values.set(this.#logKeys[place] as string, event.previous);
      const further = this.#further.get(later);
      further?.keys.forEach((key, i) => {
        values.set(key, further.events[i]?.previous);
      });
    }
    return values;
  }
}
