/**
 * Shapes of volumes, claims and storage classes. Notation: see `shape.ts`.
 *
 * Source: field names and types of Kubernetes v1.36 `core/v1` and `storage/v1`.
 */

const object = 's: apiVersion kind; ObjectMeta: metadata';

/** Message name to fields. */
export const storageShapes: Readonly<Record<string, string>> = {
  PersistentVolume: `${object}; PersistentVolumeSpec: spec; PersistentVolumeStatus: status`,
  PersistentVolumeStatus: 's: phase message reason; t: lastPhaseTransitionTime',
  PersistentVolumeClaim: `${object}; PersistentVolumeClaimSpec: spec; PersistentVolumeClaimStatus: status`,
  PersistentVolumeClaimSpec: [
    's: volumeName storageClassName volumeMode volumeAttributesClassName; [s]: accessModes',
    'LabelSelector: selector; VolumeResources: resources',
    'TypedObjectReference: dataSource dataSourceRef',
  ].join(';'),
  VolumeResources: '{q}: requests limits',
  TypedObjectReference: 's: apiGroup kind name namespace',
  PersistentVolumeClaimStatus: [
    's: phase currentVolumeAttributesClassName; [s]: accessModes; {q}: capacity',
    '{q}: allocatedResources; {s}: allocatedResourceStatuses; any: modifyVolumeStatus',
    '[JobCondition]: conditions',
  ].join(';'),
  StorageClass: [
    object,
    's: provisioner reclaimPolicy volumeBindingMode; {s}: parameters; [s]: mountOptions',
    'b: allowVolumeExpansion; [TopologySelectorTerm]: allowedTopologies',
  ].join(';'),
  TopologySelectorTerm: '[TopologySelectorLabelRequirement]: matchLabelExpressions',
  TopologySelectorLabelRequirement: 's: key; [s]: values',
  CSINode: `${object}; CSINodeSpec: spec`,
  CSINodeSpec: '[CSINodeDriver]: drivers',
  CSINodeDriver: 's: name nodeID; [s]: topologyKeys; VolumeNodeResources: allocatable',
  VolumeNodeResources: 'i: count',
  CSIDriver: `${object}; CSIDriverSpec: spec`,
  CSIDriverSpec: [
    'b: attachRequired podInfoOnMount requiresRepublish seLinuxMount storageCapacity',
    'b: preventPodSchedulingIfMissing serviceAccountTokenInSecrets; s: fsGroupPolicy',
    'l: nodeAllocatableUpdatePeriodSeconds; [s]: volumeLifecycleModes; any: tokenRequests',
  ].join(';'),
  CSIStorageCapacity: `${object}; s: storageClassName; LabelSelector: nodeTopology; q: capacity maximumVolumeSize`,
  VolumeAttachment: `${object}; VolumeAttachmentSpec: spec; VolumeAttachmentStatus: status`,
  VolumeAttachmentSpec: 's: attacher nodeName; VolumeAttachmentSource: source',
  VolumeAttachmentSource: 's: persistentVolumeName; PersistentVolumeSpec: inlineVolumeSpec',
  VolumeAttachmentStatus:
    'b: attached; {s}: attachmentMetadata; VolumeError: attachError detachError',
  VolumeError: 't: time; s: message; i: errorCode',
};
