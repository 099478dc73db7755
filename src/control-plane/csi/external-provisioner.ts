// external-provisioner: makes volumes for the claims that were given to its driver, and deletes
// released ones where their reclaim policy says so. Left out: storage capacity, snapshots and
// clones, choosing another node when there is no room.
// Source: kubernetes-csi/external-provisioner, sig-storage-lib-external-provisioner v11 (reference:
// nodes-controllers 3.16).
import { classNameOf, selectedNodeAnnotation } from '../../api/claim-binding.js';
import type { Node } from '../../api/node.js';
import { referenceTo } from '../../api/object-meta.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../../api/persistent-volume.js';
import { csiDriverOf } from '../../api/storage-provisioner.js';
import type { ApiCall } from '../../client/api-call.js';
import { type ApiResponse, isSuccess, isSuccessOrGone, keyOf } from '../../client/api-request.js';
import { EventRecorder } from '../../client/event-recorder.js';
import type { Informer } from '../../client/informer.js';
import { csiConstants as constants } from './constants.js';
import { finalizerPatch, Sidecar, type SidecarLoop, type SidecarOptions } from './sidecar.js';
import { affinityFor, type VolumeReach } from './volume-topology.js';

const provisionerAnnotation = 'volume.kubernetes.io/storage-provisioner';
const provisionedByAnnotation = 'pv.kubernetes.io/provisioned-by';
const finalizer = 'external-provisioner.volume.kubernetes.io/finalizer';
const timedOut = 'rpc error: code = DeadlineExceeded desc = context deadline exceeded';

interface Provisioning {
  readonly worker: number;
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: StorageClass;
  readonly volumeName: string;
}

interface Deleting {
  readonly worker: number;
  readonly volume: PersistentVolume;
}

export class ExternalProvisioner {
  readonly #sidecar: Sidecar;
  readonly #driver: string;
  readonly #reach: VolumeReach;
  readonly #recorder: EventRecorder;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #classes: Informer<StorageClass>;
  readonly #attachments: Informer<VolumeAttachment>;
  readonly #nodes: Informer<Node>;
  /** Volumes that are stored, and that the informer may not have yet. */
  readonly #made = new Set<string>();
  readonly #claimLoop: SidecarLoop<Provisioning>;
  readonly #volumeLoop: SidecarLoop<Deleting>;

