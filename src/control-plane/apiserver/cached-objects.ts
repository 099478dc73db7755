// What a watch cache holds of one resource: the newest state of every object, in the order of keys
// as in etcd, and pods by their node.
// Source: Kubernetes v1.36 apiserver storage/cacher/store_btree.go (reference: controlplane B9).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { keyOf } from '../../client/api-request.js';
import type { WatchEvent } from '../../client/watch.js';
import { ascending } from '../../stats/ascending.js';
import { isEverything, isSelected, nodeNameOf, type Selection } from './selection.js';

type Objects = Map<string, KubernetesObject>;

export class CachedObjects {
  /** By `namespace/name`. */
  readonly byKey: ReadonlyMap<string, KubernetesObject>;
  readonly #objects: Objects = new Map();
  readonly #arePods: boolean;
  readonly #podsOfNode = new Map<string, Objects>();
  /** Keys in order, and those that came since they were last put in order. */
  #sorted: string[] = [];
  #added: string[] = [];
  #removed = 0;

  /** `arePods`: they are kept by their node too. */
  constructor(arePods: boolean) {
    this.byKey = this.#objects;
    this.#arePods = arePods;
  }

  clear(): void {
    this.#objects.clear();
    this.#podsOfNode.clear();
    this.#sorted = [];
    this.#added = [];
    this.#removed = 0;
  }

  /** Takes a change over. */
  apply({ type, object, previous }: WatchEvent): void {
    const node = nodeNameOf(previous);
    if (node !== '' && node !== nodeNameOf(object)) {
      this.#podsOfNode.get(node)?.delete(keyOf(object));
    }
    if (type === 'DELETED') this.#remove(object);
    else this.put(object);
  }

  put(object: KubernetesObject): void {
    const key = keyOf(object);
    const { size } = this.#objects;
    this.#objects.set(key, object);
    if (this.#objects.size > size) this.#added.push(key);
    const node = nodeNameOf(object);
    if (node === '') return;
    let pods = this.#podsOfNode.get(node);
    if (pods === undefined) {
      pods = new Map();
      this.#podsOfNode.set(node, pods);
    }
    pods.set(key, object);
  }

  /** Those that a list walks through for a selection: an index may spare it most of them. */
  candidates({ field }: Selection): number {
    if (field?.field === 'metadata.name') return 1;
    if (field === undefined || !this.#arePods) return this.#objects.size;
    return this.#podsOfNode.get(field.value)?.size ?? 0;
  }

  /** The objects of a selection in order of their keys. O(candidates), and new keys are sorted. */
  list(selection: Selection): readonly KubernetesObject[] {
    const { field } = selection;
    if (this.#arePods && field?.field === 'spec.nodeName') {
      const pods = this.#podsOfNode.get(field.value) ?? new Map<string, KubernetesObject>();
      const keys = [...pods.keys()].sort(ascending);
      const found = keys.map((key) => pods.get(key) as KubernetesObject);
      return found.filter((pod) => isSelected(selection, pod));
    }
    const objects = this.#order().map((key) => this.#objects.get(key) as KubernetesObject);
    if (isEverything(selection)) return objects;
    return objects.filter((object) => isSelected(selection, object));
  }

  /** As `list`, as of before these changes, which are the last ones, oldest first. */
  listBefore(changes: readonly WatchEvent[], selection: Selection): readonly KubernetesObject[] {
    const past = new Map<string, KubernetesObject | undefined>();
    for (const { object, previous } of changes) {
      const key = keyOf(object);
      if (!past.has(key)) past.set(key, previous);
    }
    const keys = [...new Set([...this.#order(), ...past.keys()])].sort(ascending);
    const objects = keys.map((key) => (past.has(key) ? past.get(key) : this.#objects.get(key)));
    return objects.filter(
      (object): object is KubernetesObject => object !== undefined && isSelected(selection, object),
    );
  }

  #order(): readonly string[] {
    if (this.#added.length === 0 && this.#removed === 0) return this.#sorted;
    const added = this.#added.sort(ascending);
    const merged: string[] = [];
    const take = (key: string): void => {
      if (this.#objects.has(key) && merged.at(-1) !== key) merged.push(key);
    };
    let next = 0;
    for (const key of this.#sorted) {
      while (next < added.length && (added[next] as string) < key) take(added[next++] as string);
      take(key);
    }
    while (next < added.length) take(added[next++] as string);
    this.#sorted = merged;
    this.#added = [];
    this.#removed = 0;
    return merged;
  }

  #remove(object: KubernetesObject): void {
    const key = keyOf(object);
    if (this.#objects.delete(key)) this.#removed++;
    this.#podsOfNode.get(nodeNameOf(object))?.delete(key);
  }
}
