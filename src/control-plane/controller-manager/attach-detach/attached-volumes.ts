// What the controller knows to be attached, or to be on its way: one entry a volume and node.
// Source: Kubernetes v1.36 pkg/controller/volume/attachdetach/cache/actual_state_of_world.go.
import type { SimTime } from '../../../kernel/time.js';
import type { AttachmentPlace } from './attachment-calls.js';
import type { AttachableVolume } from './wanted-volumes.js';

/** `unsure`: an attach has failed, and something may be attached all the same. */
export type AttachmentState = 'attaching' | 'attached' | 'detaching' | 'unsure';

/** One volume on one node. */
export class Attachment implements AttachmentPlace {
  readonly volume: AttachableVolume;
  readonly nodeName: string;
  state: AttachmentState = 'attaching';
  /** When the operation under way began. */
  sinceUs: SimTime;
  /** Since when nobody wants it; undefined: somebody does. */
  unwantedSinceUs: SimTime | undefined;
  /** Delay after the last failure, and until when nothing is tried; 0 after a success. */
  retryUs = 0;
  notBeforeUs: SimTime = 0;

  constructor(volume: AttachableVolume, nodeName: string, sinceUs: SimTime) {
    this.volume = volume;
    this.nodeName = nodeName;
    this.sinceUs = sinceUs;
  }
}

export class AttachedVolumes {
  readonly #byVolume = new Map<string, Map<string, Attachment>>();
  readonly #byNode = new Map<string, Map<string, Attachment>>();

  /** Attachments that are complete. Linear in all. */
  get count(): number {
    let count = 0;
    for (const nodes of this.#byVolume.values()) {
      for (const { state } of nodes.values()) if (state === 'attached') count++;
    }
    return count;
  }

  of(volume: string, nodeName: string): Attachment | undefined {
    return this.#byVolume.get(volume)?.get(nodeName);
  }

  /** In the order in which they came. */
  ofVolume(volume: string): readonly Attachment[] {
    return [...(this.#byVolume.get(volume)?.values() ?? [])];
  }

  /** In the order in which they came. */
  ofNode(nodeName: string): readonly Attachment[] {
    return [...(this.#byNode.get(nodeName)?.values() ?? [])];
  }

  add(attachment: Attachment): void {
    const { volume, nodeName } = attachment;
    const nodes = this.#byVolume.get(volume.name) ?? new Map<string, Attachment>();
    this.#byVolume.set(volume.name, nodes.set(nodeName, attachment));
    const volumes = this.#byNode.get(nodeName) ?? new Map<string, Attachment>();
    this.#byNode.set(nodeName, volumes.set(volume.name, attachment));
  }

  delete({ volume, nodeName }: Attachment): void {
    const nodes = this.#byVolume.get(volume.name);
    nodes?.delete(nodeName);
    if (nodes?.size === 0) this.#byVolume.delete(volume.name);
    const volumes = this.#byNode.get(nodeName);
    volumes?.delete(volume.name);
    if (volumes?.size === 0) this.#byNode.delete(nodeName);
  }
}
