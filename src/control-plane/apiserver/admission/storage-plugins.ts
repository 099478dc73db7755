// Admission of claims and volumes: StorageObjectInUseProtection gives each the finalizer that keeps
// it while it is in use, DefaultStorageClass gives a claim that names no class the default one.
// Source: Kubernetes v1.36 plugin/pkg/admission/storage.
import { classAnnotation } from '../../../api/claim-binding.js';
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { PersistentVolumeClaim, StorageClass } from '../../../api/persistent-volume.js';
import {
  claimProtectionFinalizer,
  volumeProtectionFinalizer,
} from '../../../api/storage-protection.js';

/** The claim with the class that it gets; the same object when it names one, or there is none. */
export function withDefaultClass(
  claim: PersistentVolumeClaim,
  defaultClass: () => StorageClass | undefined,
): PersistentVolumeClaim {
  const { metadata, spec } = claim;
  const hasClass = (metadata.annotations?.[classAnnotation] ?? spec.storageClassName) !== undefined;
  const found = hasClass ? undefined : defaultClass();
  if (found === undefined) return claim;
  return { ...claim, spec: { ...spec, storageClassName: found.metadata.name } };
}

/** A claim or a volume with its finalizer; other objects as they are. */
export function withProtection<T extends KubernetesObject>(object: T): T {
  const { kind, metadata } = object;
  if (kind !== 'PersistentVolumeClaim' && kind !== 'PersistentVolume') return object;
  const own = kind === 'PersistentVolume' ? volumeProtectionFinalizer : claimProtectionFinalizer;
  const { finalizers = [] } = metadata;
  if (finalizers.includes(own)) return object;
  return { ...object, metadata: { ...metadata, finalizers: [...finalizers, own] } };
}
