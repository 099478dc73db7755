// Pods by the node that they are bound to, kept up to date by an informer.
import type { Pod } from '../../../api/pod.js';
import { keyOf } from '../../../client/api-request.js';
import type { Informer } from '../../../client/informer.js';

/** Register it before handlers that read it. */
export class PodsOfNodes {
  readonly #pods = new Map<string, Map<string, Pod>>();
  readonly #none: ReadonlyMap<string, Pod> = new Map();

  constructor(informer: Informer<Pod>) {
    informer.addHandler({
      added: (pod) => this.#put(pod),
      updated: (_, pod) => this.#put(pod),
      deleted: (pod) => {
        const node = pod.spec.nodeName ?? '';
        const pods = this.#pods.get(node);
        pods?.delete(keyOf(pod));
        if (pods?.size === 0) this.#pods.delete(node);
      },
    });
  }

  /** By key, in order of arrival on the node. */
  of(node: string): ReadonlyMap<string, Pod> {
    return this.#pods.get(node) ?? this.#none;
  }

  #put(pod: Pod): void {
    const node = pod.spec.nodeName ?? '';
    if (node === '') return;
    let pods = this.#pods.get(node);
    if (pods === undefined) {
      pods = new Map();
      this.#pods.set(node, pods);
    }
    pods.set(keyOf(pod), pod);
  }
}
