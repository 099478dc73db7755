// Owners and dependents: an owner that is to be deleted in the foreground goes after the dependents
// that block it, one that orphans them goes when none names it any more of those that did when its
// deletion was asked for, and the garbage collector deletes nothing that an owner still keeps.
// Left out: that every dependent of an owner that is gone goes in the end, which takes as long as
// the garbage collector is away.
// Source: Kubernetes v1.36 pkg/controller/garbagecollector (reference: nodes-controllers 3.12).
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { FOREGROUND_DELETION, ORPHAN_DEPENDENTS, type OwnerReference } from '../api/object-meta.js';
import type { ApiCall } from '../client/api-call.js';
import { keyOf } from '../client/api-request.js';
import type { WatchEvent } from '../client/watch.js';
import { Checker } from './checker.js';

const GARBAGE_COLLECTOR = 'kube-controller-manager/generic-garbage-collector';

interface Dependents {
  count: number;
  /** Of those, that hold up a deletion in the foreground. */
  blocking: number;
  /** UIDs of those that came when the owner was being deleted, as one whose creation was under way. */
  late: Set<string> | undefined;
}

export class OwnerReferences extends Checker {
  /** By UID of the owner. */
  readonly #dependents = new Map<string, Dependents>();
  /** Objects that dependents name, by UID: whether they are being deleted. */
  readonly #owners = new Map<string, boolean>();
  /** The last object that was asked to go or has gone, of those with owners, by `Kind/key`. */
  readonly #leaving = new Map<string, readonly OwnerReference[]>();

  override committed({ type, object, previous }: WatchEvent): void {
    const isGone = type === 'DELETED';
    const references = isGone ? undefined : object.metadata.ownerReferences;
    const before = previous?.metadata.ownerReferences;
    if (references !== before) this.#recount(object.metadata.uid ?? '', before, references);
    this.#noteOwner(object, isGone);
    if (isGone) this.#ownerGone(object, previous?.metadata.finalizers);
    const isAsked = isGone || object.metadata.deletionTimestamp !== undefined;
    const wasAsked = previous?.metadata.deletionTimestamp !== undefined;
    if (isAsked && !wasAsked && before !== undefined && before.length > 0) {
      this.#leaving.set(`${object.kind}/${keyOf(object)}`, before);
    } else if (isGone) this.#leaving.delete(`${object.kind}/${keyOf(object)}`);
  }

  override requestServed({ request, caller, response }: ApiCall, code: number): void {
    if (request.verb !== 'delete' || code !== 200 || caller.name !== GARBAGE_COLLECTOR) return;
    const kind = response?.object?.kind ?? '';
    const key = request.namespace === '' ? request.name : `${request.namespace}/${request.name}`;
    const references = this.#leaving.get(`${kind}/${key}`) ?? [];
    const keeper = references.find(({ uid }) => this.#owners.get(uid) === false);
    this.expect(
      keeper === undefined,
      () => `${kind}/${key} is collected, though ${keeper?.kind}/${keeper?.name} owns it`,
    );
  }

  /** One that named an owner before stays what it was to it: late or not. */
  #recount(
    dependent: string,
    before: readonly OwnerReference[] = [],
    references: readonly OwnerReference[] = [],
  ): void {
    for (const reference of references) {
      const dependents = this.#count(reference, 1);
      const { uid } = reference;
      if (this.#owners.get(uid) !== true || before.some((other) => other.uid === uid)) continue;
      dependents.late ??= new Set();
      dependents.late.add(dependent);
    }
    for (const reference of before) {
      const dependents = this.#count(reference, -1);
      const isNamed = references.some(({ uid }) => uid === reference.uid);
      if (!isNamed) dependents.late?.delete(dependent);
    }
  }

  #count({ uid, blockOwnerDeletion }: OwnerReference, by: 1 | -1): Dependents {
    const dependents = this.#dependents.get(uid) ?? { count: 0, blocking: 0, late: undefined };
    dependents.count += by;
    if (blockOwnerDeletion === true) dependents.blocking += by;
    if (dependents.count > 0) this.#dependents.set(uid, dependents);
    else this.#dependents.delete(uid);
    return dependents;
  }

  /** Kinds that own nothing by themselves are most of what is written. */
  #noteOwner({ kind, metadata }: KubernetesObject, isGone: boolean): void {
    if (kind === 'Pod' || kind === 'Event' || kind === 'Lease' || kind === 'EndpointSlice') return;
    const { uid = '', deletionTimestamp } = metadata;
    if (isGone) this.#owners.delete(uid);
    else this.#owners.set(uid, deletionTimestamp !== undefined);
  }

  /** `finalizers`: those that it had last, of which the last one went with it. */
  #ownerGone(
    { kind, metadata }: KubernetesObject,
    finalizers: readonly string[] = metadata.finalizers ?? [],
  ): void {
    const { uid = '' } = metadata;
    const left = this.#dependents.get(uid);
    if (left === undefined) return;
    const name = `${kind}/${metadata.name}`;
    const isForeground = finalizers.includes(FOREGROUND_DELETION);
    const mayGo = !isForeground || left.blocking === 0;
    this.expect(mayGo, () => `${name} is gone before ${left.blocking} dependents that block it`);
    const named = left.count - (left.late?.size ?? 0);
    const mayLeave = named === 0 || !finalizers.includes(ORPHAN_DEPENDENTS);
    this.expect(mayLeave, () => `${name} is gone, and ${named} dependents still name it`);
  }
}
