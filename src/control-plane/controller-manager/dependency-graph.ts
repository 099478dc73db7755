// What the garbage collector knows from informers: who names whom as owner, which objects wait for
// their dependents to go (foreground deletion), which are to let go of them (orphaning), and which
// are being deleted otherwise.
// Source: Kubernetes v1.36 pkg/controller/garbagecollector/graph_builder.go (reference:
// nodes-controllers 3.12).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import {
  FOREGROUND_DELETION,
  ORPHAN_DEPENDENTS,
  type OwnerReference,
} from '../../api/object-meta.js';
import { resourceKindNamed } from '../../api/resource-kinds.js';

/** An object that others name as their owner. */
export interface Owner {
  /** `resource/namespace/name`. */
  readonly item: string;
  /** Its own existence is known from an informer. */
  isObserved: boolean;
  /** Items that name it, and whether its foreground deletion waits for them. */
  readonly dependents: Map<string, boolean>;
}

export interface DependencyGraphHandlers {
  /** An owner is named that no informer has shown. */
  readonly onUnknownOwner: (uid: string) => void;
  /** The item may have to be deleted, or may have no more dependents to wait for. */
  readonly onAttemptToDelete: (item: string) => void;
  /** The object with that uid is to let go of its dependents. */
  readonly onAttemptToOrphan: (uid: string) => void;
}

export class DependencyGraph {
  readonly #handlers: DependencyGraphHandlers;
  /** By uid. */
  readonly #owners = new Map<string, Owner>();
  /** UIDs of objects that the informers hold. */
  readonly #observed = new Set<string>();
  /** Items that wait for their dependents to go, by uid. */
  readonly #waiting = new Map<string, string>();
  /** Items that are to let go of their dependents, by uid. */
  readonly #orphaning = new Map<string, string>();
  /** Items that are being deleted, and whether they wait for their dependents. */
  readonly #deleting = new Map<string, boolean>();

  constructor(handlers: DependencyGraphHandlers) {
    this.#handlers = handlers;
  }

  /** The object that others name by that uid; undefined: nobody does, or it is gone. */
  owner(uid: string): Owner | undefined {
    return this.#owners.get(uid);
  }

  /** The item that is to let go of its dependents. */
  orphaning(uid: string): string | undefined {
    return this.#orphaning.get(uid);
  }

  /** Whether the object waits for its dependents to go. */
  isWaiting(uid: string): boolean {
    return this.#waiting.has(uid);
  }

  /** Whether the item is being deleted and waits for no dependents. */
  isGoing(item: string): boolean {
    return this.#deleting.get(item) === false;
  }

  /** Whether the item is being deleted. */
  isDeleting(item: string): boolean {
    return this.#deleting.has(item);
  }

  /** An informer has shown a new object. Linear in its owners. */
  added(object: KubernetesObject): void {
    const { uid = '', namespace = '', ownerReferences = [] } = object.metadata;
    this.#observed.add(uid);
    const self = this.#owners.get(uid);
    if (self !== undefined) self.isObserved = true;
    for (const reference of ownerReferences) this.#link(reference, namespace, itemKey(object));
    this.#noteDeletion(object);
  }

  /** An informer has shown a change. */
  updated(previous: KubernetesObject, object: KubernetesObject): void {
    const { uid, namespace = '', ownerReferences = [] } = object.metadata;
    if (uid !== previous.metadata.uid) {
      this.deleted(previous);
      return this.added(object);
    }
    const before = previous.metadata.ownerReferences ?? [];
    if (ownerReferences !== before && (ownerReferences.length > 0 || before.length > 0)) {
      const item = itemKey(object);
      const kept = new Set(ownerReferences.map((each) => each.uid));
      for (const each of before) if (!kept.has(each.uid)) this.#unlink(each.uid, item);
      for (const reference of ownerReferences) this.#link(reference, namespace, item);
    }
    this.#noteDeletion(object);
  }

  /** An informer has shown that the object is gone. */
  deleted(object: KubernetesObject): void {
    const { uid = '', ownerReferences = [] } = object.metadata;
    const item = itemKey(object);
    for (const reference of ownerReferences) this.#unlink(reference.uid, item);
    this.#observed.delete(uid);
    this.#waiting.delete(uid);
    this.#orphaning.delete(uid);
    this.#deleting.delete(item);
    this.abandon(uid);
  }

  /** The owner is gone: its dependents are looked at. */
  abandon(uid: string): void {
    const dependents = this.#owners.get(uid)?.dependents.keys() ?? [];
    for (const item of dependents) this.#handlers.onAttemptToDelete(item);
    this.#owners.delete(uid);
  }

  #link(reference: OwnerReference, namespace: string, item: string): void {
    const { uid, blockOwnerDeletion = false } = reference;
    let owner = this.#owners.get(uid);
    if (owner === undefined) {
      const isObserved = this.#observed.has(uid);
      owner = { item: ownerKey(reference, namespace), isObserved, dependents: new Map() };
      this.#owners.set(uid, owner);
      const isKnownKind = resourceKindNamed(reference.kind) !== undefined;
      if (!isObserved && isKnownKind) this.#handlers.onUnknownOwner(uid);
    }
    owner.dependents.set(item, blockOwnerDeletion);
  }

  /** A dependent less: its owner may have waited for that. */
  #unlink(uid: string, item: string): void {
    this.#owners.get(uid)?.dependents.delete(item);
    const waiting = this.#waiting.get(uid);
    if (waiting !== undefined) this.#handlers.onAttemptToDelete(waiting);
  }

  #noteDeletion(object: KubernetesObject): void {
    const { uid = '', deletionTimestamp, finalizers = [] } = object.metadata;
    if (deletionTimestamp === undefined) return;
    const item = itemKey(object);
    if (finalizers.includes(FOREGROUND_DELETION)) this.#beginWaiting(uid, item);
    else {
      this.#waiting.delete(uid);
      this.#deleting.set(item, false);
    }
    if (!finalizers.includes(ORPHAN_DEPENDENTS)) this.#orphaning.delete(uid);
    else if (!this.#orphaning.has(uid)) {
      this.#orphaning.set(uid, item);
      this.#handlers.onAttemptToOrphan(uid);
    }
  }

  #beginWaiting(uid: string, item: string): void {
    this.#deleting.set(item, true);
    if (this.#waiting.has(uid)) return;
    this.#waiting.set(uid, item);
    const dependents = this.#owners.get(uid)?.dependents.keys() ?? [];
    for (const dependent of dependents) this.#handlers.onAttemptToDelete(dependent);
    this.#handlers.onAttemptToDelete(item);
  }
}

/** `resource/namespace/name` of an object. */
function itemKey(object: KubernetesObject): string {
  const { namespace = '', name } = object.metadata;
  return `${resourceKindNamed(object.kind)?.resource}/${namespace}/${name}`;
}

/** Owners are in the namespace of their dependents, or cluster-scoped. */
function ownerKey({ kind, name }: OwnerReference, namespace: string): string {
  const found = resourceKindNamed(kind);
  return `${found?.resource}/${found?.namespaced === false ? '' : namespace}/${name}`;
}
