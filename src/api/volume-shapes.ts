/**
 * Shapes of volumes, their sources and their mounts. Notation: see `shape.ts`.
 *
 * A pod's source and a persistent volume's source of one name differ only in how they refer to a
 * secret; one message stands for both.
 *
 * Source: field names and types of Kubernetes v1.36 `core/v1`.
 */

const sharedSources: string = [
  'HostPathVolumeSource: hostPath; NFSVolumeSource: nfs; CSIVolumeSource: csi',
  'GCEPersistentDiskVolumeSource: gcePersistentDisk; ISCSIVolumeSource: iscsi',
  'AWSElasticBlockStoreVolumeSource: awsElasticBlockStore; RBDVolumeSource: rbd',
  'AzureDiskVolumeSource: azureDisk; AzureFileVolumeSource: azureFile',
  'CephFSVolumeSource: cephfs; CinderVolumeSource: cinder; FCVolumeSource: fc',
  'FlexVolumeSource: flexVolume; FlockerVolumeSource: flocker; GlusterfsVolumeSource: glusterfs',
  'PhotonPersistentDiskVolumeSource: photonPersistentDisk; ScaleIOVolumeSource: scaleIO',
  'PortworxVolumeSource: portworxVolume; QuobyteVolumeSource: quobyte',
  'StorageOSVolumeSource: storageos; VsphereVirtualDiskVolumeSource: vsphereVolume',
].join(';');

/** Message name to fields. */
export const volumeShapes: Readonly<Record<string, string>> = {
  Volume: [
    's: name; EmptyDirVolumeSource: emptyDir; ConfigMapVolumeSource: configMap',
    'SecretVolumeSource: secret; DownwardAPIVolumeSource: downwardAPI',
    'ProjectedVolumeSource: projected; EphemeralVolumeSource: ephemeral',
    'PersistentVolumeClaimVolumeSource: persistentVolumeClaim; ImageVolumeSource: image',
    `GitRepoVolumeSource: gitRepo; ${sharedSources}`,
  ].join(';'),
  VolumeMount:
    's: name mountPath subPath subPathExpr mountPropagation recursiveReadOnly; b: readOnly',
  VolumeDevice: 's: name devicePath',
  KeyToPath: 's: key path; i: mode',
  EmptyDirVolumeSource: 's: medium; q: sizeLimit',
  ConfigMapVolumeSource: 's: name; [KeyToPath]: items; i: defaultMode; b: optional',
  SecretVolumeSource: 's: secretName; [KeyToPath]: items; i: defaultMode; b: optional',
  DownwardAPIVolumeSource: '[DownwardAPIVolumeFile]: items; i: defaultMode',
  DownwardAPIVolumeFile:
    's: path; i: mode; ObjectFieldSelector: fieldRef; ResourceFieldSelector: resourceFieldRef',
  ProjectedVolumeSource: '[VolumeProjection]: sources; i: defaultMode',
  VolumeProjection: [
    'ConfigMapVolumeSource: configMap secret; DownwardAPIVolumeSource: downwardAPI',
    'ServiceAccountTokenProjection: serviceAccountToken; any: podCertificate',
    'ClusterTrustBundleProjection: clusterTrustBundle',
  ].join(';'),
  ServiceAccountTokenProjection: 's: audience path; l: expirationSeconds',
  ClusterTrustBundleProjection:
    's: name signerName path; b: optional; LabelSelector: labelSelector',
  PersistentVolumeClaimVolumeSource: 's: claimName; b: readOnly',
  EphemeralVolumeSource: 'PersistentVolumeClaimTemplate: volumeClaimTemplate',
  PersistentVolumeClaimTemplate:
    's: apiVersion kind; ObjectMeta: metadata; PersistentVolumeClaimSpec: spec; any: status',
  ImageVolumeSource: 's: reference pullPolicy',
  GitRepoVolumeSource: 's: repository revision directory',

  PersistentVolumeSpec: [
    's: persistentVolumeReclaimPolicy storageClassName volumeMode volumeAttributesClassName',
    '{q}: capacity; [s]: accessModes mountOptions; ObjectReference: claimRef',
    'LocalVolumeSource: local; VolumeNodeAffinity: nodeAffinity',
    sharedSources,
  ].join(';'),
  VolumeNodeAffinity: 'NodeSelector: required',
  LocalVolumeSource: 's: path fsType',
  HostPathVolumeSource: 's: path type',
  NFSVolumeSource: 's: server path; b: readOnly',
  CSIVolumeSource: [
    's: driver volumeHandle fsType; b: readOnly; {s}: volumeAttributes',
    'SecretReference: nodePublishSecretRef nodeStageSecretRef nodeExpandSecretRef',
    'SecretReference: controllerPublishSecretRef controllerExpandSecretRef',
  ].join(';'),
  GCEPersistentDiskVolumeSource: 's: pdName fsType; i: partition; b: readOnly',
  AWSElasticBlockStoreVolumeSource: 's: volumeID fsType; i: partition; b: readOnly',
  AzureDiskVolumeSource: 's: diskName diskURI cachingMode fsType kind; b: readOnly',
  AzureFileVolumeSource: 's: secretName shareName secretNamespace; b: readOnly',
  CephFSVolumeSource:
    '[s]: monitors; s: path user secretFile; b: readOnly; SecretReference: secretRef',
  CinderVolumeSource: 's: volumeID fsType; b: readOnly; SecretReference: secretRef',
  FCVolumeSource: '[s]: targetWWNs wwids; i: lun; s: fsType; b: readOnly',
  FlexVolumeSource: 's: driver fsType; b: readOnly; {s}: options; SecretReference: secretRef',
  FlockerVolumeSource: 's: datasetName datasetUUID',
  GlusterfsVolumeSource: 's: endpoints endpointsNamespace path; b: readOnly',
  ISCSIVolumeSource: [
    's: targetPortal iqn iscsiInterface fsType initiatorName; i: lun; [s]: portals',
    'b: readOnly chapAuthDiscovery chapAuthSession; SecretReference: secretRef',
  ].join(';'),
  PhotonPersistentDiskVolumeSource: 's: pdID fsType',
  PortworxVolumeSource: 's: volumeID fsType; b: readOnly',
  QuobyteVolumeSource: 's: registry volume user group tenant; b: readOnly',
  RBDVolumeSource:
    '[s]: monitors; s: image fsType pool user keyring; b: readOnly; SecretReference: secretRef',
  ScaleIOVolumeSource: [
    's: gateway system protectionDomain storagePool storageMode volumeName fsType',
    'b: readOnly sslEnabled; SecretReference: secretRef',
  ].join(';'),
  StorageOSVolumeSource:
    's: volumeName volumeNamespace fsType; b: readOnly; ObjectReference: secretRef',
  VsphereVirtualDiskVolumeSource: 's: volumePath fsType storagePolicyName storagePolicyID',
};
