// Volumes that have to be attached to a node before they are mounted there, and the name by which
// controller and kubelet know them. Source: Kubernetes v1.36 pkg/volume/csi, pkg/volume/util.
import type { PersistentVolume } from './persistent-volume.js';

/** In metrics, of every CSI driver. */
export const csiPluginName = 'kubernetes.io/csi';

/** `kubernetes.io/csi/ebs.csi.aws.com^vol-1`; undefined for a volume of no CSI driver. */
export function uniqueVolumeName({ spec: { csi } }: PersistentVolume): string | undefined {
  return csi && `${csiPluginName}/${csi.driver}^${csi.volumeHandle}`;
}

/** Whether several nodes may have it attached at once. */
export function isMultiAttachable({ spec }: PersistentVolume): boolean {
  const modes = spec.accessModes ?? [];
  return modes.length === 0 || modes.includes('ReadWriteMany') || modes.includes('ReadOnlyMany');
}
