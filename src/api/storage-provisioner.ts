// Names of provisioners: those of plugins that once were part of Kubernetes stand for the CSI
// driver that has taken their place. And which class is the default one.
// Source: Kubernetes v1.36 csi-translation-lib plugins, component-helpers storage/util.

import type { StorageClass } from './persistent-volume.js';

/** A class of this provisioner has only volumes that somebody has made before. */
export const noProvisioner = 'kubernetes.io/no-provisioner';

const migrated: ReadonlyMap<string, string> = new Map([
  ['kubernetes.io/aws-ebs', 'ebs.csi.aws.com'],
  ['kubernetes.io/azure-disk', 'disk.csi.azure.com'],
  ['kubernetes.io/azure-file', 'file.csi.azure.com'],
  ['kubernetes.io/cinder', 'cinder.csi.openstack.org'],
  ['kubernetes.io/gce-pd', 'pd.csi.storage.gke.io'],
  ['kubernetes.io/portworx-volume', 'pxd.portworx.com'],
  ['kubernetes.io/vsphere-volume', 'csi.vsphere.vmware.com'],
]);

/** The CSI driver that provisions for a class. */
export function csiDriverOf(provisioner: string): string {
  return migrated.get(provisioner) ?? provisioner;
}

/** Annotation that marks the StorageClass of claims that name none. */
export const defaultClassAnnotation = 'storageclass.kubernetes.io/is-default-class';

/** The newest class that is marked as the default, by name among those of one time. */
export function defaultStorageClass(classes: Iterable<StorageClass>): StorageClass | undefined {
  const bornUs = ({ metadata }: StorageClass): number => metadata.creationTimestamp ?? 0;
  return [...classes]
    .filter(({ metadata }) => metadata.annotations?.[defaultClassAnnotation] === 'true')
    .sort((a, b) => bornUs(b) - bornUs(a) || (a.metadata.name < b.metadata.name ? -1 : 1))[0];
}
