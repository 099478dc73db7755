// Volumes by the claims that they may go to: free ones by class, others by the claim that they
// name. A claim looks at these alone, so that the number of bound volumes does not matter to it.
import { classNameOf } from '../../../api/claim-binding.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/persistent-volume.js';
import { objectKey } from '../../../client/api-request.js';
import type { Informer } from '../../../client/informer.js';

/** Kept with every change of a volume, O(1) each. */
export class VolumeIndex {
  readonly #names = new Map<string, Set<string>>();

  constructor(volumes: Informer<PersistentVolume>) {
    volumes.addHandler({
      added: (volume) => this.#add(volume),
      updated: (previous, volume) => {
        if (placeOf(previous) === placeOf(volume)) return;
        this.#remove(previous);
        this.#add(volume);
      },
      deleted: (volume) => this.#remove(volume),
    });
  }

  /** Names of the free volumes of the claim's class, and of those that name the claim. */
  namesFor(claim: PersistentVolumeClaim): readonly string[] {
    const free = this.#names.get(`class ${classNameOf(claim)}`) ?? [];
    return [...free, ...this.namesOf(objectKey(claim.metadata.namespace, claim.metadata.name))];
  }

  /** Names of the volumes that name a claim. */
  namesOf(claimKey: string): readonly string[] {
    return [...(this.#names.get(`claim ${claimKey}`) ?? [])];
  }

  #add(volume: PersistentVolume): void {
    const place = placeOf(volume);
    const names = this.#names.get(place);
    if (names === undefined) this.#names.set(place, new Set([volume.metadata.name]));
    else names.add(volume.metadata.name);
  }

  #remove(volume: PersistentVolume): void {
    const place = placeOf(volume);
    const names = this.#names.get(place);
    names?.delete(volume.metadata.name);
    if (names?.size === 0) this.#names.delete(place);
  }
}

function placeOf(volume: PersistentVolume): string {
  const { claimRef } = volume.spec;
  if (claimRef === undefined) return `class ${classNameOf(volume)}`;
  return `claim ${objectKey(claimRef.namespace, claimRef.name ?? '')}`;
}
