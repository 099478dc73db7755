// How a volume is attached or detached: a VolumeAttachment is made or deleted, and the
// external-attacher of the driver does the rest, or does not in time.
// Source: Kubernetes v1.36 pkg/volume/csi/csi_attacher.go (reference: nodes-controllers 3.16).
import type { VolumeAttachment } from '../../../api/persistent-volume.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccess, isSuccessOrGone } from '../../../client/api-request.js';
import type { Informer } from '../../../client/informer.js';
import { Slab } from '../../../client/slab.js';
import type { EventHandle } from '../../../kernel/event-queue.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import { attachDetachConstants as constants } from './constants.js';
import type { AttachableVolume } from './wanted-volumes.js';

/** One volume on one node. */
export interface AttachmentPlace {
  readonly volume: AttachableVolume;
  readonly nodeName: string;
}

interface Waiting<T> {
  readonly place: T;
  readonly isAttach: boolean;
  readonly name: string;
  readonly slot: number;
  readonly timeout: EventHandle;
}

/** `fault`: undefined when it is done. */
export type CallEnded<T> = (place: T, isAttach: boolean, fault: string | undefined) => void;

export class AttachmentCalls<T extends AttachmentPlace> {
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #attachments: Informer<VolumeAttachment>;
  readonly #onEnded: CallEnded<T>;
  /** By name of the VolumeAttachment. */
  readonly #waiting = new Map<string, Waiting<T>>();
  readonly #slots = new Slab<string>();
  readonly #timedOut: EventKind;

  constructor(
    simulation: Simulation,
    client: ApiClient,
    attachments: Informer<VolumeAttachment>,
    onEnded: CallEnded<T>,
  ) {
    this.#simulation = simulation;
    this.#client = client;
    this.#attachments = attachments;
    this.#onEnded = onEnded;
    const name = 'kube-controller-manager/attach-detach.AttachTimedOut';
    this.#timedOut = simulation.defineEvent(name, (slot) => this.#onTimeout(slot));
    attachments.addHandler({
      added: (attachment) => this.#look(attachment),
      updated: (_, attachment) => this.#look(attachment),
      deleted: ({ metadata }) => {
        if (this.#waiting.get(metadata.name)?.isAttach === false) {
          this.#end(metadata.name, undefined);
        }
      },
    });
  }

  attach(place: T): void {
    const name = this.#begin(place, true);
    const { volume, nodeName } = place;
    const body: VolumeAttachment = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name },
      spec: {
        attacher: volume.driver,
        nodeName,
        source: { persistentVolumeName: volume.persistentVolumeName },
      },
      status: { attached: false },
    };
    const request = { verb: 'create', resource: 'volumeattachments', namespace: '' } as const;
    this.#client.send({ ...request, name, body }, this.#created, name);
  }

  detach(place: T): void {
    const name = this.#begin(place, false);
    this.#client.send(
      { verb: 'delete', resource: 'volumeattachments', namespace: '', name },
      this.#deleted,
      name,
    );
  }

  #begin(place: T, isAttach: boolean): string {
    const name = attachmentName(place);
    const slot = this.#slots.add(name);
    const timeout = this.#simulation.after(constants.attachTimeoutUs, this.#timedOut, slot);
    this.#waiting.set(name, { place, isAttach, name, slot, timeout });
    return name;
  }

  readonly #created = (call: ApiCall): void => {
    const name = call.context as string;
    const response = call.response as ApiResponse;
    if (!isSuccess(response) && response.code !== 409) return this.#end(name, response.message);
    const known = this.#attachments.get(name);
    if (known !== undefined) this.#look(known);
  };

  readonly #deleted = (call: ApiCall): void => {
    const name = call.context as string;
    const response = call.response as ApiResponse;
    if (!isSuccessOrGone(response)) this.#end(name, response.message);
    else if (response.code === 404) this.#end(name, undefined);
  };

  #look({ metadata, status }: VolumeAttachment): void {
    const waiting = this.#waiting.get(metadata.name);
    if (waiting === undefined) return;
    const { attached = false, attachError, detachError } = status ?? {};
    if (!waiting.isAttach) {
      if (detachError !== undefined) this.#end(metadata.name, detachError.message ?? '');
    } else if (metadata.deletionTimestamp !== undefined) {
      this.#end(metadata.name, 'volume attachment is being deleted');
    } else if (attached) {
      this.#end(metadata.name, undefined);
    } else if (attachError !== undefined) {
      this.#end(metadata.name, attachError.message ?? '');
    }
  }

  #onTimeout(slot: number): void {
    const name = this.#slots.get(slot);
    const { isAttach, place } = this.#waiting.get(name) as Waiting<T>;
    const { driver, persistentVolumeName } = place.volume;
    const what = isAttach ? 'attach' : 'detach';
    const subject = `external-attacher of ${driver} CSI driver to ${what}`;
    this.#end(name, `timed out waiting for ${subject} volume ${persistentVolumeName}`);
  }

  #end(name: string, fault: string | undefined): void {
    const waiting = this.#waiting.get(name);
    if (waiting === undefined) return;
    this.#waiting.delete(name);
    this.#slots.remove(waiting.slot);
    this.#simulation.cancel(waiting.timeout);
    this.#onEnded(waiting.place, waiting.isAttach, fault);
  }
}

/** The same for the same volume and node. Upstream hashes them; here they can be read. */
function attachmentName({ volume, nodeName }: AttachmentPlace): string {
  return `csi-${volume.persistentVolumeName}-${nodeName}`;
}
