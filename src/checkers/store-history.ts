// The store's history is linear: revisions rise (those between are of keys that are no objects;
// what is deleted together shares one), every change starts from what the change before left, an
// object exists once, a UID is never used again.
import { joined } from '../api/joined.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { keyOf } from '../client/api-request.js';
import type { WatchEvent } from '../client/watch.js';
import { Checker } from './checker.js';

export class StoreHistory extends Checker {
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #goneUids = new Set<string>();
  #revision = 0;
  /** The last change was one. */
  #isDeletion = false;

  override committed({ type, object, previous, revision }: WatchEvent): void {
    const name = joined(object.kind, keyOf(object));
    const isTogether = type === 'DELETED' && this.#isDeletion && revision === this.#revision;
    const isNext = isTogether || revision > this.#revision;
    if (!isNext) this.violated(`revision ${revision} of ${name} follows ${this.#revision}`);
    this.#revision = revision;
    this.#isDeletion = type === 'DELETED';
    const stored = this.#objects.get(name);
    const startsRight = stored === undefined || stored === previous;
    if (!startsRight) this.violated(`${type} of ${name} does not start from its last state`);
    const { uid = '', resourceVersion } = object.metadata;
    if (resourceVersion !== revision) this.violated(`${name} carries revision ${resourceVersion}`);
    if (uid === '') this.violated(`${name} has no UID`);
    if (this.#goneUids.has(uid)) this.violated(`${name} uses the UID of a deleted object`);
    if (type === 'DELETED') {
      this.#goneUids.add(uid);
      this.#objects.delete(name);
    } else {
      if ((type === 'ADDED') !== (previous === undefined)) {
        this.violated(`${name} is ${type} wrongly`);
      }
      this.#objects.set(name, object);
    }
  }
}
