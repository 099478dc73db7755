// Columns of volumes, claims, classes, and of what attaches them.
// Source: Kubernetes v1.36 pkg/printers/internalversion/printers.go.

import type {
  AccessMode,
  CSIDriver,
  CSINode,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../../api/persistent-volume.js';
import { defaultClassAnnotation } from '../../api/storage-provisioner.js';
import { ageColumn, type Column, column, nameColumn, wide } from './columns.js';

const shortModes: Readonly<Record<AccessMode, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

const modesText = (modes: readonly AccessMode[] = []): string =>
  modes.map((mode) => shortModes[mode]).join(',');

/** Columns of `get persistentvolumeclaims`. */
export const claimColumns: readonly Column<PersistentVolumeClaim>[] = [
  nameColumn,
  column('STATUS', ({ metadata, status }) =>
    metadata.deletionTimestamp === undefined ? (status?.phase ?? 'Pending') : 'Terminating',
  ),
  column('VOLUME', ({ spec }) => spec.volumeName ?? ''),
  column('CAPACITY', ({ spec, status }) =>
    spec.volumeName === undefined ? '' : (status?.capacity?.['storage'] ?? ''),
  ),
  column('ACCESS MODES', ({ status }) => modesText(status?.accessModes)),
  column('STORAGECLASS', ({ spec }) => spec.storageClassName ?? ''),
  column('VOLUMEATTRIBUTESCLASS', ({ spec }) => spec.volumeAttributesClassName ?? '<unset>'),
  ageColumn,
  wide('VOLUMEMODE', ({ spec }) => spec.volumeMode ?? '<unset>'),
];

/** Columns of `get persistentvolumes`. */
export const volumeColumns: readonly Column<PersistentVolume>[] = [
  nameColumn,
  column('CAPACITY', ({ spec }) => spec.capacity?.['storage'] ?? ''),
  column('ACCESS MODES', ({ spec }) => modesText(spec.accessModes)),
  column('RECLAIM POLICY', ({ spec }) => spec.persistentVolumeReclaimPolicy ?? 'Retain'),
  column('STATUS', ({ metadata, status }) =>
    metadata.deletionTimestamp === undefined ? (status?.phase ?? 'Pending') : 'Terminating',
  ),
  column('CLAIM', ({ spec: { claimRef } }) =>
    claimRef === undefined ? '' : `${claimRef.namespace}/${claimRef.name}`,
  ),
  column('STORAGECLASS', ({ spec }) => spec.storageClassName ?? ''),
  column('VOLUMEATTRIBUTESCLASS', ({ spec }) => spec.volumeAttributesClassName ?? '<unset>'),
  column('REASON', ({ status }) => status?.reason ?? ''),
  ageColumn,
  wide('VOLUMEMODE', ({ spec }) => spec.volumeMode ?? '<unset>'),
];

/** Columns of `get storageclasses`. */
export const storageClassColumns: readonly Column<StorageClass>[] = [
  column('NAME', ({ metadata }) =>
    metadata.annotations?.[defaultClassAnnotation] === 'true'
      ? `${metadata.name} (default)`
      : metadata.name,
  ),
  column('PROVISIONER', ({ provisioner }) => provisioner),
  column('RECLAIMPOLICY', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
  column('VOLUMEBINDINGMODE', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
  column('ALLOWVOLUMEEXPANSION', ({ allowVolumeExpansion }) => allowVolumeExpansion === true),
  ageColumn,
];

/** Columns of `get volumeattachments`. */
export const attachmentColumns: readonly Column<VolumeAttachment>[] = [
  nameColumn,
  column('ATTACHER', ({ spec }) => spec.attacher),
  column('PV', ({ spec }) => spec.source.persistentVolumeName ?? ''),
  column('NODE', ({ spec }) => spec.nodeName),
  column('ATTACHED', ({ status }) => status?.attached === true),
  ageColumn,
];

/** Columns of `get csinodes`. */
export const csiNodeColumns: readonly Column<CSINode>[] = [
  nameColumn,
  column('DRIVERS', ({ spec }) => spec.drivers.length),
  ageColumn,
];

/** Columns of `get csidrivers`. */
export const csiDriverColumns: readonly Column<CSIDriver>[] = [
  nameColumn,
  column('ATTACHREQUIRED', ({ spec }) => spec.attachRequired !== false),
  column('PODINFOONMOUNT', ({ spec }) => spec.podInfoOnMount === true),
  column('STORAGECAPACITY', ({ spec }) => spec.storageCapacity === true),
  column('TOKENREQUESTS', () => '<unset>'),
  column('REQUIRESREPUBLISH', () => false),
  column('MODES', ({ spec }) => (spec.volumeLifecycleModes ?? ['Persistent']).join(',')),
  ageColumn,
];
