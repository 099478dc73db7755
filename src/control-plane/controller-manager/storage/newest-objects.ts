// The objects of an informer, and over them the answers to the controller's own writes that its
// informer has not brought back yet.
// Source: Kubernetes v1.36 pkg/controller/volume/persistentvolume storeObjectUpdate.
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import { keyOf } from '../../../client/api-request.js';
import type { Informer } from '../../../client/informer.js';

function revisionOf({ metadata }: KubernetesObject): number {
  return metadata.resourceVersion ?? 0;
}

/** Lookups are O(1). */
export class NewestObjects<T extends KubernetesObject> {
  readonly #informer: Informer<T>;
  readonly #written = new Map<string, T>();

  constructor(informer: Informer<T>) {
    this.#informer = informer;
    const settle = (object: T): void => {
      const key = keyOf(object);
      const own = this.#written.get(key);
      if (own !== undefined && revisionOf(own) <= revisionOf(object)) this.#written.delete(key);
    };
    informer.addHandler({
      added: settle,
      updated: (_, object) => settle(object),
      deleted: (object) => this.#written.delete(keyOf(object)),
    });
  }

  /** The newest state known; undefined when there is no such object. */
  get(key: string): T | undefined {
    return this.#written.get(key) ?? this.#informer.get(key);
  }

  /** Takes over what a write of this controller has stored. */
  store(object: T): void {
    const known = this.#informer.get(keyOf(object));
    if (known !== undefined && revisionOf(known) < revisionOf(object)) {
      this.#written.set(keyOf(object), object);
    }
  }
}
