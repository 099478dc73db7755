// How PersistentVolumeClaims and PersistentVolumes point at each other: class, annotations, and
// whether a binding is complete. Source: Kubernetes v1.36 component-helpers storage/volume,
// storage/ephemeral (reference: scheduler 2.10).

import type { PersistentVolume, PersistentVolumeClaim } from './persistent-volume.js';
import type { Pod } from './pod.js';

/** On a claim or a volume: its StorageClass, as before there was a field for it. */
export const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
/** On a claim: that its binding is complete on both sides. */
export const bindCompletedAnnotation = 'pv.kubernetes.io/bind-completed';
/** On a claim: the node for which its volume is to be provisioned. */
export const selectedNodeAnnotation = 'volume.kubernetes.io/selected-node';
/** On a volume or claim: that it was bound by a controller, not by its creator. */
export const boundByControllerAnnotation = 'pv.kubernetes.io/bound-by-controller';

/** The name of the StorageClass; '' for none. An old annotation goes before the field. */
export function classNameOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[classAnnotation] ?? spec.storageClassName ?? '';
}

/** Whether the binding of a claim is complete on both sides. */
export function isFullyBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  const isCompleted = metadata.annotations?.[bindCompletedAnnotation] !== undefined;
  return isCompleted && (spec.volumeName ?? '') !== '';
}

/** Whether the volume says that it belongs to the claim; a reference without uid is enough. */
export function isBoundTo(
  { spec: { claimRef } }: PersistentVolume,
  { metadata }: PersistentVolumeClaim,
): boolean {
  if (claimRef === undefined) return false;
  const { name, namespace, uid = '' } = claimRef;
  if (name !== metadata.name || namespace !== metadata.namespace) return false;
  return uid === '' || uid === metadata.uid;
}

/** Whether the claim of an ephemeral volume was made for this very pod. */
export function isOwnedBy({ metadata }: PersistentVolumeClaim, pod: Pod): boolean {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return metadata.namespace === pod.metadata.namespace && owner?.uid === pod.metadata.uid;
}

/** A volume that is the claim's. A reference that its creator has made is completed by the uid. */
export function boundVolume(
  volume: PersistentVolume,
  { metadata: { namespace, name, uid, resourceVersion } }: PersistentVolumeClaim,
): PersistentVolume {
  const { metadata, spec } = volume;
  if (spec.claimRef !== undefined && (spec.claimRef.uid ?? '') === (uid ?? '')) return volume;
  const annotations =
    spec.claimRef === undefined
      ? { ...metadata.annotations, [boundByControllerAnnotation]: 'yes' }
      : metadata.annotations;
  const claimRef = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    ...(namespace !== undefined && { namespace }),
    name,
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion: `${resourceVersion}` }),
  };
  return {
    ...volume,
    metadata: { ...metadata, ...(annotations !== undefined && { annotations }) },
    spec: { ...spec, claimRef },
  };
}
