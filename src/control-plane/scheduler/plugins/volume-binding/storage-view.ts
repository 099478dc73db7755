// Volumes and claims as the scheduler sees them: what its informers have, and over it what it has
// decided itself and the API server has not reported yet. A decision holds until the informer
// brings a newer object, or until it is taken back.
// Source: kube-scheduler v1.36 plugins/volumebinding/assume_cache.go; reference: scheduler 2.10.

import { classNameOf } from '../../../../api/claim-binding.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../api/persistent-volume.js';
import { objectKey } from '../../../../client/api-request.js';
import type { ClusterListers } from '../../framework/plugin-handle.js';

/** What of the cluster VolumeBinding looks at. */
export type StorageListers = Pick<
  ClusterListers,
  | 'csiDriver'
  | 'csiStorageCapacities'
  | 'persistentVolume'
  | 'persistentVolumeClaim'
  | 'persistentVolumes'
  | 'pod'
  | 'storageClass'
>;

interface Assumption<T> {
  /** What the informer had. */
  readonly base: T;
  readonly assumed: T;
}

/** Objects of one kind over those of the informer. */
class Assumptions<T> {
  readonly #assumed = new Map<string, Assumption<T>>();

  set(key: string, base: T, assumed: T): void {
    this.#assumed.set(key, { base, assumed });
  }

  delete(key: string): void {
    this.#assumed.delete(key);
  }

  /** The object as assumed, unless the informer has another one by now. */
  over(key: string, current: T): T {
    const entry = this.#assumed.get(key);
    if (entry === undefined) return current;
    if (entry.base === current) return entry.assumed;
    this.#assumed.delete(key);
    return current;
  }
}

/** Volumes that may be bound, by class. */
interface VolumeIndex {
  readonly list: readonly PersistentVolume[];
  readonly byClass: ReadonlyMap<string, readonly PersistentVolume[]>;
}

const none: readonly PersistentVolume[] = [];

/** One scheduler profile's view. */
export class StorageView {
  readonly listers: StorageListers;
  readonly #volumes = new Assumptions<PersistentVolume>();
  readonly #claims = new Assumptions<PersistentVolumeClaim>();
  #index: VolumeIndex = { list: none, byClass: new Map() };

  constructor(listers: StorageListers) {
    this.listers = listers;
  }

  volume(name: string): PersistentVolume | undefined {
    const current = this.listers.persistentVolume(name);
    return current && this.#volumes.over(name, current);
  }

  claim(namespace: string, name: string): PersistentVolumeClaim | undefined {
    const current = this.listers.persistentVolumeClaim(namespace, name);
    return current && this.#claims.over(objectKey(namespace, name), current);
  }

  /**
   * Volumes of a class that are not bound yet, or are meant for the claim `claimKey`, in the order
   * of the informer. Linear in all volumes after one has changed, otherwise in the result.
   */
  volumesFor(className: string, claimKey: string): PersistentVolume[] {
    const { byClass } = this.#currentIndex();
    const found = [className, `${className} ${claimKey}`].flatMap((key) => byClass.get(key) ?? []);
    return found.map((volume) => this.#volumes.over(volume.metadata.name, volume));
  }

  /** The volume is as given until the informer has a newer state; returns what it has now. */
  assumeVolume(assumed: PersistentVolume): PersistentVolume {
    const { name } = assumed.metadata;
    const base = this.listers.persistentVolume(name) ?? assumed;
    this.#volumes.set(name, base, assumed);
    return base;
  }

  /** The same for a claim. */
  assumeClaim(assumed: PersistentVolumeClaim): PersistentVolumeClaim {
    const { namespace = '', name } = assumed.metadata;
    const base = this.listers.persistentVolumeClaim(namespace, name) ?? assumed;
    this.#claims.set(objectKey(namespace, name), base, assumed);
    return base;
  }

  restoreVolume({ metadata }: PersistentVolume): void {
    this.#volumes.delete(metadata.name);
  }

  restoreClaim({ metadata }: PersistentVolumeClaim): void {
    this.#claims.delete(objectKey(metadata.namespace, metadata.name));
  }

  /** Bound volumes are kept apart by claim: in a large cluster nearly all volumes are bound. */
  #currentIndex(): VolumeIndex {
    const list = this.listers.persistentVolumes();
    if (this.#index.list === list) return this.#index;
    const byClass = new Map<string, PersistentVolume[]>();
    for (const volume of list) {
      const { claimRef } = volume.spec;
      const owner = claimRef && ` ${objectKey(claimRef.namespace, claimRef.name ?? '')}`;
      const key = `${classNameOf(volume)}${owner ?? ''}`;
      const known = byClass.get(key);
      if (known === undefined) byClass.set(key, [volume]);
      else known.push(volume);
    }
    this.#index = { list, byClass };
    return this.#index;
  }
}
