// Objects by the object that controls them, kept up to date by an informer.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { controllerOf, type OwnerReference } from '../../api/object-meta.js';
import { keyOf } from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';

/** An owner reference that makes `owner` the controller. */
export function controllerReference(owner: KubernetesObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  const { name, uid = '' } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** Dependents by controller UID. Register it before handlers that read it. */
export class OwnerIndex<T extends KubernetesObject> {
  readonly #dependents = new Map<string, Map<string, T>>();
  readonly #none: ReadonlyMap<string, T> = new Map();

  constructor(informer: Informer<T>) {
    informer.addHandler({
      added: (object) => this.#put(object),
      updated: (previous, object) => {
        if (controllerOf(previous)?.uid !== controllerOf(object)?.uid) this.#remove(previous);
        this.#put(object);
      },
      deleted: (object) => this.#remove(object),
    });
  }

  /** By key, in order of creation. */
  of(uid: string): ReadonlyMap<string, T> {
    return this.#dependents.get(uid) ?? this.#none;
  }

  #remove(object: T): void {
    const uid = controllerOf(object)?.uid ?? '';
    const dependents = this.#dependents.get(uid);
    dependents?.delete(keyOf(object));
    if (dependents?.size === 0) this.#dependents.delete(uid);
  }

  #put(object: T): void {
    const owner = controllerOf(object);
    if (owner === undefined) return;
    let dependents = this.#dependents.get(owner.uid);
    if (dependents === undefined) {
      dependents = new Map();
      this.#dependents.set(owner.uid, dependents);
    }
    dependents.set(keyOf(object), object);
  }
}
