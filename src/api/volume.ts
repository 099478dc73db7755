/**
 * Volumes of a pod and their mounts.
 *
 * The sources that decide anything in a simulation are typed one by one; the remaining sources are
 * accepted when read, and only their presence counts.
 *
 * Source: Kubernetes v1.36 `core/v1` types.
 */

import type {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  GCEPersistentDiskVolumeSource,
  ISCSIVolumeSource,
  RBDVolumeSource,
} from './disk-volume-source.js';
import type { LocalObjectReference, TemplateMeta } from './object-meta.js';
import type { PersistentVolumeClaimSpec } from './persistent-volume.js';
import type { Quantity } from './quantity.js';

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly recursiveReadOnly?: string;
  readonly subPath?: string;
  readonly subPathExpr?: string;
  readonly mountPropagation?: string;
}

export interface VolumeDevice {
  readonly name: string;
  readonly devicePath: string;
}

export interface KeyToPath {
  readonly key: string;
  readonly path: string;
  readonly mode?: number;
}

export interface ConfigMapVolumeSource extends LocalObjectReference {
  readonly items?: readonly KeyToPath[];
  readonly defaultMode?: number;
  readonly optional?: boolean;
}

export interface SecretVolumeSource {
  readonly secretName?: string;
  readonly items?: readonly KeyToPath[];
  readonly defaultMode?: number;
  readonly optional?: boolean;
}

export interface DownwardAPIVolumeFile {
  readonly path: string;
  readonly fieldRef?: { readonly apiVersion?: string; readonly fieldPath: string };
  readonly resourceFieldRef?: {
    readonly containerName?: string;
    readonly resource: string;
    readonly divisor?: Quantity;
  };
  readonly mode?: number;
}

export interface VolumeProjection {
  readonly secret?: LocalObjectReference & {
    readonly items?: readonly KeyToPath[];
    readonly optional?: boolean;
  };
  readonly configMap?: LocalObjectReference & {
    readonly items?: readonly KeyToPath[];
    readonly optional?: boolean;
  };
  readonly downwardAPI?: { readonly items?: readonly DownwardAPIVolumeFile[] };
  readonly serviceAccountToken?: {
    readonly audience?: string;
    readonly expirationSeconds?: number;
    readonly path: string;
  };
}

export interface PersistentVolumeClaimTemplate {
  readonly metadata?: TemplateMeta;
  readonly spec: PersistentVolumeClaimSpec;
}

/** The volume sources of a pod that a simulation looks at. Exactly one source is set. */
export interface VolumeSource {
  readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: Quantity };
  readonly hostPath?: { readonly path: string; readonly type?: string };
  readonly configMap?: ConfigMapVolumeSource;
  readonly secret?: SecretVolumeSource;
  readonly downwardAPI?: {
    readonly items?: readonly DownwardAPIVolumeFile[];
    readonly defaultMode?: number;
  };
  readonly projected?: {
    readonly sources?: readonly VolumeProjection[];
    readonly defaultMode?: number;
  };
  readonly persistentVolumeClaim?: { readonly claimName: string; readonly readOnly?: boolean };
  readonly ephemeral?: { readonly volumeClaimTemplate?: PersistentVolumeClaimTemplate };
  readonly csi?: {
    readonly driver: string;
    readonly readOnly?: boolean;
    readonly fsType?: string;
    readonly volumeAttributes?: Readonly<Record<string, string>>;
  };
  readonly image?: { readonly reference?: string; readonly pullPolicy?: string };
  readonly nfs?: { readonly server: string; readonly path: string; readonly readOnly?: boolean };
  readonly gcePersistentDisk?: GCEPersistentDiskVolumeSource;
  readonly awsElasticBlockStore?: AWSElasticBlockStoreVolumeSource;
  readonly azureDisk?: AzureDiskVolumeSource;
  readonly iscsi?: ISCSIVolumeSource;
  readonly rbd?: RBDVolumeSource;
}

export interface Volume extends VolumeSource {
  readonly name: string;
}
