// Lets an owner take the objects that its selector selects and nobody controls, and let go of its
// own that it does not select any more: one PATCH an object, one after the other; before the first
// is taken, the owner is read anew, lest one that is being deleted takes anything.
// Source: Kubernetes v1.36 pkg/controller/controller_ref_manager.go (reference: nodes-controllers
// 3.4).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { LabelSelector } from '../../api/label-selector.js';
import { controllerOf, type Labels } from '../../api/object-meta.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import {
  type ApiRequest,
  type ApiResponse,
  isSuccess,
  isSuccessOrGone,
  keyOf,
} from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';
import { controllerManagerConstants as constants } from './constants.js';
import type { CompiledSelector, Orphans } from './orphans.js';
import { controllerReference } from './owner-index.js';
import { OwnerSelectors } from './owner-selectors.js';

/** What an owner is to take and to let go of. */
export interface Claim<T> {
  readonly adopted: readonly T[];
  readonly released: readonly T[];
}

/**
 * What is to be done about the `owned` objects and the `orphans` that the selector selects;
 * undefined: nothing, as for an owner that is being deleted. O(owned), cheap where labels are
 * shared.
 */
export function claimOf<T extends KubernetesObject>(
  owner: KubernetesObject,
  selector: CompiledSelector,
  owned: readonly T[],
  orphans: readonly T[],
): Claim<T> | undefined {
  if (owner.metadata.deletionTimestamp !== undefined) return undefined;
  const released: T[] = [];
  let selected: Labels | undefined;
  for (const each of owned) {
    const { labels } = each.metadata;
    // The pods of one template share their labels.
    if (labels !== undefined && labels === selected) continue;
    if (selector.matches(labels)) selected = labels;
    else released.push(each);
  }
  return orphans.length + released.length > 0 ? { adopted: orphans, released } : undefined;
}

/** A claim under way. */
interface Claiming<K, T> {
  readonly worker: number;
  readonly owner: K;
  /** The owner's own: what it keeps, and what it has taken so far. */
  readonly own: T[];
  /** What is left to be sent, last first. */
  readonly requests: ApiRequest[];
  /** All is released, and the owner was read: what follows is taken. */
  isTaking: boolean;
  failed: boolean;
}

export interface AdoptionOptions<K extends KubernetesObject, T extends KubernetesObject> {
  readonly client: ApiClient;
  readonly owners: Informer<K>;
  /** Plural, of the owners and of what they own. */
  readonly ownerResource: string;
  readonly resource: string;
  readonly selectorOf: (owner: K) => LabelSelector;
  readonly orphans: Orphans<T>;
  /** Whether one is worth taking, or letting go of. */
  readonly isWanted: (object: T) => boolean;
  /** All is answered, or there was nothing to ask; `own`: what the owner has now. */
  readonly onDone: (worker: number, owner: K, own: readonly T[], failed: boolean) => void;
}

export class Adoption<K extends KubernetesObject, T extends KubernetesObject> {
  readonly #options: AdoptionOptions<K, T>;
  readonly #selectors: OwnerSelectors<K>;

  constructor(options: AdoptionOptions<K, T>) {
    this.#options = options;
    this.#selectors = new OwnerSelectors(options.owners, options.selectorOf);
  }

  /** Keys of the owners that may adopt an object that is new or has changed. */
  adopters(object: T, previous: T | undefined): readonly string[] {
    return this.#selectors.adopters(object, previous);
  }

  /** Sees to it that an owner of the informer has what it selects, and nothing else. */
  claim(worker: number, owner: K, owned: readonly T[]): void {
    const { orphans, isWanted, onDone } = this.#options;
    const selector = this.#selectors.of(keyOf(owner)) as CompiledSelector;
    const found = orphans.selected(owner.metadata.namespace ?? '', selector);
    const claim = claimOf(owner, selector, owned, found.filter(isWanted));
    if (claim === undefined) return onDone(worker, owner, owned, false);
    const released = new Set(claim.released);
    const own = owned.filter((each) => !released.has(each));
    const requests = this.#requests(owner, claim);
    this.#next({ worker, owner, own, requests, isTaking: false, failed: false });
  }

  /** Last first. */
  #requests(owner: K, { adopted, released }: Claim<T>): ApiRequest[] {
    const { resource, ownerResource, isWanted } = this.#options;
    const patchOf = (object: T, apply: Change, bytes: number): ApiRequest => {
      const { namespace = '', name } = object.metadata;
      return { verb: 'patch', resource, namespace, name, patch: { bytes, apply } };
    };
    const { adoptionPatchBytes, releasePatchBytes } = constants;
    const requests = released
      .filter(isWanted)
      .map((each) => patchOf(each, withoutOwner(each, owner), releasePatchBytes));
    if (adopted.length > 0) {
      const { namespace = '', name } = owner.metadata;
      requests.push({ verb: 'get', resource: ownerResource, namespace, name });
    }
    for (const each of adopted)
      requests.push(patchOf(each, withOwner(each, owner), adoptionPatchBytes));
    return requests.reverse();
  }

  #next(claiming: Claiming<K, T>): void {
    const { client, onDone } = this.#options;
    const { worker, owner, own, requests, failed } = claiming;
    const request = requests.pop();
    if (request === undefined) onDone(worker, owner, own, failed);
    else client.send(request, this.#answered, claiming);
  }

  readonly #answered = (call: ApiCall): void => {
    const claiming = call.context as Claiming<K, T>;
    const { owner, own, requests, isTaking } = claiming;
    const response = call.response as ApiResponse;
    const object = isSuccess(response) ? response.object : undefined;
    if (call.request.verb === 'get') {
      claiming.isTaking = true;
      const isAlive = object?.metadata.deletionTimestamp === undefined;
      if (!isAlive || object?.metadata.uid !== owner.metadata.uid) {
        claiming.failed = true;
        requests.length = 0;
      }
    } else if (!isTaking && response.code === 422) {
      // Another one has the name by now, or the reference is gone already: there is nothing to do.
    } else if (!isSuccessOrGone(response)) claiming.failed = true;
    else if (object?.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid)) {
      own.push(object as T);
    }
    this.#next(claiming);
  };
}

type Change = (object: KubernetesObject) => KubernetesObject | undefined;

/** Refused where it is another object of that name by now, or somebody else has taken it. */
function withOwner(seen: KubernetesObject, owner: KubernetesObject): Change {
  return (object) => {
    const { metadata } = object;
    const isTaken = controllerOf(object) !== undefined;
    if (isTaken || metadata.uid !== seen.metadata.uid) return undefined;
    const ownerReferences = [...(metadata.ownerReferences ?? []), controllerReference(owner)];
    return { ...object, metadata: { ...metadata, ownerReferences } } as KubernetesObject;
  };
}

function withoutOwner(seen: KubernetesObject, owner: KubernetesObject): Change {
  return (object) => {
    const { metadata } = object;
    if (metadata.uid !== seen.metadata.uid) return undefined;
    const { ownerReferences, ...others } = metadata;
    const kept = (ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
    const rest = kept.length > 0 ? { ...others, ownerReferences: kept } : others;
    return { ...object, metadata: rest } as KubernetesObject;
  };
}
