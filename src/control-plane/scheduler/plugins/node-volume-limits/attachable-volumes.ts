// The volumes of a pod that a CSI driver has to attach to the node. A claim without volume counts
// as a volume of its own, for the driver that its class provisions with.
// Left out: volumes of in-tree plugins that are migrated to CSI drivers.
// Source: kube-scheduler v1.36 plugins/nodevolumelimits/csi.go; reference: scheduler 2.10.

import { classNameOf, isOwnedBy } from '../../../../api/claim-binding.js';
import { claimVolumesOf } from '../../../../api/claim-volumes.js';
import type { PersistentVolumeClaim } from '../../../../api/persistent-volume.js';
import type { Pod } from '../../../../api/pod.js';
import { objectKey } from '../../../../client/api-request.js';
import type { ClusterListers } from '../../framework/plugin-handle.js';
import { type Status, status } from '../../framework/status.js';
import { notFoundText, notOwnedText } from '../volume-binding/claims.js';

/** What of the cluster tells a claim's driver. */
export type VolumeListers = Pick<
  ClusterListers,
  'persistentVolume' | 'persistentVolumeClaim' | 'storageClass'
>;

/** Drivers by volume; equal keys are one volume. */
export type AttachableVolumes = Map<string, string>;

/**
 * Adds a pod's volumes. A missing claim is a refusal for a pod that is `isNew`, and nothing for one
 * that runs already.
 */
export function addAttachableVolumes(
  listers: VolumeListers,
  pod: Pod,
  isNew: boolean,
  volumes: AttachableVolumes,
): Status | undefined {
  const { namespace = '' } = pod.metadata;
  for (const { claimName, isEphemeral } of claimVolumesOf(pod)) {
    if (claimName === '') return status('Error', 'PersistentVolumeClaim had no name');
    const claim = listers.persistentVolumeClaim(namespace, claimName);
    if (claim === undefined) {
      if (!isNew) continue;
      const cause = notFoundText('persistentvolumeclaim', claimName);
      const text = `looking up PVC ${namespace}/${claimName}: ${cause}`;
      return status('UnschedulableAndUnresolvable', text);
    }
    if (isEphemeral && !isOwnedBy(claim, pod)) return status('Error', notOwnedText(claim, pod));
    addVolumeOf(listers, claim, volumes);
  }
  return undefined;
}

function addVolumeOf(
  listers: VolumeListers,
  claim: PersistentVolumeClaim,
  volumes: AttachableVolumes,
): void {
  const { volumeName = '' } = claim.spec;
  const volume = volumeName === '' ? undefined : listers.persistentVolume(volumeName);
  if (volume !== undefined) {
    const { driver = '', volumeHandle = '' } = volume.spec.csi ?? {};
    if (driver !== '' && volumeHandle !== '') volumes.set(`${driver}/${volumeHandle}`, driver);
    return;
  }
  const { provisioner = '' } = listers.storageClass(classNameOf(claim)) ?? {};
  if (provisioner === '') return;
  const { namespace, name } = claim.metadata;
  // No handle of a driver begins with a space.
  volumes.set(`${provisioner}/ ${objectKey(namespace, name)}`, provisioner);
}
