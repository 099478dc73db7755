// Whether a claim's volume can be provisioned for a node: the class must have a provisioner, allow
// the node's place, and find enough capacity there if its CSI driver reports that.
// Source: kube-scheduler v1.36 plugins/volumebinding/binder.go checkVolumeProvisions,
// hasEnoughCapacity; reference: scheduler 2.10.

import { classNameOf } from '../../../../api/claim-binding.js';
import { compileLabelSelector, type LabelMatcher } from '../../../../api/label-selector.js';
import type { Node } from '../../../../api/node.js';
import type { Labels } from '../../../../api/object-meta.js';
import type {
  CSIStorageCapacity,
  PersistentVolumeClaim,
  StorageClass,
  TopologySelectorTerm,
} from '../../../../api/persistent-volume.js';
import { quantityValue } from '../../../../api/quantity.js';
import { noProvisioner } from '../../../../api/storage-provisioner.js';
import type { StorageListers } from './storage-view.js';

/** Whether a volume can be made: there is room, there is none, or it cannot be made at all. */
export type Provisioning = 'possible' | 'noSpace' | 'impossible';

/** Judges nodes for one claim. */
export type ProvisioningCheck = (node: Node) => Provisioning;

const noLabels: Labels = {};

/** An empty term, in contrast to no terms, allows nothing. */
function isAllowed(terms: readonly TopologySelectorTerm[], labels: Labels): boolean {
  if (terms.length === 0) return true;
  return terms.some(({ matchLabelExpressions = [] }) => {
    if (matchLabelExpressions.length === 0) return false;
    return matchLabelExpressions.every(({ key, values }) => {
      const value = labels[key];
      return value !== undefined && values.includes(value);
    });
  });
}

/** The biggest volume that can still be made; undefined when the driver does not say. */
export function volumeLimit({
  capacity,
  maximumVolumeSize,
}: CSIStorageCapacity): number | undefined {
  const limit = maximumVolumeSize ?? capacity;
  return limit === undefined ? undefined : quantityValue(limit);
}

/** Matchers of the parts of the cluster with enough room; undefined when room does not matter. */
function roomyParts(
  listers: StorageListers,
  claim: PersistentVolumeClaim,
  { metadata, provisioner }: StorageClass,
): LabelMatcher[] | undefined {
  const requested = claim.spec.resources?.requests?.['storage'];
  if (requested === undefined) return undefined;
  if (listers.csiDriver(provisioner)?.spec.storageCapacity !== true) return undefined;
  const sizeBytes = quantityValue(requested);
  return listers
    .csiStorageCapacities()
    .filter(
      (part) => part.storageClassName === metadata.name && (volumeLimit(part) ?? -1) >= sizeBytes,
    )
    .map(({ nodeTopology }) => compileLabelSelector(nodeTopology));
}

/** The check for one claim; its class exists. */
export function provisioningCheck(
  listers: StorageListers,
  claim: PersistentVolumeClaim,
): ProvisioningCheck {
  const storageClass = listers.storageClass(classNameOf(claim));
  if (storageClass === undefined) return () => 'impossible';
  const { provisioner, allowedTopologies = [] } = storageClass;
  if (provisioner === '' || provisioner === noProvisioner) return () => 'impossible';
  const parts = roomyParts(listers, claim, storageClass);
  return ({ metadata }) => {
    const labels = metadata.labels ?? noLabels;
    if (!isAllowed(allowedTopologies, labels)) return 'impossible';
    const hasSpace = parts === undefined || parts.some((matches) => matches(labels));
    return hasSpace ? 'possible' : 'noSpace';
  };
}
