// The multi-version store of one etcd cluster, as far as Kubernetes uses it: the newest value of
// each key, one revision per successful write, a log of changes for watchers. All members apply the
// same log, so one copy stands for all. Left out: reads of old revisions, leases, compaction.
// Source: etcd v3.6 server/storage/mvcc (reference: controlplane A6, A8).

import { encodedBytes } from '../../api/encoded-size.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { resourceKindNamed } from '../../api/resource-kinds.js';
import { keyOf } from '../../client/api-request.js';
import type { EtcdResult, EtcdTransaction } from '../../client/etcd-client.js';
import type { WatchEvent } from '../../client/watch.js';
import { assert } from '../../kernel/assert.js';

/** Changes kept for watchers that have not read them yet. */
const LOG_LENGTH = 65_536;

export class Store {
  /** Revision of the last write; 1 in an empty store. */
  revision = 1;
  readonly #values = new Map<string, KubernetesObject>();
  #log: WatchEvent[] = [];
  /** Revision of the first change in the log. */
  #logStart = 2;

  /** Puts an object that existed before the run; the caller's own stays as it is. */
  preload(object: KubernetesObject): void {
    const { resource } = resourceKindNamed(object.kind) ?? { resource: '' };
    const key = `${resource}/${keyOf(object)}`;
    const value = { ...object, metadata: { ...object.metadata } } as KubernetesObject;
    const { succeeded } = this.apply({
      key,
      expectedRevision: 0,
      value,
      bytes: encodedBytes(value),
    });
    assert(succeeded, `${key} is preloaded twice`);
  }

  get(key: string): KubernetesObject | undefined {
    return this.#values.get(key);
  }

  /** All values in order of creation. O(keys). */
  get values(): readonly KubernetesObject[] {
    return [...this.#values.values()];
  }

  /** Compares and writes. A failed comparison changes nothing and returns what is stored. */
  apply(transaction: EtcdTransaction): EtcdResult {
    const { key, expectedRevision, value, bytes } = transaction;
    const previous = this.#values.get(key);
    if ((previous?.metadata.resourceVersion ?? 0) !== expectedRevision) {
      return { succeeded: false, revision: this.revision, current: previous };
    }
    const revision = ++this.revision;
    if (value === undefined) {
      assert(previous !== undefined, `delete of ${key}, which is not stored`);
      this.#values.delete(key);
      const metadata = { ...previous.metadata, resourceVersion: revision };
      const object = { ...previous, metadata } as KubernetesObject;
      this.#record({ type: 'DELETED', object, previous, revision, bytes: encodedBytes(object) });
      return { succeeded: true, revision, current: object };
    }
    // The one place where an object is changed: nobody has seen it before its commit.
    (value.metadata as { resourceVersion: number }).resourceVersion = revision;
    this.#values.set(key, value);
    const type = previous === undefined ? 'ADDED' : 'MODIFIED';
    this.#record({ type, object: value, previous, revision, bytes });
    return { succeeded: true, revision, current: value };
  }

  /** The change that made a revision. */
  change(revision: number): WatchEvent {
    const event = this.#log[revision - this.#logStart];
    assert(event !== undefined, `the change of revision ${revision} is no longer in the log`);
    return event;
  }

  #record(event: WatchEvent): void {
    this.#log.push(event);
    if (this.#log.length < LOG_LENGTH * 2) return;
    this.#log = this.#log.slice(LOG_LENGTH);
    this.#logStart += LOG_LENGTH;
  }
}
