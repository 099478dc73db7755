// The controllers of volumes and claims of one controller manager. They exist where a cluster has
// storage: without any, none of them would have anything to do but watch.
import type { WorkQueue } from '../../../client/work-queue.js';
import { AttachDetachController } from '../attach-detach/attach-detach-controller.js';
import type { SharedInformers } from '../shared-informers.js';
import type { ControllerOptions } from '../sync-loop.js';
import { EphemeralVolumeController } from './ephemeral-volume-controller.js';
import { PersistentVolumeController } from './persistent-volume-controller.js';
import { PodsOfClaims } from './pods-of-claims.js';
import { ClaimProtectionController, VolumeProtectionController } from './protection-controllers.js';

interface StorageController {
  readonly queue: WorkQueue;
  start(): void;
}

/** `own` makes the client of a controller, named as its service account is. */
export function storageControllers(
  informers: SharedInformers,
  own: (controller: string) => ControllerOptions,
): readonly StorageController[] {
  const { pods, claims, nodes, storage } = informers;
  if (storage === undefined) return [];
  const { volumes, classes, drivers, attachments } = storage;
  const podsOfClaims = new PodsOfClaims(pods);
  return [
    new PersistentVolumeController(own('persistent-volume-binder'), {
      claims,
      volumes,
      classes,
      podsOfClaims,
    }),
    new ClaimProtectionController(own('pvc-protection-controller'), claims, pods, podsOfClaims),
    new VolumeProtectionController(own('pv-protection-controller'), volumes),
    new EphemeralVolumeController(own('ephemeral-volume-controller'), pods, claims),
    new AttachDetachController(own('attachdetach-controller'), {
      pods,
      claims,
      volumes,
      drivers,
      podsOfClaims,
      nodes,
      attachments,
    }),
  ];
}
