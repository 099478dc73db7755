// The objects besides nodes and pods' places that plugins ask for, by kind: what kube-scheduler
// keeps in its informers' stores. Source: kube-scheduler v1.36 listers of the framework handle.

import type { KindName, KubernetesObject, ObjectOfKind } from '../../../api/kubernetes-object.js';
import type { Namespace } from '../../../api/namespace.js';
import type { Labels } from '../../../api/object-meta.js';
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
import { ServiceSelectors } from './service-selectors.js';

/** The objects of one kind in order of arrival; a changed object keeps its place. */
class ObjectStore<T extends KubernetesObject> {
  readonly #objects = new Map<string, T>();
  readonly #byNamespace = new Map<string, Map<string, T>>();
  /** By namespace; '' for all. Made anew when it is asked for after a change. */
  readonly #lists = new Map<string, readonly T[]>();

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  set(object: T): void {
    const { namespace = '', name } = object.metadata;
    const key = objectKey(namespace, name);
    this.#objects.set(key, object);
    let own = this.#byNamespace.get(namespace);
    if (own === undefined) {
      own = new Map();
      this.#byNamespace.set(namespace, own);
    }
    own.set(key, object);
    this.#changed(namespace);
  }

  delete({ metadata }: T): void {
    const { namespace = '', name } = metadata;
    const key = objectKey(namespace, name);
    if (!this.#objects.delete(key)) return;
    this.#byNamespace.get(namespace)?.delete(key);
    this.#changed(namespace);
  }

  list(namespace: string): readonly T[] {
    let list = this.#lists.get(namespace);
    if (list === undefined) {
      const objects = namespace === '' ? this.#objects : this.#byNamespace.get(namespace);
      list = [...(objects?.values() ?? [])];
      this.#lists.set(namespace, list);
    }
    return list;
  }

  #changed(namespace: string): void {
    if (this.#lists.size === 0) return;
    this.#lists.delete('');
    this.#lists.delete(namespace);
  }
}

/** Objects by kind and name; what it is told is what plugins see. */
export class ClusterObjects implements ClusterListers {
  readonly #stores = new Map<KindName, ObjectStore<KubernetesObject>>();
  readonly #selectors = new ServiceSelectors();

  /** An object that is new or has changed. */
  set(object: KubernetesObject): void {
    this.#store<KindName>(object.kind).set(object);
    if (object.kind === 'Service') this.#selectors.set(object);
  }

  delete(object: KubernetesObject): void {
    this.#store<KindName>(object.kind).delete(object);
    if (object.kind === 'Service') this.#selectors.delete(object);
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

  servicesSelecting(namespace: string, labels: Labels | undefined): readonly Service[] {
    return this.#selectors.selecting(namespace, labels);
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
