// Deletes what an owner leaves behind (background propagation): for each dependent of a deleted
// object a GET and a DELETE, through a client with twice the usual rate. An owner that is not in
// the graph is looked up, so that what is created after its owner has gone does not stay.
// Left out: foreground and orphan propagation. Source: Kubernetes v1.36
// pkg/controller/garbagecollector (reference: nodes-controllers 3.12).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { OwnerReference } from '../../api/object-meta.js';
import { resourceKindNamed } from '../../api/resource-kinds.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiRequest, type ApiResponse, isSuccess } from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';
import type { WorkQueue } from '../../client/work-queue.js';
import { controllerManagerConstants as constants } from './constants.js';
import { type ControllerOptions, SyncLoop } from './sync-loop.js';

/** An object that others name as their owner. */
interface Owner {
  readonly item: string;
  /** Its own existence is known from an informer. */
  isObserved: boolean;
  /** Items that name it. */
  readonly dependents: Set<string>;
}

/** Prefix of a queue key that asks whether an owner, named by its uid, exists. */
const OWNER = 'owner ';

export class GarbageCollector {
  readonly queue: WorkQueue;
  readonly #client: ApiClient;
  readonly #loop: SyncLoop;
  /** Owners by uid. */
  readonly #owners = new Map<string, Owner>();
  /** UIDs of objects that the informers hold. */
  readonly #observed = new Set<string>();
  #isRunning = false;

  constructor(options: ControllerOptions, monitors: readonly Informer<KubernetesObject>[]) {
    const { client } = options;
    this.#client = client;
    this.#loop = new SyncLoop(options, {
      name: 'garbage-collector',
      metricName: 'garbage_collector_attempt_to_delete',
      workers: constants.concurrentGarbageCollectorSyncs,
      cpuUs: () => constants.syncCpuUs,
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    for (const monitor of monitors) {
      monitor.addHandler({
        added: (object) => this.#observe(object),
        deleted: (object) => this.#forget(object),
      });
    }
  }

  /** Lets the workers begin; the informers have synced. Owners of before are taken to exist. */
  start(): void {
    this.#isRunning = true;
    this.#loop.start();
  }

  #observe(object: KubernetesObject): void {
    const { uid = '', namespace = '', ownerReferences = [] } = object.metadata;
    this.#observed.add(uid);
    const self = this.#owners.get(uid);
    if (self !== undefined) self.isObserved = true;
    for (const reference of ownerReferences) {
      this.#ownerOf(reference, namespace).dependents.add(itemKey(object));
    }
  }

  #ownerOf(reference: OwnerReference, namespace: string): Owner {
    const { uid } = reference;
    const known = this.#owners.get(uid);
    if (known !== undefined) return known;
    const isObserved = this.#observed.has(uid);
    const owner = {
      item: ownerKey(reference, namespace),
      isObserved,
      dependents: new Set<string>(),
    };
    this.#owners.set(uid, owner);
    const isKnownKind = resourceKindNamed(reference.kind) !== undefined;
    if (!isObserved && isKnownKind && this.#isRunning) this.queue.add(OWNER + uid);
    return owner;
  }

  #forget(object: KubernetesObject): void {
    const { uid = '', ownerReferences = [] } = object.metadata;
    for (const reference of ownerReferences) {
      this.#owners.get(reference.uid)?.dependents.delete(itemKey(object));
    }
    this.#observed.delete(uid);
    this.#abandon(uid);
  }

  /** The owner is gone: its dependents go too. */
  #abandon(uid: string): void {
    for (const item of this.#owners.get(uid)?.dependents ?? []) this.queue.add(item);
    this.#owners.delete(uid);
  }

  #sync(key: string, worker: number): void {
    if (!key.startsWith(OWNER))
      return this.#client.send(requestOf('get', key), this.#fetched, worker);
    const owner = this.#owners.get(key.slice(OWNER.length));
    if (owner === undefined || owner.isObserved) return this.#loop.finish(worker, false);
    const context = { worker, uid: key.slice(OWNER.length) };
    this.#client.send(requestOf('get', owner.item), this.#ownerFetched, context);
  }

  readonly #ownerFetched = (call: ApiCall): void => {
    const { worker, uid } = call.context as { readonly worker: number; readonly uid: string };
    const { code, object } = call.response as ApiResponse;
    if (code === 404 || (code === 200 && object?.metadata.uid !== uid)) this.#abandon(uid);
    this.#loop.finish(worker, code !== 200 && code !== 404);
  };

  readonly #fetched = (call: ApiCall): void => {
    const worker = call.context as number;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#loop.finish(worker, response.code !== 404);
    const { uid, ownerReferences = [] } = (response.object as KubernetesObject).metadata;
    // Another object of the same name, or one that has an owner left, stays.
    const isOwned = ownerReferences.some((reference) => this.#owners.has(reference.uid));
    if (isOwned || ownerReferences.length === 0) return this.#loop.finish(worker, false);
    const { resource, namespace, name } = call.request;
    this.#client.send(
      {
        verb: 'delete',
        resource,
        namespace,
        name,
        ...(uid !== undefined && { uidPrecondition: uid }),
      },
      this.#deleted,
      worker,
    );
  };

  readonly #deleted = (call: ApiCall): void => {
    const { code } = call.response as ApiResponse;
    this.#loop.finish(call.context as number, code >= 300 && code !== 404);
  };
}

function itemKey(object: KubernetesObject): string {
  const { namespace = '', name } = object.metadata;
  return `${resourceKindNamed(object.kind)?.resource}/${namespace}/${name}`;
}

/** Owners are in the namespace of their dependents, or cluster-scoped. */
function ownerKey({ kind, name }: OwnerReference, namespace: string): string {
  const found = resourceKindNamed(kind);
  return `${found?.resource}/${found?.namespaced === false ? '' : namespace}/${name}`;
}

function requestOf(verb: 'get', item: string): ApiRequest {
  const [resource = '', namespace = '', name = ''] = item.split('/');
  return { verb, resource, namespace, name };
}
