// Disks that a pod names directly and that allow one writer only: two pods with the same disk
// cannot be on one node, unless both only read it where the disk allows that.
// Source: kube-scheduler v1.36 plugins/volumerestrictions; reference: scheduler 2.10.

import type { Volume } from '../../../../api/pod.js';

/** Whether the volume is a disk of a kind that is looked at. */
export function isExclusiveDisk(volume: Volume): boolean {
  const { gcePersistentDisk, awsElasticBlockStore, iscsi, rbd } = volume;
  return (gcePersistentDisk ?? awsElasticBlockStore ?? iscsi ?? rbd) !== undefined;
}

interface Disk {
  readonly readOnly?: boolean;
}

function isWritten(a: Disk, b: Disk): boolean {
  return !(a.readOnly === true && b.readOnly === true);
}

/** Pool of RBD images of which none is named. */
const defaultPool = 'rbd';

function isSameImage(a: NonNullable<Volume['rbd']>, b: NonNullable<Volume['rbd']>): boolean {
  return (
    a.image === b.image &&
    (a.pool ?? defaultPool) === (b.pool ?? defaultPool) &&
    a.monitors.some((monitor) => b.monitors.includes(monitor))
  );
}

/** Whether two pods that have one of these volumes each cannot share a node. */
export function disksConflict(a: Volume, b: Volume): boolean {
  const { gcePersistentDisk: gce, awsElasticBlockStore: ebs, iscsi, rbd } = a;
  if (gce !== undefined && gce.pdName === b.gcePersistentDisk?.pdName) {
    if (isWritten(gce, b.gcePersistentDisk)) return true;
  }
  if (ebs !== undefined && ebs.volumeID === b.awsElasticBlockStore?.volumeID) return true;
  if (iscsi !== undefined && iscsi.iqn === b.iscsi?.iqn && isWritten(iscsi, b.iscsi)) return true;
  return (
    rbd !== undefined && b.rbd !== undefined && isSameImage(rbd, b.rbd) && isWritten(rbd, b.rbd)
  );
}