  constructor(options: SidecarOptions, reach: VolumeReach) {
    const sidecar = new Sidecar(options, 'csi-provisioner');
    this.#sidecar = sidecar;
    this.#driver = options.driver;
    this.#reach = reach;
    this.#recorder = new EventRecorder(options.simulation, options.driver, sidecar.client);
    this.#claims = sidecar.informer('persistentvolumeclaims');
    this.#volumes = sidecar.informer('persistentvolumes');
    this.#classes = sidecar.informer('storageclasses');
    this.#attachments = sidecar.informer('volumeattachments');
    this.#nodes = sidecar.informer('nodes');
    const { provisionerWorkers: workers, provisionerTimeoutUs: timeoutUs } = constants;
    this.#claimLoop = sidecar.loop<Provisioning>({
      name: 'claims',
      workers,
      timeoutUs,
      sync: (key, worker) => this.#syncClaim(key, worker),
    });
    this.#volumeLoop = sidecar.loop<Deleting>({
      name: 'volumes',
      workers,
      timeoutUs,
      sync: (key, worker) => this.#syncVolume(key, worker),
    });
    const wanted = (claim: PersistentVolumeClaim): void => {
      if (this.#classFor(claim) !== undefined) this.#claimLoop.queue.add(keyOf(claim));
    };
    this.#claims.addHandler({ added: wanted, updated: (_, claim) => wanted(claim) });
    const surplus = (volume: PersistentVolume): void => {
      if (this.#isSurplus(volume)) this.#volumeLoop.queue.add(keyOf(volume));
    };
    this.#volumes.addHandler({
      added: surplus,
      updated: (_, volume) => surplus(volume),
      deleted: ({ metadata }) => this.#made.delete(metadata.name),
    });
  }

  /** Lists and watches; works once everything there was is known. */
  start(): void {
    const informers = [
      this.#classes,
      this.#nodes,
      this.#attachments,
      this.#volumes,
      this.#claims,
    ] as const;
    let waiting = informers.length;
    for (const informer of informers) {
      informer.whenSynced(() => {
        if (--waiting > 0) return;
        this.#claimLoop.start();
        this.#volumeLoop.start();
      });
      informer.start();
    }
  }

  /** The class of a claim that waits for this driver; undefined for others. */
  #classFor(claim: PersistentVolumeClaim): StorageClass | undefined {
    const { annotations } = claim.metadata;
    if (annotations?.[provisionerAnnotation] !== this.#driver) return undefined;
    if ((claim.spec.volumeName ?? '') !== '') return undefined;
    const storageClass = this.#classes.get(classNameOf(claim));
    if (storageClass === undefined) return undefined;
    if (csiDriverOf(storageClass.provisioner) !== this.#driver) return undefined;
    const isDelayed = storageClass.volumeBindingMode === 'WaitForFirstConsumer';
    const hasNode = annotations[selectedNodeAnnotation] !== undefined;
    return isDelayed && !hasNode ? undefined : storageClass;
  }

  #syncClaim(key: string, worker: number): void {
    const claim = this.#claims.get(key);
    const storageClass = claim && this.#classFor(claim);
    const volumeName = `pvc-${claim?.metadata.uid}`;
    // The volume is there, and the claim will be bound to it.
    if (storageClass === undefined || this.#made.has(volumeName)) {
      return this.#claimLoop.finish(worker, 'done');
    }
    const message = `External provisioner is provisioning volume for claim "${key}"`;
    this.#recorder.record(claim as PersistentVolumeClaim, 'Normal', 'Provisioning', message);
    const sync = { worker, claim: claim as PersistentVolumeClaim, storageClass, volumeName };
    this.#claimLoop.call(worker, 'provision', volumeName, sync, this.#provisioned);
  }

  readonly #provisioned = (sync: Provisioning, isDone: boolean): void => {
    const { claim, storageClass, worker } = sync;
    if (!isDone) {
      const { name } = storageClass.metadata;
      const message = `failed to provision volume with StorageClass "${name}": ${timedOut}`;
      this.#recorder.record(claim, 'Warning', 'ProvisioningFailed', message);
      return this.#claimLoop.finish(worker, 'retry');
    }
    const body = this.#volumeFor(sync);
    const { name } = body.metadata;
    this.#sidecar.client.send(
      { verb: 'create', resource: 'persistentvolumes', namespace: '', name, body },
      this.#volumeStored,
      sync,
    );
  };

  readonly #volumeStored = (call: ApiCall): void => {
    const { worker, claim, volumeName } = call.context as Provisioning;
    const response = call.response as ApiResponse;
    const isStored = isSuccess(response) || response.reason === 'AlreadyExists';
    if (isStored) {
      this.#made.add(volumeName);
      const message = `Successfully provisioned volume ${volumeName}`;
      this.#recorder.record(claim, 'Normal', 'ProvisioningSucceeded', message);
    }
    this.#claimLoop.finish(worker, isStored ? 'done' : 'retry');
  };

  #volumeFor({ claim, storageClass, volumeName }: Provisioning): PersistentVolume {
    const { simulation } = this.#sidecar.options;
    const { accessModes = [], volumeMode = 'Filesystem', resources } = claim.spec;
    const { reclaimPolicy = 'Delete', mountOptions } = storageClass;
    const selected = claim.metadata.annotations?.[selectedNodeAnnotation] ?? '';
    const nodeAffinity = affinityFor(
      this.#reach,
      this.#nodes.get(selected),
      this.#nodes.store.values(),
      storageClass,
      simulation.random.stream(`csi/${this.#driver}/place/${volumeName}`),
    );
    const { resourceVersion } = claim.metadata;
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name: volumeName,
        annotations: { [provisionedByAnnotation]: this.#driver },
        finalizers: [finalizer],
      },
      spec: {
        accessModes,
        capacity: { storage: resources?.requests?.['storage'] ?? '0' },
        claimRef: { ...referenceTo(claim), resourceVersion: String(resourceVersion) },
        csi: { driver: this.#driver, volumeHandle: volumeName, fsType: 'ext4' },
        persistentVolumeReclaimPolicy: reclaimPolicy,
        storageClassName: storageClass.metadata.name,
        volumeMode,
        ...(mountOptions && { mountOptions }),
        ...(nodeAffinity && { nodeAffinity }),
      },
    };
  }

  /** Released, its own, and not to be kept. */
  #isSurplus({ metadata, spec, status }: PersistentVolume): boolean {
    if (metadata.annotations?.[provisionedByAnnotation] !== this.#driver) return false;
    if (spec.persistentVolumeReclaimPolicy !== 'Delete') return false;
    if (metadata.deletionTimestamp === undefined) return status?.phase === 'Released';
    return metadata.finalizers?.includes(finalizer) === true && status?.phase !== 'Bound';
  }

  #syncVolume(key: string, worker: number): void {
    const volume = this.#volumes.get(key);
    if (volume === undefined || !this.#isSurplus(volume)) {
      return this.#volumeLoop.finish(worker, 'done');
    }
    for (const { spec } of this.#attachments.store.values()) {
      if (spec.source.persistentVolumeName !== key) continue;
      const message = `persistentvolume ${key} is still attached to node ${spec.nodeName}`;
      this.#recorder.record(volume, 'Warning', 'VolumeFailedDelete', message);
      return this.#volumeLoop.finish(worker, 'retry');
    }
    this.#volumeLoop.call(worker, 'delete', key, { worker, volume }, this.#deleted);
  }

  readonly #deleted = (sync: Deleting, isDone: boolean): void => {
    const { worker, volume } = sync;
    if (!isDone) {
      this.#recorder.record(volume, 'Warning', 'VolumeFailedDelete', timedOut);
      return this.#volumeLoop.finish(worker, 'retry');
    }
    const { name } = volume.metadata;
    this.#sidecar.client.send(
      { verb: 'delete', resource: 'persistentvolumes', namespace: '', name },
      this.#objectDeleted,
      sync,
    );
  };

  readonly #objectDeleted = (call: ApiCall): void => {
    const { worker, volume } = call.context as Deleting;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) {
      return this.#volumeLoop.finish(worker, response.code === 404 ? 'done' : 'retry');
    }
    const request = finalizerPatch('persistentvolumes', volume.metadata.name, finalizer, false);
    this.#sidecar.client.send(request, this.#released, worker);
  };

  readonly #released = (call: ApiCall): void => {
    const isDone = isSuccessOrGone(call.response as ApiResponse);
    this.#volumeLoop.finish(call.context as number, isDone ? 'done' : 'retry');
  };
}
