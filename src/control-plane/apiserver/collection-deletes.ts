// DELETECOLLECTION: the request is served as the list that it describes, then each object of that
// list is deleted, one after the other, as by a DELETE of its own (--delete-collection-workers is
// 1), and the list is the answer. What has gone meanwhile counts as deleted; another failure ends
// the work and is the answer.
// Source: Kubernetes v1.36 apiserver registry/generic/registry/store.go DeleteCollection.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { ApiCall } from '../../client/api-call.js';
import {
  type ApiRequest,
  type ApiResponse,
  isSuccess,
  isSuccessOrGone,
} from '../../client/api-request.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import { apiserverConstants as cost } from './constants.js';
import { GONE, PART, type RequestTable } from './request-table.js';
import { storageKey } from './storage-key.js';

/** A collection whose objects are being deleted. */
interface Collection {
  readonly list: ApiResponse;
  readonly listUs: number;
  next: number;
  /** The deletion under way, as a request of its own. */
  part: number;
}

export interface CollectionDeleteOptions {
  /** Of the server. */
  readonly name: string;
  readonly host: CpuHost;
  readonly requests: RequestTable;
  /** Carries out the deletion of one object. */
  readonly onDelete: (part: number) => void;
  /** The answer to the deletion of a collection is ready; `workUs` of CPU time went into it. */
  readonly onReply: (id: number, response: ApiResponse, workUs?: number) => void;
}

const NO_CALLBACK = (): void => {};

export class CollectionDeletes {
  readonly #simulation: Simulation;
  readonly #options: CollectionDeleteOptions;
  readonly #begun: EventKind;
  readonly #collections = new Map<number, Collection>();
  /** Requests by the deletion that is under way for them. */
  readonly #wholes = new Map<number, number>();

  constructor(simulation: Simulation, options: CollectionDeleteOptions) {
    this.#simulation = simulation;
    this.#options = options;
    const { name, requests, onDelete } = options;
    this.#begun = simulation.defineEvent(`${name}.CollectionDeleteBegun`, (part) => {
      if (requests.resume(part)) onDelete(part);
    });
  }

  /**
   * Takes an answer of the storage layer that is not for a client yet: the list of what is to be
   * deleted, or that of one deletion. False: it is for the client.
   */
  takes(id: number, response: ApiResponse, workUs = 0): boolean {
    const { requests } = this.#options;
    if (requests.phase(id) === PART) {
      this.#partDone(id, response);
      return true;
    }
    const { verb } = requests.call(id).request;
    if (verb !== 'deletecollection' || !isSuccess(response)) return false;
    this.#continue(id, { list: response, listUs: workUs, next: 0, part: -1 });
    return true;
  }

  /**
   * Nobody waits for a request any longer: its next deletion is not begun, and its id is free.
   * False when nothing is being deleted for it.
   */
  abandon(id: number): boolean {
    const { requests } = this.#options;
    const collection = this.#collections.get(id);
    if (collection === undefined) return false;
    this.#collections.delete(id);
    this.#wholes.delete(collection.part);
    requests.setPhase(collection.part, GONE);
    requests.remove(id);
    return true;
  }

  #continue(id: number, collection: Collection): void {
    const { host, requests, onReply } = this.#options;
    const { list, listUs, next } = collection;
    const object = list.items?.[next];
    if (object === undefined) {
      this.#collections.delete(id);
      return onReply(id, list, listUs);
    }
    const whole = requests.call(id);
    const request = deletionOf(object, whole.request);
    const { now } = this.#simulation;
    const call = new ApiCall(whole.caller, request, 0, now, NO_CALLBACK, undefined);
    const key = storageKey(request.resource, request.namespace, request.name);
    const part = requests.add(call, requests.sender(id), key);
    requests.setPhase(part, PART);
    collection.next = next + 1;
    collection.part = part;
    this.#collections.set(id, collection);
    this.#wholes.set(part, id);
    const cpuUs = (cost.admissionCpuUs + cost.etcdClientCpuUs) * cost.garbageCollectionFactor;
    host.run(cpuUs, this.#begun, part);
  }

  #partDone(part: number, response: ApiResponse): void {
    const { requests, onReply } = this.#options;
    const id = this.#wholes.get(part) as number;
    const collection = this.#collections.get(id) as Collection;
    requests.call(id).webhookUs += requests.call(part).webhookUs;
    this.#wholes.delete(part);
    requests.remove(part);
    if (isSuccessOrGone(response)) return this.#continue(id, collection);
    this.#collections.delete(id);
    onReply(id, response, collection.listUs);
  }
}

/** The deletion of one object of a collection. */
function deletionOf({ metadata }: KubernetesObject, whole: ApiRequest): ApiRequest {
  const { resource, gracePeriodSeconds, propagationPolicy } = whole;
  const { namespace = '', name } = metadata;
  const options = {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy !== undefined && { propagationPolicy }),
  };
  return { verb: 'delete', resource, namespace, name, ...options };
}
