// What the entries of the log do, in their order: each once, whichever member comes to it first,
// with the same outcome for all. That all members see the same entries is checked at every step.
// Source: etcd v3.6 server/etcdserver/apply (reference: controlplane A6, A8, A9, A11).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { EtcdResult } from '../../client/etcd-client.js';
import type { ClusterObserver } from '../../client/observer.js';
import { assert } from '../../kernel/assert.js';
import { etcdSettings } from './constants.js';
import type { Entry } from './raft/message.js';
import { failure, plainResult, type Request } from './request.js';
import type { Compaction } from './revision-sizes.js';
import { Store } from './store.js';

/** Indexes whose revision is remembered, for followers that restore a snapshot. */
const REVISIONS = 65_536;

export class StateMachine {
  readonly store: Store = new Store();
  /** Entries applied by any member. */
  applied: number;
  /** Members that have raised the alarm NOSPACE. */
  readonly noSpaceAlarms: Set<number> = new Set();
  /** Compactions by the index of their entries. */
  readonly compactions: Map<number, Compaction> = new Map();
  /** Changes up to there are behind all members and watches. */
  passedRevision: () => number = () => 0;
  #leases = 0;
  readonly #observer: ClusterObserver;
  readonly #revisions = new Float64Array(REVISIONS);

  /** Entries up to `applied` carry nothing. */
  constructor(observer: ClusterObserver, applied: number) {
    this.#observer = observer;
    this.applied = applied;
  }

  /** Puts an object that existed before the run. */
  preload(object: KubernetesObject): void {
    this.store.preload(object);
    this.#observe(this.store.revision);
  }

  /** The id of the next lease. */
  newLeaseId(): number {
    return ++this.#leases;
  }

  /** Revision of the store after an entry. */
  revisionAfter(index: number): number {
    if (index === this.applied) return this.store.revision;
    assert(this.applied - index < REVISIONS, 'a snapshot is older than the remembered revisions');
    return this.#revisions[index % REVISIONS] as number;
  }

  /** Applies an entry, or finds that another member has; revision of the store after it. */
  apply(entry: Entry): number {
    const { index } = entry;
    const request = entry.data as Request | undefined;
    if (index <= this.applied) {
      const isSame = request === undefined || request.appliedIndex === index;
      if (!isSame) assert(false, `two members apply different entries at index ${index}`);
      return this.revisionAfter(index);
    }
    const next = this.applied + 1;
    if (index !== next) assert(false, `entry ${index} is applied before ${next}`);
    const before = this.store.revision;
    if (request !== undefined) {
      request.appliedIndex = index;
      request.outcome = this.#outcome(request, index);
    }
    for (let revision = before + 1; revision <= this.store.revision; revision++) {
      this.#observe(revision);
    }
    this.applied = index;
    this.#revisions[index % REVISIONS] = this.store.revision;
    return this.store.revision;
  }

  #outcome(request: Request, index: number): EtcdResult {
    const { store } = this;
    const { type, subject, detail, key, transaction } = request;
    const isFull = this.noSpaceAlarms.size > 0;
    switch (type) {
      case 'transaction': {
        if (transaction === undefined) return plainResult(store.revision);
        const isPut = transaction.value !== undefined;
        if (isFull && isPut) return this.#noSpace();
        const { leaseId = 0 } = transaction;
        if (leaseId !== 0 && !store.leases.has(leaseId)) {
          return failure('etcdserver: requested lease not found', store.revision);
        }
        return store.apply(transaction);
      }
      case 'putBytes':
        return isFull ? this.#noSpace() : store.putBytes(key, detail, subject);
      case 'grant':
        if (isFull) return this.#noSpace();
        store.leases.grant(subject, Math.max(detail, etcdSettings.leaseMinTtlSeconds));
        return plainResult(store.revision, subject);
      case 'revoke':
        if (!store.leases.has(subject)) {
          return failure('etcdserver: requested lease not found', store.revision);
        }
        store.deleteAll(store.leases.end(subject));
        return plainResult(store.revision);
      case 'compact':
        return this.#compact(subject, index);
      case 'alarm':
        if (detail > 0) this.noSpaceAlarms.add(subject);
        else this.noSpaceAlarms.clear();
        return plainResult(store.revision);
      default:
        return plainResult(store.revision);
    }
  }

  #noSpace(): EtcdResult {
    return failure('etcdserver: mvcc: database space exceeded', this.store.revision);
  }

  #compact(revision: number, index: number): EtcdResult {
    const { store } = this;
    if (revision > store.revision) {
      const error = 'etcdserver: mvcc: required revision is a future revision';
      return failure(error, store.revision);
    }
    const compaction = store.compact(revision);
    if (compaction === undefined) {
      return failure('etcdserver: mvcc: required revision has been compacted', store.revision);
    }
    this.compactions.set(index, compaction);
    store.forget(Math.min(revision, this.passedRevision()));
    return plainResult(store.revision);
  }

  #observe(revision: number): void {
    const event = this.store.change(revision);
    if (event === undefined) return;
    this.#observer.committed(event);
    for (const further of this.store.furtherChanges(revision)) this.#observer.committed(further);
  }
}
