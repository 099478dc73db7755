// external-attacher: carries out the VolumeAttachments of its driver, and holds volumes that have
// one by a finalizer. Source: kubernetes-csi/external-attacher pkg/controller/csi_handler.go
// (reference: nodes-controllers 3.16).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { PersistentVolume, VolumeAttachment } from '../../api/persistent-volume.js';
import type { ApiCall } from '../../client/api-call.js';
import {
  type ApiRequest,
  type ApiResponse,
  isSuccess,
  isSuccessOrGone,
  keyOf,
} from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';
import { csiConstants as constants } from './constants.js';
import { finalizerPatch, Sidecar, type SidecarLoop, type SidecarOptions } from './sidecar.js';

type AttachmentStatus = NonNullable<VolumeAttachment['status']>;

/** One sync: what remains to be done after the call to the driver, one request after the other. */
interface Sync {
  readonly worker: number;
  readonly attachment: VolumeAttachment;
  readonly requests: ApiRequest[];
  /** What comes after the last request. */
  readonly onWritten: (sync: Sync) => void;
}

const timedOut = 'rpc error: code = DeadlineExceeded desc = context deadline exceeded';

export class ExternalAttacher {
  readonly #sidecar: Sidecar;
  readonly #driver: string;
  readonly #finalizer: string;
  readonly #attachments: Informer<VolumeAttachment>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #loop: SidecarLoop<Sync>;
  readonly #volumeLoop: SidecarLoop<never>;

