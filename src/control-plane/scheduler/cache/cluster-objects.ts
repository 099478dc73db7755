// The objects besides nodes and pods' places that plugins ask for, by kind: what kube-scheduler
// keeps in its informers' stores. Source: kube-scheduler v1.36 listers of the framework handle.

import type { KindName, KubernetesObject, ObjectOfKind } from '../../../api/kubernetes-object.js';
import type { Namespace } from '../../../api/namespace.js';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../api/persistent-volume.js';
import type { Pod } from '../../../api/pod.js';
import type { PodDisruptionBudget } from '../../../api/pod-disruption-budget.js';
import type { ReplicaSet } from '../../../api/replica-set.js';
import type { ReplicationController } from '../../../api/replication-controller.js';
import type { Service } from '../../../api/service.js';
import type { StatefulSet } from '../../../api/stateful-set.js';
import { objectKey } from '../../../client/api-request.js';
import type { ClusterListers } from '../framework/plugin-handle.js';

/** The objects of one kind in order of arrival; a changed object keeps its place. */
class ObjectStore<T> {
  readonly #objects = new Map<string, T>();
  /** By namespace; '' for all. Made anew when it is asked for after a change. */
  readonly #lists = new Map<string, readonly T[]>();

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  set(key: string, object: T): void {
    this.#objects.set(key, object);
    this.#lists.clear();
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.#lists.clear();
  }

  list(namespace: string): readonly T[] {
    let list = this.#lists.get(namespace);
    if (list === undefined) {
      const prefix = namespace === '' ? '' : objectKey(namespace, '');
      const entries = [...this.#objects].filter(([key]) => key.startsWith(prefix));
      list = entries.map(([, object]) => object);
      this.#lists.set(namespace, list);
    }
    return list;
  }
}

/** Objects by kind and name; what it is told is what plugins see. */
export class ClusterObjects implements ClusterListers {
  readonly #stores = new Map<KindName, ObjectStore<KubernetesObject>>();

  /** An object that is new or has changed. */
  set(object: KubernetesObject): void {
    const { namespace, name } = object.metadata;
    this.#store(object.kind).set(objectKey(namespace, name), object);
  }

  delete(object: KubernetesObject): void {
    const { namespace, name } = object.metadata;
    this.#store(object.kind).delete(objectKey(namespace, name));
  }

  pod(namespace: string, name: string): Pod | undefined {
    return this.#store('Pod').get(objectKey(namespace, name));
  }

  namespace(name: string): Namespace | undefined {
    return this.#store('Namespace').get(objectKey(undefined, name));
  }

  namespaces(): readonly Namespace[] {
    return this.#store('Namespace').list('');
  }

  services(namespace: string): readonly Service[] {
    return this.#store('Service').list(namespace);
  }

  replicationController(namespace: string, name: string): ReplicationController | undefined {
    return this.#store('ReplicationController').get(objectKey(namespace, name));
  }

  replicaSet(namespace: string, name: string): ReplicaSet | undefined {
    return this.#store('ReplicaSet').get(objectKey(namespace, name));
  }

  statefulSet(namespace: string, name: string): StatefulSet | undefined {
    return this.#store('StatefulSet').get(objectKey(namespace, name));
  }

  podDisruptionBudgets(namespace: string): readonly PodDisruptionBudget[] {
    return this.#store('PodDisruptionBudget').list(namespace);
  }

  persistentVolume(name: string): PersistentVolume | undefined {
    return this.#store('PersistentVolume').get(objectKey(undefined, name));
  }

  persistentVolumes(): readonly PersistentVolume[] {
    return this.#store('PersistentVolume').list('');
  }

  persistentVolumeClaim(namespace: string, name: string): PersistentVolumeClaim | undefined {
    return this.#store('PersistentVolumeClaim').get(objectKey(namespace, name));
  }

  storageClass(name: string): StorageClass | undefined {
    return this.#store('StorageClass').get(objectKey(undefined, name));
  }

  storageClasses(): readonly StorageClass[] {
    return this.#store('StorageClass').list('');
  }

  csiNode(nodeName: string): CSINode | undefined {
    return this.#store('CSINode').get(objectKey(undefined, nodeName));
  }

  csiDriver(name: string): CSIDriver | undefined {
    return this.#store('CSIDriver').get(objectKey(undefined, name));
  }

  csiStorageCapacities(): readonly CSIStorageCapacity[] {
    return this.#store('CSIStorageCapacity').list('');
  }

  #store<K extends KindName>(kind: K): ObjectStore<ObjectOfKind<K>> {
    let store = this.#stores.get(kind);
    if (store === undefined) {
      store = new ObjectStore<KubernetesObject>();
      this.#stores.set(kind, store);
    }
    return store as unknown as ObjectStore<ObjectOfKind<K>>;
  }
}
