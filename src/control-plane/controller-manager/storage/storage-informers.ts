// The informers of the controllers of volumes, beside those that all controllers share.

import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type {
  CSIDriver,
  PersistentVolume,
  StorageClass,
  VolumeAttachment,
} from '../../../api/persistent-volume.js';
import type { Informer } from '../../../client/informer.js';

/** Makes an informer of a resource, plural. */
export type InformerSource = <T extends KubernetesObject>(resource: string) => Informer<T>;

export class StorageInformers {
  readonly volumes: Informer<PersistentVolume>;
  readonly classes: Informer<StorageClass>;
  readonly drivers: Informer<CSIDriver>;
  readonly attachments: Informer<VolumeAttachment>;

  constructor(informer: InformerSource) {
    this.volumes = informer('persistentvolumes');
    this.classes = informer('storageclasses');
    this.drivers = informer('csidrivers');
    this.attachments = informer('volumeattachments');
  }
}