  constructor(options: SidecarOptions) {
    const sidecar = new Sidecar(options, 'csi-attacher');
    this.#sidecar = sidecar;
    this.#driver = options.driver;
    this.#finalizer = `external-attacher/${options.driver.replaceAll('.', '-')}`;
    this.#attachments = sidecar.informer('volumeattachments');
    this.#volumes = sidecar.informer('persistentvolumes');
    const { attacherWorkers: workers, attacherTimeoutUs: timeoutUs } = constants;
    this.#loop = sidecar.loop<Sync>({
      name: 'attachments',
      workers,
      timeoutUs,
      sync: (key, worker) => this.#syncAttachment(key, worker),
    });
    this.#volumeLoop = sidecar.loop<never>({
      name: 'volumes',
      workers,
      timeoutUs,
      sync: (key, worker) => this.#syncVolume(key, worker),
    });
    this.#listen();
  }

  /** Lists and watches; works once everything there was is known. */
  start(): void {
    const informers = [this.#volumes, this.#attachments] as const;
    let waiting = informers.length;
    for (const informer of informers) {
      informer.whenSynced(() => {
        if (--waiting > 0) return;
        this.#loop.start();
        this.#volumeLoop.start();
      });
      informer.start();
    }
  }

  #listen(): void {
    const look = (attachment: VolumeAttachment): void => {
      if (attachment.spec.attacher !== this.#driver) return;
      const isLeaving = attachment.metadata.deletionTimestamp !== undefined;
      if (isLeaving || attachment.status?.attached !== true)
        this.#loop.queue.add(keyOf(attachment));
    };
    this.#attachments.addHandler({
      added: look,
      updated: (_, attachment) => look(attachment),
      deleted: ({ spec }) => this.#volumeLoop.queue.add(spec.source.persistentVolumeName ?? ''),
    });
    const leaving = (volume: PersistentVolume): void => {
      if (this.#isHeld(volume)) this.#volumeLoop.queue.add(keyOf(volume));
    };
    this.#volumes.addHandler({ added: leaving, updated: (_, volume) => leaving(volume) });
  }

  #isHeld({ metadata }: PersistentVolume): boolean {
    const { deletionTimestamp, finalizers } = metadata;
    return deletionTimestamp !== undefined && finalizers?.includes(this.#finalizer) === true;
  }

  #syncAttachment(key: string, worker: number): void {
    const attachment = this.#attachments.get(key);
    if (attachment === undefined) return this.#loop.finish(worker, 'done');
    const { metadata, status } = attachment;
    const isOwn = metadata.finalizers?.includes(this.#finalizer) === true;
    if (metadata.deletionTimestamp !== undefined) {
      const sync = { worker, attachment, requests: [], onWritten: this.#done };
      if (isOwn) this.#call('detach', sync);
      else this.#loop.finish(worker, 'done');
      return;
    }
    if (status?.attached === true) return this.#loop.finish(worker, 'done');
    const volumeName = attachment.spec.source.persistentVolumeName ?? '';
    const volume = this.#volumes.get(volumeName);
    if (volume === undefined) return this.#loop.finish(worker, 'retry');
    const isMarked = volume.metadata.finalizers?.includes(this.#finalizer) === true;
    const requests = [
      ...(isMarked ? [] : [this.#mark('persistentvolumes', volumeName, true)]),
      ...(isOwn ? [] : [this.#mark('volumeattachments', metadata.name, true)]),
    ];
    const onWritten = (sync: Sync): void => this.#call('attach', sync);
    this.#next({ worker, attachment, requests, onWritten });
  }

  #mark(resource: string, name: string, wanted: boolean): ApiRequest {
    return finalizerPatch(resource, name, this.#finalizer, wanted);
  }

  #call(operation: 'attach' | 'detach', sync: Sync): void {
    const { spec } = sync.attachment;
    const subject = `${spec.source.persistentVolumeName}/${spec.nodeName}`;
    const returned = operation === 'attach' ? this.#attached : this.#detached;
    this.#loop.call(sync.worker, operation, subject, sync, returned);
  }

  readonly #attached = ({ worker, attachment }: Sync, isDone: boolean): void => {
    const { now: time } = this.#sidecar.options.simulation;
    const status = isDone
      ? { attached: true }
      : { attached: false, attachError: { time, message: timedOut } };
    const onWritten = isDone ? this.#done : this.#failed;
    const requests = [statusPatch(attachment, status)];
    this.#next({ worker, attachment, requests, onWritten });
  };

  readonly #detached = ({ worker, attachment }: Sync, isDone: boolean): void => {
    const { now: time } = this.#sidecar.options.simulation;
    const { name } = attachment.metadata;
    const requests = isDone
      ? [statusPatch(attachment, { attached: false }), this.#mark('volumeattachments', name, false)]
      : [statusPatch(attachment, { attached: true, detachError: { time, message: timedOut } })];
    this.#next({ worker, attachment, requests, onWritten: isDone ? this.#done : this.#failed });
  };

  readonly #done = ({ worker }: Sync): void => this.#loop.finish(worker, 'done');

  readonly #failed = ({ worker }: Sync): void => this.#loop.finish(worker, 'retry');

  #next(sync: Sync): void {
    const request = sync.requests.shift();
    if (request === undefined) sync.onWritten(sync);
    else this.#sidecar.client.send(request, this.#written, sync);
  }

  readonly #written = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) this.#next(sync);
    else this.#loop.finish(sync.worker, response.code === 404 ? 'done' : 'retry');
  };

  /** A volume that is being deleted is let go when nothing is attached of it. */
  #syncVolume(key: string, worker: number): void {
    const volume = this.#volumes.get(key);
    if (volume === undefined || !this.#isHeld(volume)) {
      return this.#volumeLoop.finish(worker, 'done');
    }
    for (const { spec } of this.#attachments.store.values()) {
      if (spec.source.persistentVolumeName === key) return this.#volumeLoop.finish(worker, 'done');
    }
    const request = this.#mark('persistentvolumes', key, false);
    this.#sidecar.client.send(request, this.#letGo, worker);
  }

  readonly #letGo = (call: ApiCall): void => {
    const isDone = isSuccessOrGone(call.response as ApiResponse);
    this.#volumeLoop.finish(call.context as number, isDone ? 'done' : 'retry');
  };
}

function statusPatch({ metadata }: VolumeAttachment, status: AttachmentStatus): ApiRequest {
  const apply = (current: KubernetesObject): KubernetesObject =>
    ({ ...current, status }) as KubernetesObject;
  return {
    verb: 'patch',
    resource: 'volumeattachments',
    subresource: 'status',
    namespace: '',
    name: metadata.name,
    patch: { bytes: constants.patchBytes, apply },
  };
}
