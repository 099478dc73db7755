// The store's history is linear: revisions rise (those between are of keys that are no objects;
// what is deleted together shares one), every change starts from what the change before left, an
// object exists once, a UID is never used again.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { keyOf } from '../client/api-request.js';
import type { WatchEvent } from '../client/watch.js';
import { Checker } from './checker.js';

export class StoreHistory extends Checker {
  /** By kind and key. */
  readonly #objects = new Map<string, Map<string, KubernetesObject>>();
  readonly #goneUids = new Set<string>();
  #revision = 0;
  /** The last change was one. */
  #isDeletion = false;

  override committed(event: WatchEvent): void {
    const { type, object, previous, revision } = event;
    const isDeletion = type === 'DELETED';
    const isTogether = isDeletion && this.#isDeletion && revision === this.#revision;
    const isNext = isTogether || revision > this.#revision;
    if (!isNext) this.#wrong(event, `follows ${this.#revision}`, `revision ${revision} of `);
    this.#revision = revision;
    this.#isDeletion = isDeletion;
    const objects = this.#objectsOf(object.kind);
    const key = keyOf(object);
    const stored = objects.get(key);
    const startsRight = stored === undefined || stored === previous;
    if (!startsRight) this.#wrong(event, 'does not start from its last state', `${type} of `);
    const { uid = '', resourceVersion } = object.metadata;
    if (resourceVersion !== revision) this.#wrong(event, `carries revision ${resourceVersion}`);
    if (uid === '') this.#wrong(event, 'has no UID');
    if (this.#goneUids.has(uid)) this.#wrong(event, 'uses the UID of a deleted object');
    if (isDeletion) {
      this.#goneUids.add(uid);
      objects.delete(key);
      return;
    }
    if ((type === 'ADDED') !== (previous === undefined)) this.#wrong(event, `is ${type} wrongly`);
    objects.set(key, object);
  }

  #wrong({ object }: WatchEvent, fault: string, before = ''): void {
    this.violated(`${before}${object.kind}/${keyOf(object)} ${fault}`);
  }

  #objectsOf(kind: string): Map<string, KubernetesObject> {
    let objects = this.#objects.get(kind);
    if (objects === undefined) {
      objects = new Map();
      this.#objects.set(kind, objects);
    }
    return objects;
  }
}
