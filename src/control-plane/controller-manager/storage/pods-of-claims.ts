// Which pods use a claim, kept with every change of a pod.
import { claimKeysOf } from '../../../api/claim-volumes.js';
import type { Pod } from '../../../api/pod.js';
import { keyOf } from '../../../client/api-request.js';
import type { Informer } from '../../../client/informer.js';

const none: ReadonlyMap<string, Pod> = new Map();

export class PodsOfClaims {
  readonly #pods = new Map<string, Map<string, Pod>>();

  constructor(pods: Informer<Pod>) {
    pods.addHandler({
      added: (pod) => this.#set(pod),
      updated: (_, pod) => this.#set(pod),
      deleted: (pod) => this.#delete(pod),
    });
  }

  /** By the pods' keys, of a claim `namespace/name`. */
  of(claimKey: string): ReadonlyMap<string, Pod> {
    return this.#pods.get(claimKey) ?? none;
  }

  #set(pod: Pod): void {
    for (const claim of claimKeysOf(pod)) {
      const users = this.#pods.get(claim);
      if (users === undefined) this.#pods.set(claim, new Map([[keyOf(pod), pod]]));
      else users.set(keyOf(pod), pod);
    }
  }

  #delete(pod: Pod): void {
    for (const claim of claimKeysOf(pod)) {
      const users = this.#pods.get(claim);
      users?.delete(keyOf(pod));
      if (users?.size === 0) this.#pods.delete(claim);
    }
  }
}
