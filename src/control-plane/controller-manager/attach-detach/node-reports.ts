// Tells nodes what is attached to them, in the status that their kubelets wait for: after a volume
// has been attached, and before one is detached. One PATCH a node at a time.
// Source: Kubernetes v1.36 pkg/controller/volume/attachdetach/statusupdater.
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { AttachedVolume, Node } from '../../../api/node.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccessOrGone } from '../../../client/api-request.js';
import { ascending } from '../../../stats/ascending.js';
import type { AttachedVolumes, Attachment } from './attached-volumes.js';
import { attachDetachConstants as constants } from './constants.js';

export class NodeReports {
  readonly #client: ApiClient;
  readonly #attached: AttachedVolumes;
  readonly #onReported: (attachment: Attachment) => void;
  /** Nodes whose status is to be written. */
  readonly #due = new Set<string>();
  readonly #inFlight = new Set<string>();
  /** By node: what is detached once the node has been told. */
  readonly #leaving = new Map<string, Attachment[]>();

  /** `onReported`: the node knows that the volume goes. */
  constructor(
    client: ApiClient,
    attached: AttachedVolumes,
    onReported: (attachment: Attachment) => void,
  ) {
    this.#client = client;
    this.#attached = attached;
    this.#onReported = onReported;
  }

  /** Something of the node has changed. */
  note(nodeName: string): void {
    this.#due.add(nodeName);
  }

  /** The volume is to be detached once its node has been told. */
  beforeDetach(attachment: Attachment): void {
    const { nodeName } = attachment;
    const leaving = this.#leaving.get(nodeName);
    if (leaving === undefined) this.#leaving.set(nodeName, [attachment]);
    else leaving.push(attachment);
    this.#due.add(nodeName);
  }

  /** Writes to all nodes that are due; a node that is being written to is due again after that. */
  send(): void {
    for (const nodeName of [...this.#due].sort(ascending)) {
      if (this.#inFlight.has(nodeName)) continue;
      this.#due.delete(nodeName);
      this.#inFlight.add(nodeName);
      const leaving = this.#leaving.get(nodeName) ?? [];
      this.#leaving.delete(nodeName);
      const volumesAttached: readonly AttachedVolume[] = this.#attached
        .ofNode(nodeName)
        .filter(({ state }) => state === 'attached')
        .map(({ volume }) => ({ name: volume.name, devicePath: '' }));
      const apply = (current: KubernetesObject): KubernetesObject => {
        const node = current as Node;
        return { ...node, status: { ...node.status, volumesAttached } };
      };
      const patch = { bytes: constants.nodePatchBytes, apply };
      const name = nodeName;
      const request = { verb: 'patch', resource: 'nodes', subresource: 'status' } as const;
      this.#client.send({ ...request, namespace: '', name, patch }, this.#written, leaving);
    }
  }

  /** What was refused is tried again with what there is then. */
  readonly #written = (call: ApiCall): void => {
    const { name } = call.request;
    const leaving = call.context as readonly Attachment[];
    this.#inFlight.delete(name);
    if (!isSuccessOrGone(call.response as ApiResponse)) this.#due.add(name);
    for (const attachment of leaving) this.#onReported(attachment);
    if (this.#due.has(name)) this.send();
  };
}
